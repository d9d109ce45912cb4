"""No table and no secret is forgotten when a tenant moves."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from config.moving.decisions import CHANGED, GOES_ALONG, LEFT_OUT, LOOKS_SECRET, USERS_IN_JSON
from config.moving.tables import columns_of, left_out, moving_tables, tenant_models


def test_every_table_with_a_tenant_goes_along_or_is_left_out_with_a_reason(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(parent.relname, c.relname) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
            "LEFT JOIN pg_inherits i ON i.inhrelid = c.oid "
            "LEFT JOIN pg_class parent ON parent.oid = i.inhparent "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
        )
        there = {name for (name,) in cursor.fetchall()}
    going = {table.name for table in moving_tables()}
    assert there == going | left_out().keys()
    assert not going & left_out().keys()
    assert all(len(why) > 10 for why in LEFT_OUT.values())


def test_every_column_goes_along_but_what_the_database_computes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND is_generated = 'NEVER' AND column_name <> 'tenant_id'"
        )
        there: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            there.setdefault(table, set()).add(column)
    for table in moving_tables():
        assert set(table.columns) == there[table.name], table.name


def test_whatever_looks_like_a_secret_is_decided() -> None:
    undecided = {
        (model._meta.label, name)
        for model in tenant_models()
        if model._meta.label not in LEFT_OUT
        for name in columns_of(model)
        if LOOKS_SECRET.search(name)
    } - CHANGED.keys()
    assert undecided == {key for key in GOES_ALONG if LOOKS_SECRET.search(key[1])}


def test_decisions_name_columns_that_there_are() -> None:
    for label, column in [*CHANGED, *GOES_ALONG, *USERS_IN_JSON]:
        assert column in columns_of(apps.get_model(label)), (label, column)


def test_what_a_table_refers_to_comes_before_it() -> None:
    there: set[str] = set()
    for table in moving_tables():
        assert table.needs <= there, table.name
        there.add(table.name)
