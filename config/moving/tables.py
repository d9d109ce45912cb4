"""The tables of a tenant that go along, in the order in which they may be written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

from django.apps import apps
from django.db import connection, models

from accounts.models import User
from accounts.tenancy import TenantForeignKey, TenantModel
from config.moving.decisions import CHANGED, LEFT_OUT, USERS_IN_JSON, Changed


@dataclass(frozen=True)
class Table:
    """``columns``: all but the tenant and what the database computes. ``changed``: those that go
    along as something else. ``users``: those that name a user. ``users_in_json``: column → path to
    where it names one. ``order``: the column by which rows are sorted; empty where that costs too
    much. ``needs``: tables that it refers to."""

    name: str
    columns: tuple[str, ...]
    changed: dict[str, Changed]
    users: tuple[str, ...]
    users_in_json: dict[str, tuple[str, ...]]
    order: str
    # Columns that the database counts up.
    counted: tuple[str, ...]
    needs: frozenset[str]
    # Whether its rows refer to each other.
    is_tree: bool

    @property
    def file(self) -> str:
        return f"{self.name}.csv.gz"


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def left_out() -> dict[str, str]:
    """Table → why it stays behind."""
    return {apps.get_model(label)._meta.db_table: why for label, why in LEFT_OUT.items()}


@cache
def moving_tables() -> tuple[Table, ...]:
    """Every table that goes along; what a table refers to comes before it."""
    found = {
        model._meta.db_table: _table(model)
        for model in tenant_models()
        if model._meta.label not in LEFT_OUT
    }
    return tuple(found[name] for name in _in_order(found))


def columns_of(model: type[models.Model]) -> dict[str, models.Field]:
    """Column → field, of those that somebody writes."""
    return {
        field.column: field
        for field in model._meta.concrete_fields
        if field.column and field.column != "tenant_id" and not field.generated
    }


def quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _table(model: type[TenantModel]) -> Table:
    label, fields = model._meta.label, columns_of(model)
    key = model._meta.pk
    references = {
        field.remote_field.model for field in fields.values() if isinstance(field, TenantForeignKey)
    }
    return Table(
        name=model._meta.db_table,
        columns=tuple(fields),
        changed={name: CHANGED[label, name] for name in fields if (label, name) in CHANGED},
        users=tuple(
            name
            for name, field in fields.items()
            if isinstance(field, models.ForeignKey) and field.remote_field.model is User
        ),
        users_in_json={column: path for (of, column), path in USERS_IN_JSON.items() if of == label},
        order=key.column or "" if key is not None else "",
        counted=tuple(
            name for name, field in fields.items() if isinstance(field, models.AutoField)
        ),
        needs=frozenset(other._meta.db_table for other in references - {model}),
        is_tree=model in references,
    )


def _in_order(tables: dict[str, Table]) -> list[str]:
    """By references, then by name. Of tables that refer to each other in a circle, one reference is
    left to the end of the transaction, where deferred keys are checked."""
    needs = {name: set(table.needs) & tables.keys() for name, table in tables.items()}
    while True:
        sorter = TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)})
        try:
            return list(sorter.static_order())
        except CycleError as error:
            circle = error.args[1]
            # graphlib names each before the one that needs it.
            needs[circle[1]].discard(circle[0])
