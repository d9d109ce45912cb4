"""Sending to endpoints what waits: at least once, whoever dies on the way.

A worker takes endpoints, not deliveries: to one endpoint one worker sends at a time, one delivery
after the other, so that a slow one holds up nobody else. A delivery waits until it is recorded that
it was taken; a worker that dies before that leaves it waiting, and once its hold on the endpoint has
run out somebody else sends it again, with the same id.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actions.webhook_endpoints import SEALED_AS, sealed_secrets
from accounts.actions.webhook_outcomes import note_answer
from accounts.models import Tenant, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.sealing import CannotUnseal, unseal
from accounts.tenancy import tenant_scope
from accounts.webhook_http import WHOLE, Answer, post
from accounts.webhook_kinds import links_of
from accounts.webhook_signing import signed_headers

log = structlog.get_logger("tenure.webhooks")

# Seconds in which a worker begins another one; what is left then goes behind other tenants'.
BUDGET = 20.0
# How much longer than a try may take is waited for: a name may take long to be looked up.
GRACE = 15.0
# Longer than both together; after it, who held an endpoint counts as dead.
LEASE = timedelta(minutes=2)
AT_ONCE = 200
AGENT = "Tenure-Webhooks/1"
State = WebhookDelivery.State


@dataclass(frozen=True)
class Sent:
    """What a worker did: tries, those that were taken, and whether more may be sent now."""

    tries: int
    taken: int
    more: bool


@dataclass
class _Lane:
    """One endpoint that a worker holds, and what it sends to it."""

    endpoint: WebhookEndpoint
    waiting: deque[WebhookDelivery] = field(default_factory=deque)


def webhooks_wait(*, tenant_id: int) -> bool:
    """Whether something may be sent now."""
    with tenant_scope(tenant_id):
        return bool(_free(timezone.now()).exists())


def send_webhooks(*, tenant_id: int) -> Sent:
    """Send some of what a tenant's endpoints wait for. Safe to run twice at once, and to be killed at
    any moment."""
    tenant, claim, now = Tenant.objects.get(pk=tenant_id), uuid4(), timezone.now()
    with tenant_scope(tenant_id):
        lanes = _claim(claim, now)
    if not lanes:
        return Sent(0, 0, more=False)
    pool = ThreadPoolExecutor(max_workers=len(lanes), thread_name_prefix="webhook")
    try:
        tries, taken = _send(tenant, claim, lanes, pool)
    finally:
        # A name that is still looked up is waited for by nobody.
        pool.shutdown(wait=False, cancel_futures=True)
        with tenant_scope(tenant_id):
            WebhookEndpoint.objects.filter(claim=claim).update(claim=None, claimed_until=None)
    with tenant_scope(tenant_id):
        return Sent(tries, taken, more=bool(_free(timezone.now()).exists()))


def _free(now: datetime) -> QuerySet[WebhookEndpoint]:
    """Endpoints that something waits for, which nobody sends to and which do not rest."""
    due = WebhookDelivery.objects.filter(
        endpoint=OuterRef("pk"), state=State.WAITING, next_at__lte=now
    )
    found: QuerySet[WebhookEndpoint] = WebhookEndpoint.objects.filter(
        Q(rests_until=None) | Q(rests_until__lte=now),
        Q(claimed_until=None) | Q(claimed_until__lte=now),
        Exists(due),
        is_active=True,
    )
    return found


def _claim(claim: UUID, now: datetime) -> list[_Lane]:
    chosen = _free(now).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    lanes = [_Lane(endpoint) for endpoint in chosen]
    held = [lane.endpoint.pk for lane in lanes]
    WebhookEndpoint.objects.filter(pk__in=held).update(claim=claim, claimed_until=now + LEASE)
    for lane in lanes:
        due = WebhookDelivery.objects.filter(
            endpoint=lane.endpoint, state=State.WAITING, next_at__lte=now
        )
        lane.waiting.extend(due.select_related("event").order_by("next_at", "id")[:AT_ONCE])
    return lanes


def _send(
    tenant: Tenant, claim: UUID, lanes: list[_Lane], pool: ThreadPoolExecutor
) -> tuple[int, int]:
    """Send until nothing is left or the time is over. Threads speak HTTP and nothing else; what came
    of it is written down here."""
    until, tries, taken = monotonic() + BUDGET, 0, 0
    running: dict[Future[Answer], tuple[_Lane, WebhookDelivery, float]] = {}

    def begin(lane: _Lane) -> None:
        delivery = lane.waiting.popleft()
        given_up = monotonic() + WHOLE + GRACE
        running[pool.submit(_post, tenant, lane.endpoint, delivery)] = (lane, delivery, given_up)

    for lane in lanes:
        if lane.waiting:
            begin(lane)
    while running:
        wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
        for future, (lane, delivery, given_up) in list(running.items()):
            if not future.done() and monotonic() < given_up:
                continue
            del running[future]
            answer = _answer_of(future, delivery)
            tries, taken = tries + 1, taken + (not answer.trouble)
            with tenant_scope(tenant.pk):
                goes_on = note_answer(
                    delivery=delivery,
                    endpoint=lane.endpoint,
                    answer=answer,
                    claim=claim,
                    held_until=timezone.now() + LEASE,
                )
            if goes_on and lane.waiting and monotonic() < until:
                begin(lane)
    return tries, taken


def _answer_of(future: Future[Answer], delivery: WebhookDelivery) -> Answer:
    if not future.done():
        return Answer(None, "timeout", round((WHOLE + GRACE) * 1000))
    try:
        return future.result()
    except CannotUnseal:
        return Answer(None, "sealed", 0)
    except Exception as error:
        # Its text may hold an address with a secret, so only the kind is kept.
        log.error("webhook not sent", delivery=delivery.pk, error=type(error).__name__)
        return Answer(None, "error", 0)


def _post(tenant: Tenant, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Answer:
    now = timezone.now()
    body = body_of(delivery.event, tenant)
    keys = [unseal(sealed, purpose=SEALED_AS) for sealed in sealed_secrets(endpoint, now)]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        **signed_headers(keys, delivery.event.message_id, int(now.timestamp()), body),
    }
    return post(endpoint.url, body, headers, anywhere=settings.WEBHOOK_ALLOW_PRIVATE)


def body_of(event: WebhookEvent, tenant: Tenant) -> bytes:
    """What is sent, the same however often."""
    return json.dumps(payload_of(event, tenant), ensure_ascii=False, separators=(",", ":")).encode()


def payload_of(event: WebhookEvent, tenant: Tenant) -> Mapping[str, object]:
    """``type``, ``timestamp``, the tenant it happened at, ``data``, and where the API says more."""
    moment = event.happened_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "type": event.kind,
        "timestamp": moment.replace("+00:00", "Z"),
        "tenant": tenant.slug,
        "data": event.data,
        "links": links_of(event.kind, event.data),
    }
