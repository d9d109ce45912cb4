"""Raising and changing risks and issues; a risk that happens becomes an issue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from projects.models import Project, Risk

FIELDS = (
    "title",
    "text",
    "probability",
    "impact",
    "side",
    "person",
    "contact",
    "due_on",
    "mitigation",
)
# What a person may say of either; a risk that happens is said by :func:`let_happen`.
SAYABLE = (Risk.State.OPEN, Risk.State.MITIGATED, Risk.State.CLOSED)


class RiskConflict(Exception):
    """Somebody changed it since it was on screen. ``risk``: as it is now."""

    def __init__(self, risk: Risk) -> None:
        super().__init__(risk.pk)
        self.risk = risk


@transaction.atomic
def raise_risk(
    *, project: Project, kind: str, values: Mapping[str, Any], raised_on: date, by: User | None
) -> Risk:
    """Write down what may go wrong, or what has.

    Args:
        values: some of ``FIELDS``.

    Raises:
        ValidationError: a risk without a probability, nothing said, or another customer's contact.
    """
    risk = Risk(
        project=project,
        number=_free_number(project),
        kind=kind,
        raised_on=raised_on,
        raised_by=by,
        changed_by=by,
    )
    _set(risk, values, project)
    risk.save()
    record("risk.raised", by=by, about=risk, project=project.name, kind=risk.kind)
    return risk


@transaction.atomic
def edit_risk(*, risk: Risk, seen: int, values: Mapping[str, Any], by: User | None) -> bool:
    """Give it these values. Returns whether anything changed.

    Raises:
        RiskConflict: its version is another than ``seen``.
        ValidationError: as in :func:`raise_risk`.
    """
    current = _locked(risk, seen)
    before = {name: getattr(current, name) for name in FIELDS if name in values}
    _set(current, values, current.project)
    changed = [name for name in before if getattr(current, name) != before[name]]
    if not changed:
        return False
    _save(current, by)
    record(
        "risk.changed",
        by=by,
        about=current,
        project=current.project.name,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(getattr(current, name)) for name in changed},
    )
    return True


@transaction.atomic
def settle_risk(*, risk: Risk, seen: int, state: str, why: str, by: User | None) -> None:
    """Say that it is mitigated or closed, or that it is open again, and why.

    Raises:
        RiskConflict: its version is another than ``seen``.
        ValidationError: no reason, no change, or the risk has happened: then its issue goes on.
    """
    current = _locked(risk, seen)
    if state not in SAYABLE:
        raise ValueError(state)
    if current.state == Risk.State.HAPPENED:
        raise ValidationError(_("This risk has happened. What follows is said of its issue."))
    if current.state == state:
        raise ValidationError(_("That is its state already."))
    before = current.state
    _say(current, state, why, by)
    record(
        "risk.settled",
        by=by,
        about=current,
        project=current.project.name,
        before={"state": before},
        after={"state": str(state)},
        why=current.state_why,
    )


@transaction.atomic
def let_happen(*, risk: Risk, seen: int, why: str, today: date, by: User | None) -> Risk:
    """A risk has happened: it stays as it was, and an issue with its words and its owner is made.
    Returns the issue.

    Raises:
        RiskConflict: its version is another than ``seen``.
        ValidationError: it is an issue, it has happened or it is closed, or no reason is given.
    """
    current = _locked(risk, seen)
    if current.kind != Risk.Kind.RISK:
        raise ValidationError(_("An issue is there already; only a risk happens."))
    if current.state in (Risk.State.HAPPENED, Risk.State.CLOSED):
        raise ValidationError(_("Only a risk that is not closed can happen."))
    before = current.state
    _say(current, Risk.State.HAPPENED, why, by)
    issue = Risk.objects.create(
        project=current.project,
        number=_free_number(current.project),
        kind=Risk.Kind.ISSUE,
        raised_on=today,
        raised_by=by,
        changed_by=by,
        came_of=current,
        text=current.state_why,
        **{name: getattr(current, name) for name in FIELDS if name not in {"probability", "text"}},
    )
    record(
        "risk.happened",
        by=by,
        about=current,
        project=current.project.name,
        before={"state": before},
        after={"state": str(current.state)},
        why=current.state_why,
        issue=issue.number,
    )
    return issue


def _locked(risk: Risk, seen: int) -> Risk:
    found = (
        Risk.objects.select_for_update(of=("self",))
        .select_related("project", "person", "contact", "changed_by")
        .get(pk=risk.pk)
    )
    if found.version != seen:
        raise RiskConflict(found)
    return found


def _set(risk: Risk, values: Mapping[str, Any], project: Project) -> None:
    for name in FIELDS:
        if name in values:
            setattr(risk, name, values[name])
    risk.title = risk.title.strip()
    if risk.kind == Risk.Kind.ISSUE:
        risk.probability = None
    elif risk.probability is None:
        raise ValidationError({"probability": _("Say how likely it is.")})
    if not risk.title:
        raise ValidationError({"title": _("Say what it is about.")})
    if risk.contact is not None and risk.contact.customer_id != project.customer_id:
        raise ValidationError(_("This belongs to another customer."))


def _say(risk: Risk, state: str, why: str, by: User | None) -> None:
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    risk.state, risk.state_why = state, why.strip()
    risk.state_by, risk.state_at = by, timezone.now()
    _save(risk, by)


def _save(risk: Risk, by: User | None) -> None:
    risk.version += 1
    risk.changed_at, risk.changed_by = timezone.now(), by
    risk.save()


def _free_number(project: Project) -> int:
    """One at a time for a project, so that no number is given twice."""
    Project.objects.select_for_update().get(pk=project.pk)
    latest = Risk.objects.filter(project=project).aggregate(number=Max("number"))["number"]
    return (latest or 0) + 1


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, bool | int) else str(value)
