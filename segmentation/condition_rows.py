"""A condition being edited, as templates draw it: segmentation/customer_groups/part.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from segmentation.catalogue import Unit
from segmentation.compute.conditions import Fault, Field, Kind
from segmentation.condition_drafts import Draft, Row
from segmentation.condition_words import (
    MATCHES,
    UNIT_WORDS,
    choices_of,
    fault_sentence,
    operator_word,
    sections,
    title_of,
    unit_of,
)
from segmentation.queries.condition_fields import ConditionFields
from segmentation.queries.overview import choices
from segmentation.queries.scopes import Scope


@dataclass(frozen=True)
class Drawer:
    """What every row needs to be drawn."""

    fields: ConditionFields
    scope: Scope
    currency: str

    def suggestions(self, key: str) -> list[str]:
        offered = choices(self.scope)
        return {"industry": offered.industries, "region": offered.regions}.get(key, [])

    def unit(self, key: str) -> str:
        unit = unit_of(key)
        if unit is Unit.MONEY:
            return self.currency
        return str(UNIT_WORDS.get(unit, "")) if unit else ""


def drawn(draft: Draft, drawer: Drawer) -> dict[str, Any]:
    """A group for its template; parts are drawn in turn."""
    offered = sections(drawer.fields)
    return {
        "is_group": True,
        "name": _name(draft),
        "place": "-".join(map(str, draft.place)),
        "match": draft.match,
        "matches": MATCHES.items(),
        "may_nest": draft.may_nest,
        "parts": [
            drawn(part, drawer) if isinstance(part, Draft) else _drawn_row(part, drawer, offered)
            for part in draft.parts
        ],
        "faults": [fault_sentence(fault) for fault in draft.faults],
    }


def _drawn_row(row: Row, drawer: Drawer, offered: list[Any]) -> dict[str, Any]:
    found = drawer.fields.by_key.get(row.field)
    told: dict[str, Any] = {
        "name": _name(row),
        "place": "-".join(map(str, row.place)),
        "field": row.field,
        "operator": row.operator,
        "sections": offered,
        "is_offered": any(row.field == key for _word, keys in offered for key, _title in keys),
        "title": title_of(row.field),
        "operators": [],
        "faults": [_fault(row, fault) for fault in row.faults],
        "days": row.days,
    }
    if found is not None:
        told |= {
            "operators": [(key, operator_word(found, key)) for key in found.operators],
            "widget": _widget(found, row.operator),
            "takes_days": row.operator in {"entered_within", "left_within"},
            "values": row.values,
            "value": row.values[0] if row.values else "",
            "texts": "; ".join(row.values),
            "low": row.low,
            "high": row.high,
            "choices": choices_of(found, drawer.fields),
            "suggestions": drawer.suggestions(row.field),
            "unit": drawer.unit(row.field),
        }
    return told


def _fault(row: Row, fault: Fault) -> str:
    if fault.code == "field_unknown" and not row.field:
        return _("Choose what to compare.")
    return fault_sentence(fault)


def _widget(found: Field, operator: str) -> str:
    """How the values of a comparison are typed."""
    if operator in {"is_known", "is_unknown"}:
        return "none"
    if operator == "between":
        return "range"
    if found.takes_numbers(operator):
        return "number"
    if found.kind is Kind.TEXT:
        return "texts" if operator == "is_one_of" else "text"
    if operator != "is_one_of":
        return "choice"
    return "list" if found.kind in {Kind.PERSON, Kind.MODULES} else "boxes"


def _name(part: Row | Draft) -> str:
    return "c" + "".join(f"-{number}" for number in part.place)
