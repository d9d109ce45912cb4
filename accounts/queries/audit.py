"""The audit records as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from accounts.labels import (
    ASSIGNED,
    ASSIGNMENT_UNDONE,
    VALUES,
    VERBS,
    WORDINGS,
    field_label,
    verb_label,
)
from accounts.loads.registry import find_kind
from accounts.models import AuditRecord, ContactRole, Role, Visibility
from ui.formats import listed
from ui.notes import note_words
from ui.tags.formats import language, number, short_date

# Numbers that nobody adds up.
IDENTIFIERS = {"seed", "version"}
DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class AuditEntry:
    """One record in words, ``pk`` its own key.

    ``changes``: (field, old, new); ``details``: (field, value). ``object_type`` and ``object_id``
    name the row concerned, if there is one.
    """

    at: datetime
    who: str
    what: str
    about: str
    object_type: str
    object_id: int | None
    pk: int = 0
    verb: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)


def audit_records(
    *,
    zone: ZoneInfo,
    text: str = "",
    who: str = "",
    noun: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet:
    """Records, latest first.

    Args:
        zone: the tenant's, in which ``since`` and ``until`` (both included) are days.
        text: part of the object's label.
        who: part of the actor's address or name.
        noun: first word of the verb, e.g. ``customer``.
    """
    found = AuditRecord.objects.select_related("actor").order_by("-at", "-id")
    if text:
        found = found.filter(object_label__icontains=text)
    if who:
        found = found.filter(Q(actor_label__icontains=who) | Q(actor__name__icontains=who))
    if noun:
        found = found.filter(verb__startswith=f"{noun}.")
    if since:
        found = found.filter(at__gte=datetime.combine(since, time.min, zone))
    if until:
        found = found.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
    return found


def nouns() -> list[tuple[str, str]]:
    """(noun, words) of what can be recorded, for a filter; in the order of the words."""
    return sorted(
        {(noun := verb.partition(".")[0], field_label(noun).capitalize()) for verb in VERBS},
        key=lambda pair: pair[1],
    )


def still_undoable(records: Iterable[AuditEntry]) -> set[int]:
    """Keys of the assignments that can still be undone; one query where there is any."""
    done = {one.pk for one in records if one.verb == ASSIGNED}
    if not done:
        return set()
    undone = AuditRecord.objects.filter(verb=ASSIGNMENT_UNDONE, data__assignment__in=list(done))
    return done - set(undone.values_list("data__assignment", flat=True))


# What a record holds for those who undo it.
_UNTOLD = {"known_from", "assignment", "letters"}


def entry(record: AuditRecord) -> AuditEntry:
    """A record in words; needs no further query when the actor was fetched with it."""
    data = {name: value for name, value in record.data.items() if name not in _UNTOLD}
    before, after = data.pop("before", None), data.pop("after", None)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = list(dict.fromkeys([*before, *after]))
        changes = [
            (field_label(name), _words(before.get(name), name), _words(after.get(name), name))
            for name in names
            if before.get(name) != after.get(name)
        ]
    elif before is not None or after is not None:
        changes = [("", _words(before), _words(after))]
    else:
        changes = []
    return AuditEntry(
        at=record.at,
        who=str(record.actor) if record.actor else record.actor_label,
        what=verb_label(record.verb),
        about=_about(record),
        object_type=record.object_type,
        object_id=record.object_id,
        pk=record.pk,
        verb=record.verb,
        changes=changes,
        details=[(field_label(name), _words(value, name)) for name, value in data.items()],
    )


# Values that are choices of ours, whichever field holds them.
_CHOICES = {
    **{role.value: role.label for role in Role},
    **{kind.value: kind.label for kind in ContactRole.Kind},
    **{width.value: width.label for width in Visibility},
}


def _about(record: AuditRecord) -> str:
    """The object's name; what roles see of is a kind of record, kept by its key."""
    if record.verb == "visibility.changed":
        return field_label(record.object_label)
    return record.object_label


def _words(value: Any, field: str = "") -> str:
    """A JSON value on one line, as the field that holds it reads."""
    if value is None:
        return ""
    if field in WORDINGS:
        return str(import_string(WORDINGS[field])(value))
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, Mapping):
        # Attributes are the tenant's own columns, by the tenant's own names.
        label = str if field == "attributes" else field_label
        return listed(
            (f"{label(name)}: {_words(inner)}" for name, inner in value.items()), language()
        )
    if isinstance(value, list):
        if value and all(isinstance(inner, list) for inner in value):
            return "; ".join(" ".join(filter(None, map(_words, inner))) for inner in value)
        return listed((_words(inner) for inner in value), language())
    if not isinstance(value, str):
        return str(value) if field in IDENTIFIERS else number(value)
    if field == "note":
        return note_words(value)
    if field == "kind" and (kind := find_kind(value)):
        return str(kind.label)
    if DAY.fullmatch(value):
        return short_date(date.fromisoformat(value))
    return str(VALUES.get((field, value)) or _CHOICES.get(value, value))
