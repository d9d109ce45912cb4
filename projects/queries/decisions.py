"""What waits for a decision of a member in their projects: first on the list of projects.

A fixed number of statements, however many projects and decisions; each kind shows its first ones and
counts the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Visibility
from accounts.permissions import ALLOWED, may
from projects.models import (
    ChangeRequest,
    Classification,
    Handover,
    Project,
    Requirement,
    SigningLink,
)
from projects.queries.change_requests import open_links, owed_questions
from projects.queries.gates import blocked_gates, sign_offs_waiting
from projects.queries.handovers import handovers_to_propose
from projects.queries.portfolio import projects
from projects.queries.weeklies import weekly_reports_due

State = ChangeRequest.State
MOST_OF_A_KIND = 20
SHOWN = 6


@dataclass(frozen=True)
class Decision:
    """One thing that waits.

    ``what``: what to do, in words. ``title``: of the thing itself. ``url_name`` and ``args`` open it.
    ``since``: the day from which it waits, ``until``: the day by which it is due, each None where
    there is none. ``is_late``: that day has passed.
    """

    what: str
    title: str
    project: Project | None
    url_name: str
    args: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    is_late: bool = False

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


@dataclass(frozen=True)
class Decisions:
    """What waits, the most urgent first; ``total``: how much, also where it is too much to list."""

    every: list[Decision]
    total: int

    @property
    def first(self) -> list[Decision]:
        return self.every[:SHOWN]

    @property
    def rest(self) -> list[Decision]:
        return self.every[SHOWN:]

    @property
    def further(self) -> int:
        return self.total - len(self.first)


def decisions(
    membership: Membership, *, looked_after: QuerySet, shown: QuerySet, today: date
) -> Decisions:
    """What waits for a member.

    Args:
        looked_after: the projects whose work the member does or leads.
        shown: those in which the member may decide what others ask for.
    """
    projects = looked_after.order_by().values("pk")
    running = Project.objects.filter(pk__in=projects).filter(
        Q(accepted_on__isnull=True) | Q(accepted_on__gt=today)
    )
    parts: list[tuple[list[Decision], int]] = [_sign_offs(membership, today)]
    if may(membership, "edit_plans"):
        parts += [_gates(running, today), _handovers(membership, today), _weeklies(membership)]
    if may(membership, "approve_changes"):
        parts.append(_to_approve(membership, shown.order_by().values("pk")))
    if may(membership, "edit_changes"):
        parts += [_questions(projects), _to_send(projects)]
    if may(membership, "classify_requirements"):
        parts.append(_to_classify(projects))
    every = [decision for part, _number in parts for decision in part]
    every.sort(key=lambda one: (not one.is_late, one.until or one.since or today))
    return Decisions(every, sum(number for _part, number in parts))


def decisions_within(membership: Membership, width: str, today: date) -> Decisions:
    """What waits in the projects that a member sees as wide as this. Of everybody's, approvals only,
    and beside them what waits in the member's own: what managers have to do is not asked of who looks
    at all."""
    looked_after = Visibility.MINE if width == Visibility.ALL else width
    return decisions(
        membership,
        looked_after=projects(membership, looked_after, today),
        shown=projects(membership, width, today),
        today=today,
    )


def _sign_offs(membership: Membership, today: date) -> tuple[list[Decision], int]:
    rows = sign_offs_waiting(membership)
    return [
        Decision(
            # Their own sign-off they open even where they do not see the project.
            _("Sign off"), row.gate.title, row.gate.project, "sign_off",
            (row.gate.project_id, row.gate_id, row.pk), until=row.deadline_on,
            is_late=row.deadline_on < today,
        )
        for row in rows[:MOST_OF_A_KIND]
    ], len(rows)  # fmt: skip


def _gates(running: QuerySet, today: date) -> tuple[list[Decision], int]:
    rows = [
        row
        for gates in blocked_gates(list(running.values_list("pk", flat=True)), today).values()
        for row in gates
    ]
    return [
        Decision(
            _("Mend a returned gate") if row.standing == "returned" else _("Unblock a gate"),
            row.gate.title, row.gate.project, "gate", (row.gate.project_id, row.gate.pk),
            until=row.waiting[0].sign_off.deadline_on if row.waiting else None, is_late=True,
        )
        for row in rows[:MOST_OF_A_KIND]
    ], len(rows)  # fmt: skip


def _handovers(membership: Membership, today: date) -> tuple[list[Decision], int]:
    rows: list[Any] = handovers_to_propose(membership, today)
    return [
        Decision(
            _("Mend a returned handover")
            if row.handover_state == Handover.State.RETURNED
            else _("Propose the handover"),
            row.name, row, "project_handover", (row.pk,), since=row.accepted_on,
        )
        for row in rows[:MOST_OF_A_KIND]
    ], len(rows)  # fmt: skip


def _weeklies(membership: Membership) -> tuple[list[Decision], int]:
    rows = weekly_reports_due(membership)
    if not rows:
        return [], 0
    text = ngettext("%(count)s project", "%(count)s projects", len(rows)) % {"count": len(rows)}
    return [Decision(_("Send weekly reports"), text, None, "weeklies")], 1


def _to_approve(membership: Membership, projects: QuerySet) -> tuple[list[Decision], int]:
    others = Membership.objects.filter(
        is_active=True, roles__overlap=list(ALLOWED["approve_changes"])
    ).exclude(pk=membership.pk)
    own = Q(drafted_by=membership.user_id)
    # The author approves only where nobody else of the tenant could.
    rows = _first(
        ChangeRequest.objects.filter(
            ~own | ~Exists(others), state=State.DRAFT, project__in=projects,
            effort_days__isnull=False, price__isnull=False,
        ).exclude(text="").select_related("project__customer"),
        "raised_on",
    )  # fmt: skip
    return [
        Decision(_("Approve a change request"), row.title, row.project, "change_request",
                 (row.project_id, row.pk), since=row.raised_on)
        for row in rows
    ], _number(rows)  # fmt: skip


def _to_send(projects: QuerySet) -> tuple[list[Decision], int]:
    sent = SigningLink.objects.filter(open_links(timezone.now()), change_request=OuterRef("pk"))
    rows = _first(
        ChangeRequest.objects.filter(
            ~Exists(sent), state=State.APPROVED_INTERNALLY, project__in=projects
        ).select_related("project__customer"),
        "raised_on",
    )
    return [
        Decision(_("Send for signature"), row.title, row.project, "change_request",
                 (row.project_id, row.pk), since=row.raised_on)
        for row in rows
    ], _number(rows)  # fmt: skip


def _questions(projects: QuerySet) -> tuple[list[Decision], int]:
    rows = _first(
        owed_questions()
        .filter(link__change_request__project__in=projects)
        .select_related("link__change_request__project__customer"),
        "asked_at",
    )  # fmt: skip
    return [
        Decision(
            _("Answer a question"), row.text, row.link.change_request.project, "change_request",
            (row.link.change_request.project_id, row.link.change_request_id),
            since=timezone.localdate(row.asked_at),
        )
        for row in rows
    ], _number(rows)  # fmt: skip


def _to_classify(projects: QuerySet) -> tuple[list[Decision], int]:
    classified = Classification.objects.filter(requirement=OuterRef("pk"))
    rows = _first(
        Requirement.objects.filter(~Exists(classified), project__in=projects).select_related(
            "project__customer"
        ),
        "raised_on",
    )
    return [
        Decision(_("Classify a requirement"), str(row), row.project, "requirement",
                 (row.project_id, row.pk), since=row.raised_on)
        for row in rows
    ], _number(rows)  # fmt: skip


def _first(found: QuerySet, by: str) -> list[Any]:
    """The earliest ones, each with ``every``: how many there are."""
    return list(
        found.annotate(every=Window(Count("pk"))).order_by(F(by).asc(), "pk")[:MOST_OF_A_KIND]
    )


def _number(rows: list[Any]) -> int:
    return rows[0].every if rows else 0
