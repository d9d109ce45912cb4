"""Files of an export as a tenant of this installation: all of it, or nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.actions.audit import record
from accounts.loads.statistics import refresh_statistics
from accounts.models import DirectoryEntry, Membership, Tenant, User
from accounts.models.users import normalise_email
from accounts.tenancy import tenant_scope
from config.moving.exporting import Progress
from config.moving.manifest import PERSON_FIELDS, TENANT_FIELDS, WrongExport, read_manifest
from config.moving.numbering import count_on
from config.moving.people import PEOPLE, new_value, unknown_user
from config.moving.reading import Piece, check_file, read_pieces
from config.moving.tables import Table, moving_tables, quoted

STAGE = "moving_stage"
# A line before the rows: PostgreSQL counts lines within values only once it saw how a line ends.
_HEADER = b"header\n"


def import_tenant(folder: Path, *, slug: str = "", progress: Progress) -> dict[str, Any]:
    """Make the tenant of an export, under its slug or another; returns what came in.

    Ids of rows stay, since keys begin with the tenant; the tenant's own id stays where it is free, and
    with it links and tokens that carry it go on working. Users are those of the same e-mail address,
    or new ones without a password. Everything happens in one transaction.

    Raises:
        WrongExport: files are missing, altered or of another state of the program, a row does not
            fit, or the slug is taken.
    """
    manifest = read_manifest(folder)
    entries = {entry["table"]: entry for entry in manifest["tables"]}
    tables = moving_tables()
    for number, table in enumerate(tables):
        progress("checking", number, len(tables))
        check_file(folder / table.file, entries[table.name]["sha256"])
    try:
        with transaction.atomic():
            tenant = _make_tenant(manifest["tenant"], slug or manifest["tenant"]["slug"])
            people, same_people = _find_people(manifest["people"])
            same = same_people and tenant.id == manifest["tenant"]["id"]
            with tenant_scope(tenant.id):
                rows = _bring_in(folder, entries, tenant, same, progress)
                _list_members(tenant)
                record("tenant.imported", by=None, about=tenant, slug=manifest["tenant"]["slug"])
    except DatabaseError as error:
        # What is checked at the end of the transaction.
        raise WrongExport(f"The rows do not fit together: {_first_line(error)}") from error
    refresh_statistics()
    return {
        "tenant": tenant.slug,
        "id": tenant.id,
        "tables": len(tables),
        "rows": rows,
        "people": len(manifest["people"]),
        "people_made": people,
    }


def _make_tenant(told: dict[str, Any], slug: str) -> Tenant:
    if Tenant.objects.filter(slug=slug).exists():
        raise WrongExport(f"There is a tenant “{slug}” already. Name another slug with --as.")
    try:
        values = {name: field.to_python(told[name]) for name, field in TENANT_FIELDS.items()}
        tenant = Tenant(slug=slug, **values)
        tenant.full_clean()
    except ValidationError as error:
        raise WrongExport(f"The tenant: {'; '.join(error.messages)}") from error
    if not Tenant.objects.filter(pk=told["id"]).exists():
        tenant.id = told["id"]
    tenant.save(force_insert=True)
    count_on("accounts_tenant", "id", tenant.id)
    return tenant


def _find_people(told: list[dict[str, Any]]) -> tuple[int, bool]:
    """Make who is missing and fill the table of old and new ids; returns how many were made, and
    whether every id stays."""
    made, pairs = 0, []
    for person in told:
        email = normalise_email(person["email"])
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(**{name: person[name] for name in PERSON_FIELDS})
            user.email = email
            user.set_unusable_password()
            if not User.objects.filter(pk=person["id"]).exists():
                user.id = person["id"]
            try:
                user.full_clean()
            except ValidationError as error:
                raise WrongExport(f"The person {email}: {'; '.join(error.messages)}") from error
            user.save(force_insert=True)
            count_on("accounts_user", "id", user.id)
            # They came by a link there; here a letter to the address lets them choose a password.
            EmailAddress.objects.create(user=user, email=email, verified=False, primary=True)
            made += 1
        pairs.append((person["id"], user.id))
    if len({old for old, _ in pairs}) < len(pairs) or len({new for _, new in pairs}) < len(pairs):
        raise WrongExport("The manifest names a person twice.")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {PEOPLE} (old bigint PRIMARY KEY, new bigint NOT NULL) "
            "ON COMMIT DROP"
        )
        cursor.executemany(f"INSERT INTO {PEOPLE} VALUES (%s, %s)", pairs)  # noqa: S608
    return made, all(old == new for old, new in pairs)


def _bring_in(
    folder: Path,
    entries: dict[str, dict[str, Any]],
    tenant: Tenant,
    same: bool,
    progress: Progress,
) -> int:
    tables, rows = moving_tables(), 0
    there: set[str] = set()
    for number, table in enumerate(tables):
        progress("writing", number, len(tables))
        there.add(table.name)
        whole = all(other.needs <= there for other in tables[: number + 1])
        rows += _write_table(table, folder, entries[table.name], tenant.id, same, whole)
    return rows


def _write_table(
    table: Table, folder: Path, entry: dict[str, Any], tenant_id: int, same: bool, whole: bool
) -> int:
    """``whole``: everything that the tables so far refer to is there, so it can be checked."""
    path, columns, written = folder / table.file, entry["columns"], 0
    values = ", ".join(new_value(table, name, tenant_id, same) for name in columns)
    bring = (
        f"INSERT INTO {quoted(table.name)} ({quoted(*columns)}) SELECT {values} FROM {STAGE} AS s"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGE} ON COMMIT DROP AS "  # noqa: S608
            f"SELECT {quoted(*columns)} FROM {quoted(table.name)} WITH NO DATA"
        )
        at_once = whole and not table.is_tree
        if at_once:
            # What waits to be checked takes memory of the database.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for piece in read_pieces(path, entry):
            _stage(cursor, table, path, columns, piece)
            try:
                with transaction.atomic():
                    cursor.execute(bring)
                    written += cursor.rowcount
            except DatabaseError as error:
                raise WrongExport(
                    f"{path.name}, lines {piece.first} to {piece.last}: {_first_line(error)}"
                ) from error
            cursor.execute(f"TRUNCATE {STAGE}")
        cursor.execute(f"DROP TABLE {STAGE}")
        if written != entry["rows"]:
            raise WrongExport(
                f"{path.name} holds {written} rows; the manifest says {entry['rows']}."
            )
        if whole:
            _check_references(cursor, path)
        for column in table.counted:
            cursor.execute(
                f"SELECT max({quoted(column)}) FROM {quoted(table.name)} WHERE tenant_id = %s",  # noqa: S608
                [tenant_id],
            )
            count_on(table.name, column, cursor.fetchone()[0] or 0)
    return written


def _stage(cursor: Any, table: Table, path: Path, columns: list[str], piece: Piece) -> None:
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            cursor.copy_expert(
                f"COPY {STAGE} ({quoted(*columns)}) FROM STDIN (FORMAT csv, HEADER)",
                io.BytesIO(_HEADER + piece.data),
            )
    except DatabaseError as error:
        line, column = _place(error, piece)
        where = f"{path.name}, line {line}" + (f", column {column}" if column else "")
        raise WrongExport(f"{where}: {_first_line(error)}") from error
    if table.users:
        cursor.execute(f"SELECT 1 FROM {STAGE} AS s WHERE {unknown_user(table)} LIMIT 1")  # noqa: S608
        if cursor.fetchone():
            raise WrongExport(
                f"{path.name}, lines {piece.first} to {piece.last}: a person is named whom the "
                "manifest does not know."
            )


def _check_references(cursor: Any, path: Path) -> None:
    """Now, and not at the end, when nobody could say which file it was."""
    try:
        with transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        raise WrongExport(f"{path.name}: {_first_line(error)}") from error
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _list_members(tenant: Tenant) -> None:
    """In the directory that lists a person's tenants."""
    for user_id in Membership.objects.filter(is_active=True).values_list("user_id", flat=True):
        DirectoryEntry.objects.update_or_create(
            user_id=user_id, slug=tenant.slug, defaults={"name": tenant.name}
        )


def _place(error: DatabaseError, piece: Piece) -> tuple[int, str]:
    """Line of the file and column that PostgreSQL complains of."""
    context = getattr(getattr(error.__cause__, "diag", None), "context", None) or ""
    found = re.search(rf"COPY {STAGE}, line (\d+)(?:, column (\w+))?", context)
    if found is None:
        return piece.first, ""
    return piece.first + int(found[1]) - 2, found[2] or ""


def _first_line(error: DatabaseError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(error).partition("\n")[0]
    detail = getattr(diagnosis, "message_detail", None)
    return f"{message}." + (f" {detail[:300]}" if detail else "")
