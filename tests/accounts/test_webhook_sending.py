"""What endpoints are told, and what becomes of it: taken, tried again, given up, switched off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import transaction
from standardwebhooks import Webhook, WebhookVerificationError
from webhook_receiver import Receiver, answers, hangs
from webhook_world import (
    NIGHT,
    deliveries,
    endpoint_of,
    happens,
    listening,
    states,
    time_passes,
)

from accounts import webhook_http
from accounts.actions.retention import forget_old
from accounts.actions.webhook_deliveries import send_again, send_failed_again, send_test
from accounts.actions.webhook_endpoints import remove_webhook, replace_secret, switch_off, switch_on
from accounts.actions.webhook_outcomes import (
    LONGEST_REST,
    OFF_AFTER,
    OFF_AFTER_TRIES,
    PAUSES,
    note_answer,
)
from accounts.actions.webhook_sending import Sent, send_webhooks, webhooks_wait
from accounts.actions.webhooks import emit
from accounts.letter_texts import without_letters
from accounts.models import (
    Membership,
    Notification,
    Tenant,
    User,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.tenancy import tenant_scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(settings: Any) -> None:
    """The tests' receivers are on this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def secret(tenant: Tenant, alice: User, receiver: Receiver) -> str:
    """Of an endpoint that wants nights, at the receiver."""
    with tenant_scope(tenant.pk):
        return listening(NIGHT, by=alice, url=receiver.url)[1]


def send(tenant: Tenant) -> Sent:
    return send_webhooks(tenant_id=tenant.pk)


def again(tenant: Tenant, after: timedelta = timedelta(days=1, seconds=1)) -> Sent:
    time_passes(tenant, after)
    return send(tenant)


def test_a_message_is_verified_by_the_library_of_the_receivers(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    happens(tenant, restated=False, words="客户 ✓")
    assert send(tenant) == Sent(1, 1, more=False)
    (request,) = receiver.requests
    said = Webhook(secret).verify(request.body, request.headers)
    (delivery,) = deliveries(tenant)
    assert said["type"] == NIGHT
    assert said["tenant"] == "acme"
    assert said["data"] == {"night": "2026-11-01", "restated": False, "words": "客户 ✓"}
    assert said["links"] == {"night": "http://127.0.0.1:8000/api/v1/nights/2026-11-01"}
    assert datetime.fromisoformat(said["timestamp"]) <= datetime.now(UTC)
    assert request.headers["webhook-id"] == delivery.event.message_id
    assert request.headers["content-type"] == "application/json"
    assert delivery.state == "delivered"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body.replace(b"false", b"true "), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(request.body, request.headers)


def test_only_what_is_wanted_is_written_down(tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.pk):
        assert emit(NIGHT, {}) == 0
        assert not WebhookEvent.objects.exists(), "nobody listens"
        one, _secret = listening(NIGHT, by=alice, name="One")
        listening("report.sent", by=alice, name="Two")
        off, _secret = listening(NIGHT, by=alice, name="Three")
        switch_off(endpoint=off, by=alice)
        assert emit(NIGHT, {}) == 1
        assert [each.endpoint_id for each in deliveries(tenant)] == [one.pk]
        with pytest.raises(KeyError):
            emit("nobody.registered", {})
        with without_letters():
            assert emit(NIGHT, {}) == 0, "a demo's past is told to nobody"


def test_what_is_rolled_back_is_told_to_nobody(tenant: Tenant, alice: User, secret: str) -> None:
    class Undone(Exception):
        pass

    def fails() -> None:
        with tenant_scope(tenant.pk):
            assert emit(NIGHT, {}) == 1
            raise Undone

    with pytest.raises(Undone), transaction.atomic():
        fails()
    assert deliveries(tenant) == []


def test_another_tenants_endpoint_hears_nothing(
    tenant: Tenant, charlie: User, receiver: Receiver, secret: str
) -> None:
    other = Tenant.objects.get(slug="other")
    with Receiver() as theirs:
        with tenant_scope(other.pk):
            listening(NIGHT, by=charlie, url=theirs.url)
        happens(tenant)
        assert not webhooks_wait(tenant_id=other.pk)
        send(other)
        send(tenant)
        assert theirs.requests == []
        assert len(receiver.requests) == 1
    with tenant_scope(other.pk):
        assert not WebhookEvent.objects.exists()


def test_it_is_tried_ten_times_with_longer_and_longer_pauses(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(500, b"broken")
    happens(tenant)
    send(tenant)
    for pause in PAUSES:
        (delivery,) = deliveries(tenant)
        assert delivery.state == "waiting"
        assert delivery.last_at is not None
        assert delivery.next_at - delivery.last_at == pause
        again(tenant, pause - timedelta(seconds=5))
        assert deliveries(tenant)[0].attempts == delivery.attempts, "not before its time"
        again(tenant, LONGEST_REST + timedelta(seconds=10))
    (delivery,) = deliveries(tenant)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("failed", 10, 500)
    ids = {request.headers["webhook-id"] for request in receiver.requests}
    assert (len(receiver.requests), len(ids)) == (10, 1)
    with tenant_scope(tenant.pk):
        tries = WebhookAttempt.objects.all()
        assert {(one.status, one.trouble, one.answer) for one in tries} == {
            (500, "status", "broken")
        }
        (told,) = Notification.objects.filter(kind="webhook.failing")
        assert told.member.user_id == alice.pk


def test_one_that_comes_back_gets_what_waits(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(502)
    happens(tenant, 5)
    send(tenant)
    assert 1 <= len(receiver.requests) < 5, "the others are spared the wall"
    assert endpoint_of(tenant).failing_since is not None
    receiver.manner = answers(200)
    again(tenant)
    assert set(states(tenant)) == {"delivered"}
    endpoint = endpoint_of(tenant)
    assert (endpoint.failures, endpoint.failing_since) == (0, None)


def test_one_event_that_is_refused_holds_up_no_other(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    taken: list[bytes] = []

    def picky(talk: Any) -> None:
        body = receiver.requests[-1].body
        is_bad = b"2026-11-02" in body
        answers(400 if is_bad else 200)(talk)
        if not is_bad:
            taken.append(body)

    receiver.manner = picky
    happens(tenant, 4)
    send(tenant)
    assert len(taken) == 3
    assert sorted(states(tenant)) == ["delivered", "delivered", "delivered", "waiting"]


def test_who_asks_for_time_gets_it(tenant: Tenant, receiver: Receiver, secret: str) -> None:
    receiver.manner = answers(429, Retry_After="3600")
    happens(tenant, 3)
    send(tenant)
    assert len(receiver.requests) == 1
    receiver.manner = answers(200)
    again(tenant, timedelta(minutes=59))
    assert len(receiver.requests) == 1
    again(tenant, timedelta(minutes=2))
    assert set(states(tenant)) == {"delivered"}


def test_410_switches_it_off_at_once(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(410)
    happens(tenant, 3)
    send(tenant)
    endpoint = endpoint_of(tenant)
    assert (endpoint.is_active, endpoint.off_because) == (False, "gone")
    assert set(states(tenant)) == {"failed"}
    assert [one.trouble for one in deliveries(tenant)] == ["gone", "switched_off", "switched_off"]
    assert len(receiver.requests) == 1
    happens(tenant)
    assert len(deliveries(tenant)) == 3
    with tenant_scope(tenant.pk):
        assert Notification.objects.filter(kind="webhook.off_gone", member__user=alice).exists()


def test_what_takes_nothing_for_days_is_switched_off(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(500)
    happens(tenant, 30)
    send(tenant)
    for _number in range(OFF_AFTER_TRIES):
        again(tenant, LONGEST_REST + timedelta(seconds=1))
    assert endpoint_of(tenant).is_active, "many tries alone are an outage"
    again(tenant, OFF_AFTER)
    endpoint = endpoint_of(tenant)
    assert (endpoint.is_active, endpoint.off_because) == (False, "failing")
    assert set(states(tenant)) == {"failed"}
    with tenant_scope(tenant.pk):
        assert Notification.objects.filter(kind="webhook.off_failing", member__user=alice).exists()


def test_few_tries_over_days_switch_nothing_off(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(500)
    happens(tenant)
    send(tenant)
    again(tenant, OFF_AFTER * 2)
    assert endpoint_of(tenant).is_active


def test_one_that_hangs_holds_up_nobody(
    tenant: Tenant, alice: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_http, "WHOLE", 0.5)
    with Receiver() as slow, Receiver() as slower, tenant_scope(tenant.pk):
        slow.manner = slower.manner = hangs
        for name, url in (("A", slow.url), ("B", slower.url), ("C", receiver.url)):
            listening(NIGHT, by=alice, name=name, url=url)
        happens(tenant, 10)
        began = monotonic()
        sent = send(tenant)
        assert monotonic() - began < 5
        assert len(receiver.requests) == 10
        assert (sent.tries, sent.taken, sent.more) == (12, 10, False)
        assert not webhooks_wait(tenant_id=tenant.pk), "the two are left alone for a while"


def test_while_a_secret_is_replaced_both_hold(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    with tenant_scope(tenant.pk):
        new = replace_secret(endpoint=endpoint_of(tenant), hours=24, by=alice)
    happens(tenant)
    send(tenant)
    request = receiver.requests[-1]
    assert request.headers["webhook-signature"].count("v1,") == 2
    for key in (secret, new):
        Webhook(key).verify(request.body, request.headers)
    time_passes(tenant, timedelta(hours=24, seconds=1))
    happens(tenant)
    send(tenant)
    request = receiver.requests[-1]
    Webhook(new).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body, request.headers)


def test_a_secret_that_became_known_ends_at_once(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    with tenant_scope(tenant.pk):
        new = replace_secret(endpoint=endpoint_of(tenant), hours=0, by=alice)
    happens(tenant)
    send(tenant)
    request = receiver.requests[-1]
    Webhook(new).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body, request.headers)


def test_secrets_do_not_rest_in_the_open(tenant: Tenant, secret: str) -> None:
    endpoint = endpoint_of(tenant)
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in endpoint.sealed_secret


def test_another_installations_secret_is_said_and_sends_nothing(
    tenant: Tenant, receiver: Receiver, secret: str, settings: Any
) -> None:
    happens(tenant)
    settings.SECRET_KEY = "another"
    send(tenant)
    assert receiver.requests == []
    assert deliveries(tenant)[0].trouble == "sealed"


def test_what_failed_is_sent_again_with_the_same_id(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    happens(tenant, 3)
    send(tenant)
    first, second, third = deliveries(tenant)
    with tenant_scope(tenant.pk):
        switch_off(endpoint=endpoint_of(tenant), by=alice)
        switch_on(endpoint=endpoint_of(tenant), by=alice)
        for delivery, days in ((first, 3), (second, 1)):
            delivery.state = "failed"
            delivery.save()
            earlier = delivery.event.happened_at - timedelta(days=days)
            WebhookEvent.objects.filter(pk=delivery.event_id).update(happened_at=earlier)
        since = third.event.happened_at - timedelta(days=2)
        assert send_failed_again(endpoint=endpoint_of(tenant), since=since, by=alice) == 1
    receiver.requests.clear()
    send(tenant)
    assert [one.headers["webhook-id"] for one in receiver.requests] == [second.event.message_id]
    assert states(tenant) == ["failed", "delivered", "delivered"]
    with tenant_scope(tenant.pk):
        send_again(delivery=third, by=alice)
    send(tenant)
    assert receiver.requests[-1].headers["webhook-id"] == third.event.message_id


def test_a_test_goes_to_one_endpoint_alone(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    with Receiver() as other, tenant_scope(tenant.pk):
        endpoint = WebhookEndpoint.objects.get()
        listening(by=alice, name="Other", url=other.url)
        send_test(endpoint=endpoint, by=alice)
        send(tenant)
        assert other.requests == []
    said = Webhook(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    assert said["type"] == "webhook.test"


def test_an_endpoint_that_is_taken_away_meanwhile_breaks_nothing(
    tenant: Tenant, alice: User, receiver: Receiver, secret: str
) -> None:
    happens(tenant, 2)

    with tenant_scope(tenant.pk):
        endpoint = WebhookEndpoint.objects.get()

        def note(**given: Any) -> bool:
            if WebhookEndpoint.objects.filter(pk=endpoint.pk).exists():
                remove_webhook(endpoint=endpoint, by=alice)
            return note_answer(**given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("accounts.actions.webhook_sending.note_answer", note)
            assert send(tenant).tries == 1
    assert deliveries(tenant) == []


def test_old_deliveries_are_forgotten_but_not_what_waits(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    happens(tenant, 2)
    send(tenant)
    receiver.manner = answers(500)
    happens(tenant)
    send(tenant)
    with tenant_scope(tenant.pk):
        for event in WebhookEvent.objects.all():
            event.happened_at -= timedelta(days=31)
            event.save()
    happens(tenant)
    forget_old(tenant_id=tenant.pk)
    assert states(tenant) == ["waiting", "waiting"]
    with tenant_scope(tenant.pk):
        assert WebhookEvent.objects.count() == 2
        assert WebhookAttempt.objects.count() == 1


def test_administrators_alone_are_told(
    tenant: Tenant, alice: User, bob: User, receiver: Receiver, secret: str
) -> None:
    receiver.manner = answers(410)
    happens(tenant)
    send(tenant)
    with tenant_scope(tenant.pk):
        told = {one.member.user_id for one in Notification.objects.select_related("member")}
        assert Membership.objects.count() == 2
    assert told == {alice.pk}


def test_no_address_and_no_secret_is_logged(
    tenant: Tenant, receiver: Receiver, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.manner = answers(500, b"an answer")
    happens(tenant)
    send(tenant)
    told = "".join(capsys.readouterr())
    for word in (receiver.url, "/hook", secret, "an answer"):
        assert word not in told


def test_the_payload_is_json_without_surprises(
    tenant: Tenant, receiver: Receiver, secret: str
) -> None:
    happens(tenant)
    send(tenant)
    assert set(json.loads(receiver.requests[0].body)) == {
        "type", "timestamp", "tenant", "data", "links",
    }  # fmt: skip
