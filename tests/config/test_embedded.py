"""The embedded servers: started by the first user, stopped by the last, healed after a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
# Starts both servers, says so with their process ids, and stays until its input ends.
USER = """
import json, sys
from config import embedded
folder = sys.argv[1]
embedded.start(folder)
where = embedded.places(folder)
postgres = int((where.postgres / "postmaster.pid").read_text().splitlines()[0])
valkey = int((where.valkey / "valkey.pid").read_text())
print(json.dumps({"postgres": postgres, "valkey": valkey}), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers of one folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        users.append(self)
        assert self.process.stdout is not None
        self.servers: dict[str, int] = json.loads(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


users: list[User] = []


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    while users:
        user = users.pop()
        if user.process.poll() is None:
            user.kill()
    embedded.stop(tmp_path / "data")


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(servers: dict[str, int]) -> bool:
    until = time.monotonic() + 10
    while any(runs(pid) for pid in servers.values()) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(runs(pid) for pid in servers.values())


def test_the_last_user_stops_the_servers(folder: Path) -> None:
    first, second = User(folder), User(folder)
    assert first.servers == second.servers
    first.leave()
    assert all(runs(pid) for pid in second.servers.values())
    second.leave()
    assert gone(second.servers)


def test_a_killed_user_does_not_count(folder: Path) -> None:
    killed, other = User(folder), User(folder)
    killed.kill()
    other.leave()
    assert gone(other.servers)


def test_a_start_heals_what_a_crash_left(folder: Path) -> None:
    crashed = User(folder)
    crashed.kill()
    for pid in crashed.servers.values():
        os.kill(pid, signal.SIGKILL)
    assert gone(crashed.servers)
    healed = User(folder)
    assert all(runs(pid) for pid in healed.servers.values())
    assert healed.servers["postgres"] != crashed.servers["postgres"]
    healed.leave()
    assert gone(healed.servers)


def test_two_folders_are_two_installations(folder: Path, tmp_path: Path) -> None:
    # Long enough that its sockets cannot live inside it.
    other_folder = tmp_path / ("a-long-name-" * 10)
    one, other = User(folder), User(other_folder)
    assert not set(one.servers.values()) & set(other.servers.values())
    one.leave()
    assert all(runs(pid) for pid in other.servers.values())
    other.leave()
    assert gone(other.servers)


def test_secrets_are_kept_and_private(tmp_path: Path) -> None:
    first = embedded.secret(tmp_path / "x", "one")
    assert embedded.secret(tmp_path / "x", "one") == first
    assert embedded.secret(tmp_path / "x", "two") != first
    assert (tmp_path / "x" / "secrets.json").stat().st_mode & 0o077 == 0
