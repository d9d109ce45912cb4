"""What an export says of itself, and whether it is one that this program can bring in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
from django.apps import apps
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Tenant, User
from accounts.tenancy import TenantModel
from config.moving.tables import Table, moving_tables

NAME = "manifest.json"
FORMAT, VERSION = "tenure-tenant", 1
TENANT_FIELDS = {
    field.name: field for field in Tenant._meta.concrete_fields if field.name not in ("id", "slug")
}
PERSON_FIELDS = ("email", "name", "language", "timezone")
_WHOLE = {"type": "integer", "minimum": 0}
_ID = {"type": "integer", "minimum": 1, "maximum": 2**62}
_TEXT = {"type": "string"}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["format", "version", "tenant", "people", "migrations", "tables"],
    "properties": {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "migrations": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
        "tenant": {
            "type": "object",
            "required": ["id", "slug", *TENANT_FIELDS],
            "properties": {"id": _ID, "slug": _TEXT},
        },
        "people": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", *PERSON_FIELDS],
                "properties": {"id": _ID, **dict.fromkeys(PERSON_FIELDS, _TEXT)},
            },
        },
        "tables": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["table", "columns", "rows", "sha256"],
                "properties": {
                    "table": _TEXT,
                    "columns": {"type": "array", "items": _TEXT},
                    "rows": _WHOLE,
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                },
            },
        },
    },
}


class WrongExport(Exception):
    """The files are not a whole export that this program can bring in; the text says why."""


def migrations_applied() -> dict[str, list[str]]:
    """App → its migrations, of the apps that own tables of tenants."""
    labels = {
        model._meta.app_label for model in apps.get_models() if issubclass(model, TenantModel)
    }
    rows = MigrationRecorder.Migration.objects.filter(app__in=labels).values_list("app", "name")
    found: dict[str, list[str]] = {label: [] for label in sorted(labels)}
    for app, name in sorted(rows):
        found[app].append(name)
    return found


def told_tenant(tenant: Tenant) -> dict[str, Any]:
    told: dict[str, Any] = {"id": tenant.id, "slug": tenant.slug}
    for name, field in TENANT_FIELDS.items():
        value = getattr(tenant, name)
        told[name] = value if isinstance(value, (bool, int)) else field.value_to_string(tenant)
    return told


def told_people(ids: set[int]) -> list[dict[str, Any]]:
    """Who they are; never how they sign in."""
    return list(User.objects.filter(pk__in=ids).order_by("pk").values("id", *PERSON_FIELDS))


def read_manifest(folder: Path) -> dict[str, Any]:
    """
    Raises:
        WrongExport: there is none, or it is not of this format, version and state of migrations.
    """
    path = folder / NAME
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WrongExport(
            f"There is no {NAME} in {folder}: it is no export, or not a whole one."
        ) from None
    except (OSError, ValueError) as error:
        raise WrongExport(f"{NAME} cannot be read: {error}.") from error
    if isinstance(told, dict):
        if told.get("format") != FORMAT:
            raise WrongExport(f"{NAME} is not that of an exported tenant.")
        if told.get("version") != VERSION:
            raise WrongExport(
                f"The export has format {told.get('version')!r}; this program reads {VERSION}."
            )
    for fault in jsonschema.Draft202012Validator(_SCHEMA).iter_errors(told):
        where = "/".join(map(str, fault.absolute_path))
        raise WrongExport(f"{NAME}: {where or 'the whole'}: {fault.message[:300]}.")
    _check_migrations(told["migrations"])
    _check_tables(told["tables"])
    return dict(told)


def _check_migrations(theirs: Mapping[str, list[str]]) -> None:
    ours = migrations_applied()
    flat_ours = {f"{app}.{name}" for app, names in ours.items() for name in names}
    flat_theirs = {f"{app}.{name}" for app, names in theirs.items() for name in names}
    if newer := sorted(flat_theirs - flat_ours):
        raise WrongExport(
            f"The export comes from a newer program: {', '.join(newer[:5])} did not run here. "
            "Install that release here first."
        )
    if older := sorted(flat_ours - flat_theirs):
        raise WrongExport(
            f"The export comes from an older program: {', '.join(older[:5])} did not run there. "
            "Upgrade that installation and export again, or bring it into one of its release."
        )


def _check_tables(told: list[dict[str, Any]]) -> None:
    ours = {table.name: table for table in moving_tables()}
    names = [entry["table"] for entry in told]
    for name in names:
        if name not in ours or names.count(name) > 1:
            raise WrongExport(f"{NAME}: “{name}” is no table of a tenant, or stands there twice.")
    if missing := sorted(ours.keys() - set(names)):
        raise WrongExport(f"{NAME}: {', '.join(missing[:5])} is missing.")
    for entry in told:
        _check_columns(ours[entry["table"]], entry["columns"])


def _check_columns(table: Table, columns: list[str]) -> None:
    if sorted(columns) != sorted(table.columns):
        differing = sorted(set(columns) ^ set(table.columns)) or columns
        raise WrongExport(
            f"{NAME}: the columns of {table.name} are others: {', '.join(differing)}."
        )
