"""Webhooks of the tests: made, told something, and waited for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from accounts.actions.webhook_endpoints import make_webhook
from accounts.actions.webhooks import emit
from accounts.models import Tenant, User, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.tenancy import tenant_scope
from accounts.webhook_kinds import webhook_kinds

NIGHT = "night.finished"


def listening(
    *kinds: str, by: User, name: str = "W", url: str = "https://hooks.example/x"
) -> tuple[WebhookEndpoint, str]:
    """An endpoint that wants these kinds, or all; in the open scope. With its secret."""
    return make_webhook(name=name, url=url, kinds=kinds or list(webhook_kinds), by=by)


def happens(tenant: Tenant, count: int = 1, **data: Any) -> None:
    """So many nights finish."""
    with tenant_scope(tenant.pk):
        for number in range(count):
            emit(NIGHT, {"night": f"2026-11-{number + 1:02}", **data})


def events() -> list[tuple[str, dict[str, Any]]]:
    """What was written down in the open scope, in its order."""
    return list(WebhookEvent.objects.order_by("pk").values_list("kind", "data"))


def deliveries(tenant: Tenant) -> list[WebhookDelivery]:
    with tenant_scope(tenant.pk):
        return list(WebhookDelivery.objects.select_related("event", "endpoint").order_by("pk"))


def states(tenant: Tenant) -> list[str]:
    return [one.state for one in deliveries(tenant)]


def endpoint_of(tenant: Tenant) -> WebhookEndpoint:
    with tenant_scope(tenant.pk):
        found: WebhookEndpoint = WebhookEndpoint.objects.get()
        return found


def time_passes(tenant: Tenant, how_long: timedelta) -> None:
    """As if every moment that is waited for, or counted from, came so much earlier."""
    with tenant_scope(tenant.pk):
        for delivery in WebhookDelivery.objects.all():
            delivery.next_at -= how_long
            delivery.save()
        names = ("rests_until", "claimed_until", "failing_since", "previous_until")
        for endpoint in WebhookEndpoint.objects.all():
            _earlier(endpoint, names, how_long)
            endpoint.save()


def _earlier(row: Any, names: Iterable[str], how_long: timedelta) -> None:
    for name in names:
        moment = getattr(row, name)
        setattr(row, name, moment and moment - how_long)
