"""Conditions of customer groups as SQL over the rows of a night.

A comparison never gives NULL: what is unknown meets no comparison, also not within a `none`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts.models import Colleague, Contact, ContactRole, Customer, Responsibility
from accounts.tenancy import current_tenant_id
from segmentation.compute.conditions import Comparison, Group
from segmentation.models import Assignment, MeasureRow, Move, Scored
from segmentation.queries.condition_fields import (
    ATTRIBUTE,
    CONTACTS,
    MODULES,
    PEOPLE,
    SCORES,
    TEXTS,
)
from segmentation.queries.usage import owning

_MEASURE_COLUMNS = frozenset(column.name for column in MeasureRow._meta.local_fields)
_ASSIGNED = frozenset(column.name for column in Assignment._meta.local_fields)
_SCORED = frozenset(("r", "f", "m", "eleven", "class8"))
_NIGHT_ROWS = "night_measures"

Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class Rows:
    """The rows a condition is asked of: one per customer that the night of ``day`` knew.

    ``is_newest``: no later night is stored. ``are_kept``: the measures of the night stand in
    MeasureRow; if not, the night is being stored now and ``night_measures`` has them.
    """

    day: date
    is_newest: bool
    are_kept: bool = True


@dataclass
class _Compiler:
    """Collects the joins and parameters that a condition needs, in the order of its text."""

    rows: Rows
    joins: dict[str, Sql] = field(default_factory=dict)

    def group(self, group: Group) -> Sql:
        parts, parameters = [], []
        for one in group.conditions:
            sql, more = self.group(one) if isinstance(one, Group) else self.comparison(one)
            parts.append(sql)
            parameters += more
        joined = (" AND " if group.match == "all" else " OR ").join(parts)
        return (f"NOT ({joined})" if group.match == "none" else f"({joined})"), parameters

    def comparison(self, one: Comparison) -> Sql:
        values = list(one.values)
        if one.operator in {"entered_within", "left_within"}:
            return self.moved(one)
        if one.field == MODULES:
            keys = [str(key) for key in values]
            owned, among = owning(keys, self.rows.day).query.sql_with_params()
            word = "NOT IN" if one.operator == "is_not" else "IN"
            return f"m.customer_id {word} ({owned})", list(among)
        if one.field in PEOPLE:
            return self.person(one)
        takes_number = one.operator in {"at_least", "at_most", "between"}
        sql, parameters = self.expression(one.field, is_number=takes_number)
        if one.operator == "is_known":
            return f"({sql}) IS NOT NULL", parameters
        if one.operator == "is_unknown":
            return f"({sql}) IS NULL", parameters
        listed = [values] if one.operator == "is_one_of" else values
        return f"coalesce({_COMPARED[one.operator].format(sql)}, false)", [*parameters, *listed]

    def expression(self, name: str, *, is_number: bool) -> Sql:
        """The value of a field, NULL where it is unknown."""
        if name in TEXTS:
            return self.text(name), []
        if name.startswith(ATTRIBUTE):
            self.customers()
            key = name.removeprefix(ATTRIBUTE)
            if is_number:
                number = r"c.attributes ->> %s ~ '^\s*-?[0-9]{1,30}(\.[0-9]{1,30})?\s*$'"
                return f"CASE WHEN {number} THEN (c.attributes ->> %s)::numeric END", [key, key]
            return "NULLIF(c.attributes ->> %s, '')", [key]
        if name in CONTACTS:
            return self.contacts(name)
        if name in _SCORED:
            source = "m" if self.rows.are_kept else self.scores()
            return (f"{source}.{name}" if name in SCORES else f"NULLIF({source}.{name}, '')"), []
        if name in _ASSIGNED:
            kept = name in _MEASURE_COLUMNS and self.rows.are_kept
            return f"NULLIF({'m' if kept else self.assignments()}.{name}, '')", []
        if name in _MEASURE_COLUMNS:
            return f"m.{name}", []
        # What another app registered and the night computed.
        known = "jsonb_typeof(m.further -> %s) = 'number'"
        return f"CASE WHEN {known} THEN (m.further ->> %s)::numeric END", [name, name]

    def text(self, name: str) -> str:
        self.customers()
        if name != "parent":
            return f"NULLIF(c.{name}, '')"
        tenant = current_tenant_id()
        on = "p.tenant_id = %s AND p.id = c.parent_id"
        self.joins["p"] = (f"LEFT JOIN {_table(Customer)} p ON {on}", [tenant])
        return "p.key"

    def person(self, one: Comparison) -> Sql:
        if one.field == "face":
            column, held = "f.colleague_id", "f.to_on IS NULL"
            days: list[Any] = []
            if not self.rows.is_newest:
                held = "f.from_on <= %s AND coalesce(f.to_on > %s, true)"
                days = [self.rows.day, self.rows.day]
            self.joins["f"] = (
                f"LEFT JOIN {_table(Responsibility)} f ON f.tenant_id = %s "
                f"AND f.customer_id = m.customer_id AND {held}",
                [current_tenant_id(), *days],
            )
        else:
            self.customers()
            column = f"c.{one.field}_id"
        if one.operator == "is_known":
            return f"{column} IS NOT NULL", []
        if one.operator == "is_unknown":
            return f"{column} IS NULL", []
        word = "NOT IN" if one.operator == "is_not" else "IN"
        found = f"SELECT id FROM {_table(Colleague)} WHERE tenant_id = %s AND key = ANY(%s)"
        return f"coalesce({column} {word} ({found}), false)", [
            current_tenant_id(),
            [str(key) for key in one.values],
        ]

    def moved(self, one: Comparison) -> Sql:
        assert one.days is not None  # the parser asks for it
        side = "to_value" if one.operator == "entered_within" else "from_value"
        return (
            f"m.customer_id IN (SELECT customer_id FROM {_table(Move)} WHERE tenant_id = %s "
            f"AND as_of > %s AND as_of <= %s AND kind = %s AND {side} = %s)",
            [
                current_tenant_id(),
                self.rows.day - timedelta(days=one.days),
                self.rows.day,
                one.field,
                one.values[0],
            ],
        )

    def contacts(self, name: str) -> Sql:
        """How many contacts, or contacts with a role on the day; unknown while nobody has any."""
        tenant, day = current_tenant_id(), self.rows.day
        source, where = f"{_table(Contact)} o", "o.tenant_id = %s"
        number, parameters = "count(*)", list[Any]([tenant])
        if name != "contacts":
            number = "count(DISTINCT o.id)"
            source += (
                f" JOIN {_table(ContactRole)} r ON r.tenant_id = o.tenant_id "
                "AND r.contact_id = o.id"
            )
            where += (
                " AND r.role = %s AND coalesce(r.from_on <= %s, true) "
                "AND coalesce(r.to_on >= %s, true)"
            )
            parameters += [name.removesuffix("s"), day, day]
        self.joins[name] = (
            f"LEFT JOIN (SELECT o.customer_id, {number} AS number FROM {source} "
            f"WHERE {where} GROUP BY o.customer_id) {name} ON {name}.customer_id = m.customer_id",
            parameters,
        )
        kept = Contact if name == "contacts" else ContactRole
        there = f"EXISTS (SELECT 1 FROM {_table(kept)} WHERE tenant_id = %s)"
        return f"CASE WHEN {there} THEN coalesce({name}.number, 0) END", [tenant]

    def customers(self) -> None:
        on = "c.tenant_id = %s AND c.id = m.customer_id"
        self.joins["c"] = (f"JOIN {_table(Customer)} c ON {on}", [current_tenant_id()])

    def scores(self) -> str:
        """The name of what the night scored."""
        self.joins["s"] = (
            f"LEFT JOIN {_table(Scored)} s ON s.tenant_id = %s AND s.as_of = %s "
            "AND s.customer_id = m.customer_id",
            [current_tenant_id(), self.rows.day],
        )
        return "s"

    def assignments(self) -> str:
        """The name of what the night assigned."""
        held, days = "a.valid_to IS NULL", []
        if not self.rows.is_newest:
            held = "a.valid_from <= %s AND coalesce(a.valid_to > %s, true)"
            days = [self.rows.day, self.rows.day]
        self.joins["a"] = (
            f"LEFT JOIN {_table(Assignment)} a ON a.tenant_id = %s "
            f"AND a.customer_id = m.customer_id AND {held}",
            [current_tenant_id(), *days],
        )
        return "a"


_COMPARED = {
    "at_least": "({}) >= %s",
    "at_most": "({}) <= %s",
    "between": "({}) BETWEEN %s AND %s",
    "is": "({}) = %s",
    "is_not": "({}) <> %s",
    "is_one_of": "({}) = ANY(%s)",
    # A pattern would have to be escaped.
    "contains": "strpos(lower({}), lower(%s)) > 0",
}


def matching(condition: Group, rows: Rows, *, columns: str = "m.customer_id") -> Sql:
    """The query of the customers that meet a condition, and its parameters.

    ``columns``: what it selects, of ``m``: customer_id and the measures of the night.
    """
    compiler = _Compiler(rows)
    if not rows.are_kept:
        # Who was known then may have been taken away since.
        compiler.customers()
    where, parameters = compiler.group(condition)
    # Joins that read a joined table come after it.
    joins = sorted(compiler.joins.items(), key=lambda join: (join[0] != "c", join[0] == "p"))
    source = f"{_table(MeasureRow) if rows.are_kept else _NIGHT_ROWS} m"
    narrowed = "m.tenant_id = %s AND m.as_of = %s" if rows.are_kept else "true"
    return (
        f"SELECT {columns} FROM {source} {' '.join(sql for _name, (sql, _) in joins)} "
        f"WHERE {narrowed} AND {where}",
        [
            *(value for _name, (_, values) in joins for value in values),
            *([current_tenant_id(), rows.day] if rows.are_kept else []),
            *parameters,
        ],
    )


def _table(model: Any) -> str:
    return str(model._meta.db_table)
