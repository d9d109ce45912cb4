"""Whoever sends too much, too slowly or with wrong keys takes nothing from others."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from ingest_world import Sender, events, make_customers, make_key, track

from accounts import guessing
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation import ingest_refusals, ingest_senders, tasks
from segmentation.actions import ingest_inbox
from segmentation.actions.ingest_inbox import keep
from segmentation.ingest_senders import TooSlow, at_work, overdue, reading
from segmentation.models import IngestInbox
from segmentation.queries.doors import door_of, forget_doors
from segmentation.tasks import sweep_ingestion


def wrong_key(tenant: Tenant) -> str:
    return f"tnw_{tenant.pk}_{secrets.token_urlsafe(32)}"


# --- Wrong keys -------------------------------------------------------------------------------------


def test_wrong_keys_push_out_no_right_one_and_ask_the_database_seldom(
    tenant: Tenant, sender: Sender
) -> None:
    door = door_of(sender.key)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for number in range(3000):
            assert door_of(wrong_key(tenant)) is None
            assert door_of(f"tnw_{10**9 + number}_{'x' * 40}") is None
            assert door_of(sender.key) is door
    # Each look is a scope of four statements; a new key is found at once, but not so often.
    assert len(asked) < 250


def test_a_new_key_lets_in_at_once(tenant: Tenant, sender: Sender) -> None:
    assert door_of(sender.key) is not None
    assert door_of(wrong_key(tenant)) is None
    assert door_of(make_key(tenant)) is not None


def test_wrong_keys_are_told_to_wait_by_address_and_right_ones_go_on(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MOST_WRONG", 3)
    guess = Sender(wrong_key(tenant))
    answers = [guess.post("track", track(), REMOTE_ADDR="192.0.2.7") for _try in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].json()["code"] == "too_many_wrong"
    assert int(answers[-1]["Retry-After"]) > 0
    assert sender.post("track", track(), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert guess.post("track", track(), REMOTE_ADDR="192.0.2.8").status_code == 401
    # Who forgot it does not guess.
    assert Client().post("/v1/track", {}, content_type="application/json").status_code == 401


# --- Too much ---------------------------------------------------------------------------------------


class Answers:
    """A web application behind the one that refuses; counts what reaches it."""

    def __init__(self) -> None:
        self.reached = 0
        self.application = ingest_refusals.refusing(self._answer)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.reached += 1
        start_response("200 OK", [])
        return []

    def post(
        self, authorization: str | None, path: str = "/v1/batch"
    ) -> tuple[str, dict[str, str]]:
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path}
        if authorization is not None:
            environ["HTTP_AUTHORIZATION"] = authorization
        told: list[Any] = []
        body = b"".join(self.application(environ, lambda *given: told.extend(given)))
        status, headers = told[0], dict(told[1])
        if status.startswith("429"):
            assert headers["Content-Length"] == str(len(body))
            assert json.loads(body)["code"] == "too_many"
        return status[:3], headers


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    forget_doors()
    ingest_refusals._told.clear()
    yield
    ingest_refusals._told.clear()


def test_who_was_told_to_wait_is_refused_before_anything_is_made_of_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customers(tenant, "acme")
    loud, answers = Sender(make_key(tenant, events_per_second=5)), Answers()
    bearer: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {loud.key}"}
    assert loud.post("batch", {"batch": [track(n) for n in range(15)]}, **bearer).status_code == 200
    assert answers.post(bearer["HTTP_AUTHORIZATION"])[0] == "200"
    told = loud.post("batch", {"batch": [track(99)]}, **bearer)
    assert told.status_code == 429
    status, headers = answers.post(bearer["HTTP_AUTHORIZATION"])
    assert (status, answers.reached) == ("429", 1)
    assert 1 <= int(headers["Retry-After"]) <= int(told["Retry-After"])
    # Nobody else is, nor another address of this one.
    assert answers.post("Bearer other")[0] == answers.post(None)[0] == "200"
    assert answers.post(bearer["HTTP_AUTHORIZATION"], "/api/v1/customers")[0] == "200"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert answers.post(bearer["HTTP_AUTHORIZATION"])[0] == "200"
    assert not ingest_refusals._told


def test_heads_of_any_length_do_not_fill_the_memory() -> None:
    """Each may be 8 KB, and another one every time: what follows the key counts for nothing."""
    for number in range(50):
        ingest_refusals.remember(f"Basic {number}{'x' * 8000}", 5)
    ingest_refusals.remember("Basic " + "x" * 150, 5)
    assert len(ingest_refusals._told) == 1


# --- Too slowly -------------------------------------------------------------------------------------


def test_a_body_that_trickles_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_senders, "BODY_SECONDS", 1.0)
    ours, theirs = socket.socketpair()
    ending = threading.Event()

    def trickle() -> None:
        while not ending.wait(0.1):
            theirs.send(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    started = time.monotonic()
    try:
        with reading("somebody", ours):
            while ours.recv(1):
                assert time.monotonic() - started < 10
    finally:
        ending.set()
        thread.join()
        ours.close()
        theirs.close()
    assert time.monotonic() - started < 5


def test_slow_bodies_leave_threads_to_others() -> None:
    now = 1000.0
    slow = [ingest_senders._Reading("a", now - 5 + n, None) for n in range(4)]
    new = ingest_senders._Reading("a", now, None)
    assert overdue([*slow, new], now) == slow[2:]
    others = [ingest_senders._Reading(who, now - 1, None) for who in ("b", "c", "d")]
    assert overdue([*slow[:1], *others], now) == others[2:]
    long = ingest_senders._Reading("e", now - ingest_senders.BODY_SECONDS, None)
    assert overdue([long], now) == [long]


def test_whoever_sends_slowly_is_told_to_wait(
    tenant: Tenant, sender: Sender, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    long_ago = time.monotonic() - 1
    kept = {
        n: ingest_senders._Reading(tenant.pk, long_ago, None)
        for n in range(ingest_senders.MOST_SLOW)
    }
    ingest_senders._readings.update(kept)
    try:
        answer = sender.post("track", track())
        assert (answer.status_code, answer["Retry-After"]) == (429, "1")
        with pytest.raises(TooSlow), reading(tenant.pk, None):
            pass
        with reading(other.pk, None):
            pass
    finally:
        for n in kept:
            del ingest_senders._readings[n]
    assert sender.post("track", track()).status_code == 200


def test_requests_at_work_are_counted_by_sender() -> None:
    with at_work("a") as none, at_work("a") as one, at_work("b") as of_another:
        assert (none, one, of_another) == (0, 1, 0)
    assert not ingest_senders._at_work


# --- The inbox --------------------------------------------------------------------------------------


def test_tenants_inboxes_are_worked_off_in_turns(
    tenant: Tenant,
    sender: Sender,
    make_tenant: Callable[..., Tenant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_tenant("other")
    make_customers(other, "acme")
    elsewhere = Sender(make_key(other))
    for one, count in ((sender, 5), (elsewhere, 1)):
        door = door_of(one.key)
        assert door is not None
        for number in range(count):
            raw = json.dumps({"batch": [track(number)]}).encode()
            keep(raw, door=door, call="batch", arrived=timezone.now())
    order = []
    handle = ingest_inbox._handle

    def noting(tenant_id: int, pk: int) -> int:
        order.append(tenant_id)
        return handle(tenant_id, pk)

    monkeypatch.setattr(ingest_inbox, "_handle", noting)
    monkeypatch.setattr(ingest_inbox, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 2)
    sweep_ingestion()
    assert order == [*[tenant.pk] * 2, other.pk, *[tenant.pk] * 3]
    assert (len(events(tenant)), len(events(other))) == (5, 1)
    with tenant_scope(tenant.id):
        assert not IngestInbox.objects.exists()
