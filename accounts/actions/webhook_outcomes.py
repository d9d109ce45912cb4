"""What a try comes to: taken, tried again later, given up; and how the endpoint stands then."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from accounts.actions.mail_troubles import administrators
from accounts.actions.notifications import notify_all
from accounts.actions.webhook_endpoints import Off, switch_off
from accounts.addresses import tenant_path
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.webhook_http import Answer

log = structlog.get_logger("tenure.webhooks")

# After the first try, the second and so on. With the first they are ten, over three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# An endpoint that fails is left alone for a while, longer each time: what waits for it must not be
# tried one by one against a wall. One that answers at all may dislike a single event.
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=10)
BEARS = 3
# Nothing taken for so long, over so many tries in a row: it is switched off.
OFF_AFTER = timedelta(days=5)
OFF_AFTER_TRIES = 20
State = WebhookDelivery.State


def note_answer(
    *,
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    answer: Answer,
    claim: UUID,
    held_until: datetime,
) -> bool:
    """Write down what came of one try, in the open scope.

    Returns whether the worker goes on with the endpoint: it took this one or may take another, is
    still on, and is still held by ``claim``.
    """
    now = timezone.now()
    # What is written down meanwhile refers to the row, and does not wait.
    current = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if current is None:
        return False
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=now - timedelta(milliseconds=answer.milliseconds),
        milliseconds=answer.milliseconds,
        status=answer.status,
        trouble=answer.trouble,
        answer=answer.text,
    )
    given_up = _note_delivery(delivery, answer, now)
    _note_standing(current, answer, now)
    if current.claim == claim:
        current.claimed_until = held_until
    current.save(
        update_fields=["failures", "failing_since", "rests_until", "taken_at", "claimed_until"]
    )
    if answer.trouble:
        log.info("webhook not taken", webhook=current.pk, trouble=answer.trouble)
        _follow(current, answer, now, given_up=given_up)
    return current.is_active and current.claim == claim and current.rests_until is None


def _note_delivery(delivery: WebhookDelivery, answer: Answer, now: datetime) -> bool:
    """Whether it is given up."""
    row, attempts = WebhookDelivery.objects.filter(pk=delivery.pk), delivery.attempts + 1
    told = {
        "attempts": attempts,
        "last_at": now,
        "last_status": answer.status,
        "trouble": answer.trouble,
    }
    if not answer.trouble:
        # Also where it was switched off meanwhile: now it is known.
        row.update(state=State.DELIVERED, **told)
        return False
    waiting = row.filter(state=State.WAITING)
    if answer.trouble == "gone" or attempts > len(PAUSES):
        return bool(waiting.update(state=State.FAILED, **told))
    pause = max(PAUSES[attempts - 1], timedelta(seconds=answer.wait))
    waiting.update(next_at=now + pause, **told)
    return False


def _note_standing(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    if not answer.trouble:
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        endpoint.taken_at = now
        return
    rest = min(FIRST_REST * 2 ** min(endpoint.failures, 10), LONGEST_REST)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    bears = answer.status is not None and answer.trouble != "busy" and endpoint.failures < BEARS
    endpoint.rests_until = None if bears else now + max(rest, timedelta(seconds=answer.wait))


def _follow(endpoint: WebhookEndpoint, answer: Answer, now: datetime, *, given_up: bool) -> None:
    """Switch off what is gone or takes nothing for days, and tell those who can mend it."""
    since, because = endpoint.failing_since or now, ""
    if answer.trouble == "gone":
        because = Off.GONE.value
    elif since <= now - OFF_AFTER and endpoint.failures >= OFF_AFTER_TRIES:
        because = Off.FAILING.value
    if because and switch_off(endpoint=endpoint, because=because, by=None):
        endpoint.is_active = False
        log.warning("webhook switched off", webhook=endpoint.pk, because=because)
        _tell(endpoint, f"webhook.off_{because}", f"webhook-off:{endpoint.pk}:{now.isoformat()}")
    elif given_up:
        # Once for as long as it takes nothing.
        _tell(endpoint, "webhook.failing", f"webhook-failing:{endpoint.pk}:{since.isoformat()}")


def _tell(endpoint: WebhookEndpoint, kind: str, key: str) -> None:
    notify_all(
        members=administrators(), kind=kind, key=key, about=endpoint,
        path=tenant_path("webhook", endpoint.pk), values={"webhook": endpoint.name},
    )  # fmt: skip
