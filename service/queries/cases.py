"""Cases as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, Touchpoint, TouchpointTie, Visibility
from accounts.models.reach import colleagues_of
from accounts.queries.service import within_reach
from service.compute.case_rules import PRIORITIES
from service.models import CaseEntry, CaseEscalation, CaseLink, CaseOpening, CaseWork

RELATED = ("case__contact", "customer", "owner", "department")
STATES = CaseWork.State


class Only(TextChoices):
    """What a list of cases may be narrowed to, beside state and priority."""

    LATE = "late", _("Overdue")
    SOON = "soon", _("Due within 24 hours")
    UNANSWERED = "unanswered", _("Not answered yet")
    ESCALATED = "escalated", _("Escalated")
    NOBODY = "nobody", _("Nobody looks after it")


def visible_cases(membership: Membership) -> QuerySet:
    """The cases of the customers that the member may see."""
    found = CaseWork.objects.all()
    if membership.sees("customers") != Visibility.ALL:
        found = found.filter(customer__in=Customer.objects.visible_to(membership).values("pk"))
    return found


def cases_within(membership: Membership, width: str) -> QuerySet:
    """Those that the member looks after, or somebody of the member's team, or all that it may see."""
    found = visible_cases(membership)
    if width == Visibility.ALL:
        return found
    return found.filter(owner__in=colleagues_of(membership, width))


def widths(membership: Membership) -> list[str]:
    team = [str(Visibility.TEAM)] if membership.team_id is not None else []
    return [str(Visibility.MINE), *team, str(Visibility.ALL)]


def narrowed(found: QuerySet, only: str, now: datetime) -> QuerySet:
    """Undone cases narrowed to what :class:`Only` names; anything else narrows nothing."""
    running = found.filter(state__in=CaseWork.RUNNING)
    if only == Only.LATE:
        return running.filter(due_at__lt=now)
    if only == Only.SOON:
        return running.filter(due_at__gte=now, due_at__lt=now + timedelta(hours=24))
    if only == Only.UNANSWERED:
        return running.filter(responded_at=None)
    if only == Only.ESCALATED:
        return found.filter(state__in=CaseWork.UNDONE, department__isnull=False)
    if only == Only.NOBODY:
        return found.filter(state__in=CaseWork.UNDONE, owner=None)
    return found


@dataclass(frozen=True)
class Counts:
    """Of undone cases. ``late``: a clock ran out; ``soon``: one does within 24 hours."""

    undone: int
    late: int
    soon: int
    waiting: int
    escalated: int


def counts(found: QuerySet, now: datetime) -> Counts:
    """Of the undone among these cases; one statement."""
    running = Q(state__in=CaseWork.RUNNING)
    return Counts(
        **found.filter(state__in=CaseWork.UNDONE).aggregate(
            undone=Count("pk"),
            late=Count("pk", filter=running & Q(due_at__lt=now)),
            soon=Count(
                "pk", filter=running & Q(due_at__gte=now, due_at__lt=now + timedelta(hours=24))
            ),
            waiting=Count("pk", filter=Q(state=STATES.WAITING)),
            escalated=Count("pk", filter=Q(department__isnull=False)),
        )
    )


def listed(found: QuerySet) -> QuerySet:
    """With what a row shows and sorts by: ``urgency``, 0 for urgent."""
    return found.select_related(*RELATED).annotate(
        urgency=Choose(
            *(When(priority=priority, then=Value(n)) for n, priority in enumerate(PRIORITIES)),
            default=Value(len(PRIORITIES)),
            output_field=IntegerField(),
        )
    )


def most_urgent(found: QuerySet, number: int) -> list[CaseWork]:
    """The undone ones whose clock runs out first, those that wait last."""
    undone = found.filter(state__in=CaseWork.UNDONE).select_related(*RELATED)
    return list(undone.order_by(F("due_at").asc(nulls_last=True), "pk")[:number])


def case_for(membership: Membership, pk: int) -> CaseWork | None:
    """A case's work with all that its page names, if the member may see its customer."""
    found: CaseWork | None = (
        visible_cases(membership)
        .select_related(
            "case__customer", "case__contact", "owner__membership__user", "department", "module",
            "project",
        )
        .filter(case=pk)
        .first()
    )  # fmt: skip
    return found


@dataclass(frozen=True)
class CaseHistory:
    """``said``: words and changes in order; ``latest_said``: the last word to or from the customer."""

    said: list[CaseEntry]
    openings: list[CaseOpening]
    escalations: list[CaseEscalation]

    @property
    def latest_said(self) -> int:
        spoken = (CaseEntry.Kind.ANSWER, CaseEntry.Kind.CUSTOMER)
        return max((entry.pk for entry in self.said if entry.kind in spoken), default=0)


MOST_ENTRIES = 500


def history_of(case_id: int) -> CaseHistory:
    """The latest of what was said and done; three statements."""
    said = CaseEntry.objects.filter(case=case_id).select_related("by").order_by("-pk")
    return CaseHistory(
        said=list(said[:MOST_ENTRIES])[::-1],
        openings=list(CaseOpening.objects.filter(case=case_id).order_by("number")),
        escalations=list(
            CaseEscalation.objects.filter(case=case_id)
            .select_related("department", "lead__user", "by", "answered_by")
            .order_by("-pk")
        ),
    )


def cases_of(customer: Customer) -> QuerySet:
    """The customer's cases with ``urgency`` and ``place``: 0 while it is undone."""
    return listed(CaseWork.objects.filter(customer=customer)).annotate(
        place=Choose(
            When(state__in=CaseWork.UNDONE, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
    )


def escalated_to(membership: Membership) -> QuerySet:
    """Undone cases that lie with a department which the member leads."""
    return visible_cases(membership).filter(
        Exists(
            CaseEscalation.objects.filter(
                case=OuterRef("case"), answered_at=None, department__lead=membership.pk
            )
        ),
        state__in=CaseWork.UNDONE,
    )


def cases_of_link(link: CaseLink) -> list[CaseWork]:
    """What a link shows: its case, or every one of its contact's, the latest first."""
    found = CaseWork.objects.filter(customer=link.customer_id).select_related("case", "module")
    if link.case_id is not None:
        return list(found.filter(case=link.case_id))
    return list(found.filter(case__contact=link.contact_id).order_by("-case__opened_at")[:50])


def case_link(secret_hash: str) -> CaseLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: CaseLink | None = (
        CaseLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "customer", "case")
        .first()
    )
    return found


def standing_links(customer: Customer) -> list[CaseLink]:
    """The latest standing link of everybody who was given one, the latest first."""
    found = CaseLink.objects.filter(customer=customer, case=None).select_related(
        "contact", "sent_by"
    )
    latest: dict[object, CaseLink] = {}
    for link in found.order_by("-pk"):
        latest.setdefault(link.contact_id or link.name, link)
    return list(latest.values())


def own_running(membership: Membership) -> QuerySet[Any, Any]:
    """Ids of the running cases that the member looks after: of customers that it sees, since who
    looks after an undone case does (service.models.case_reach)."""
    people = colleagues_of(membership, Visibility.MINE)
    found = CaseWork.objects.filter(owner__in=people, state__in=CaseWork.RUNNING)
    rows: QuerySet[Any, Any] = found.order_by().values("pk")
    return rows


MOST_TOUCHPOINTS = 20


def touchpoints_about(case_id: int, membership: Membership) -> list[Touchpoint]:
    """The latest meetings that were about a case, of those that the member may see."""
    about = TouchpointTie.objects.filter(kind="case", object_id=case_id).values("touchpoint")
    found = within_reach(Touchpoint.objects.filter(pk__in=about), membership)
    return list(
        found.select_related("colleague").order_by("-happened_on", "-pk")[:MOST_TOUCHPOINTS]
    )


def openings_before(customer: Customer, before: datetime, most: int) -> list[CaseOpening]:
    """The latest openings of a customer's cases that were over before a moment, or ended then."""
    found = CaseOpening.objects.filter(case__customer=customer, solved_at__lt=before)
    return list(found.select_related("case").order_by("-reopened_at", "-pk")[:most])
