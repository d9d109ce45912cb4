"""Servers of the tests' own, named before anything reads the settings.

A plugin (``-p tests.environment`` in pyproject.toml): pytest-django loads the settings before any
conftest.py, and they would name the servers of ``make run``.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# A crash may cost these servers all they hold: nothing but tests.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
# New objects between two looks for garbage; by default 700, which costs a tenth of the time.
GARBAGE_AFTER = 20_000
# Where what was compiled is kept when nothing may be written beside the sources.
COMPILED = Path(__file__).resolve().parents[1] / ".data" / "tests" / "compiled"
_directory = ""

if sys.dont_write_bytecode:
    # Tests start dozens of processes; each would compile all libraries anew, for up to ten seconds.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(COMPILED)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if "DATA_DIR" not in os.environ and not (
    os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
):
    # Gone with the tests. Workers of a parallel run inherit the variable.
    _directory = tempfile.mkdtemp(prefix="tenure-tests-")
    os.environ["DATA_DIR"] = _directory
    os.environ["TENURE_TEST_SERVERS"] = "own"
    atexit.register(shutil.rmtree, _directory, ignore_errors=True)
os.environ["SECRET_KEY"] = "tests only"
os.environ["HOST"] = "127.0.0.1"
os.environ.pop("DEMO_SIGN_IN", None)


def pytest_configure(config: pytest.Config) -> None:
    # Not before: they read the settings.
    from migrated import superuser

    from config.servers import ensure_servers

    ensure_servers()
    gc.set_threshold(GARBAGE_AFTER, 10, 10)
    if _directory:
        with superuser("postgres") as cursor:
            for name, value in NOT_DURABLE.items():
                cursor.execute(f"ALTER SYSTEM SET {name} = %s", [value])
            cursor.execute("SELECT pg_reload_conf()")
