"""Rules and scoring need no framework: a notebook, a preview or another program may use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import importlib, pkgutil, sys
import segmentation.compute, segmentation.rules
for package in (segmentation.compute, segmentation.rules):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print(" ".join(sorted(name for name in sys.modules if name in {"django", "celery", "psycopg2"})))
"""


def test_no_module_of_theirs_imports_a_framework() -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == ""
