"""The same facts give the same digest on another version of PostgreSQL and in another order."""

from __future__ import annotations

import csv
import json
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from night_elsewhere import KINDS, compute

from tests.environment import NOT_DURABLE

PROGRAM = Path(__file__).parent / "night_elsewhere.py"
D = date(2026, 6, 1)


def _other_version() -> Path | None:
    """The programs of an installed PostgreSQL of 15 or newer, the oldest."""
    found = []
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if folder.parent.name.isdigit() and int(folder.parent.name) >= 15:
            found.append((int(folder.parent.name), folder))
    return min(found)[1] if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def other_postgres() -> Iterator[dict[str, str]]:
    """An ephemeral cluster of another version; gives its addresses."""
    programs = _other_version()
    if programs is None:
        pytest.skip("no second PostgreSQL is installed (Debian: postgresql-15)")
    # Not below pytest's own folder, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="tenure-other-", dir="/tmp"))
    as_user: dict[str, Any] = {"cwd": folder}
    if os.getuid() == 0:
        # PostgreSQL does not run as root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    port = _free_port()

    def program(name: str, *arguments: str) -> None:
        subprocess.run(
            [programs / name, *arguments], check=True, stdout=subprocess.DEVNULL, **as_user
        )

    data, log = str(folder / "data"), str(folder / "log")
    made = ("--no-sync", "--auth=trust", "--username=postgres", "--locale=C.UTF-8")
    program("initdb", "--pgdata", data, *made)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    options += "".join(f" -c {name}={value}" for name, value in NOT_DURABLE.items())
    program("pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", options)
    try:
        for statement in (
            "CREATE ROLE elsewhere_owner LOGIN CREATEROLE PASSWORD 'o'",
            "CREATE DATABASE elsewhere OWNER elsewhere_owner",
        ):
            program(
                "psql", *("-h", str(folder), "-p", str(port), "-U", "postgres", "-c", statement)
            )
        yield {
            "DATABASE_OWNER_URL": f"postgres://elsewhere_owner:o@127.0.0.1:{port}/elsewhere",
            "DATABASE_URL": f"postgres://elsewhere_app:a@127.0.0.1:{port}/elsewhere",
            "REDIS_URL": settings.REDIS_URL,
        }
    finally:
        program("pg_ctl", "stop", "--mode=immediate", "--pgdata", data)
        shutil.rmtree(folder, ignore_errors=True)


def write_files(folder: Path, *, shuffled: bool) -> None:
    chance = random.Random(5)
    keys = [f"客户{n}" if n % 3 else f"c-{n:02}" for n in range(40)]
    rows: dict[str, list[list[Any]]] = {
        "customers": [["key", "name"], *([key, f"Name {key}"] for key in keys)],
        "contracts": [
            ["customer", "key", "signed_on", "starts_on", "ends_on", "module", "annual_fee"]
        ],
        "payments": [["customer", "key", "paid_on", "amount"]],
        "usage": [["customer", "occurred_at", "event", "person", "module", "message_id"]],
    }
    for number, key in enumerate(keys):
        start = D - timedelta(days=chance.randrange(10, 900))
        fee = f"{chance.randrange(1, 10**6) / 100:.2f}"
        end = start + timedelta(days=chance.choice([200, 700, 1095]))
        rows["contracts"].append([key, f"k{number}", "", start, end, f"m{number % 4}", fee])
        for payment in range(chance.randrange(6)):
            day = D - timedelta(days=chance.randrange(-30, 700))
            amount = f"{chance.randrange(-3000, 10**6) / 100:.2f}"
            rows["payments"].append([key, f"p{number}-{payment}", day, amount])
        for event in range(chance.randrange(30)):
            day = D - timedelta(days=chance.randrange(100))
            moment = f"{day}T{chance.randrange(24):02}:30:00Z"
            person = f"u{chance.randrange(4)}"
            rows["usage"].append(
                [key, moment, "opened", person, f"m{event % 5}", f"e{number}-{event}"]
            )
    folder.mkdir()
    for kind in KINDS:
        header, *body = rows[kind]
        if shuffled:
            chance.shuffle(body)
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([header, *body])


def nights_elsewhere(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DATA_DIR"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder)],
        cwd=settings.BASE_DIR,
        env={**inherited, "PYTHONPATH": str(settings.BASE_DIR), **environment},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    printed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return printed


def test_version_and_order_do_not_change_a_digest(
    other_postgres: dict[str, str], tmp_path: Path, transactional_db: None
) -> None:
    write_files(tmp_path / "given", shuffled=False)
    write_files(tmp_path / "shuffled", shuffled=True)
    here = compute(str(tmp_path / "given"))
    there = nights_elsewhere(tmp_path / "shuffled", other_postgres)
    assert here["tiers"] == there["tiers"]
    assert here["digests"] == there["digests"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in here["digests"])
    # Two versions indeed.
    programs = _other_version()
    assert programs is not None
    assert int(programs.parent.name) != connection.pg_version // 10000  # type: ignore[attr-defined]
