"""Putting a handover together: begun from the project's records, kept in step with them, and added
to by hand. Proposing and answering it are in ``handover_answers``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.models import User
from projects.models import Handover, HandoverItem, Project
from projects.models.handovers import REQUIRED
from projects.queries.handover_sources import Found, found_for
from projects.queries.handovers import OPEN_TO_CHANGE

FIELDS = ("title", "text", "due_on", "person", "contact")
# Of what the project's records said, as long as nobody has put it in other words.
FROM_RECORDS = ("title", "text", "due_on", "person_id", "contact_id")


class HandoverConflict(Exception):
    """Somebody changed the handover, or its item, since it was on screen."""


@dataclass(frozen=True)
class Updated:
    """How many items came, were put right and went."""

    added: int
    changed: int
    removed: int


@transaction.atomic
def start_handover(*, project: Project, today: date, by: User | None) -> Handover:
    """Begin the list with what the project's records hold. A loaded project that the customer has
    not accepted yet awaits a handover from now on.

    Raises:
        ValidationError: it was begun before, or the project was handed over without one.
    """
    current = Project.objects.select_for_update().get(pk=project.pk)
    if Handover.objects.filter(project=current).exists():
        raise ValidationError(_("The handover of this project was begun before."))
    if current.handover_day is not None:
        raise ValidationError(_("This project has been handed over."))
    if not current.awaits_handover:
        now = timezone.now()
        keep_versions([current], until=now)
        current.awaits_handover, current.known_from = True, now
        current.save(update_fields=["awaits_handover", "known_from"])
        project.refresh_from_db()
    handover = Handover.objects.create(project=current, started_by=by)
    items = _list(handover, found_for(current, today))
    record("handover.started", by=by, about=handover, label=current.name, items=len(items))
    return handover


@transaction.atomic
def update_from_records(*, handover: Handover, today: date, by: User | None) -> Updated:
    """Bring the list in step with the project's records: what came up is added; what is settled there
    goes, unless somebody has put it in other words: then it is done.

    Raises:
        ValidationError: it is not open to changes.
    """
    current = locked_handover(handover)
    _must_be_open(current)
    found = {one.key: one for one in found_for(current.project, today)}
    items = list(HandoverItem.objects.filter(handover=current).exclude(source=""))
    listed = {(item.section, item.source, item.source_id): item for item in items}
    new = _list(current, [one for key, one in found.items() if key not in listed])
    changed, gone = [], []
    for key, item in listed.items():
        if key not in found:
            gone.append(item)
        elif item.version == 1 and _put_right(item, found[key]):
            changed.append(item)
    HandoverItem.objects.bulk_update(changed, FROM_RECORDS)
    untouched = [item.pk for item in gone if item.version == 1]
    HandoverItem.objects.filter(pk__in=untouched).delete()
    settled = [item for item in gone if item.version > 1 and item.state == HandoverItem.State.OPEN]
    for item in settled:
        item.state, item.state_why = HandoverItem.State.DONE, _("Settled in the project meanwhile.")
        item.state_by, item.state_at = by, timezone.now()
        item.version += 1
        item.save()
    updated = Updated(len(new), len(changed) + len(settled), len(untouched))
    if any((updated.added, updated.changed, updated.removed)):
        changed_list(current)
        record(
            "handover.updated", by=by, about=current, label=current.project.name,
            added=updated.added, changed=updated.changed, removed=updated.removed,
        )  # fmt: skip
    handover.refresh_from_db()
    return updated


@transaction.atomic
def add_item(
    *, handover: Handover, section: str, values: Mapping[str, Any], by: User | None
) -> HandoverItem:
    """List something by hand: a promise, a note on the configuration, …

    Args:
        values: some of ``FIELDS``.

    Raises:
        ValidationError: not open to changes, nothing said, or another customer's contact.
    """
    current = locked_handover(handover)
    _must_be_open(current)
    item = HandoverItem(handover=current, section=section)
    set_values(item, values, current.project)
    item.save()
    if section in current.empty_sections:
        current.empty_sections.remove(section)
    changed_list(current)
    record("handover_item.added", by=by, about=item, project=current.project.name, section=section)
    handover.refresh_from_db()
    return item


@transaction.atomic
def edit_item(*, item: HandoverItem, seen: int, values: Mapping[str, Any], by: User | None) -> bool:
    """Give an item these values (some of ``FIELDS``). After the handover was accepted only who has to
    see to it, and until when, can be changed. Returns whether anything changed.

    Raises:
        HandoverConflict: its version is another than ``seen``.
        ValidationError: the handover is proposed, nothing said, or another customer's contact.
    """
    handover = locked_handover(item.handover)
    current = locked_item(item, seen)
    allowed: tuple[str, ...] = FIELDS
    if handover.state == Handover.State.ACCEPTED:
        allowed = ("due_on", "person", "contact")
    else:
        _must_be_open(handover)
    before = {name: getattr(current, name) for name in allowed}
    set_values(
        current, {name: values[name] for name in allowed if name in values}, handover.project
    )
    changed = [name for name in before if getattr(current, name) != before[name]]
    if not changed:
        return False
    current.version += 1
    current.save()
    if handover.state != Handover.State.ACCEPTED:
        changed_list(handover)
    record(
        "handover_item.changed", by=by, about=current, project=handover.project.name,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(getattr(current, name)) for name in changed},
    )  # fmt: skip
    item.refresh_from_db()
    return True


@transaction.atomic
def remove_item(*, item: HandoverItem, seen: int, by: User | None) -> None:
    """Take an item off the list that was written by hand.

    Raises:
        HandoverConflict: its version is another than ``seen``.
        ValidationError: not open to changes, or it comes from the project's records: that is settled
            there, or dropped here with the reason.
    """
    handover = locked_handover(item.handover)
    _must_be_open(handover)
    current = locked_item(item, seen)
    if current.source:
        raise ValidationError(
            _("This comes from the project's records. Settle it there, or drop it with the reason.")
        )
    record(
        "handover_item.removed", by=by, about=current, project=handover.project.name,
        section=current.section,
    )  # fmt: skip
    current.delete()
    changed_list(handover)


@transaction.atomic
def say_empty(*, handover: Handover, section: str, is_empty: bool, by: User | None) -> None:
    """Say that there is nothing in a section, or no longer say so.

    Raises:
        ValidationError: not open to changes, or something is listed there.
    """
    current = locked_handover(handover)
    _must_be_open(current)
    if section not in REQUIRED:
        raise ValueError(section)
    if is_empty and HandoverItem.objects.filter(handover=current, section=section).exists():
        raise ValidationError(_("Something is listed here."))
    said = set(current.empty_sections) - {section} | ({section} if is_empty else set())
    if said == set(current.empty_sections):
        return
    current.empty_sections = sorted(said)
    changed_list(current)
    record(
        "handover.section_said_empty" if is_empty else "handover.section_reopened",
        by=by, about=current, label=current.project.name, section=section,
    )  # fmt: skip
    handover.refresh_from_db()


def locked_handover(handover: Handover) -> Handover:
    """The handover as it is now, held until the transaction ends: whatever changes it waits here."""
    found: Handover = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("project__customer", "project__manager")
        .get(pk=handover.pk)
    )
    return found


def locked_item(item: HandoverItem, seen: int) -> HandoverItem:
    """Raises HandoverConflict where its version is another than ``seen``, or it is gone."""
    found: HandoverItem | None = (
        HandoverItem.objects.select_for_update(of=("self",))
        .select_related("person", "contact")
        .filter(pk=item.pk)
        .first()
    )
    if found is None or found.version != seen:
        raise HandoverConflict
    return found


def changed_list(handover: Handover) -> None:
    """Count a change of a locked handover's list."""
    handover.version += 1
    handover.save(update_fields=["version", "empty_sections"])


def set_values(item: HandoverItem, values: Mapping[str, Any], project: Project) -> None:
    for name in FIELDS:
        if name in values:
            setattr(item, name, values[name])
    item.title = item.title.strip()
    if not item.title:
        raise ValidationError({"title": _("Say what it is about.")})
    if item.contact is not None and item.contact.customer_id != project.customer_id:
        raise ValidationError(_("This belongs to another customer."))


def _must_be_open(handover: Handover) -> None:
    if handover.state not in OPEN_TO_CHANGE:
        raise ValidationError(
            _("The handover is proposed or accepted; its list can no longer be altered.")
        )


def _list(handover: Handover, found: list[Found]) -> list[HandoverItem]:
    items: list[HandoverItem] = HandoverItem.objects.bulk_create(
        HandoverItem(
            handover=handover,
            section=one.section,
            source=one.source,
            source_id=one.source_id,
            **{name: getattr(one, name) for name in FROM_RECORDS},
        )
        for one in found
    )
    listed = {item.section for item in items}
    if listed & set(handover.empty_sections):
        handover.empty_sections = sorted(set(handover.empty_sections) - listed)
        handover.save(update_fields=["empty_sections"])
    return items


def _put_right(item: HandoverItem, found: Found) -> bool:
    before = [getattr(item, name) for name in FROM_RECORDS]
    for name in FROM_RECORDS:
        setattr(item, name, getattr(found, name))
    return before != [getattr(item, name) for name in FROM_RECORDS]


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, bool | int) else str(value)
