"""Run as a program: migrates a database, loads files, computes two nights, prints their digests.

`python night_elsewhere.py FOLDER`, with the servers' addresses in the environment.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

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
    quietly("create_tenant", "elsewhere", "--name", "Elsewhere", "--timezone", "Europe/Berlin")
    for kind in KINDS:
        quietly("load", kind, f"{folder}/{kind}.csv", "--tenant", "elsewhere")
    digests = []
    for day in DAYS:
        line = quietly("run_night", "--tenant", "elsewhere", "--as-of", day)
        digests.append(json.loads(line)["digest"])
    found = {"digests": digests, "tiers": quietly("tiers", "--tenant", "elsewhere")}
    sys.stdout.write(json.dumps(found) + "\n")


def quietly(*command: str) -> str:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        call_command(*command)
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
