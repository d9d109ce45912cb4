"""Links to surveys: found by their secret, and listed for who sent them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership, Responsibility, Visibility
from accounts.models.customers import Customer
from service.models import SurveyInvitation, SurveyRound


def survey_link(secret_hash: str) -> SurveyInvitation | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: SurveyInvitation | None = (
        SurveyInvitation.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "customer", "round__survey", "round__version", "round__project")
        .first()
    )
    return found


def face_name(customer: Customer) -> str:
    """Of who is the customer's one face today; empty: nobody."""
    found = Responsibility.objects.filter(customer=customer, to_on=None).values_list(
        "colleague__name", flat=True
    )
    return found.first() or ""


def visible_links(membership: Membership, survey_round: SurveyRound) -> QuerySet:
    """The links of a round whose customers a member sees."""
    found: QuerySet = (
        SurveyInvitation.objects.filter(
            round=survey_round,
            customer__in=Customer.objects.visible_to(membership).order_by().values("pk"),
        )
        .select_related("customer", "contact")
        .order_by("-answered_at", "customer__name", "name", "pk")
    )
    return found


def seen_rounds(membership: Membership) -> QuerySet:
    """Rounds that asked somebody of a customer whom the member sees, or that the member started."""
    found: QuerySet = SurveyRound.objects.all()
    if membership.sees("customers") == Visibility.ALL:
        return found
    links = SurveyInvitation.objects.filter(
        round=OuterRef("pk"),
        customer__in=Customer.objects.visible_to(membership).order_by().values("pk"),
    )
    return found.filter(Exists(links) | Q(started_by=membership.user_id))


def may_close(membership: Membership, survey_round: SurveyRound) -> bool:
    """Closing ends everybody's links: for who started the round, or sees every customer in it."""
    if survey_round.started_by_id == membership.user_id:
        return True
    everybody = SurveyInvitation.objects.filter(round=survey_round)
    seen = visible_links(membership, survey_round).order_by().values("pk")
    return not everybody.exclude(pk__in=seen).exists()


def link_state(link: SurveyInvitation, now: datetime) -> str:
    """What became of a link: answered, revoked, expired, queued, opened or sent."""
    if link.answered_at is not None:
        return "answered"
    if link.revoked_at is not None or link.contact_id is None:
        return "revoked"
    if min(link.expires_at, link.round.closes_at) <= now:
        return "expired"
    if link.state == SurveyInvitation.State.QUEUED:
        return "queued"
    return "opened" if link.opened_at is not None else "sent"
