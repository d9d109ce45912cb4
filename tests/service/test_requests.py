"""Asking, merging, voting and deciding; the board and the acceptance rate."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Customer,
    OutgoingMail,
    RowVersion,
    Tenant,
    UnreachableAddress,
    Unsubscription,
    User,
)
from service.actions.request_decisions import Decision, decide_request
from service.actions.requests import (
    Asking,
    RequestConflict,
    capture_ask,
    edit_request,
    merge_request,
    separate_request,
    vote,
    withdraw_vote,
)
from service.actions.update_sending import write_letters
from service.models import Ask, Request, RequestAnswer, RequestDecision, RequestPageLink, Vote
from service.queries.request_people import reached
from service.queries.request_rates import quarters, rates
from service.queries.requests import BoardFilter, board, listed, weight_of
from tests.service.request_world import D, contact, customer, load, module, night

pytestmark = pytest.mark.usefixtures("scope")


def ask(
    whom: Customer, title: str, *, by: User | None = None, onto: Request | None = None, **more: Any
) -> Request:
    asking = Asking(title, more.pop("made_on", D), **more)
    capture_ask(customer=whom, asking=asking, today=D, onto=onto, by=by)
    return Request.objects.order_by("-pk")[0] if onto is None else onto


def fresh(request: Request) -> Request:
    found: Request = Request.objects.select_related("root").get(pk=request.pk)
    return found


def decide(request: Request, status: str, by: User, **more: Any) -> RequestDecision:
    decision = Decision(status, **more)
    return decide_request(
        request=request, seen=fresh(request).version, decision=decision, today=D, by=by
    )


def test_what_a_customer_asks_is_a_new_request_or_joins_one(alice: User) -> None:
    one, two = customer("one"), customer("two")
    request = ask(one, "  Export  ", by=alice, contact=contact(one, "ann"), text="as PDF")
    assert (request.title, request.text, request.status) == ("Export", "as PDF", "new")
    ask(two, "Payslips as a file", by=alice, onto=request)
    assert Request.objects.count() == 1
    assert sorted(Ask.objects.values_list("customer__key", "title")) == [
        ("one", "Export"),
        ("two", "Payslips as a file"),
    ]
    assert fresh(request).is_curated, "a file changes it no more: two stand behind it"


@pytest.mark.parametrize(
    ("asking", "field"),
    [
        (Asking(" ", D), "title"),
        (Asking("x", D + timedelta(1)), "made_on"),
    ],
)
def test_bad_askings_name_the_field(alice: User, asking: Asking, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        capture_ask(customer=customer("one"), asking=asking, today=D, by=alice)
    assert field in refused.value.message_dict
    assert not Request.objects.exists()


def test_another_customers_contact_asks_nothing(alice: User) -> None:
    stranger = contact(customer("two"), "bob")
    with pytest.raises(ValidationError) as refused:
        ask(customer("one"), "x", by=alice, contact=stranger)
    assert "contact" in refused.value.message_dict


def test_merging_counts_each_customer_once_and_can_be_undone(alice: User) -> None:
    one, two, three = customer("one"), customer("two"), customer("three")
    first, second, third = ask(one, "A", by=alice), ask(two, "B", by=alice), ask(one, "C", by=alice)
    vote(request=second, customer=three, by=alice)
    vote(request=first, customer=one, by=alice)
    night(one=100, two=30)
    merge_request(request=second, into=third, by=alice)
    merge_request(request=third, into=first, by=alice)
    assert {fresh(row).root for row in (second, third)} == {first}
    assert fresh(second).merged_into == third
    weight = weight_of(first)
    assert (weight.customers, weight.arr) == (3, Decimal(130))
    (row,) = listed(BoardFilter())[1]
    assert (row.id, row.customers, row.arr) == (first.pk, 3, Decimal(130))
    separate_request(request=third, by=alice)
    assert fresh(third).root is None
    assert fresh(second).root == third, "what was merged into it before goes with it"
    assert weight_of(third).customers == 3
    assert weight_of(first).customers == 1
    assert Ask.objects.filter(request=second).count() == 1


def test_nothing_is_merged_twice_or_into_itself(alice: User) -> None:
    one = customer("one")
    first, second = ask(one, "A", by=alice), ask(one, "B", by=alice)
    merge_request(request=second, into=first, by=alice)
    for source, target in ((second, first), (first, second), (first, first)):
        with pytest.raises(ValidationError):
            merge_request(request=source, into=target, by=alice)
    with pytest.raises(ValidationError):
        separate_request(request=first, by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=first.pk).update(root=first.pk, merged_into=first.pk)


def test_one_vote_a_customer_whoever_gives_it(alice: User, bob: User) -> None:
    one, two = customer("one"), customer("two")
    request, part = ask(one, "A", by=alice), ask(one, "B", by=alice)
    merge_request(request=part, into=request, by=alice)
    assert vote(request=request, customer=two, by=alice)
    assert not vote(request=part, customer=two, contact=contact(two, "ann"), by=None)
    assert Vote.objects.get().request == request
    withdraw_vote(vote=Vote.objects.get(), by=bob)
    assert not Vote.objects.exists()
    with pytest.raises(ValidationError):
        vote(request=request, customer=two, contact=contact(one, "x"), by=alice)


def test_two_at_once_are_told_and_versions_are_kept(alice: User) -> None:
    request = ask(customer("one"), "A", by=alice)
    edit_request(request=request, seen=1, values={"title": "Better"}, by=alice)
    with pytest.raises(RequestConflict) as conflict:
        edit_request(request=request, seen=1, values={"title": "Other"}, by=alice)
    assert conflict.value.request.title == "Better"
    with pytest.raises(RequestConflict):
        decide_request(request=request, seen=1, decision=Decision("accepted"), today=D, by=alice)
    kept = RowVersion.objects.filter(table="service_request", before__isnull=False).get()
    assert kept.before["title"] == "A"


def test_a_decision_is_kept_and_reaches_who_asked_in_their_language(alice: User) -> None:
    one, two, three = customer("one"), customer("two"), customer("three")
    ann = contact(one, "ann")
    ann.attributes = {"language": "zh-CN"}
    ann.save()
    request = ask(one, "Export", by=alice, contact=ann)
    ask(one, "Export again", by=alice, contact=ann, onto=request)
    other = ask(two, "Files", by=alice, contact=contact(two, "ben"))
    merge_request(request=other, into=request, by=alice)
    # Nobody is named there: the key users stand for the customer.
    ask(three, "Export", by=alice, onto=request)
    contact(three, "key", "key_user")
    contact(three, "end", "end_user")
    found = reached([request.pk], D, languages=["en", "zh-hans"], language="en")
    assert found.languages == {"en": 2, "zh-hans": 1}
    made = decide(
        request, "declined", alice, answers={"en": "No, sorry.", "zh-hans": "抱歉，暂不做。"},
        language="en", note="too dear",
    )  # fmt: skip
    assert sorted(RequestAnswer.objects.values_list("name", "language")) == [
        ("Ann", "zh-hans"),
        ("Ben", "en"),
        ("Key", "en"),
    ]
    request = fresh(request)
    assert (request.status, request.decided_on) == ("declined", D)
    assert made.note == "too dear"


def letters(tenant: Tenant) -> list[tuple[str, str, str]]:
    write_letters(tenant_id=tenant.pk)
    return sorted(OutgoingMail.objects.values_list("to", "purpose", "language"))


def test_answers_are_written_once(scope: Tenant, alice: User) -> None:
    one = customer("one")
    request = ask(one, "Export", by=alice, contact=contact(one, "ann"))
    decide(request, "accepted", alice, answers={"en": "Yes."}, language="en")
    expected = [("ann@one.example", "notice", "en")]
    assert letters(scope) == expected
    assert letters(scope) == expected
    assert RequestAnswer.objects.get().state == "queued"
    assert RequestPageLink.objects.count() == 1
    # A second decision is a second answer.
    decide(request, "planned", alice, answers={"en": "In May."}, language="en", planned_for="May")
    assert len(letters(scope)) == 2


def test_who_cannot_be_reached_is_left_out_with_the_reason(scope: Tenant, alice: User) -> None:
    one = customer("one")
    request = ask(one, "A", by=alice, contact=contact(one, "mute", email=""))
    ask(one, "A", by=alice, contact=contact(one, "gone"), onto=request)
    quiet = contact(one, "quiet")
    ask(one, "A", by=alice, contact=quiet, onto=request)
    silent = customer("silent")
    ask(silent, "A", by=alice, onto=request)
    UnreachableAddress.objects.create(address="gone@one.example", kind="bounced")
    # Who wants no product updates still gets an answer to what they asked.
    Unsubscription.objects.create(contact=quiet, purpose="update")
    found = reached([request.pk], D, languages=["en"], language="en")
    assert (found.languages, found.silent_customers) == ({"en": 1}, 1)
    assert found.left_out == {"no_address": 1, "unreachable": 1}
    decide(request, "declined", alice, answers={"en": "No."}, language="en")
    assert letters(scope) == [("quiet@one.example", "notice", "en")]


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (Decision("declined"), "status"),
        (Decision("planned"), "planned_for"),
        (Decision("new"), "status"),
        (Decision("accepted", answers={"en": "Yes"}, language="zh-hans"), "language"),
    ],
)
def test_bad_decisions_name_the_field(alice: User, decision: Decision, field: str) -> None:
    request = ask(customer("one"), "A", by=alice)
    with pytest.raises(ValidationError) as refused:
        decide_request(request=request, seen=1, decision=decision, today=D, by=alice)
    assert field in refused.value.message_dict
    assert fresh(request).version == 1
    assert not RequestDecision.objects.exists()


def test_what_is_merged_is_decided_on_top(alice: User) -> None:
    one = customer("one")
    top, part = ask(one, "A", by=alice), ask(one, "B", by=alice)
    merge_request(request=part, into=top, by=alice)
    with pytest.raises(ValidationError, match="stands under"):
        decide(part, "accepted", alice)


def test_the_board_weighs_by_customers_and_their_revenue(alice: User) -> None:
    one, two = customer("one"), customer("two")
    pay = module("pay")
    light, heavy = ask(one, "Light", by=alice), ask(two, "Heavy", by=alice, module=pay)
    both = ask(one, "Both 100%", by=alice)
    vote(request=both, customer=two, by=alice)
    decide(heavy, "review", alice)
    night(one=10, two=500)
    columns = {column.status: column for column in board(BoardFilter(), most=1)}
    assert [row.title for row in columns["new"].rows] == ["Both 100%"]
    assert (columns["new"].count, columns["new"].more) == (2, 1)
    assert [row.arr for row in columns["review"].rows] == [Decimal(500)]

    def titles(**wanted: Any) -> list[str]:
        return [row.title for row in listed(BoardFilter(**wanted), order="title")[1]]

    assert titles() == ["Both 100%", "Heavy", "Light"]
    assert titles(module=pay.pk) == ["Heavy"]
    assert titles(least_arr=Decimal(500)) == ["Both 100%", "Heavy"]
    assert titles(text="100%") == ["Both 100%"]
    assert titles(text="0_%") == []
    assert titles(statuses=("review",)) == ["Heavy"]
    assert titles(tier="high") == ["Both 100%", "Heavy", "Light"]
    assert titles(tier="low") == []
    assert [row.id for row in listed(BoardFilter(), order="-arr")[1]] == [
        both.pk, heavy.pk, light.pk,
    ]  # fmt: skip
    count, rows = listed(BoardFilter(), order="-arr", first=2, most=1)
    assert (count, [row.id for row in rows]) == (3, [light.pk])


def test_the_acceptance_rate_counts_every_asking(scope: Tenant, alice: User) -> None:
    one = customer("one")
    taken = ask(one, "A", by=alice, made_on=date(2026, 4, 1))
    ask(customer("two"), "A", by=alice, onto=taken, made_on=date(2026, 5, 1))
    part = ask(one, "B", by=alice, made_on=D)
    merge_request(request=part, into=taken, by=alice)
    declined = ask(one, "C", by=alice, made_on=D)
    ask(one, "D", by=alice, made_on=D)
    ask(one, "Earlier", by=alice, made_on=date(2026, 3, 31))
    decide(taken, "accepted", alice)
    decide(declined, "declined", alice, answers={"en": "No"}, language="en")
    now, before, *_rest = rates(quarters(D, 3))
    assert (now.first, now.last, before.first, before.last) == (
        date(2026, 4, 1), D, date(2026, 1, 1), date(2026, 3, 31),
    )  # fmt: skip
    assert (now.received, now.taken, now.declined, now.open) == (5, 3, 1, 1)
    assert now.share == pytest.approx(0.6)
    assert (now.requests, now.requests_taken) == (3, 1)
    assert (before.received, before.share) == (1, 0)
    assert rates(quarters(D, 4))[3].share is None


def test_the_board_takes_as_many_statements_whatever_its_size(scope: Tenant, alice: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            board(BoardFilter(), most=25)
            listed(BoardFilter(), most=50)
            reached([1], D, languages=["en"], language="en")
        return len(found)

    one = customer("one")
    ask(one, "A", by=alice)
    few = statements()
    rows = "".join(f"one,K{number},Wish {number},2026-06-01\n" for number in range(200))
    load(scope, "customer,key,title,made_on\n" + rows)
    assert statements() == few
