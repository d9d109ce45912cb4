"""Servers of the tests' own, named before anything reads the settings.

A plugin (``-p tests.environment`` in pyproject.toml): pytest-django loads the settings before any
conftest.py, and they would name the servers of ``make run``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ and not (
    os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
):
    # Gone with the tests. Workers of a parallel run inherit the variable.
    _directory = tempfile.mkdtemp(prefix="tenure-tests-")
    os.environ["DATA_DIR"] = _directory
    atexit.register(shutil.rmtree, _directory, ignore_errors=True)
os.environ["SECRET_KEY"] = "tests only"
os.environ["HOST"] = "127.0.0.1"
os.environ.pop("DEMO_SIGN_IN", None)
