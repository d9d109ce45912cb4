"""Which addresses of other programs are told what happens, and with which secret."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User, WebhookDelivery, WebhookEndpoint
from accounts.sealing import seal
from accounts.webhook_addresses import NotAllowed, target_of
from accounts.webhook_kinds import webhook_kinds
from accounts.webhook_labels import TROUBLES
from accounts.webhook_signing import new_signing_secret

SEALED_AS = "webhook"
# Of a tenant: each may hang, and all of a tenant's are sent to at once.
MOST_ENDPOINTS = 20
# Hours that a former secret holds on.
OVERLAPS = (0, 1, 24, 168)
Off = WebhookEndpoint.Off


@transaction.atomic
def make_webhook(
    *, name: str, url: str, kinds: Collection[str], by: User | None
) -> tuple[WebhookEndpoint, str]:
    """Tell an address from now on what happens. Returns it and its secret, which cannot be had again.

    Raises:
        ValidationError: by ``name``, ``url`` or ``kinds``; or there are too many.
    """
    values = _checked(name, url, kinds, None)
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise ValidationError(
            _("There are %(most)s webhooks, which is the most there can be.")
            % {"most": MOST_ENDPOINTS}
        )
    secret = new_signing_secret()
    made: WebhookEndpoint = WebhookEndpoint.objects.create(
        **values, sealed_secret=seal(secret, purpose=SEALED_AS), made_by=by
    )
    record("webhook.made", by=by, about=made, address=made.url, kinds=made.kinds)
    return made, secret


@transaction.atomic
def change_webhook(
    *, endpoint: WebhookEndpoint, name: str, url: str, kinds: Collection[str], by: User | None
) -> WebhookEndpoint:
    """Give it another name, address or kinds. What waits goes to the new address.

    Raises:
        ValidationError: by ``name``, ``url`` or ``kinds``.
    """
    current = locked(endpoint)
    values = _checked(name, url, kinds, current)
    before = {field: getattr(current, field) for field in values}
    if before == values:
        return current
    for field, value in values.items():
        setattr(current, field, value)
    if before["url"] != current.url:
        # How the former address stood says nothing of this one.
        current.failures, current.failing_since, current.rests_until = 0, None, None
    current.save(
        update_fields=[*values, "failures", "failing_since", "rests_until"],
    )
    record("webhook.changed", by=by, about=current, before=_told(before), after=_told(values))
    return current


@transaction.atomic
def replace_secret(*, endpoint: WebhookEndpoint, hours: int, by: User | None) -> str:
    """Give it another secret, returned here and never again.

    Args:
        hours: one of ``OVERLAPS``: how long what is sent is signed with the former one, too.
    """
    if hours not in OVERLAPS:
        raise ValueError(hours)
    current, now, secret = locked(endpoint), timezone.now(), new_signing_secret()
    current.sealed_previous = current.sealed_secret if hours else ""
    current.previous_until = now + timedelta(hours=hours) if hours else None
    current.sealed_secret, current.secret_made_at = seal(secret, purpose=SEALED_AS), now
    current.save(
        update_fields=["sealed_secret", "sealed_previous", "previous_until", "secret_made_at"]
    )
    record("webhook.secret_replaced", by=by, about=current, hours=hours)
    return secret


@transaction.atomic
def switch_on(*, endpoint: WebhookEndpoint, by: User | None) -> None:
    """Tell it again what happens from now on. What happened meanwhile was not written down."""
    current = locked(endpoint)
    if current.is_active:
        return
    current.is_active, current.off_at, current.off_because = True, None, ""
    current.failures, current.failing_since, current.rests_until = 0, None, None
    current.save()
    record("webhook.switched_on", by=by, about=current)


@transaction.atomic
def switch_off(*, endpoint: WebhookEndpoint, because: str = Off.BY_HAND, by: User | None) -> bool:
    """Tell it nothing more. What waits counts as failed, and can be sent again once it is on.

    Returns whether it was on.
    """
    current = locked(endpoint)
    if not current.is_active:
        return False
    current.is_active, current.off_at, current.off_because = False, timezone.now(), because
    current.save(update_fields=["is_active", "off_at", "off_because"])
    waiting = WebhookDelivery.objects.filter(endpoint=current, state=WebhookDelivery.State.WAITING)
    waiting.update(state=WebhookDelivery.State.FAILED, trouble="switched_off")
    record("webhook.switched_off", by=by, about=current, webhook_off=str(because))
    return True


@transaction.atomic
def remove_webhook(*, endpoint: WebhookEndpoint, by: User | None) -> None:
    """Take it away, with what is known of its deliveries."""
    current = locked(endpoint)
    record("webhook.removed", by=by, about=current, address=current.url)
    current.delete()


def locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """As it is now, while nobody else changes it. What is written down for it does not wait."""
    found: WebhookEndpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(
        pk=endpoint.pk
    )
    return found


def sealed_secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """What a delivery is signed with, sealed: the secret, and the former one as long as it holds."""
    former = [endpoint.sealed_previous] if endpoint.signs_twice(now) else []
    return [endpoint.sealed_secret, *former]


def _checked(
    name: str, url: str, kinds: Collection[str], current: WebhookEndpoint | None
) -> dict[str, Any]:
    errors: dict[str, str] = {}
    words, address, wanted = " ".join(name.split()), url.strip(), sorted(set(kinds))
    others = WebhookEndpoint.objects.filter(name=words)
    if current is not None:
        others = others.exclude(pk=current.pk)
    if not words:
        errors["name"] = _("Say what it is for.")
    elif others.exists():
        errors["name"] = _("There is a webhook with this name.")
    try:
        target_of(address, anywhere=settings.WEBHOOK_ALLOW_PRIVATE)
    except NotAllowed as refusal:
        errors["url"] = str(TROUBLES[refusal.code])
    unknown = [kind for kind in wanted if kind not in webhook_kinds]
    if not wanted:
        errors["kinds"] = _("Choose at least one kind of event.")
    elif unknown:
        errors["kinds"] = _("Unknown: %(unknown)s.") % {"unknown": ", ".join(unknown)}
    if errors:
        raise ValidationError(errors)
    return {"name": words, "url": address, "kinds": wanted}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """As the audit has words for it."""
    return {("address" if field == "url" else field): value for field, value in values.items()}
