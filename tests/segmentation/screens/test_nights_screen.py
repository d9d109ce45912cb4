"""Nights on screen: runs, what they refused, progress, asking for one."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client

from accounts.models import AuditRecord, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.progress import report_progress
from segmentation.models import Night
from tests.segmentation.screens.screen_world import (
    LAST,
    customer,
    moved,
    night,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/nights/"


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def test_runs_are_listed_latest_first(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        night(LAST - timedelta(days=2), customers=11, moves_count=3, seconds=75)
        night(
            LAST - timedelta(days=1),
            state="dead",
            digest="",
            attempts=4,
            error="OperationalError in segmentation",
            finished_at=None,
            seconds=None,
            customers=None,
        )
        night(LAST, customers=12, digest="abcdef0123456789" * 4)
    text = text_of(client.get(URL))
    assert text.index("15 Jun 2026") < text.index("14 Jun 2026") < text.index("13 Jun 2026")
    assert "abcdef012345" in text
    assert "1 min 15 s" in text
    assert "Given up" in text
    assert "try 4" in text
    assert "OperationalError" in text


def test_an_administrator_asks_for_last_nights(tenant: Tenant, client: Client) -> None:
    day = tenant.last_ended_day()
    with tenant_scope(tenant.id):
        customer("One")
    assert "Run the first night" in text_of(client.get(URL))
    answer = client.post(URL)
    assert answer["Location"] == f"{URL}{day}/"
    assert client.post(URL)["Location"] == answer["Location"]
    with tenant_scope(tenant.id):
        asked = Night.objects.get()
        assert (asked.as_of, asked.state) == (day, "queued")
        assert AuditRecord.objects.filter(verb="night.requested").count() == 1
    assert "Computing this night" in text_of(client.get(answer["Location"]))


def test_a_night_asked_for_is_handed_to_a_worker_on_commit(
    tenant: Tenant,
    client: Client,
    django_capture_on_commit_callbacks,  # type: ignore[no-untyped-def]
) -> None:
    with tenant_scope(tenant.id):
        customer("One")
    with (
        patch("segmentation.tasks.compute_night.delay") as delay,
        django_capture_on_commit_callbacks(execute=True),
    ):
        client.post(URL)
    with tenant_scope(tenant.id):
        delay.assert_called_once_with(tenant.id, Night.objects.get().pk)


def test_a_stored_night_is_not_asked_for_again(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        customer("One")
        stored = night(tenant.last_ended_day())
    assert "Run the night of" not in text_of(client.get(URL))
    page = client.post(URL, follow=True)
    assert "is stored already" in text_of(page)
    with tenant_scope(tenant.id):
        assert Night.objects.get().digest == stored.digest
        assert not AuditRecord.objects.filter(verb="night.requested").exists()


def test_a_night_of_nobody_is_not_asked_for(tenant: Tenant, client: Client) -> None:
    assert "Run the night of" not in text_of(client.get(URL))
    assert "no customers yet" in text_of(client.post(URL, follow=True))
    with tenant_scope(tenant.id):
        assert not Night.objects.exists()


def test_only_administrators_ask(tenant: Tenant, bob: User) -> None:
    with tenant_scope(tenant.id):
        customer("One")
    assert "Run the night" not in text_of(signed_in(bob).get(URL))
    assert signed_in(bob).post(URL).status_code == 404
    with tenant_scope(tenant.id):
        assert not Night.objects.exists()


def test_a_night_tells_what_it_said_and_refused(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        tonight = night(
            refusals=[
                {"code": "too_few_customers", "measure": "arr", "needed": 5, "found": 3},
                {"code": "eleven_needs_five_scores"},
            ],
            customers=3,
            restated_at=None,
        )
        one = customer("One")
        stands(one, tonight, tier="low")
        moved(one, tonight, "mid", "low")
    page = client.get(f"{URL}{LAST}/")
    text = text_of(page)
    assert "Too few customers to compare by “ARR”: 3 of at least 5" in text
    assert "five scores" in text
    assert tonight.digest in text
    assert "One Tier" in text
    assert page.context["table"].total == 1


def test_moves_of_a_night_are_filtered_by_direction_kind_and_cause(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        for name, old, new, kind, cause in (
            ("Down", "mid", "low", "tier", "behaviour"),
            ("Up", "mid", "high", "tier", "commercial"),
            ("Asleep", "active", "dormant", "stage", "behaviour"),
            ("Aside", "", "new", "tier", "commercial"),
        ):
            one = customer(name)
            stands(one, tonight)
            moved(one, tonight, old, new, kind=kind, cause=cause)

    def found(**asked: str) -> list[str]:
        return [one.name for one in client.get("/t/acme/moves/", asked).context["rows"]]

    assert sorted(found()[:2]) == ["Asleep", "Down"]  # for the worse first
    assert found(direction="worse", kind="tier") == ["Down"]
    assert found(direction="better") == ["Up"]
    assert found(direction="other") == ["Aside"]
    assert sorted(found(cause="commercial")) == ["Aside", "Up"]
    assert len(found(cause="weather")) == 4
    for sort in ("customer", "-customer", "kind", "change", "cause", "-arr", "face"):
        assert len(found(sort=sort)) == 4


@pytest.mark.parametrize("step", ["facts", "scores", "moves", "storing", None])
def test_a_running_night_shows_how_far_it_is(
    tenant: Tenant, client: Client, step: str | None
) -> None:
    with tenant_scope(tenant.id):
        running = night(state="running", digest="", attempts=1, finished_at=None)
    report_progress(tenant.id, running.pk, step)
    page = client.get(f"{URL}{LAST}/")
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert f'hx-get="{URL}{LAST}/"' in page.content.decode()
    if step:
        assert page.context["panel"]["detail"]


def test_the_panel_stops_asking_when_the_night_has_ended(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        night()
    headers = {"HX-Request": "true", "HX-Target": "progress"}
    answer = client.get(f"{URL}{LAST}/", headers=headers)
    assert answer["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(f"{URL}{LAST}/")


def test_a_night_given_up_is_tried_again(tenant: Tenant, client: Client, bob: User) -> None:
    with tenant_scope(tenant.id):
        dead = night(state="dead", digest="", attempts=4, error="WorkerLost")
    assert "Try again now" in text_of(client.get(f"{URL}{LAST}/"))
    assert signed_in(bob).post(f"{URL}{LAST}/retries/").status_code == 404
    assert client.post(f"{URL}{LAST}/retries/")["Location"] == f"{URL}{LAST}/"
    with tenant_scope(tenant.id):
        dead.refresh_from_db()
        assert (dead.state, dead.attempts) == ("queued", 0)


@pytest.mark.parametrize("day", ["2026-06-14", "yesterday", "2026-13-01", "0"])
def test_a_night_that_is_not_there(tenant: Tenant, client: Client, day: str) -> None:
    assert client.get(f"{URL}{day}/").status_code == 404


def test_without_nights_the_way_to_the_first(tenant: Tenant, client: Client, bob: User) -> None:
    assert "Run the first night" in text_of(client.get(URL))
    assert "No night was computed yet" in text_of(signed_in(bob).get(URL))
    assert "Run the first night" in text_of(client.get("/t/acme/moves/"))
    assert "No night was computed yet" in text_of(signed_in(bob).get("/t/acme/moves/"))
