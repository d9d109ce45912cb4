"""Product updates as their lists and pages show them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Customer, Membership
from service.models import ProductUpdate, UpdateLink, UpdateModule, UpdateRecipient, UpdateRequest

MOST_CUSTOMERS = 500


def updates_found(*, state: str = "", text: str = "") -> QuerySet:
    """Updates with their modules and requests, and how many they went to and who answered."""
    found = ProductUpdate.objects.prefetch_related(
        Prefetch("modules", UpdateModule.objects.select_related("module"), to_attr="in_modules"),
        Prefetch(
            "requests", UpdateRequest.objects.select_related("request"), to_attr="of_requests"
        ),
    )
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(titles__icontains=text)
    return found


def update_for(pk: int) -> ProductUpdate | None:
    """An update of the tenant."""
    found: ProductUpdate | None = (
        updates_found().select_related("drafted_by", "sent_by").filter(pk=pk).first()
    )
    return found


def recipient_counts(update_ids: list[int]) -> dict[int, dict[str, int]]:
    """Update → how many letters were written, wait, were left out; how many opened its page; and the
    answers. One statement."""
    rows = (
        UpdateRecipient.objects.filter(update__in=update_ids)
        .order_by()
        .values("update")
        .annotate(
            queued=Count("pk", filter=Q(state="queued"), distinct=True),
            waiting=Count("pk", filter=Q(state="waiting"), distinct=True),
            left_out=Count("pk", filter=Q(state="left_out"), distinct=True),
            opened=Count("pk", filter=Q(links__opened_count__gt=0), distinct=True),
            yes=Count("pk", filter=Q(answer="yes"), distinct=True),
            partly=Count("pk", filter=Q(answer="partly"), distinct=True),
            no=Count("pk", filter=Q(answer="no"), distinct=True),
        )
    )
    return {row.pop("update"): row for row in rows}


def recipients_of(update: ProductUpdate, membership: Membership, given: dict[str, Any]) -> QuerySet:
    """Recipients at customers that the member sees. ``given``: state, because, answer, or some."""
    found: QuerySet = UpdateRecipient.objects.filter(
        update=update, customer__in=Customer.objects.visible_to(membership)
    ).select_related("customer", "contact")
    for name in ("state", "because", "answer"):
        if given.get(name):
            found = found.filter(**{name: given[name]})
    return found


def update_link(secret_hash: str) -> UpdateLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: UpdateLink | None = (
        UpdateLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "recipient__update", "recipient__customer")
        .first()
    )
    return found
