"""The rules of events while they are edited: rows of a form, complete or not.

The form's fields are named by their place: ``r-0.kind``, ``r-0.pattern``, ``r-0.path``,
``r-0.value``, ``r-0.module``, ``r-0.ignored``. Buttons say what to do with which row: ``add``,
``up:2``, ``down:0``, ``remove:1``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from segmentation.compute.event_rules import RuleValues
from segmentation.models import EventRule

MOST_RULES = 200
MOST_CHARACTERS = 200

_NAME = re.compile(r"r-(\d{1,4})\.(kind|pattern|path|value|module|ignored)")
_DO = re.compile(r"(up|down|remove):(\d{1,4})")


@dataclass
class Row:
    """One rule as it was typed: which events, and the key of the module they belong to."""

    kind: str = EventRule.Kind.ANY
    pattern: str = ""
    path: str = ""
    value: str = ""
    module: str = ""
    ignored: bool = False
    faults: list[str] = dataclasses.field(default_factory=list)
    place: int = 0

    @property
    def is_blank(self) -> bool:
        return not any((self.pattern, self.path, self.value, self.module, self.ignored))

    @property
    def kind_word(self) -> str:
        return str(EventRule.Kind(self.kind).label)

    @property
    def number(self) -> int:
        """As people count."""
        return self.place + 1


def numbered(rows: list[Row]) -> list[Row]:
    """The rows, each told its place."""
    for place, row in enumerate(rows):
        row.place = place
    return rows


def rows_of(rules: Iterable[RuleValues]) -> list[Row]:
    """The rules in force as rows, in their order."""
    return numbered(
        [
            Row(
                rule.kind, rule.pattern, rule.property_path, rule.property_value, rule.module,
                rule.is_ignored,
            )
            for rule in rules
        ]
    )  # fmt: skip


def read_rows(posted: QueryDict) -> list[Row]:
    """The rows of a sent form in their order, at most one more than there may be."""
    sent: dict[int, dict[str, str]] = {}
    for name in posted:
        if (found := _NAME.fullmatch(name)) is not None:
            sent.setdefault(int(found[1]), {})[found[2]] = str(posted[name]).strip()
    rows = []
    for place in sorted(sent)[: MOST_RULES + 1]:
        given = sent[place]
        kind = given.get("kind", "")
        rows.append(
            Row(
                kind=kind if kind in EventRule.Kind.values else EventRule.Kind.ANY,
                pattern=given.get("pattern", ""),
                path=given.get("path", ""),
                value=given.get("value", ""),
                module=given.get("module", ""),
                ignored=bool(given.get("ignored")),
            )
        )
    return numbered(rows)


def done_to(rows: list[Row], do: str) -> list[Row]:
    """The rows after a button was pressed; other buttons change nothing."""
    if do == "add":
        return numbered([*rows, Row()] if len(rows) < MOST_RULES else rows)
    found = _DO.fullmatch(do)
    if found is None or int(found[2]) >= len(rows):
        return rows
    place, rows = int(found[2]), list(rows)
    if found[1] == "remove":
        del rows[place]
    else:
        other = place + (-1 if found[1] == "up" else 1)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return numbered(rows)


def said(rows: list[Row]) -> list[Row]:
    """The rows that say something, numbered anew; each has its faults."""
    kept = numbered([row for row in rows if not row.is_blank])
    above: set[tuple[str, str, str, str]] = set()
    for row in kept:
        row.faults = _faults(row)
        asked = (row.kind, row.pattern, row.path, row.value)
        if not row.faults and asked in above:
            row.faults.append(_("A rule above asks the same, so this one is never reached."))
        above.add(asked)
    if len(kept) > MOST_RULES:
        kept[-1].faults.append(_("At most %(most)s rules.") % {"most": MOST_RULES})
    return kept


def readable(rows: list[Row]) -> list[Row]:
    """The rows that can be followed already; what is half typed waits."""
    return [row for row in rows if not row.is_blank and not _faults(row)]


def as_values(rows: Iterable[Row]) -> list[RuleValues]:
    """The rows as rules are followed and saved."""
    return [
        RuleValues(
            kind=row.kind,
            pattern=row.pattern,
            property_path=row.path,
            property_value=row.value,
            module="" if row.ignored else row.module,
            is_ignored=row.ignored,
        )
        for row in rows
    ]


def _faults(row: Row) -> list[str]:
    faults = []
    if not row.pattern:
        faults.append(_("Say which events: a name, or * for all."))
    if row.value and not row.path:
        faults.append(_("Say which property has this value."))
    if any(len(text) > MOST_CHARACTERS for text in (row.pattern, row.path, row.value, row.module)):
        faults.append(_("At most %(most)s characters.") % {"most": MOST_CHARACTERS})
    if not row.ignored and not row.module:
        faults.append(_("Say to which module these events belong, or that they are not taken."))
    return faults
