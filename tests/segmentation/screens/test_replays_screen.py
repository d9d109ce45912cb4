"""Nights computed again on screen: asking, reading who differs and why, restating."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import AuditRecord, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import Night, Replay, ReplayDifference
from tests.segmentation.screens.screen_world import LAST, customer, night, signed_in, text_of

URL = f"/t/acme/nights/{LAST}/"


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def replayed(of: Night, **values: Any) -> Replay:
    values = {
        "facts": "now",
        "state": "done",
        "digest": "b" * 64,
        "stored_digest": of.digest,
        "stored_known_at": of.known_at,
        "known_at": of.known_at,
        "customers": 3,
        "differing": 0,
    } | values
    return Replay.objects.create(night=of, **values)


def differs(
    replay: Replay, key: str, *, reasons: tuple[str, ...] = ("late_data",), **values: Any
) -> ReplayDifference:
    whom = customer(f"Company {key}", key=key)
    said = {"tier": "mid", "stage": "active", "segment": "loyal", "r": "3", "f": "3", "m": "3"}
    return ReplayDifference.objects.create(
        replay=replay,
        customer=whom,
        key=key,
        stored=said,
        computed=said | {"tier": "low", "r": "1"},
        parts=["tier", "scores"],
        reasons=list(reasons),
        late_facts=["usage"] if "late_data" in reasons else [],
        old_tier="mid",
        new_tier="low",
        old_stage="active",
        new_stage="active",
        **values,
    )


@pytest.mark.parametrize(
    ("how", "facts", "rules"),
    [("then", "then", "then"), ("now", "now", "then"), ("now_rules", "now", "now")],
)
def test_an_administrator_asks(
    tenant: Tenant,
    client: Client,
    how: str,
    facts: str,
    rules: str,
    django_capture_on_commit_callbacks: Callable[..., Any],
    time_machine: TimeMachineFixture,
) -> None:
    time_machine.move_to(datetime.combine(LAST + timedelta(days=1), time(12), UTC))
    with tenant_scope(tenant.id):
        night()
    assert "Compute again" in text_of(client.get(URL))
    with (
        patch("segmentation.tasks.compute_replay.delay") as delay,
        django_capture_on_commit_callbacks(execute=True),
    ):
        answer = client.post(f"{URL}replays/", {"how": how})
    with tenant_scope(tenant.id):
        asked = Replay.objects.get()
        assert (asked.facts, asked.rules, asked.state) == (facts, rules, "queued")
        assert AuditRecord.objects.filter(verb="night.replayed").count() == 1
    delay.assert_called_once_with(tenant.id, asked.pk)
    assert answer["Location"] == f"{URL}replays/{asked.pk}/"
    page = client.get(answer["Location"])
    assert "Computing the night again" in text_of(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()


def test_others_read_and_do_not_ask(tenant: Tenant, client: Client, bob: User) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=1)
        differs(replay, "C1")
    reader = signed_in(bob)
    assert "Compute again" not in text_of(reader.get(URL))
    page = text_of(reader.get(f"{URL}replays/{replay.pk}/"))
    assert "1 customer differs" in page
    assert "Restate" not in page
    for what in ("", f"{replay.pk}/restatements/", f"{replay.pk}/retries/"):
        assert (
            reader.post(f"{URL}replays/{what}", {"how": "then", "reason": "x"}).status_code == 404
        )


def test_who_differs_is_listed_with_the_reason_filtered_and_exported(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=3)
        differs(replay, "C1")
        differs(replay, "C2", reasons=("rules",))
        differs(replay, "C3", reasons=("late_data", "rules"))
    url = f"{URL}replays/{replay.pk}/"

    def found(**asked: str) -> list[str]:
        return sorted(one["row"].key for one in client.get(url, asked).context["rows"])

    assert found() == ["C1", "C2", "C3"]
    assert found(reason="rules") == ["C2", "C3"]
    assert found(reason="late_data") == ["C1", "C3"]
    assert found(part="stage") == []
    assert found(q="company c2") == ["C2"]
    for sort in ("customer", "-tier", "stage", "parts", "why", "-facts"):
        assert len(found(sort=sort)) == 3
    page = client.get(url)
    assert [one.customers for _word, one in page.context["reasons"]] == [2, 2]
    lines = client.get(url, {"export": "csv", "reason": "rules"}).content.decode("utf-8-sig")
    assert lines.count("\r\n") == 3
    assert "Late data, Rules changed" in lines
    assert client.get(url, {"export": "xlsx"}).content[:2] == b"PK"
    assert client.get(url, {"export": "pdf"}).status_code == 404


def test_who_came_late_is_late_data_of_their_own(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=3)
        late = differs(replay, "C1", presence="added")
        alone = differs(replay, "C2", presence="added")
        beside = differs(replay, "C3")
        ReplayDifference.objects.filter(pk__in=[alone.pk, beside.pk]).update(late_facts=[])
    url = f"{URL}replays/{replay.pk}/"
    rows = {one["row"].key: one["facts"] for one in client.get(url).context["rows"]}
    assert rows == {
        late.key: ["The customer itself", "Usage"],
        alone.key: ["The customer itself"],
        beside.key: [],
    }
    page = client.get(url)
    listed = page.content.decode().partition('id="list"')[2]
    assert listed.count("those of other customers") == 1
    assert "Late data: 2 by facts of their own, 1 only by those of other customers." in text_of(
        page
    )
    assert "The customer itself, Usage" in client.get(url, {"export": "csv"}).content.decode()


def test_what_must_never_happen_is_an_alarm(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), facts="then", differing=1)
        differs(replay, "C1", reasons=("earlier_night",))
    page = client.get(f"{URL}replays/{replay.pk}/")
    assert "this must never happen" in text_of(page)
    assert 'class="notice tone-danger"' in page.content.decode()
    assert "Restate the night" not in text_of(page)
    assert "Alarm" in text_of(client.get(URL))
    with tenant_scope(tenant.id):
        Replay.objects.update(is_earlier_changed=True)
    assert "must never happen" not in text_of(client.get(f"{URL}replays/{replay.pk}/"))


def test_the_same_is_said(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        stored = night()
        replay = replayed(stored, facts="then", digest=stored.digest)
    text = text_of(client.get(f"{URL}replays/{replay.pk}/"))
    assert "the same, to the byte" in text


def test_restating_wants_a_reason(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=1)
        differs(replay, "C1")
    url = f"{URL}replays/{replay.pk}/"
    text = text_of(client.get(url))
    assert "Restate the night" in text
    assert "Nights after it are not computed again" in text
    answer = client.post(f"{url}restatements/", {"reason": " "}, follow=True)
    assert "Give a reason" in text_of(answer)
    client.post(f"{url}restatements/", {"reason": "Usage came late", "following": "on"})
    with tenant_scope(tenant.id):
        replay.refresh_from_db()
        assert (replay.state, replay.restate_because) == ("queued", "Usage came late")
        assert replay.restates_following
    assert "Restating the night" in text_of(client.get(url))


def test_a_night_that_says_something_else_by_now_is_not_restated(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=1, stored_digest="c" * 64)
    url = f"{URL}replays/{replay.pk}/"
    assert "restated after this comparison" in text_of(client.get(url))
    answer = client.post(f"{url}restatements/", {"reason": "x"}, follow=True)
    assert "Compute it again" in text_of(answer)


def test_a_restated_night_says_by_whom_and_why(tenant: Tenant, client: Client, alice: User) -> None:
    with tenant_scope(tenant.id):
        stored = night(restated_at=night(LAST.replace(day=1)).known_at, restated_because="Late")
        replay = replayed(
            stored,
            stored_digest="c" * 64,
            digest=stored.digest,
            restated_at=stored.known_at,
            restate_because="Late",
        )
        AuditRecord.objects.create(
            verb="night.restated",
            actor=alice,
            actor_label=alice.email,
            object_type="segmentation.night",
            object_id=stored.pk,
            data={"reason": "Usage came late", "digest": ["c" * 64, stored.digest]},
        )
    page = client.get(URL)
    text = text_of(page)
    assert f"by {alice.email}" in text
    assert "Usage came late" in text
    assert f"{URL}replays/{replay.pk}/" in page.content.decode()
    assert "cccccccccccc" in text


def test_pages_cost_the_same_however_many_differ(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night(), differing=1)
        differs(replay, "C0")

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    few = [cost(URL), cost(f"{URL}replays/{replay.pk}/")]
    with tenant_scope(tenant.id):
        for number in range(1, 60):
            differs(replay, f"C{number}")
        for _ in range(12):
            replayed(replay.night)
    assert [cost(URL), cost(f"{URL}replays/{replay.pk}/")] == few


def test_a_second_chain_of_restatements_is_refused_in_words(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        of = night()
        replayed(of, state="queued", restate_because="Late", restates_following=True)
        found = replayed(of, differing=1)
        dead = replayed(of, state="dead", digest="", restates_following=True)
    url = f"{URL}replays/{found.pk}/restatements/"
    for asked in (
        lambda: client.post(url, {"reason": "Too", "following": "on"}, follow=True),
        lambda: client.post(f"{URL}replays/{dead.pk}/retries/", follow=True),
    ):
        assert "Nights are being restated one after the other already." in text_of(asked())
    with tenant_scope(tenant.id):
        assert Replay.objects.get(pk=found.pk).state == "done"
        assert Replay.objects.get(pk=dead.pk).state == "dead"


def test_a_replay_of_another_night_is_not_there(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        replay = replayed(night())
        night(LAST.replace(day=1))
    assert client.get(f"/t/acme/nights/2026-06-01/replays/{replay.pk}/").status_code == 404
    assert client.get(f"/t/acme/nights/nonsense/replays/{replay.pk}/").status_code == 404
