"""``make run``: everything Tenure needs, in one terminal, until Ctrl-C.

Starts the embedded servers where no address is given, migrates, makes the demo tenant in an empty
database, then runs web, worker and beat as children and ends all of it when it is told to end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import django
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 20
DEMO_SLUG = "demo"
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Somebody asked us to end."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Each of the past nights would be a line; what goes wrong still shows.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    host = os.environ.get("HOST", "127.0.0.1")
    if host in {"127.0.0.1", "::1", "localhost"}:
        os.environ.setdefault("DEMO_SIGN_IN", "1")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        django.setup()
        _refuse_a_taken_port()
        _prepare()
        # The worker and the beat after the pages: nobody waits for those.
        _start(children, "web")
        _wait_until_it_answers(children)
        _greet()
        _start(children, "worker", "beat")
        return _watch(children)
    except Stopped:
        _say("Stopping …")
        return 0
    finally:
        # A second Ctrl-C must not leave children behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _stop_children(children)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is a terminal program


def _refuse_a_taken_port() -> None:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise SystemExit(
                f"{settings.HOST}:{settings.PORT} cannot be used ({error.strerror}). "
                "Choose another with PORT=8001 make run."
            ) from error


def _prepare() -> None:
    # Imported late: they need django.setup().
    from config.servers import ensure_servers

    if settings.EMBEDDED_DATABASE or settings.EMBEDDED_REDIS:
        _say(f"Starting PostgreSQL and Redis in {settings.DATA_DIR} …")
    ensure_servers()
    _say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("compile_translations", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from config.first_run import make_demo

    make_demo(DEMO_SLUG, say=_say)


def _start(children: dict[str, subprocess.Popen[bytes]], *names: str) -> None:
    for name in names:
        # Sessions of their own: Ctrl-C reaches us alone, and we end them in order.
        children[name] = subprocess.Popen(
            _commands()[name], cwd=ROOT, start_new_session=True, preexec_fn=_end_with_parent()
        )


def _commands() -> dict[str, list[str]]:
    binaries = Path(sys.executable).parent
    log_level = "warning"
    return {
        "web": [
            str(binaries / "gunicorn"),
            "config.wsgi",
            "--bind",
            f"[{settings.HOST}]:{settings.PORT}"
            if ":" in settings.HOST
            else f"{settings.HOST}:{settings.PORT}",
            # Imported once and shared; the port opens when pages can be answered.
            "--preload",
            "--workers=2",
            "--threads=4",
            "--timeout=120",
            f"--log-level={log_level}",
            "--no-control-socket",
        ],
        "worker": [
            *(sys.executable, "-m", "celery", "--app=config.celery", "--quiet", "worker"),
            "--concurrency=1",
            f"--loglevel={log_level}",
            "--without-gossip",
            "--without-mingle",
        ],
        "beat": [
            # Without its banner; what goes wrong still shows.
            *(sys.executable, "-m", "celery", "--app=config.celery", "--quiet", "beat"),
            f"--loglevel={log_level}",
            "--pidfile=",
        ],
    }


def _end_with_parent() -> Callable[[], object] | None:
    """On Linux the kernel ends the children when we are killed; elsewhere they would stay."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_it_answers(children: dict[str, subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if children["web"].poll() is not None:
            raise SystemExit("The web process ended at once; its message stands above.")
        with (
            contextlib.suppress(OSError),
            socket.create_connection((settings.HOST, settings.PORT), timeout=1),
        ):
            return
        time.sleep(0.1)
    raise SystemExit("The web process does not answer.")


def _greet() -> None:
    from config.first_run import demo_people

    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    _say(f"\nTenure runs at http://{host}:{settings.PORT}/   (Ctrl-C stops it)\n")
    people = demo_people()
    if people:
        _say(
            "Who can sign in (one click on the sign-in page):"
            if settings.DEMO_SIGN_IN
            else "Who can sign in (one-click sign-in is off because HOST is not loopback; "
            "set a password with `manage.py set_password EMAIL`):"
        )
        for name, email, roles in people:
            _say(f"  {email:<34} {name}, {roles}")
        _say("")


def _watch(children: dict[str, subprocess.Popen[bytes]]) -> int:
    """Run until told to end; a child that ends by itself ends all."""
    while True:
        for name, child in children.items():
            status = child.poll()
            if status is not None:
                _say(f"{name} ended with status {status}; stopping the rest.")
                return 1
        time.sleep(0.5)


def _stop_children(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            # Its whole session: a worker's own children must not outlive it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
