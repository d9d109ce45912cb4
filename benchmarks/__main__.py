"""`python -m benchmarks [name …]`: run every benchmark, or those named.

A benchmark is a module here with `run()`, which prints a table of what it measured. Without
DATABASE_URL and DATA_DIR they run on servers of their own, gone afterwards.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pkgutil
import shutil
import sys
import tempfile

import benchmarks


def names() -> list[str]:
    """The modules that have something to run."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(chosen: list[str]) -> int:
    unknown = set(chosen) - set(names())
    if unknown:
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(names())}.")
        return 2
    if not os.environ.get("DATABASE_URL") and not os.environ.get("DATA_DIR"):
        directory = os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="tenure-benchmarks-")
        # Registered before the servers' own ending, which therefore comes first.
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _start()
    for name in chosen or names():
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "run"):
            print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}")
            module.run()
    return 0


def _start() -> None:
    django = importlib.import_module("django")
    django.setup()
    servers = importlib.import_module("config.servers")
    servers.ensure_servers(migrate_when_empty=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
