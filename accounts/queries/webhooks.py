"""How webhooks stand, and what became of what they were told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State


@dataclass(frozen=True)
class Standing:
    """How one endpoint stands: ``state`` is ``off``, ``failing``, ``good`` or ``new``; and how much
    waits and failed, of what is still kept."""

    endpoint: WebhookEndpoint
    state: str
    waiting: int
    failed: int


def standings() -> list[Standing]:
    """Of every endpoint, by name. Two statements, however many there are."""
    counted = (
        WebhookDelivery.objects.order_by()
        .values("endpoint")
        .annotate(
            waiting=Count("pk", filter=Q(state=State.WAITING)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
        )
    )
    counts = {row["endpoint"]: row for row in counted}
    nothing = {"waiting": 0, "failed": 0}
    found = []
    for endpoint in WebhookEndpoint.objects.select_related("made_by"):
        row = counts.get(endpoint.pk, nothing)
        found.append(
            Standing(endpoint, state_of(endpoint), int(row["waiting"]), int(row["failed"]))
        )
    return found


def state_of(endpoint: WebhookEndpoint) -> str:
    if not endpoint.is_active:
        return "off"
    if endpoint.failures:
        return "failing"
    return "good" if endpoint.taken_at else "new"


def deliveries_of(
    endpoint: WebhookEndpoint, *, state: str = "", kind: str = ""
) -> QuerySet[WebhookDelivery]:
    """What it was told, by state and kind of event; "" for all."""
    found: QuerySet[WebhookDelivery] = WebhookDelivery.objects.filter(endpoint=endpoint)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(event__kind=kind)
    return found.select_related("event")


def counts_of(endpoint: WebhookEndpoint) -> dict[str, int]:
    """State → how many deliveries are in it."""
    rows = (
        WebhookDelivery.objects.filter(endpoint=endpoint)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"))
    )
    return {str(row["state"]): int(row["count"]) for row in rows}
