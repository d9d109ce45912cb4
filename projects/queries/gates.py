"""Gates as screens and approvers see them. Nothing here costs a query per gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Membership
from projects.compute.gate_documents import GateTerms
from projects.models import (
    Gate,
    PassiveClause,
    Phase,
    Project,
    Side,
    SignOff,
    SignOffAnswer,
    SignOffLink,
    Task,
)

State = Gate.State


@dataclass(frozen=True)
class WaitingFor:
    """An approver who has not answered, since when and until when."""

    sign_off: SignOff
    is_overdue: bool


@dataclass(frozen=True)
class GateRow:
    """A gate as lists show it. ``is_blocked``: it was returned, or somebody let the deadline pass."""

    gate: Gate
    waiting: list[WaitingFor] = field(default_factory=list)
    phase_ends_on: date | None = None

    @property
    def is_blocked(self) -> bool:
        return self.gate.state == State.RETURNED or any(one.is_overdue for one in self.waiting)

    @property
    def standing(self) -> str:
        """open, asked, overdue, passed or returned."""
        if self.gate.state == State.ASKED and self.is_blocked:
            return "overdue"
        return str(self.gate.state)


def terms_of_gate(gate: Gate) -> GateTerms:
    """What a gate says now."""
    return GateTerms(
        gate=gate.title,
        phase=gate.phase.title,
        confirms=gate.confirms,
        is_acceptance=gate.is_acceptance,
    )


def clause_of(project: Project) -> PassiveClause | None:
    """The clause in force by which silence counts; None: the SOW has none."""
    found: PassiveClause | None = PassiveClause.objects.filter(
        project=project, ended_at=None
    ).first()
    return found


def round_of(gate: Gate) -> QuerySet:
    """The sign-offs of the gate's last round that were not replaced."""
    return SignOff.objects.filter(gate=gate.pk, round=gate.round, withdrawn_at=None).select_related(
        "colleague", "contact"
    )


def unanswered() -> QuerySet:
    """Sign-offs that are waited for, of every project, with their gate."""
    answered = SignOffAnswer.objects.filter(sign_off=OuterRef("pk"))
    return (
        SignOff.objects.filter(
            ~Exists(answered),
            withdrawn_at=None,
            gate__state=State.ASKED,
            round=F("gate__round"),
        )
        .select_related("gate__project__customer", "gate__project__manager__membership__user",
                        "gate__phase", "colleague__membership__user", "contact", "clause")
        .order_by("deadline_on", "id")
    )  # fmt: skip


def sign_offs_waiting(membership: Membership) -> list[SignOff]:
    """What this member has to sign, the earliest deadline first; one query."""
    return list(unanswered().filter(side=Side.VENDOR, colleague__membership=membership))


def blocked_gates(project_ids: Collection[int], today: date) -> dict[int, list[GateRow]]:
    """Project id → its blocked gates, in two queries however many projects there are."""
    gates = Gate.objects.filter(
        project__in=list(project_ids), state__in=[State.ASKED, State.RETURNED]
    ).select_related("phase", "project__customer")
    found: dict[int, list[GateRow]] = defaultdict(list)
    for row in _rows(gates, today):
        if row.is_blocked:
            found[row.gate.project_id].append(row)
    return dict(found)


def gate_rows(project: Project, today: date) -> list[GateRow]:
    """A project's gates in the order of its phases, in three queries."""
    gates = Gate.objects.filter(project=project).select_related(
        "phase", "vendor_approver", "customer_approver"
    )
    ends = dict(
        Task.objects.filter(project=project)
        .order_by()
        .values_list("phase")
        .annotate(last=Max("ends_on"))
    )
    return [
        GateRow(row.gate, row.waiting, ends.get(row.gate.phase_id)) for row in _rows(gates, today)
    ]


def _rows(gates: Iterable[Gate], today: date) -> list[GateRow]:
    found = list(gates)
    waiting: dict[int, list[WaitingFor]] = defaultdict(list)
    asked = [gate.pk for gate in found if gate.state == State.ASKED]
    for sign_off in unanswered().filter(gate__in=asked):
        waiting[sign_off.gate_id].append(WaitingFor(sign_off, sign_off.deadline_on < today))
    return [GateRow(gate, waiting[gate.pk]) for gate in found]


def row_of_gate(gate: Gate, today: date) -> GateRow:
    """One gate as lists show it."""
    return _rows([gate], today)[0]


def gate_of(project: Project, pk: int) -> Gate | None:
    found: Gate | None = (
        Gate.objects.filter(project=project, pk=pk)
        .select_related("phase", "vendor_approver", "customer_approver")
        .first()
    )
    if found is not None:
        found.project = project
    return found


def rounds_of(gate: Gate) -> list[tuple[int, list[SignOff]]]:
    """(Number, sign-offs) of every round, the last first, with answers, links and reminders."""
    rounds: dict[int, list[SignOff]] = defaultdict(list)
    found = (
        SignOff.objects.filter(gate=gate)
        .select_related("colleague__membership", "contact", "asked_by", "clause")
        .prefetch_related(
            Prefetch("answers", SignOffAnswer.objects.select_related("answered_by", "clause")),
            Prefetch("links", SignOffLink.objects.select_related("sent_by")),
            "reminders",
        )
        .order_by("-round", "-side", "id")
    )
    for sign_off in found:
        rounds[sign_off.round].append(sign_off)
    return list(rounds.items())


def is_asked(sign_off: SignOff, gate: Gate) -> bool:
    """Whether an approver of a gate is still waited for; reads its answers."""
    return (
        gate.state == State.ASKED
        and sign_off.round == gate.round
        and sign_off.withdrawn_at is None
        and not sign_off.answers.all()
    )


def standing_of_link(link: SignOffLink, now: datetime, *, is_asked: bool) -> str:
    """open, answered, revoked, expired or over. ``is_asked``: its approver is still waited for."""
    if link.answered_at is not None:
        return "answered"
    return link.closed_by(now) or ("open" if is_asked else "over")


def sign_off_link(secret_hash: str) -> SignOffLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: SignOffLink | None = (
        SignOffLink.objects.filter(secret_hash=secret_hash)
        .select_related("sign_off__gate__project__customer", "sign_off__gate__phase",
                        "sign_off__clause")
        .first()
    )  # fmt: skip
    return found


def ran_ahead(project: Project) -> dict[int, list[Gate]]:
    """Phase id → the gates before it that are not passed, for the phases in which work has begun
    all the same; two queries."""
    begun = set(
        Task.objects.filter(project=project, started_on__isnull=False)
        .order_by()
        .values_list("phase_id", flat=True)
        .distinct()
    )
    pending = list(
        Gate.objects.filter(project=project).exclude(state=State.PASSED).select_related("phase")
    )
    if not begun or not pending:
        return {}
    positions = dict(Phase.objects.filter(project=project).values_list("pk", "position"))
    found: dict[int, list[Gate]] = {}
    for phase in begun:
        before = [gate for gate in pending if gate.phase.position < positions[phase]]
        if before:
            found[phase] = before
    return found


def satisfaction_at_acceptance(project_ids: Collection[int]) -> dict[int, list[int]]:
    """Project id → what the customer's approvers answered at its acceptance, 1 to 5; one query."""
    rows = SignOffAnswer.objects.filter(
        Q(satisfaction__isnull=False),
        sign_off__gate__project__in=list(project_ids),
        sign_off__gate__is_acceptance=True,
        sign_off__gate__state=State.PASSED,
        sign_off__round=F("sign_off__gate__round"),
    ).values_list("sign_off__gate__project_id", "satisfaction")
    found: dict[int, list[int]] = defaultdict(list)
    for pk, satisfaction in rows:
        found[pk].append(satisfaction)
    return dict(found)


def phases_to_gate(project: Project) -> Any:
    """The phases of a plan, to choose from."""
    return Phase.objects.filter(project=project).order_by("position")
