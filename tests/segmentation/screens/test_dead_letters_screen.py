"""Dead letters on screen: why in words, sent again, discarded and taken back, taken away as a file."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.dead_letters import discard_letters
from segmentation.models import DeadLetter, UsageEvent
from tests.segmentation.screens.screen_world import customer, signed_in, text_of
from tests.segmentation.screens.source_world import dead, key

URL = "/t/acme/settings/sources/dead-letters/"
DECISIONS = f"{URL}decisions/"


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def decide(client: Client, do: str, *letters: DeadLetter) -> str:
    """What the page that follows says."""
    answer = client.post(
        DECISIONS, {"do": do, "letter": [one.pk for one in letters], "next": URL}, follow=True
    )
    assert answer.status_code == 200
    return text_of(answer)


def states(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.id):
        return list(DeadLetter.objects.order_by("pk").values_list("state", flat=True))


def test_nothing_waits(client: Client) -> None:
    assert "No dead letter waits" in text_of(client.get(URL))


def test_the_list_says_why_and_is_narrowed(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one, two = key("Web"), key("Mobile")
        dead("no_event", key=one, event="First")
        dead("bad_time", key=two, event="Second", detail="timestamp")
        dead("bad_time", event="Third", received_at=timezone.now() - timedelta(days=9))
        dead("no_event", event="Gone", state="discarded", decided_at=timezone.now())

    def events(**asked: object) -> list[str]:
        return sorted(row["letter"].event for row in client.get(URL, asked).context["rows"])

    told = text_of(client.get(URL))
    assert "It names no event" in told
    assert "Its time cannot be read timestamp" in told
    assert events() == ["First", "Second", "Third"]
    assert events(reason="bad_time") == ["Second", "Third"]
    assert events(key=one.pk) == ["First"]
    assert events(since=(timezone.now() - timedelta(days=2)).date()) == ["First", "Second"]
    assert events(until=(timezone.now() - timedelta(days=2)).date()) == ["Third"]
    assert events(q="thi") == ["Third"]
    assert events(state="discarded") == ["Gone"]
    assert events(state="all") == ["First", "Gone", "Second", "Third"]
    assert {one["key"]: one["count"] for one in client.get(URL).context["reasons"]} == {
        "bad_time": 2, "no_event": 1,
    }  # fmt: skip


def test_a_letter_is_read_word_by_word(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        whole = dead("no_customer", body=json.dumps({"userId": "ann", "名": ["<b>", 1]}))
        cut = dead("too_large", body='{"userId": "an')
    shown = client.get(f"{URL}{whole.pk}/")
    assert shown.context["body"] == '{\n  "userId": "ann",\n  "名": [\n    "<b>",\n    1\n  ]\n}'
    assert "<b>" not in shown.content.decode()
    assert "call group once for the person" in text_of(shown)
    assert client.get(f"{URL}{cut.pk}/").context["body"] == '{"userId": "an'


def undo_of(answer: Any) -> str:
    """Where the message that was just shown takes back what it tells."""
    [url] = re.findall(rf'action="({DECISIONS}[0-9]+/undoings/)"', answer.content.decode())
    return str(url)


def test_discarding_is_undone_for_all_of_a_time_and_no_others(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        letters = [dead() for _ in range(4)]
    decide(client, "discard", letters[0])
    answer = client.post(
        DECISIONS, {"do": "discard", "letter": [one.pk for one in letters[1:3]]}, follow=True
    )
    assert answer.redirect_chain[-1][0] == URL
    assert "Discarded: 2." in text_of(answer)
    assert states(tenant) == ["discarded", "discarded", "discarded", "open"]
    undo = undo_of(answer)
    assert "2 dead letters wait again" in text_of(client.post(undo, {"next": URL}, follow=True))
    assert states(tenant) == ["discarded", "open", "open", "open"]
    assert "wait already" in text_of(client.post(undo, {"next": URL}, follow=True))
    assert states(tenant) == ["discarded", "open", "open", "open"]


def test_sending_again_takes_what_can_be_taken_by_now(tenant: Tenant, client: Client) -> None:
    def body(**said: object) -> str:
        return json.dumps({"type": "track", "userId": "ann", "event": "Login"} | said)

    with tenant_scope(tenant.id):
        customer("Blue", key="B-1")
        known = dead("not_saved", body=body(messageId="m1", groupId="B-1"), message_id="m1")
        unknown = dead("not_saved", body=body(messageId="m2", groupId="X-1"), message_id="m2")
        still = dead("no_event", body=body(messageId="m3", event=""), message_id="m3")
    told = decide(client, "replay", known, unknown, still)
    assert "Taken now: 1." in told
    assert "1 waits in quarantine" in told
    assert "1 still cannot be taken" in told
    with tenant_scope(tenant.id):
        assert UsageEvent.objects.get().message_id == "m1"
    assert states(tenant)[0] == "replayed"
    assert states(tenant)[2] == "open"


def test_all_of_a_list_are_decided_at_once_and_no_others(
    tenant: Tenant, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.views.dead_letters.MOST_AT_ONCE", 60)
    with tenant_scope(tenant.id):
        other = dead("bad_time")
        # The later one is made first.
        letters = [
            dead("no_event", received_at=timezone.now() - timedelta(minutes=minutes))
            for minutes in range(62)
        ]
        long_ago = timezone.now() - timedelta(days=1)
        gone = dead("no_event", state="replayed", decided_at=long_ago, received_at=long_ago)
    assert "all 62 of this list" in text_of(client.get(URL, {"reason": "no_event"}))

    def discard(query: str) -> str:
        given = {"do": "discard", "all": "1", "query": query, "next": URL}
        return text_of(client.post(DECISIONS, given, follow=True))

    told = discard("reason=no_event&state=all")
    assert "At most 60 at once" in told
    assert "Discarded: 60." in told
    with tenant_scope(tenant.id):
        waiting = set(DeadLetter.objects.filter(state="open"))
        assert waiting == {other, *letters[:2]}
        gone.refresh_from_db()
        assert gone.state == "replayed"
    assert "No row is checked." in discard("state=replayed")
    assert "Discarded: 3." in discard("reason=nonsense&page=[")


@pytest.mark.parametrize("given", [[], ["x"], ["-1"], ["9" * 30], ["²"]])
def test_nonsense_decides_nothing(tenant: Tenant, client: Client, given: list[str]) -> None:
    with tenant_scope(tenant.id):
        dead()
    answer = client.post(DECISIONS, {"do": "discard", "letter": given}, follow=True)
    assert "No row is checked." in text_of(answer)
    assert client.post(DECISIONS, {"do": "burn", "letter": given}).status_code == 404
    assert states(tenant) == ["open"]


def test_what_is_decided_is_not_decided_again(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        letter = dead(state="replayed", decided_at=timezone.now())
    assert "No row is checked." in decide(client, "discard", letter)
    assert states(tenant) == ["replayed"]


def test_another_tenants_letters_stay_as_they_are(
    client: Client, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        letter = dead()
        gone, _count = discard_letters(ids=[dead().pk], by=None)
    decide(client, "discard", letter)
    assert gone is not None
    assert client.post(f"{DECISIONS}{gone.pk}/undoings/").status_code == 404
    assert states(other) == ["open", "discarded"]


def test_the_list_is_taken_away_as_a_file(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        dead("no_event", event="=cmd()", body='{"a": 1}')
        dead("bad_time", event="Other")
    answer = client.get(URL, {"format": "csv", "reason": "no_event"})
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert len(rows) == 2
    assert rows[1][1] == "It names no event"
    assert rows[1][3] == "'=cmd()"
    assert rows[1][-1] == '{"a": 1}'
    assert client.get(URL, {"format": "xlsx"}).status_code == 200
    assert client.get(URL, {"format": "exe"}).status_code == 404


def test_the_list_costs_the_same_statements_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    with tenant_scope(tenant.id):
        for _ in range(2):
            dead(key=key())
    few = statements()
    with tenant_scope(tenant.id):
        for _ in range(30):
            dead(key=key())
    assert statements() == few <= 18
