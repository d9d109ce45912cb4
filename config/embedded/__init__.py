"""PostgreSQL and Valkey out of wheels, for a machine that has neither.

Used whenever DATABASE_URL or REDIS_URL is not set. Every process that needs the servers holds a
shared ``flock`` in DATA_DIR; whoever can take it exclusively on its way out stops both servers, and
the next start heals what a crash left behind. Neither wheel's own counting of users fits: one keeps
killed processes on its list, the other ends with whoever started it.
"""

from __future__ import annotations

import atexit
import fcntl
import os
from pathlib import Path
from typing import IO

from config.embedded.layout import (
    EmbeddedServerError,
    Places,
    locked,
    make_directory,
    places,
    secret,
)
from config.embedded.postgres import (
    APPLICATION,
    DATABASE,
    OWNER,
    SUPERUSER,
    start_postgres,
    stop_postgres,
)
from config.embedded.valkey import start_valkey, stop_valkey

__all__ = [
    "APPLICATION",
    "DATABASE",
    "OWNER",
    "SUPERUSER",
    "EmbeddedServerError",
    "Places",
    "database",
    "places",
    "redis_url",
    "release",
    "secret",
    "start",
    "stop",
]


def database(data_dir: str | Path, role: str) -> dict[str, str]:
    """Django's settings for the embedded database as one role; the server need not run yet."""
    where = places(data_dir)
    return {
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": secret(where.data_dir, f"password of {role}"),
        "HOST": str(where.sockets),
        "PORT": "",
    }


def redis_url(data_dir: str | Path) -> str:
    return f"unix://{places(data_dir).valkey_socket}"


def start(data_dir: str | Path, *, database: bool = True, redis: bool = True) -> None:
    """Make sure that the asked servers run, and hold them until this process ends.

    Safe to call twice and from many processes at once.

    Raises:
        EmbeddedServerError: a server could not be started.
    """
    where = places(data_dir)
    if where.data_dir in _held:
        return
    make_directory(where.data_dir)
    make_directory(where.sockets)
    with locked(where.data_dir / "start.lock", fcntl.LOCK_EX):
        users = open(where.data_dir / "users.lock", "w")  # noqa: SIM115 - held until exit
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if database:
                start_postgres(where)
            if redis:
                start_valkey(where)
        except BaseException:
            users.close()
            raise
        _held[where.data_dir] = (os.getpid(), users)
    atexit.register(release, where.data_dir)


def release(data_dir: str | Path) -> None:
    """Let go of the servers; the last one to do so stops them."""
    where = places(data_dir)
    owner_pid, users = _held.get(where.data_dir) or (0, None)
    if users is None or owner_pid != os.getpid():
        # A forked child shares its parent's lock and must not end it.
        return
    del _held[where.data_dir]
    with locked(where.data_dir / "start.lock", fcntl.LOCK_EX):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            users.close()
        stop(where.data_dir)


def stop(data_dir: str | Path) -> None:
    """Stop both servers, whoever uses them."""
    where = places(data_dir)
    stop_postgres(where)
    stop_valkey(where)


_held: dict[Path, tuple[int, IO[str]]] = {}
