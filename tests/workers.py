"""Workers and web servers of the tests: real processes on the test's database and broker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def start_worker(queue: str) -> subprocess.Popen[bytes]:
    """A Celery worker of its own on the test's database and broker, as the application's role."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app=config.celery", "worker"),
            *(f"--queues={queue}", "--concurrency=1", "--loglevel=error"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        cwd=settings.BASE_DIR,
        env=_environment(),
        start_new_session=True,
    )


def start_web(port: int, *, workers: int = 1) -> subprocess.Popen[bytes]:
    """The web server as `make run` starts it, on the test's database and broker; answers soon."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{port}"),
            *(f"--workers={workers}", "--threads=4", "--log-level=error", "--no-control-socket"),
        ],
        cwd=settings.BASE_DIR,
        env={**_environment(), "LOG_LEVEL": "WARNING"},
        start_new_session=True,
    )


def start_beat(queue: str, *, entry: str, schedule: Path) -> subprocess.Popen[bytes]:
    """A beat on the test's broker, with one entry of the real schedule, for the workers of a queue.

    Args:
        schedule: where it notes what it has sent.
    """
    program = (
        "from config.celery import app; "
        f"app.conf.task_default_queue = {queue!r}; "
        f"app.conf.beat_schedule = {{{entry!r}: app.conf.beat_schedule[{entry!r}]}}; "
        f"app.start(['beat', '--loglevel=error', '--pidfile=', '--schedule={schedule}'])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    database = connection.settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    host, port = quote(database["HOST"], safe=""), database["PORT"]
    url = f"postgres://{user}:{password}@/{database['NAME']}?host={host}"
    return {
        **os.environ,
        "DATABASE_URL": url + (f"&port={port}" if port else ""),
        "REDIS_URL": settings.REDIS_URL,
    }
