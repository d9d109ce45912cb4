"""Webhooks on screen: made, changed, switched off, replaced secrets, what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook
from webhook_receiver import Receiver, answers
from webhook_world import NIGHT, endpoint_of, happens, listening, states

from accounts.actions.webhook_endpoints import MOST_ENDPOINTS
from accounts.actions.webhook_sending import send_webhooks
from accounts.models import (
    AuditRecord,
    Membership,
    Tenant,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from accounts.tenancy import tenant_scope
from accounts.webhook_kinds import kinds_in_order, links_of

pytestmark = pytest.mark.django_db
URL = "/t/acme/settings/webhooks/"
FORM = {"name": "Warehouse", "url": "https://hooks.example/x", "kinds": [NIGHT, "report.sent"]}


@pytest.fixture(autouse=True)
def _no_rates() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def admin(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with Receiver() as running:
        yield running


def page(client: Client, path: str = "") -> str:
    answer = client.get(URL + path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_webhook_is_made_and_its_secret_shown_once(tenant: Tenant, admin: Client) -> None:
    assert "No program is told anything yet" in page(admin)
    made = admin.post(URL + "new/", FORM)
    endpoint = endpoint_of(tenant)
    assert (made.status_code, made["Location"]) == (302, f"{URL}{endpoint.pk}/")
    answer = admin.get(made["Location"])
    assert "whsec_" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "whsec_" not in page(admin, f"{endpoint.pk}/")
    assert (endpoint.name, endpoint.url) == ("Warehouse", "https://hooks.example/x")
    assert endpoint.kinds == [NIGHT, "report.sent"]
    told = page(admin)
    assert "Warehouse" in told
    assert "Not told anything yet" in told
    with tenant_scope(tenant.pk):
        record = AuditRecord.objects.get(verb="webhook.made")
    assert "whsec_" not in str(record.data)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"kinds": []}, "This field is required."),
        ({"kinds": ["nobody.knows"]}, "Select a valid choice"),
        ({"url": "http://hooks.example/"}, "Only addresses with https:// are told"),
        ({"url": "https://10.0.0.1/"}, "It leads into a private network"),
        ({"url": "https://me:word@hooks.example/"}, "A user name or password"),
        ({"url": "nothing"}, "This is no address of the form"),
    ],
)
def test_what_is_filled_in_wrong_makes_none(
    tenant: Tenant, admin: Client, values: dict[str, Any], words: str
) -> None:
    answer = admin.post(URL + "new/", FORM | values)
    assert words in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert not WebhookEndpoint.objects.exists()


def test_a_name_is_given_once_and_there_are_so_many(
    tenant: Tenant, admin: Client, alice: User
) -> None:
    with tenant_scope(tenant.pk):
        for number in range(MOST_ENDPOINTS - 1):
            listening(NIGHT, by=alice, name=f"W{number}")
    again = admin.post(URL + "new/", FORM | {"name": "W1"})
    assert "There is a webhook with this name." in again.content.decode()
    assert admin.post(URL + "new/", FORM).status_code == 302
    assert "Add a webhook" not in page(admin)
    full = admin.post(URL + "new/", FORM | {"name": "More"})
    assert "which is the most there can be" in full.content.decode()


def test_it_is_changed_switched_off_and_on_and_taken_away(
    tenant: Tenant, admin: Client, alice: User
) -> None:
    with tenant_scope(tenant.pk):
        endpoint, _secret = listening(NIGHT, by=alice)
    happens(tenant)
    one = f"{endpoint.pk}/"
    assert 'value="https://hooks.example/x"' in page(admin, one + "edit/")
    admin.post(URL + one + "edit/", FORM | {"url": "https://new.example/"})
    assert endpoint_of(tenant).url == "https://new.example/"
    assert "Switch Warehouse off?" in page(admin, one + "deactivations/")
    admin.post(URL + one + "deactivations/")
    assert not endpoint_of(tenant).is_active
    assert states(tenant) == ["failed"]
    assert "Switched off by hand" in page(admin)
    admin.post(URL + one + "tests/")
    assert states(tenant) == ["failed"], "what is off is told nothing"
    admin.post(URL + one + "activations/")
    assert endpoint_of(tenant).is_active
    admin.post(URL + one + "removal/")
    with tenant_scope(tenant.pk):
        assert not WebhookEndpoint.objects.exists()
        assert not WebhookDelivery.objects.exists()
        verbs = AuditRecord.objects.filter(verb__startswith="webhook.").order_by("pk")
        assert list(verbs.values_list("verb", flat=True)) == [
            "webhook.made", "webhook.changed", "webhook.switched_off", "webhook.switched_on",
            "webhook.removed",
        ]  # fmt: skip
    assert "Webhook switched off" in admin.get("/t/acme/audit/").content.decode()


def test_a_secret_is_replaced(tenant: Tenant, admin: Client, receiver: Receiver) -> None:
    admin.post(URL + "new/", FORM | {"url": receiver.url})
    one = f"{endpoint_of(tenant).pk}/"
    page(admin, one)
    assert "The former secret holds on" in page(admin, one + "secrets/")
    admin.post(URL + one + "secrets/", {"hours": "24"})
    shown = page(admin, one)
    assert "the former one holds until" in shown
    secret = "whsec_" + shown.partition("whsec_")[2].partition('"')[0]
    happens(tenant)
    send_webhooks(tenant_id=tenant.pk)
    (request,) = receiver.requests
    Webhook(secret).verify(request.body, request.headers)
    other = admin.post(URL + one + "secrets/", {"hours": "3"})
    assert "Select a valid choice" in other.content.decode()


def test_a_test_is_sent_and_its_delivery_shown(
    tenant: Tenant, admin: Client, alice: User, receiver: Receiver
) -> None:
    with tenant_scope(tenant.pk):
        endpoint, _secret = listening(NIGHT, by=alice, url=receiver.url)
    receiver.manner = answers(500, b"<script>broken</script>")
    sent = admin.post(f"{URL}{endpoint.pk}/tests/")
    shown = admin.get(sent["Location"]).content.decode()
    assert "It is on its way." in shown
    assert "every 2s" in shown
    send_webhooks(tenant_id=tenant.pk)
    shown = admin.get(sent["Location"]).content.decode()
    assert "every 2s" not in shown
    assert "It answered that it did not take it. (500)" in shown
    assert "&lt;script&gt;broken" in shown
    assert "webhook.test" in shown
    receiver.manner = answers(200)
    admin.post(sent["Location"] + "redeliveries/")
    send_webhooks(tenant_id=tenant.pk)
    assert states(tenant) == ["delivered"]
    assert len(receiver.requests) == 2


def test_deliveries_are_filtered_and_sent_again(
    tenant: Tenant, admin: Client, alice: User, receiver: Receiver
) -> None:
    with tenant_scope(tenant.pk):
        endpoint, _secret = listening(NIGHT, by=alice, url=receiver.url)
    happens(tenant, 2)
    send_webhooks(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        first = WebhookDelivery.objects.select_related("event").order_by("pk").first()
        assert first is not None
        WebhookDelivery.objects.filter(pk=first.pk).update(state="failed", trouble="timeout")
    one = f"{endpoint.pk}/"
    assert page(admin, one).count("data-row") == 2
    assert page(admin, one + "?state=failed").count("data-row") == 1
    assert page(admin, one + "?kind=webhook.test").count("data-row") == 0
    assert page(admin, one + "?state=nonsense").count("data-row") == 2
    admin.post(URL + one + "redeliveries/", {"since": "x"})
    assert "failed" in states(tenant)
    admin.post(URL + one + "redeliveries/", {"since": "2020-01-01"})
    send_webhooks(tenant_id=tenant.pk)
    assert states(tenant) == ["delivered", "delivered"]
    assert receiver.requests[-1].headers["webhook-id"] == first.event.message_id


def test_a_delivery_is_shown_below_its_own_webhook_alone(
    tenant: Tenant, admin: Client, alice: User
) -> None:
    with tenant_scope(tenant.pk):
        one, _secret = listening(NIGHT, by=alice, name="One")
        other, _secret = listening("report.sent", by=alice, name="Other")
    happens(tenant)
    with tenant_scope(tenant.pk):
        delivery = WebhookDelivery.objects.get()
    assert admin.get(f"{URL}{one.pk}/deliveries/{delivery.pk}/").status_code == 200
    assert admin.get(f"{URL}{other.pk}/deliveries/{delivery.pk}/").status_code == 404


def test_buttons_are_not_pressed_in_a_flood(tenant: Tenant, admin: Client, alice: User) -> None:
    with tenant_scope(tenant.pk):
        endpoint, _secret = listening(NIGHT, by=alice)
    for _number in range(15):
        admin.post(f"{URL}{endpoint.pk}/tests/")
    assert len(states(tenant)) == 10


def test_a_secret_is_shown_in_its_own_tenant_alone(
    tenant: Tenant, admin: Client, alice: User, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.pk):
        Membership.objects.create(user=alice, roles=["admin"])
        theirs, _secret = listening(NIGHT, by=alice)
    admin.post(URL + "new/", FORM)
    there = admin.get(f"/t/other/settings/webhooks/{theirs.pk}/").content.decode()
    assert "whsec_" not in there
    assert "whsec_" in page(admin, f"{endpoint_of(tenant).pk}/")


@pytest.mark.parametrize("path", ["", "{pk}/"])
def test_the_number_of_statements_does_not_grow(
    path: str, tenant: Tenant, admin: Client, alice: User
) -> None:
    with tenant_scope(tenant.pk):
        endpoint, _secret = listening(NIGHT, by=alice)
    counts = []
    for size in (2, 18):
        happens(tenant, size)
        if size > 2:
            with tenant_scope(tenant.pk):
                for number in range(size):
                    listening(NIGHT, by=alice, name=f"More {number}")
        page(admin, path.format(pk=endpoint.pk))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(admin, path.format(pk=endpoint.pk))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20


def test_every_event_is_shown_with_an_example(admin: Client, tenant: Tenant) -> None:
    told = page(admin, "events/")
    for kind in kinds_in_order():
        assert f"<code>{kind.key}</code>" in told
    assert "http://127.0.0.1:8000/api/v1/nights/2026-11-22" in told
    assert "/t/acme/api/" not in told


def test_every_link_of_an_event_leads_to_the_api() -> None:
    for kind in kinds_in_order():
        assert set(links_of(kind.key, kind.example)) == set(kind.links), kind.key


def test_a_key_that_no_address_holds_leaves_its_link_out() -> None:
    assert links_of(NIGHT, {"night": ""}) == {}
    assert links_of("case.opened", {"case": None, "customer": "a/b"}) == {
        "customer": "http://127.0.0.1:8000/api/v1/customers/a~1b"
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_screens_speak_both_languages(
    language: str, tenant: Tenant, admin: Client, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    admin.post(URL + "new/", FORM)
    for path in ("", "new/", "events/", f"{endpoint_of(tenant).pk}/"):
        assert f'lang="{language.replace("hans", "Hans")}' in page(admin, path)
