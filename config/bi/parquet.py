"""A tenant's views as Parquet files: the same names, columns and types, of one moment.

PostgreSQL's rows go through a pipe into DuckDB, which writes the files; neither keeps more than some
row groups in memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import secrets
import threading
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import BiAccess, Tenant
from accounts.tenancy import tenant_scope
from config.bi.columns import View
from config.bi.registry import VERSION, VIEWS
from config.bi.statements import select
from config.moving.exporting import Progress, empty_folder, private_file
from config.moving.manifest import WrongExport
from segmentation.queries.stored import latest_night

HAS_WRITER = importlib.util.find_spec("duckdb") is not None
FORMAT, NAME = "tenure-parquet", "manifest.json"
# Parted into months: whoever reads a month opens one file.
PARTED = "usage_events"
ROW_GROUP = 100_000
MEMORY = "512MB"
_TYPES = {
    "text": "VARCHAR",
    "jsonb": "VARCHAR",
    "date": "DATE",
    "timestamp with time zone": "TIMESTAMPTZ",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "boolean": "BOOLEAN",
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
_LONGEST_ROW, _BUFFER = 16 * 1024 * 1024, 32 * 1024 * 1024


def export_parquet(
    tenant: Tenant, folder: Path, *, since: date | None, with_persons: bool, progress: Progress
) -> dict[str, Any]:
    """Write every view into a new or empty folder; returns what was written.

    ``since``: of facts that happen on a day only those from it on. The manifest comes last: without
    one a folder is no export.

    Raises:
        WrongExport: the folder holds something or cannot be written, or nothing here writes Parquet.
    """
    if not HAS_WRITER:
        raise WrongExport(
            "Parquet is written by DuckDB, which is not installed: pip install duckdb."
        )
    empty_folder(folder)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with tenant_scope(tenant.id):
            manifest = _manifest(tenant, since, with_persons)
            salt = _salt()
            for number, view in enumerate(VIEWS):
                progress("writing", number, len(VIEWS))
                query = select(view, tenant.id, with_persons=with_persons, salt=salt)
                manifest["views"].append(_write(view, query, tenant, since, folder))
    with private_file(folder / NAME) as file:
        file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    rows = sum(view["rows"] for view in manifest["views"])
    with tenant_scope(tenant.id):
        record("bi_access.files", by=None, about=tenant, rows=rows, with_persons=with_persons)
    return {
        "tenant": tenant.slug,
        "folder": str(folder),
        "views": len(VIEWS),
        "files": sum(len(view["files"]) for view in manifest["views"]),
        "rows": rows,
        "bytes": sum(file["bytes"] for view in manifest["views"] for file in view["files"]),
        "night": manifest["night"],
    }


def _manifest(tenant: Tenant, since: date | None, with_persons: bool) -> dict[str, Any]:
    night = latest_night()
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": timezone.now().isoformat(),
        "tenant": {
            "slug": tenant.slug,
            "name": tenant.name,
            "timezone": tenant.timezone,
            "currency": tenant.currency,
        },
        "since": since.isoformat() if since else None,
        "with_persons": with_persons,
        "night": {"as_of": night.as_of.isoformat(), "digest": night.digest} if night else None,
        "views": [],
    }


def _salt() -> str:
    """The pseudonyms of the SQL views; without these, some of this export alone."""
    kept = BiAccess.objects.values_list("salt", flat=True).first()
    salt = kept or secrets.token_hex(32)
    return f"'{salt}'"


def _write(
    view: View, query: str, tenant: Tenant, since: date | None, folder: Path
) -> dict[str, Any]:
    asked = f"SELECT * FROM ({query}) asked WHERE "
    asked += _from(view, since, tenant) if view.moment and since is not None else "true"
    files = []
    if view.name == PARTED:
        (folder / view.name).mkdir(mode=0o700)
        for first, following in _months(tenant, since):
            month = f"{_from(view, first, tenant)} AND NOT {_from(view, following, tenant)}"
            part = f"{asked} AND {month}"
            files.append(_file(view, part, folder, f"{view.name}/{first:%Y-%m}.parquet"))
    else:
        order = f" ORDER BY {view.order}" if view.order else ""
        files.append(_file(view, asked + order, folder, f"{view.name}.parquet"))
    return {
        "view": view.name,
        "columns": [{"name": column.name, "type": column.type} for column in view.columns],
        "rows": sum(file["rows"] for file in files),
        "files": files,
    }


def _from(view: View, first: date, tenant: Tenant) -> str:
    """SQL: it happens on the day or later, in the tenant's zone."""
    [kind] = {column.type for column in view.columns if column.name == view.moment}
    if kind == "date":
        return f"{view.moment} >= DATE '{first.isoformat()}'"
    midnight = datetime.combine(first, time(), tzinfo=tenant.zone)
    return f"{view.moment} >= TIMESTAMPTZ '{midnight.isoformat()}'"


def _months(tenant: Tenant, since: date | None) -> Iterator[tuple[date, date]]:
    """(first day, first day of the next month) of all months with usage."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(occurred_at), max(occurred_at) FROM usage_event WHERE tenant_id = %s",
            [tenant.id],
        )
        earliest, latest = cursor.fetchone()
    if earliest is None:
        return
    first, last = tenant.local_date(earliest), tenant.local_date(latest)
    first = max(first, since or first).replace(day=1)
    while first <= last:
        following = (first.replace(year=first.year + 1, month=1) if first.month == 12
                     else first.replace(month=first.month + 1))  # fmt: skip
        yield first, following
        first = following


def _file(view: View, query: str, folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    reading, writing = os.pipe()
    columns = {column.name: _type(column.type) for column in view.columns}
    faults: list[BaseException] = []
    writer = threading.Thread(target=_fill, args=(reading, columns, path, faults), daemon=True)
    writer.start()
    try:
        with os.fdopen(writing, "wb") as lines, connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv)", lines)
            rows = int(cursor.rowcount)
    except OSError:
        # The other end is gone; why, it says itself.
        rows = -1
    finally:
        writer.join()
    if faults or rows < 0:
        raise WrongExport(f"{path} could not be written: {faults[0] if faults else 'cut off'}.")
    path.chmod(0o600)
    return {"file": name, "rows": rows, "bytes": path.stat().st_size, "sha256": _hash(path)}


def _fill(reading: int, columns: dict[str, str], path: Path, faults: list[BaseException]) -> None:
    """Beside the thread that reads from PostgreSQL: CSV from the pipe into a Parquet file."""
    # Only here: it is not installed everywhere, and takes long to start.
    import duckdb

    try:
        with duckdb.connect(":memory:") as session:
            session.execute("SET autoinstall_known_extensions = false")
            session.execute(f"SET memory_limit = '{MEMORY}'")
            session.execute("SET threads = 1")
            described = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in columns.items())
            session.execute(
                f"COPY (SELECT * FROM read_csv('/dev/fd/{reading}', columns = {{{described}}}, "
                "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
                "nullstr = '', allow_quoted_nulls = false, parallel = false, "
                f"max_line_size = {_LONGEST_ROW}, buffer_size = {_BUFFER})) "
                f"TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, "
                f"ROW_GROUP_SIZE {ROW_GROUP})"
            )
    except BaseException as error:
        faults.append(error)
    finally:
        os.close(reading)


def _type(kind: str) -> str:
    if found := _NUMERIC.fullmatch(kind):
        return f"DECIMAL({found[1]},{found[2]})"
    return _TYPES[kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()
