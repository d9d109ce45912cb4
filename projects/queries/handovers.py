"""Handovers as their pages, first screens and the customer page show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Colleague, Customer, Membership, Role, Visibility
from accounts.models.reach import colleagues_of
from accounts.permissions import ALLOWED
from projects.models import (
    Handover,
    HandoverAnswer,
    HandoverItem,
    HandoverItemNote,
    HandoverRound,
    Project,
)
from projects.models.handovers import REQUIRED, TO_DO
from projects.queries.handover_sources import Found, found_for
from projects.queries.portfolio import visible_projects

State, ItemState = Handover.State, HandoverItem.State
# In which a project manager still works on the list.
OPEN_TO_CHANGE = (State.DRAFT, State.RETURNED)


def handover_of(project: Project) -> Handover | None:
    """The project's handover; None: nobody has begun it."""
    found: Handover | None = (
        Handover.objects.filter(project=project)
        .select_related("proposed_to__membership__user", "project__customer", "started_by")
        .first()
    )
    return found


def rounds_of(handover: Handover) -> list[HandoverRound]:
    """Every time it was proposed, the latest first, each with its ``answer`` (None: none yet)."""
    rounds = list(HandoverRound.objects.filter(handover=handover).select_related("by"))
    answers = {
        answer.round_id: answer
        for answer in HandoverAnswer.objects.filter(round__handover=handover).select_related("by")
    }
    for one in rounds:
        one.answer = answers.get(one.pk)
    return rounds


@dataclass(frozen=True)
class SectionRow:
    """A section of a handover: how much it lists, and whether it is said to hold nothing."""

    section: str
    label: str
    items: int
    open_items: int
    is_to_do: bool
    is_required: bool
    is_said_empty: bool

    @property
    def is_missing(self) -> bool:
        """Nothing is listed, and nobody said that there is nothing."""
        return self.is_required and not self.items and not self.is_said_empty


def section_rows(handover: Handover) -> list[SectionRow]:
    """Every section in its order, in one statement."""
    counts = {
        row["section"]: row
        for row in HandoverItem.objects.filter(handover=handover)
        .order_by()
        .values("section")
        .annotate(items=Count("pk"), open_items=Count("pk", filter=Q(state=ItemState.OPEN)))
    }
    return [
        SectionRow(
            section=section.value,
            label=str(section.label),
            items=counts.get(section.value, {}).get("items", 0),
            open_items=counts.get(section.value, {}).get("open_items", 0),
            is_to_do=section in TO_DO,
            is_required=section in REQUIRED,
            is_said_empty=section.value in handover.empty_sections,
        )
        for section in Handover.Section
    ]


def items_of(handover: Handover, section: str) -> QuerySet:
    """What a section lists: the open first, what is due first before the rest."""
    return (
        HandoverItem.objects.filter(handover=handover, section=section)
        .select_related("person", "contact", "state_by")
        .annotate(is_settled=~Q(state=ItemState.OPEN))
        .order_by("is_settled", F("due_on").asc(nulls_last=True), "pk")
    )


def not_listed(handover: Handover, project: Project, today: date) -> list[Found]:
    """What the project's records hold and the list does not."""
    listed = set(
        HandoverItem.objects.filter(handover=handover)
        .exclude(source="")
        .values_list("section", "source", "source_id")
    )
    return [found for found in found_for(project, today) if found.key not in listed]


def missing(
    project: Project, rows: Sequence[SectionRow], unlisted: Sequence[Found], today: date
) -> list[str]:
    """What has to be there before the handover can be proposed, in words; empty: it can be."""
    faults = []
    if project.accepted_on is None or project.accepted_on > today:
        faults.append(_("The customer has not accepted the project yet."))
    if project.customer.service_manager is None:
        faults.append(_("No customer-service manager is named for the customer."))
    faults += [
        _("“%(section)s”: list something, or say that there is nothing.") % {"section": row.label}
        for row in rows
        if row.is_missing
    ]
    if unlisted:
        faults.append(
            ngettext(
                "%(count)s point of the project is not on the list.",
                "%(count)s points of the project are not on the list.",
                len(unlisted),
            )
            % {"count": len(unlisted)}
        )
    return faults


def may_answer(handover: Handover, membership: Membership) -> bool:
    """Whether a member accepts or returns it: to whom it was proposed, who is named for the customer
    by now, the lead of either one's team, an administrator; anyone able where neither is a member.
    """
    if not membership.has_role(*ALLOWED["accept_handover"]):
        return False
    if membership.has_role(Role.ADMIN):
        return True
    asked = _asked(handover)
    members = [one.membership for one in asked if one.membership and one.membership.is_active]
    if not members:
        return True
    leads = membership.leads_team and membership.team_id in {one.team_id for one in members}
    return leads or membership.pk in {one.pk for one in members}


def _asked(handover: Handover) -> list[Colleague]:
    named = handover.project.customer.service_manager_id
    ids = {one for one in (handover.proposed_to_id, named) if one}
    return list(Colleague.objects.filter(pk__in=ids).select_related("membership"))


def others_may_accept(handover: Handover, membership: Membership) -> bool:
    """Whether somebody else than this member could accept it."""
    able = Membership.objects.filter(
        is_active=True, roles__overlap=list(ALLOWED["accept_handover"])
    ).exclude(pk=membership.pk)
    return any(may_answer(handover, other) for other in able)


def handovers_to_propose(membership: Membership, today: date) -> list[Project]:
    """The member's own projects that the customer accepted and that nobody handed over yet, the
    longest waiting first, each with ``handover_state`` (None: not begun); one statement."""
    state = Handover.objects.filter(project=OuterRef("pk")).values("state")[:1]
    return list(
        visible_projects(membership)
        .filter(
            awaits_handover=True,
            handed_over_on=None,
            accepted_on__lte=today,
            manager__in=colleagues_of(membership, Visibility.MINE),
        )
        .annotate(handover_state=Subquery(state))
        .filter(Q(handover_state=None) | Q(handover_state__in=OPEN_TO_CHANGE))
        .select_related("customer")
        .order_by("accepted_on", "key")
    )


def awaiting_acceptance(membership: Membership, width: str) -> list[Handover]:
    """Proposed handovers that the member's own, the team's or all service managers have to answer,
    the longest waiting first; ``proposed_at``: since when."""
    found = Handover.objects.filter(state=State.PROPOSED)
    if width != Visibility.ALL:
        people = colleagues_of(membership, width)
        found = found.filter(
            Q(proposed_to__in=people) | Q(project__customer__service_manager__in=people)
        )
    if membership.sees("customers") != Visibility.ALL:
        visible = Customer.objects.visible_to(membership).order_by().values("pk")
        found = found.filter(project__customer__in=visible)
    latest = HandoverRound.objects.filter(handover=OuterRef("pk"), number=OuterRef("round"))
    return list(
        found.annotate(
            proposed_at=Subquery(latest.values("at")[:1]),
            items_open=Count(
                "items", filter=Q(items__state=ItemState.OPEN, items__section__in=TO_DO)
            ),
        )
        .select_related("project__customer", "project__manager", "proposed_to")
        .order_by("proposed_at", "pk")
    )


def carried_over(membership: Membership) -> QuerySet:
    """What accepted handovers left to do, of the customers that the member sees."""
    found = HandoverItem.objects.filter(handover__state=State.ACCEPTED, section__in=TO_DO)
    if membership.sees("customers") != Visibility.ALL:
        visible = Customer.objects.visible_to(membership).order_by().values("pk")
        found = found.filter(handover__project__customer__in=visible)
    return found


def customers_with_open_items(membership: Membership, width: str, today: date) -> QuerySet:
    """Customers with ``items_open`` and ``items_late`` from their handovers, the most late first.
    ``width``: mine (named as the service manager, or to see to an item), my team's or all."""
    found = carried_over(membership).filter(state=ItemState.OPEN)
    if width != Visibility.ALL:
        people = colleagues_of(membership, width)
        found = found.filter(
            Q(handover__project__customer__service_manager__in=people) | Q(person__in=people)
        )
    return (
        found.order_by()
        .values("handover__project__customer_id", "handover__project__customer__name")
        .annotate(items_open=Count("pk"), items_late=Count("pk", filter=Q(due_on__lt=today)))
        .order_by("-items_late", "-items_open", "handover__project__customer__name")
    )


def customer_items(customer: Customer) -> QuerySet:
    """What accepted handovers of a customer left to do, the open first, with ``is_noted``."""
    noted = HandoverItemNote.objects.filter(item=OuterRef("pk"))
    return (
        HandoverItem.objects.filter(
            handover__state=State.ACCEPTED,
            handover__project__customer=customer,
            section__in=TO_DO,
        )
        .select_related("person", "contact", "handover__project", "state_by")
        .annotate(is_settled=~Q(state=ItemState.OPEN), is_noted=Exists(noted))
        .order_by("is_settled", F("due_on").asc(nulls_last=True), "pk")
    )


def document_of(handover: Handover) -> dict[str, Any]:
    """The whole list as it stands, to be kept with a round."""
    items = HandoverItem.objects.filter(handover=handover).select_related("person", "contact")
    by_section: dict[str, list[dict[str, Any]]] = {}
    for item in items.order_by("pk"):
        by_section.setdefault(item.section, []).append(
            {
                "title": item.title,
                "text": item.text,
                "due_on": item.due_on.isoformat() if item.due_on else None,
                "owner": item.owner,
                "state": item.state,
                "why": item.state_why,
            }
        )
    return {
        "sections": [
            {"section": section.value, "items": by_section.get(section.value, [])}
            for section in Handover.Section
            if section in REQUIRED or section.value in by_section
        ]
    }
