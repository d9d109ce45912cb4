"""Requests that a touchpoint may be about."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from accounts.models import Customer, Membership
from service.models import Request
from service.queries.request_page import asks_of_customer, standing_of
from service.queries.requests import OPEN

MOST_TIES = 50


def requests_to_tie(membership: Membership, customer: Customer) -> list[tuple[int, str]]:
    """What the customer asked for and is not shipped or declined, each request once."""
    standing = (standing_of(ask) for ask in asks_of_customer(customer)[: MOST_TIES * 2])
    found = {one.pk: one.title for one in standing if one.status in OPEN}
    return list(found.items())[:MOST_TIES]


def requests_told(membership: Membership, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Requests that touchpoints are about, in words, each with its page."""
    found = Request.objects.filter(pk__in=list(ids)).values_list("pk", "title")
    return {pk: (title, reverse("request", args=[pk])) for pk, title in found}
