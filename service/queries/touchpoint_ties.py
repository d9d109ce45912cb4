"""The work that a touchpoint may be about."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Customer, Membership
from service.models import Cta
from service.queries.work import visible_work
from ui.tags.formats import language

MOST = 50


def work_to_choose(membership: Membership, customer: Customer) -> list[tuple[int, str]]:
    """(id, words) of the customer's open work, the highest rank first."""
    found = visible_work(membership).filter(customer=customer, state=Cta.State.OPEN)
    rows = found.select_related("version").order_by("-rank", "pk")[:MOST]
    return [(cta.pk, cta.words(language())) for cta in rows]


def work_told(membership: Membership, ids: list[int]) -> dict[int, tuple[str, str]]:
    """id → (words, address) of those that the member sees."""
    rows = visible_work(membership).filter(pk__in=ids).select_related("version")
    return {cta.pk: (cta.words(language()), reverse("cta", args=[cta.pk])) for cta in rows}
