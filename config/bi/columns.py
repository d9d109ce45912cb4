"""What a view for BI tools is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

# Of a column that tells a person: without leave to name persons it is empty, or a pseudonym that tells
# one from another.
HIDDEN, PSEUDONYM = "hidden", "pseudonym"


@dataclass(frozen=True)
class Column:
    """``type``: PostgreSQL's. ``sql``: over the view's tables. ``person``: empty, HIDDEN or PSEUDONYM."""

    name: str
    type: str
    sql: str
    person: str = ""


@dataclass(frozen=True)
class View:
    """``tables``: FROM and what follows; a table stands there in square brackets and is then its rows of
    the one tenant, ``[tenant]`` is the tenant itself. ``moment``: the column by which files are parted
    into months, and which ``--since`` asks. ``note``: what a reader of the guide has to know."""

    name: str
    words: Promise
    columns: tuple[Column, ...]
    tables: str
    note: str = ""
    moment: str = ""
    order: str = ""


def text(name: str, sql: str, person: str = "") -> Column:
    return Column(name, "text", sql, person)


def who(name: str, sql: str) -> Column:
    """A person, by key, address or name."""
    return Column(name, "text", sql, PSEUDONYM)


def told(name: str, sql: str) -> Column:
    """What somebody wrote, or what names somebody."""
    return Column(name, "text", sql, HIDDEN)


def day(name: str, sql: str) -> Column:
    return Column(name, "date", sql)


def moment(name: str, sql: str) -> Column:
    return Column(name, "timestamp with time zone", sql)


def whole(name: str, sql: str) -> Column:
    return Column(name, "bigint", sql)


def share(name: str, sql: str) -> Column:
    return Column(name, "double precision", sql)


def yes(name: str, sql: str) -> Column:
    return Column(name, "boolean", sql)


def money(name: str, sql: str) -> Column:
    return Column(name, "numeric(20,4)", sql)


def effort(name: str, sql: str) -> Column:
    """Person-days."""
    return Column(name, "numeric(14,3)", sql)


def attributes(sql: str) -> Column:
    """Further columns of files; what they hold nobody knows."""
    return Column("attributes", "jsonb", sql, HIDDEN)
