"""The gates of a project: made with its plan, added, edited, removed; and the clause of its SOW by
which silence counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from projects.compute.plan_documents import words_in
from projects.models import Gate, PassiveClause, Phase, Project

State = Gate.State
FIELDS = (
    "phase",
    "title",
    "confirms",
    "due_on",
    "is_acceptance",
    "vendor_role",
    "customer_role",
    "vendor_approver",
    "customer_approver",
    "answer_days",
    "uses_silence",
)


class GateConflict(Exception):
    """Somebody changed the gate since it was on screen."""


def make_gates(
    *, project: Project, phases: Mapping[str, Phase], document: Mapping[str, Any],
    ends: Mapping[str, date], language: str,
) -> list[Gate]:  # fmt: skip
    """The gates that a template's phases end with.

    Args:
        phases: key of a phase → its row.
        ends: key of a phase → its last planned day.
    """
    has_acceptance = Gate.objects.filter(project=project, is_acceptance=True).exists()
    return Gate.objects.bulk_create(
        Gate(
            project=project,
            phase=phases[phase["key"]],
            title=words_in(gate["title"], language),
            confirms=words_in(gate["confirms"], language),
            due_on=ends[phase["key"]],
            is_acceptance=gate["is_acceptance"] and not has_acceptance,
            vendor_role=words_in(gate["vendor_role"], language),
            customer_role=words_in(gate["customer_role"], language),
            vendor_approver=project.manager,
            answer_days=gate["days"],
        )
        for phase in document["phases"]
        if (gate := phase.get("gate"))
    )


@transaction.atomic
def add_gate(*, project: Project, values: Mapping[str, Any], by: User | None) -> Gate:
    """A further gate, with values for ``FIELDS``.

    Raises:
        ValidationError: a phase of another project, or a second acceptance.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    gate = Gate(project=project, **{name: values[name] for name in FIELDS if name in values})
    _check(gate)
    gate.save()
    record("gate.added", by=by, about=gate, project=project.name, phase=gate.phase.title)
    return gate


@transaction.atomic
def edit_gate(*, gate: Gate, seen: int, values: Mapping[str, Any], by: User | None) -> None:
    """Give a gate these values of ``FIELDS``.

    Raises:
        GateConflict: its version is another than ``seen``.
        ValidationError: approvers are being asked or have confirmed it; a second acceptance.
    """
    current = locked_gate(gate)
    if current.version != seen:
        raise GateConflict
    if current.state == State.PASSED:
        raise ValidationError(_("This gate is passed; what was confirmed stays as it is."))
    if current.state == State.ASKED:
        raise ValidationError(_("Approvers are being asked. Take the question back first."))
    before = {name: getattr(current, name) for name in FIELDS if name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(current, name, value)
    _check(current)
    current.version += 1
    current.save()
    record(
        "gate.changed",
        by=by,
        about=current,
        project=current.project.name,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(value) for name, value in changed.items()},
    )
    gate.refresh_from_db()


@transaction.atomic
def remove_gate(*, gate: Gate, by: User | None) -> None:
    """Take a gate away that nobody was ever asked about.

    Raises:
        ValidationError: somebody was, so it stays.
    """
    current = locked_gate(gate)
    if current.round or current.state != State.OPEN:
        raise ValidationError(_("Approvers were asked about it, so it stays."))
    record("gate.removed", by=by, about=current, project=current.project.name)
    current.delete()


@transaction.atomic
def record_clause(*, project: Project, days: int, words: str, by: User | None) -> PassiveClause:
    """Keep the clause of the SOW by which silence counts; the one before it is ended.

    Raises:
        ValidationError: no words, or no days.
    """
    if not words.strip():
        raise ValidationError({"words": _("Copy the clause word by word.")})
    if days < 1:
        raise ValidationError({"days": _("Silence needs a day at least.")})
    Project.objects.select_for_update().get(pk=project.pk)
    _end_clauses(project, by)
    clause = PassiveClause.objects.create(
        project=project, days=days, words=words.strip(), recorded_by=by
    )
    record("passive_clause.recorded", by=by, about=project, days=days, clause=clause.words)
    return clause


@transaction.atomic
def end_clause(*, project: Project, by: User | None) -> None:
    """Say that the SOW has no such clause after all: from now on no silence counts, not even of those
    who were told that it would."""
    Project.objects.select_for_update().get(pk=project.pk)
    if ended := _end_clauses(project, by):
        record("passive_clause.ended", by=by, about=project, clause=ended.words)


def _end_clauses(project: Project, by: User | None) -> PassiveClause | None:
    found: PassiveClause | None = PassiveClause.objects.filter(
        project=project, ended_at=None
    ).first()
    if found is not None:
        found.ended_at, found.ended_by = timezone.now(), by
        found.save(update_fields=["ended_at", "ended_by"])
    return found


def locked_gate(gate: Gate) -> Gate:
    """The gate as it is now, held until the transaction ends: whatever decides it waits here for
    what decides it first."""
    found: Gate = (
        Gate.objects.select_for_update(of=("self",))
        .select_related("project__customer", "project__manager__membership__user", "phase")
        .get(pk=gate.pk)
    )
    return found


def _check(gate: Gate) -> None:
    if gate.phase.project_id != gate.project_id:
        raise ValidationError({"phase": _("This phase belongs to another project.")})
    others = Gate.objects.filter(project=gate.project_id, is_acceptance=True).exclude(pk=gate.pk)
    if gate.is_acceptance and others.exists():
        raise ValidationError(
            {"is_acceptance": _("The customer accepts a project once: another gate is that.")}
        )


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, bool | int) else str(value)
