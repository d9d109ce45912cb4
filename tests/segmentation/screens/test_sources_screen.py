"""Sources in the settings: keys are shown once, what came lately, what senders may change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditRecord, Membership, Module, Tenant, User
from accounts.queries.audit import entry
from accounts.tenancy import tenant_scope
from segmentation.models import IngestInbox, IngestSettings, WriteKey
from segmentation.queries.doors import door_of
from tests.segmentation.screens.screen_world import signed_in, text_of
from tests.segmentation.screens.source_world import counted, dead, held, key, seen

URL = "/t/acme/settings/sources/"
NEW = f"{URL}keys/new/"
FORM = {"name": "Web", "source": "", "events_per_second": ""}
SETTINGS = {
    "update_customers": "on",
    "create_contacts": "on",
    "events_per_second": "700",
    "dead_letters_kept_days": "30",
}


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def looker(tenant: Tenant, make_member: Callable[..., Membership]) -> Client:
    """A product manager: looks, and changes nothing."""
    return signed_in(make_member(tenant, "paul@acme.example", "product_manager").user)


def test_a_key_is_shown_once_in_every_snippet_and_lets_events_in(
    tenant: Tenant, client: Client
) -> None:
    answer = client.post(NEW, FORM)
    with tenant_scope(tenant.id):
        made = WriteKey.objects.get()
    assert answer["Location"] == f"{URL}keys/{made.pk}/"
    shown = client.get(answer["Location"])
    assert "no-store" in shown["Cache-Control"]
    [secret] = set(re.findall(rf"tnw_{tenant.id}_[\w-]+", shown.content.decode()))
    door = door_of(secret)
    assert door is not None
    assert door.key_id == made.pk
    # In the box, and as often as the snippets name a key.
    assert shown.content.decode().count(secret) >= 6
    again = client.get(answer["Location"]).content.decode()
    assert secret not in again
    assert "YOUR WRITE KEY" in again
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())


def test_snippets_name_this_installation(tenant: Tenant, client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PUBLIC_URL = "https://tenure.example/here/"
    with tenant_scope(tenant.id):
        made = key()
    texts = {one.key: one.text for one in client.get(f"{URL}keys/{made.pk}/").context["snippets"]}
    assert 'analytics.host = "https://tenure.example/here"' in texts["segment-python"]
    assert 'dataPlaneUrl = "https://tenure.example/here"' in texts["rudderstack-python"]
    assert 'apiHost: "tenure.example/here/v1", protocol: "https"' in texts["browser"]
    assert "curl https://tenure.example/here/v1/track" in texts["curl"]


def test_a_key_is_changed_and_revoked(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        made = key()
    url = f"{URL}keys/{made.pk}/"
    assert client.post(url, FORM | {"events_per_second": "25"}).status_code == 302
    assert "Revoke the write key Web?" in text_of(client.get(f"{url}revocations/"))
    assert client.post(f"{url}revocations/").status_code == 302
    with tenant_scope(tenant.id):
        made.refresh_from_db()
        assert (made.name, made.events_per_second) == ("Web", 25)
        assert made.revoked_at is not None
    assert "what is sent with it is refused" in text_of(client.get(url))
    assert client.post(url, FORM).status_code == 404


@pytest.mark.parametrize("wrong", [{"name": ""}, {"events_per_second": "0"}, {"name": "x" * 101}])
def test_what_is_filled_in_wrong_makes_no_key(
    tenant: Tenant, client: Client, wrong: dict[str, str]
) -> None:
    assert client.post(NEW, FORM | wrong).status_code == 200
    with tenant_scope(tenant.id):
        assert not WriteKey.objects.exists()


def test_without_anything_the_way_to_the_first_event_is_shown(client: Client) -> None:
    shown = client.get(URL)
    assert "Nothing sends here yet" in text_of(shown)
    assert f'href="{NEW}"' in shown.content.decode()


def test_what_came_in_the_last_hour(tenant: Tenant, client: Client) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        one = key(last_used_at=now - timedelta(seconds=3))
        counted(one, now, accepted=5, duplicates=1)
        counted(one, now, slot=1, accepted=2, dead=1)
        counted(one, now - timedelta(minutes=59), held=4)
        counted(one, now - timedelta(minutes=61), accepted=1_000)
        seen("Report opened", module="reports")
        seen("Login", ago=2)
    shown = client.get(URL)
    figures = {str(one["label"]): one["count"] for one in shown.context["figures"]}
    assert figures == {
        "Accepted": 7, "Sent again": 1, "Not taken": 0, "Held": 4, "Dead letters": 1,
    }  # fmt: skip
    assert re.search(r"Last event \d seconds ago", text_of(shown))
    assert [(one["name"], one["place"].module) for one in shown.context["latest"]] == [
        ("Report opened", "reports"),
        ("Login", None),
    ]


def test_a_source_that_fell_silent_is_said_to_be(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        key(last_used_at=timezone.now() - timedelta(hours=25))
    assert "Silent" in text_of(client.get(URL))


def test_requests_that_wait_are_said(tenant: Tenant, client: Client) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        one = key(last_used_at=now)
        for state in ("waiting", "waiting", "dead"):
            IngestInbox.objects.create(
                key=one, call="batch", body=b"{}", received_at=now, not_before=now, state=state
            )
    told = text_of(client.get(URL))
    assert "2 requests are kept and will be worked off" in told
    assert "1 request was given up" in told


def test_what_senders_may_change_is_kept_and_audited(tenant: Tenant, client: Client) -> None:
    assert client.post(URL, SETTINGS).status_code == 302
    with tenant_scope(tenant.id):
        kept = IngestSettings.objects.get()
        assert (kept.create_customers, kept.update_customers) == (False, True)
        assert (kept.create_contacts, kept.update_contacts) == (True, False)
        assert (kept.events_per_second, kept.dead_letters_kept_days) == (700, 30)
        assert AuditRecord.objects.filter(verb="ingest_settings.changed").count() == 1


@pytest.mark.parametrize("wrong", [{"events_per_second": "0"}, {"dead_letters_kept_days": "x"}])
def test_wrong_limits_are_refused(tenant: Tenant, client: Client, wrong: dict[str, str]) -> None:
    assert client.post(URL, SETTINGS | wrong).status_code == 200
    with tenant_scope(tenant.id):
        assert not IngestSettings.objects.exists()


def test_who_only_looks_changes_nothing_and_reads_no_message(
    tenant: Tenant, looker: Client
) -> None:
    with tenant_scope(tenant.id):
        made = key(last_used_at=timezone.now())
        letter = dead(key=made)
        seen("Login", email="ann@customer.example")
    page = looker.get(URL)
    assert page.status_code == 200
    assert f'href="{NEW}"' not in page.content.decode()
    assert looker.get(f"{URL}keys/{made.pk}/").status_code == 200
    mapping = looker.get(f"{URL}mapping/")
    assert "Login" in text_of(mapping)
    assert "ann@customer.example" not in text_of(mapping)
    for url in (NEW, f"{URL}dead-letters/", f"{URL}dead-letters/{letter.pk}/", f"{URL}quarantine/"):
        assert looker.get(url).status_code == 404, url
    for url in (
        URL,
        f"{URL}keys/{made.pk}/",
        f"{URL}mapping/",
        f"{URL}keys/{made.pk}/revocations/",
    ):
        assert looker.post(url, SETTINGS | FORM | {"do": "save"}).status_code == 404, url


def test_a_product_manager_finds_the_mapping_from_the_modules(looker: Client, bob: User) -> None:
    link = f'href="{URL}mapping/"'
    assert link in looker.get("/t/acme/modules/").content.decode()
    assert link not in signed_in(bob).get("/t/acme/modules/").content.decode()


def test_the_first_screen_says_what_waits(tenant: Tenant, client: Client) -> None:
    assert "Sources need a look" not in text_of(client.get("/t/acme/overview/"))
    with tenant_scope(tenant.id):
        dead()
        held("X-1")
        held("X-1")
    told = text_of(client.get("/t/acme/overview/"))
    assert "1 message could not be taken" in told
    assert "1 customer is named that nobody here knows" in told


def test_the_audit_reads_in_words(tenant: Tenant, client: Client) -> None:
    client.post(NEW, FORM)
    client.post(URL, SETTINGS)
    with tenant_scope(tenant.id):
        words = [entry(one) for one in AuditRecord.objects.order_by("pk")]
        told = [
            one for one in words if one.verb.partition(".")[0] in {"write_key", "ingest_settings"}
        ]
        assert len(told) == 2
        for one in told:
            assert "." not in one.what
            assert "_" not in one.what
            assert not any("_" in field for field, _old, _new in one.changes)


def test_the_page_costs_the_same_statements_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    def grow(times: int) -> None:
        now = timezone.now()
        with tenant_scope(tenant.id):
            for number in range(times):
                one = key(last_used_at=now)
                counted(one, now, accepted=3)
                dead(key=one)
                held(f"{one.pk}")
                seen(f"{one.pk}-{number}")

    grow(2)
    few = statements()
    grow(20)
    assert statements() == few <= 20


def test_the_page_says_when_events_make_no_further_modules(
    tenant: Tenant, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.views.sources.MOST_MODULES", 2)
    with tenant_scope(tenant.id):
        Module.objects.create(key="one", name="One")
    told = "There are 2 modules or more"
    assert told not in text_of(client.get(URL))
    with tenant_scope(tenant.id):
        Module.objects.create(key="two", name="Two")
    assert told in text_of(client.get(URL))
