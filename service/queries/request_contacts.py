"""What a contact sees by a link: what they asked for, and what they may vote on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.models import Contact
from service.models import (
    Ask,
    Request,
    RequestDecision,
    RequestPageLink,
    RequestSettings,
    Vote,
)
from service.queries.requests import OPEN

MOST_OWN = 50
MOST_SHARED = 50


@dataclass(frozen=True)
class OwnAsk:
    """What a contact asked in their words, and where it stands. ``answer``: what was decided last, in
    the language of the link, as far as there is an answer."""

    title: str
    made_on: date
    status: str
    label: str
    planned_for: str
    answer: str


@dataclass(frozen=True)
class Shared:
    """A request that the vendor shares, in the vendor's words; whether this customer wants it."""

    pk: int
    title: str
    is_wanted: bool
    is_asked: bool


def page_link(secret_hash: str) -> RequestPageLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: RequestPageLink | None = (
        RequestPageLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "customer")
        .first()
    )
    return found


def own_asks(contact: Contact, language: str) -> list[OwnAsk]:
    """The latest first; two statements."""
    asks = list(Ask.objects.filter(contact=contact).select_related("request__root")[:MOST_OWN])
    standing = {ask.pk: ask.request.root or ask.request for ask in asks}
    decisions = RequestDecision.objects.filter(
        request__in={request.pk for request in standing.values()}
    ).order_by("decided_at", "pk")
    answers = {
        request: texts.get(language) or next(iter(texts.values()), "")
        for request, texts in decisions.values_list("request_id", "answers")
    }
    return [
        OwnAsk(
            title=ask.title,
            made_on=ask.made_on,
            status=standing[ask.pk].status,
            label=str(standing[ask.pk].get_status_display()),
            planned_for=standing[ask.pk].planned_for,
            answer=answers.get(standing[ask.pk].pk, ""),
        )
        for ask in asks
    ]


def is_voting_open() -> bool:
    """Whether the tenant lets contacts vote."""
    return RequestSettings.objects.filter(is_voting_open=True).exists()


def votable(link: RequestPageLink) -> list[Shared]:
    """What the vendor shares and has not shipped or declined; three statements. Nothing while voting
    is not open."""
    if not is_voting_open():
        return []
    found = list(
        Request.objects.filter(root=None, status__in=OPEN)
        .exclude(shared_titles={})
        .order_by("-raised_on", "-pk")[:MOST_SHARED]
    )
    pks = [one.pk for one in found]
    in_them = Q(request__in=pks) | Q(request__root__in=pks)

    def tops(model: type[Ask] | type[Vote]) -> set[int]:
        rows = model.objects.filter(in_them, customer=link.customer_id)
        return {root or pk for pk, root in rows.values_list("request_id", "request__root_id")}

    voted, asked = tops(Vote), tops(Ask)
    return [
        Shared(
            one.pk,
            one.shared_titles.get(link.language) or next(iter(one.shared_titles.values())),
            one.pk in voted,
            one.pk in asked,
        )
        for one in found
    ]
