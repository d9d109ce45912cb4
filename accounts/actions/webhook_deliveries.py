"""Sending something to an endpoint by hand: a test, or what it has had or missed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.webhook_endpoints import locked
from accounts.actions.webhooks import wake_later
from accounts.models import User, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.tenancy import current_tenant_id
from accounts.webhook_kinds import TEST

State = WebhookDelivery.State


@transaction.atomic
def send_test(*, endpoint: WebhookEndpoint, by: User | None) -> WebhookDelivery:
    """Tell one endpoint of something that did not happen.

    Raises:
        ValidationError: it is switched off.
    """
    current = _open(endpoint)
    event = WebhookEvent.objects.create(kind=TEST, data={"webhook": current.name})
    delivery: WebhookDelivery = WebhookDelivery.objects.create(event=event, endpoint=current)
    record("webhook.tested", by=by, about=current)
    _now(current)
    return delivery


@transaction.atomic
def send_again(*, delivery: WebhookDelivery, by: User | None) -> None:
    """Send one once more, whatever became of it, with the same id.

    Raises:
        ValidationError: its endpoint is switched off.
    """
    current = _open(delivery.endpoint)
    _wait(WebhookDelivery.objects.filter(pk=delivery.pk))
    record("webhook.sent_again", by=by, about=current, count=1)
    _now(current)


@transaction.atomic
def send_failed_again(*, endpoint: WebhookEndpoint, since: datetime, by: User | None) -> int:
    """Send everything again that failed, of what happened since; returns how much.

    Raises:
        ValidationError: it is switched off.
    """
    current = _open(endpoint)
    failed = WebhookDelivery.objects.filter(
        endpoint=current, state=State.FAILED, event__happened_at__gte=since
    )
    count = _wait(failed)
    if count:
        record("webhook.sent_again", by=by, about=current, count=count, since=since.isoformat())
        _now(current)
    return count


def _open(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    current = locked(endpoint)
    if not current.is_active:
        raise ValidationError(_("This webhook is switched off. Switch it on first."))
    return current


def _wait(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Let them wait as if they had never been tried."""
    return int(
        deliveries.update(state=State.WAITING, attempts=0, next_at=timezone.now(), trouble="")
    )


def _now(endpoint: WebhookEndpoint) -> None:
    """Whoever sends by hand does not wait for the end of a rest."""
    if endpoint.rests_until is not None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
    tenant_id = current_tenant_id()
    if tenant_id is not None:
        wake_later(tenant_id)
