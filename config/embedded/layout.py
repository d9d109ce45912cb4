"""Where the embedded servers of one DATA_DIR keep their files, and what they share."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_SECONDS = 60
# The longest path a Unix socket may have on macOS, less the longest name we put there.
LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432.lock")


class EmbeddedServerError(RuntimeError):
    """An embedded server could not be started; the message says what to do."""


@dataclass(frozen=True)
class Places:
    """Where the embedded servers of one DATA_DIR keep their files."""

    data_dir: Path

    @property
    def postgres(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data_dir / "valkey"

    @property
    def secrets(self) -> Path:
        return self.data_dir / "secrets.json"

    @property
    def sockets(self) -> Path:
        """A folder for the sockets; outside DATA_DIR when its path is too long for a socket."""
        inside = self.data_dir / "run"
        if len(str(inside)) <= LONGEST_SOCKET_DIRECTORY:
            return inside
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tenure-{os.getuid()}-{digest}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"


def places(data_dir: str | Path) -> Places:
    return Places(Path(data_dir).expanduser().resolve())


def secret(data_dir: str | Path, name: str) -> str:
    """A random secret of this installation, made on first use and kept in DATA_DIR (mode 600)."""
    where = places(data_dir)
    make_directory(where.data_dir)
    with locked(where.data_dir / "secrets.lock", fcntl.LOCK_EX):
        known: dict[str, str] = {}
        if where.secrets.exists():
            known = json.loads(where.secrets.read_text())
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            fresh = where.secrets.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(known))
            fresh.replace(where.secrets)
        return known[name]


@contextlib.contextmanager
def locked(path: Path, mode: int) -> Iterator[None]:
    with open(path, "w") as handle:
        fcntl.flock(handle, mode)
        yield


def make_directory(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)


def wait(done: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + START_TIMEOUT_SECONDS
    while not done():
        if time.monotonic() > until:
            raise EmbeddedServerError(f"{complaint} within {START_TIMEOUT_SECONDS} seconds.")
        time.sleep(0.02)
