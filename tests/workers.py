"""Celery workers of the tests: real processes on the test's database and broker."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def start_worker(queue: str) -> subprocess.Popen[bytes]:
    """A Celery worker of its own on the test's database and broker, as the application's role."""
    database = connection.settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    host, port = quote(database["HOST"], safe=""), database["PORT"]
    url = f"postgres://{user}:{password}@/{database['NAME']}?host={host}"
    environment = {
        **os.environ,
        "DATABASE_URL": url + (f"&port={port}" if port else ""),
        "REDIS_URL": settings.REDIS_URL,
    }
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app=config.celery", "worker"),
            *(f"--queues={queue}", "--concurrency=1", "--loglevel=error"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        cwd=settings.BASE_DIR,
        env=environment,
        start_new_session=True,
    )
