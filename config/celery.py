"""The Celery application. Tasks carry ids; the database knows what is to be done."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tenure")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def start_servers(**_: Any) -> None:
    """Worker and beat hold the embedded servers, if any are, for as long as they live."""
    # Imported late: it reads the settings, which are not there yet while this module is loaded.
    from config.servers import ensure_servers

    ensure_servers()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Django has set up structured logging by now; Celery is to leave it alone."""
