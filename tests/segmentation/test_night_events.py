"""Nights and their moves are told to other programs once, with what they stored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_facts import customer, sign, use_daily
from webhook_world import events, listening

from accounts.letter_texts import without_letters
from accounts.models import Customer, Tenant, User
from segmentation.actions import night_events
from segmentation.actions.night_events import tell_night
from segmentation.actions.nights import run_night
from segmentation.models import Move, Night

DAY = timedelta(1)
BEFORE, TONIGHT = date(2026, 6, 16), date(2026, 6, 17)


@pytest.fixture
def facts(scope: Tenant) -> None:
    for number, key in enumerate(("a", "b", "c")):
        whom = customer(key)
        sign(whom, TONIGHT - 365 * DAY, fee=1000 + number)
        use_daily(whom, TONIGHT - 100 * DAY, TONIGHT)


def test_a_night_is_told_once_and_again_only_when_it_is_restated(
    scope: Tenant, alice: User, facts: None
) -> None:
    run_night(tenant=scope, as_of=BEFORE)
    assert events() == [], "nobody listened"
    listening(by=alice)
    outcome = run_night(tenant=scope, as_of=TONIGHT)
    told = events()
    assert told[-1] == (
        "night.finished",
        {
            "night": "2026-06-17",
            "restated": False,
            "customers": 3,
            "scored": outcome.scored,
            "moves": outcome.moves,
            "digest": outcome.digest,
        },
    )
    assert run_night(tenant=scope, as_of=TONIGHT).stored == "unchanged"
    assert events() == told
    customer("late")
    restated = run_night(tenant=scope, as_of=TONIGHT, restate="A customer came late")
    assert restated.stored == "restated"
    kind, data = events()[-1]
    assert (kind, data["restated"], data["digest"]) == ("night.finished", True, restated.digest)


def test_a_night_that_is_not_stored_is_told_to_nobody(
    scope: Tenant, alice: User, facts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Exception):
        pass

    def fails(*_given: object, **_further: object) -> None:
        tell_night(*_given, **_further)  # type: ignore[arg-type]
        raise Broken

    listening(by=alice)
    monkeypatch.setattr("segmentation.actions.nights.tell_night", fails)
    with pytest.raises(Broken):
        run_night(tenant=scope, as_of=TONIGHT)
    assert events() == []
    assert not Night.objects.exists()


def moved(night: Night, count: int) -> None:
    for number in range(count):
        whom = customer(f"k{number:03}")
        for kind, was, now in (("tier", "high", "low"), ("stage", "", "loyal")):
            Move.objects.create(
                customer=whom, night=night, as_of=night.as_of, kind=kind, from_value=was,
                to_value=now, cause="behaviour",
            )  # fmt: skip


def test_moves_come_in_parts(scope: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night_events, "MOVES_AT_ONCE", 4)
    listening(by=alice)
    night = Night.objects.create(as_of=TONIGHT, state="done", digest="x", moves_count=10)
    moved(night, 5)
    tell_night(night, is_restated=True)
    parts = [data for kind, data in events() if kind == "customers.moved"]
    assert [(one["part"], one["parts"], len(one["moves"])) for one in parts] == [
        (1, 3, 4), (2, 3, 4), (3, 3, 2),
    ]  # fmt: skip
    assert {one["night"] for one in parts} == {"2026-06-17"}
    assert all(one["restated"] for one in parts)
    moves = [move for one in parts for move in one["moves"]]
    assert [move["customer"] for move in moves] == sorted(
        f"k{n:03}" for n in range(5) for _ in "ab"
    )
    assert moves[1] == {
        "customer": "k000", "kind": "tier", "from": "high", "to": "low", "cause": "behaviour",
    }  # fmt: skip
    assert moves[0]["from"] is None


def test_moves_cost_as_many_statements_for_many(scope: Tenant, alice: User) -> None:
    listening(by=alice)
    counts = []
    for day, count in ((TONIGHT, 1), (TONIGHT + DAY, 60)):
        night = Night.objects.create(as_of=day, state="done", digest="x", moves_count=count)
        Customer.objects.all().update(key=day.isoformat())
        moved(night, count)
        with CaptureQueriesContext(connection) as captured:
            tell_night(night, is_restated=False)
        counts.append(len(captured))
    assert counts == [4, 4]


def test_a_night_without_moves_tells_none_and_a_demos_past_nothing(
    scope: Tenant, alice: User
) -> None:
    listening(by=alice)
    night = Night.objects.create(as_of=TONIGHT, state="done", digest="x", moves_count=0)
    with without_letters():
        tell_night(night, is_restated=False)
    assert events() == []
    tell_night(night, is_restated=False)
    assert [kind for kind, _data in events()] == ["night.finished"]
