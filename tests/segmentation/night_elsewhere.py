"""Loads files and computes two nights: here, or run as a program on another database, which it
migrates.

`python night_elsewhere.py FOLDER`, with the servers' addresses in the environment; prints what
``compute`` gives.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import django
from django.core.management import call_command

KINDS = ("customers", "contracts", "payments", "usage")
DAYS = ("2026-05-31", "2026-06-01")


def main(folder: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    servers = __import__("config.servers", fromlist=["ensure_servers"])
    servers.ensure_servers()
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(compute(folder)) + "\n")


def compute(folder: str) -> dict[str, Any]:
    """The digests of the two nights of these files, and the tiers that they give."""
    quietly("create_tenant", "elsewhere", "--name", "Elsewhere", "--timezone", "Europe/Berlin")
    for kind in KINDS:
        quietly("load", kind, f"{folder}/{kind}.csv", "--tenant", "elsewhere")
    digests = []
    for day in DAYS:
        line = quietly("run_night", "--tenant", "elsewhere", "--as-of", day)
        digests.append(json.loads(line)["digest"])
    return {"digests": digests, "tiers": quietly("tiers", "--tenant", "elsewhere")}


def quietly(*command: str) -> str:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        call_command(*command)
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
