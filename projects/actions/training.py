"""Keeping training sessions and who took part: facts, whose earlier versions stay known."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.contacts import ContactValues, RoleSpan, add_contact
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Contact, Customer, Module, User
from projects.models import Attendance, SessionModule, TrainingSession

FIELDS = ("project", "title", "kind", "held_on", "minutes", "trainer", "place")


@transaction.atomic
def hold_session(
    *,
    customer: Customer,
    values: Mapping[str, Any],
    modules: Collection[Module] = (),
    by: User | None,
) -> TrainingSession:
    """A session that was held, or will be.

    Args:
        values: some of ``FIELDS``; the project, where there is one, is the customer's.

    Raises:
        ValidationError: another customer's project, or no title.
    """
    now = timezone.now()
    session = TrainingSession(
        customer=customer, key=f"session-{secrets.token_hex(4)}", known_from=now, **values
    )
    _check(session)
    session.save()
    note_creation(session, at=now)
    _set_modules(session, modules)
    record("training.held", by=by, about=session, customer=customer.name, held_on=_day(session))
    return session


@transaction.atomic
def change_session(
    *,
    session: TrainingSession,
    values: Mapping[str, Any],
    modules: Collection[Module] | None = None,
    by: User | None,
) -> bool:
    """Give a session these values; the modules stay where None is given. Returns whether anything
    changed.

    Raises:
        ValidationError: as in :func:`hold_session`.
    """
    current = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    before = {name: getattr(current, name) for name in FIELDS if name in values}
    changed = [name for name in before if before[name] != values[name]]
    if changed:
        now = timezone.now()
        keep_versions([current], until=now)
        for name in changed:
            setattr(current, name, values[name])
        _check(current)
        current.known_from = now
        current.save()
    told = {name: _told(before[name]) for name in changed}
    after = {name: _told(values[name]) for name in changed}
    if modules is not None:
        old = _module_names(current)
        _set_modules(current, modules)
        if (new := _module_names(current)) != old:
            told["modules"], after["modules"] = old, new
    if told:
        record(
            "training.changed",
            by=by,
            about=current,
            customer=current.customer.name,
            before=told,
            after=after,
        )
    return bool(told)


@transaction.atomic
def remove_session(*, session: TrainingSession, by: User | None) -> None:
    """Take a session away, with who took part; nights before now still know them."""
    current = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    now = timezone.now()
    keep_versions(list(Attendance.objects.filter(session=current)), until=now)
    keep_versions([current], until=now)
    record(
        "training.removed",
        by=by,
        about=current,
        customer=current.customer.name,
        held_on=_day(current),
    )
    Attendance.objects.filter(session=current).delete()
    current.delete()


@transaction.atomic
def take_attendance(
    *, session: TrainingSession, said: Mapping[int, str], by: User | None
) -> dict[str, int]:
    """Say of contacts (by id) whether they took part; empty: nothing is said of them any more. What
    is not named stays. Returns state → how many changed to it.

    Raises:
        ValidationError: a contact of another customer.
    """
    if unknown := set(said.values()) - {*Attendance.State.values, ""}:
        raise ValueError(unknown)
    TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    known = set(
        Contact.objects.filter(customer=session.customer_id, pk__in=said).values_list(
            "pk", flat=True
        )
    )
    if known != set(said):
        raise ValidationError(_("This belongs to another customer."))
    stored = {row.contact_id: row for row in Attendance.objects.filter(session=session)}
    now = timezone.now()
    changed: dict[str, int] = {}
    for pk, state in said.items():
        row = stored.get(pk)
        if state == (row.state if row else ""):
            continue
        _write(session, pk, row, state, now)
        changed[state] = changed.get(state, 0) + 1
    if changed:
        told: dict[str, Any] = {state or "unsaid": count for state, count in changed.items()}
        record("training.attended", by=by, about=session, customer=session.customer.name, **told)
    return changed


@transaction.atomic
def add_attendant(
    *, session: TrainingSession, name: str, role: str, today: date, by: User | None
) -> Contact:
    """Somebody who took part and is no contact yet: made one by name, with a role from the day of
    the session (empty: none), and present.

    Raises:
        ValidationError: no name is given.
    """
    if not name.strip():
        raise ValidationError({"name": _("Give a name.")})
    roles = [RoleSpan(role, min(session.held_on, today))] if role else []
    contact = add_contact(
        customer=session.customer, values=ContactValues(name.strip()), roles=roles, by=by
    )
    take_attendance(session=session, said={contact.pk: Attendance.State.PRESENT}, by=by)
    return contact


def _write(
    session: TrainingSession, contact_id: int, row: Attendance | None, state: str, now: datetime
) -> None:
    if row is None:
        made = Attendance.objects.create(
            session=session, contact_id=contact_id, state=state, known_from=now
        )
        note_creation(made, at=now)
        return
    keep_versions([row], until=now)
    if not state:
        row.delete()
        return
    row.state, row.known_from = state, now
    row.save(update_fields=["state", "known_from"])


def _check(session: TrainingSession) -> None:
    session.title = session.title.strip()
    if not session.title:
        raise ValidationError({"title": _("Say what it is about.")})
    if session.project is not None and session.project.customer_id != session.customer_id:
        raise ValidationError(_("This belongs to another customer."))


def _set_modules(session: TrainingSession, modules: Collection[Module]) -> None:
    wanted = {module.pk for module in modules}
    SessionModule.objects.filter(session=session).exclude(module__in=wanted).delete()
    SessionModule.objects.bulk_create(
        [SessionModule(session=session, module_id=pk) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )


def _module_names(session: TrainingSession) -> list[str]:
    found = SessionModule.objects.filter(session=session).order_by("module__name")
    return list(found.values_list("module__name", flat=True))


def _day(session: TrainingSession) -> str:
    return session.held_on.isoformat()


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, int) else str(value)
