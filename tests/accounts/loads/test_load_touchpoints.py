"""Loading touchpoints and cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions.contacts import remove_contact
from accounts.actions.loads import undo_load
from accounts.loads.dependants import CannotUndo
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.models import (
    Case,
    Colleague,
    Contact,
    Customer,
    RowVersion,
    Tenant,
    Touchpoint,
    TouchpointTie,
)
from accounts.tenancy import tenant_scope

CUSTOMERS = "key,name\nA,Alpha\nB,Beta\n"
CONTACTS = "customer,key,name\nA,ann,Ann\nB,ben,Ben\n"
TOUCHPOINTS = "customer,key,kind,happened_on,contact,by,note\n"
CASES = "customer,key,opened_at,title,contact,priority,first_response_at,closed_at,satisfaction\n"


@pytest.fixture
def world(load: Any) -> None:
    load("customers", CUSTOMERS)
    load("contacts", CONTACTS)


@pytest.fixture
def in_shanghai(scope: Tenant) -> None:
    assert scope.timezone == "Asia/Shanghai"


def test_touchpoints_are_loaded_once(load: Any, world: None) -> None:
    text = (
        TOUCHPOINTS
        + "A,T1,visit,2026-03-01,ann,Sue@Vendor.example,On site\nB,T2,电话,2026-03-02,,,\n"
    )
    assert load("touchpoints", text).counts == (2, 0, 0, 0)
    first, second = Touchpoint.objects.order_by("key")
    assert (first.customer.key, first.kind, first.happened_on) == ("A", "visit", date(2026, 3, 1))
    assert first.contact is not None
    assert first.contact.key == "ann"
    assert first.colleague == Colleague.objects.get(key="sue@vendor.example")
    assert first.note == "On site"
    assert (second.kind, second.contact, second.colleague, second.note) == ("电话", None, None, "")
    assert load("touchpoints", text).counts == (0, 0, 2, 0)


def test_a_corrected_touchpoint_keeps_what_was_known(load: Any, world: None) -> None:
    load("touchpoints", TOUCHPOINTS + "A,T1,visit,2026-03-01,ann,,\n")
    corrected = "customer,key,kind,happened_on,city\nA,T1,call,2026-03-02,Bonn\n"
    assert load("touchpoints", corrected).counts == (0, 1, 0, 0)
    now = Touchpoint.objects.get()
    assert (now.kind, now.contact.key, now.attributes) == ("call", "ann", {"city": "Bonn"})
    version = RowVersion.objects.get(table="accounts_touchpoint", before__isnull=False)
    assert version.before["kind"] == "visit"
    assert version.known_to == now.known_from


def test_faults_of_touchpoints_by_line(load: Any, world: None) -> None:
    load("touchpoints", TOUCHPOINTS + "A,T0,visit,2026-03-01,,,\n")
    text = TOUCHPOINTS + (
        "Z,T1,visit,2026-03-01,ann,,\n"  # no such customer: its contacts are no second fault
        "A,T2,visit,2026-03-01,ben,,\n"  # a contact of another customer
        "A,T3,,2026-03-01,,,\n"
        "A,T4,visit,soon,,,\n"
        "B,T0,visit,2026-03-01,,,\n"
        "A,T5,visit,2026-03-01,ann,,\n"
        "A,T5,call,2026-03-01,ann,,\n"
    )
    loaded = load("touchpoints", text, dry_run=True)
    assert loaded.codes == [
        (2, "customer", "unknown_customer"),
        (3, "contact", "unknown_contact"),
        (4, "kind", "empty"),
        (5, "happened_on", "not_a_date"),
        (6, "customer", "touchpoint_of_another"),
        (8, "key", "repeated_key"),
    ]
    assert Touchpoint.objects.count() == 1
    assert load("touchpoints", text).refused
    assert load("touchpoints", text, skip_bad=True).counts == (1, 0, 0, 6)


def test_moments_of_cases_are_the_tenants(load: Any, world: None, in_shanghai: None) -> None:
    text = CASES + (
        "A,C1,2026-03-01,Slow,ann,High,2026-03-01 10:30,2026-03-02T01:00:00Z,5\n"
        "B,C2,2026-03-01T23:59:00+08:00,,,,,,\n"
    )
    assert load("cases", text).counts == (2, 0, 0, 0)
    one, two = Case.objects.order_by("key")
    assert one.opened_at == datetime(2026, 2, 28, 16, tzinfo=UTC), "midnight in Shanghai"
    assert one.first_response_at == datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    assert one.closed_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert (one.priority, one.satisfaction, one.contact.key) == ("high", 5, "ann")
    assert (two.priority, two.satisfaction, two.closed_at, two.title) == ("", None, None, "")
    assert two.opened_at == datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    assert load("cases", text).counts == (0, 0, 2, 0)


def test_a_day_without_a_time_is_not_before_the_opening_on_it(load: Any, world: None) -> None:
    text = CASES + "A,C1,2026-03-01 14:00,,,,2026-03-01,2026-03-02,\n"
    assert load("cases", text).counts == (1, 0, 0, 0)
    case = Case.objects.get()
    assert case.first_response_at == case.opened_at
    assert load("cases", text).counts == (0, 0, 1, 0)
    earlier = CASES + "A,C2,2026-03-01 14:00,,,,2026-03-01 13:00,2026-02-28,\n"
    assert load("cases", earlier).codes == [
        (2, "closed_at", "closed_before_opened"),
        (2, "first_response_at", "answered_before_opened"),
    ]


@pytest.mark.parametrize("satisfaction", ["0", "6"])
def test_satisfaction_is_one_to_five(load: Any, world: None, satisfaction: str) -> None:
    refused = load("cases", CASES + f"A,C1,2026-03-01,,,,,,{satisfaction}\n")
    assert refused.codes == [(2, "satisfaction", "not_one_to_five")]


@pytest.mark.parametrize("satisfaction", ["4.5", "good", "-1"])
def test_satisfaction_is_whole(load: Any, world: None, satisfaction: str) -> None:
    refused = load("cases", CASES + f"A,C1,2026-03-01,,,,,,{satisfaction}\n")
    assert refused.codes == [(2, "satisfaction", "not_whole")]


@pytest.mark.parametrize(
    ("said", "stored"),
    [("Normal", "medium"), ("CRITICAL", "urgent"), ("紧急", "urgent"), ("low", "low")],
)
def test_priorities_by_other_names(load: Any, world: None, said: str, stored: str) -> None:
    load("cases", CASES + f"A,C1,2026-03-01,,,{said},,,\n")
    assert Case.objects.get().priority == stored


def test_an_unknown_priority_is_refused(load: Any, world: None) -> None:
    assert load("cases", CASES + "A,C1,2026-03-01,,,p7,,,\n").codes == [
        (2, "priority", "not_a_choice")
    ]


def test_what_a_file_leaves_out_must_still_fit(load: Any, world: None) -> None:
    load("cases", CASES + "A,C1,2026-03-01,,,,,2026-03-05,\n")
    moved = load("cases", "customer,key,opened_at\nA,C1,2026-03-06\n")
    assert moved.codes == [(2, "opened_at", "closed_before_opened")]
    assert load("cases", "customer,key,opened_at\nA,C1,2026-03-04\n").counts == (0, 1, 0, 0)


def test_undoing_takes_both_back(load: Any, world: None) -> None:
    load("cases", CASES + "A,C1,2026-03-01,Slow,,,,,\n")
    closed = load("cases", CASES + "A,C1,2026-03-01,Slow,,,,2026-03-04,4\nB,C2,2026-03-01,,,,,,\n")
    assert closed.counts == (1, 1, 0, 0)
    undo_load(load=closed.load, by=None)
    case = Case.objects.get()
    assert (case.closed_at, case.satisfaction) == (None, None)
    touched = load("touchpoints", TOUCHPOINTS + "A,T1,visit,2026-03-01,ann,Sue,\n")
    undo_load(load=touched.load, by=None)
    assert not Touchpoint.objects.exists()
    assert not Colleague.objects.filter(key="Sue").exists()


def test_contacts_with_touchpoints_are_not_undone(load: Any, world: None) -> None:
    contacts = load("contacts", "customer,key,name\nA,eve,Eve\n")
    touched = load("touchpoints", TOUCHPOINTS + "A,T1,visit,2026-03-01,eve,,\n")
    with pytest.raises(CannotUndo):
        undo_load(load=contacts.load, by=None)
    undo_load(load=touched.load, by=None)
    undo_load(load=contacts.load, by=None)
    assert not Contact.objects.filter(key="eve").exists()


def test_a_touchpoint_that_somebody_tied_to_a_case_is_not_undone(load: Any, world: None) -> None:
    touched = load("touchpoints", TOUCHPOINTS + "A,T1,visit,2026-03-01,,,\n")
    tie = TouchpointTie.objects.create(
        touchpoint=Touchpoint.objects.get(), kind="case", object_id=1
    )
    with pytest.raises(CannotUndo, match="what touchpoints were about"):
        undo_load(load=touched.load, by=None)
    tie.delete()
    undo_load(load=touched.load, by=None)
    assert not Touchpoint.objects.exists()


def test_a_removed_contact_leaves_what_it_took_part_in(load: Any, world: None, alice: Any) -> None:
    load("touchpoints", TOUCHPOINTS + "A,T1,visit,2026-03-01,ann,,\n")
    load("cases", CASES + "A,C1,2026-03-01,,ann,,,,\n")
    remove_contact(contact=Contact.objects.get(key="ann"), by=alice)
    assert Touchpoint.objects.get().contact is None
    assert Case.objects.get().contact is None
    kept = RowVersion.objects.filter(
        table__in=["accounts_touchpoint", "accounts_case"], before__isnull=False
    )
    assert kept.count() == 2


def test_the_database_refuses_what_the_load_does(load: Any, world: None) -> None:
    customer = Customer.objects.get(key="A")
    opened = datetime(2026, 3, 1, tzinfo=UTC)
    for name, wrong in {
        "case_satisfaction_one_to_five": {"satisfaction": 6},
        "case_priority_known": {"priority": "p7"},
        "case_closed_after_opened": {"closed_at": datetime(2026, 2, 1, tzinfo=UTC)},
        "case_answered_after_opened": {"first_response_at": datetime(2026, 2, 1, tzinfo=UTC)},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Case.objects.create(customer=customer, key=name, opened_at=opened, **wrong)


def test_another_tenant_neither_sees_nor_meets_them(make_tenant: Any, tenant: Tenant) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        customer = Customer.objects.create(key="A", name="A")
        Case.objects.create(customer=customer, key="C1", opened_at=datetime(2026, 3, 1, tzinfo=UTC))
        Touchpoint.objects.create(
            customer=customer, key="T1", kind="visit", happened_on=date(2026, 3, 1)
        )
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        for table in ("accounts_case", "accounts_touchpoint"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


def test_columns_are_guessed_in_both_languages() -> None:
    for kind, header in {
        "cases": ["工单编号", "客户编号", "提交时间", "标题", "优先级", "满意度", "关闭时间"],
        "touchpoints": ["触达编号", "客户编号", "触达方式", "触达日期", "联系人", "触达人", "备注"],
    }.items():
        found = find_kind(kind)
        assert found is not None
        assert set(guess_mapping(header, found.columns).values()) == set(header)
    tickets = find_kind("cases")
    assert tickets is not None
    guessed = guess_mapping(
        ["ticket_id", "account_id", "submitted_at", "closed_at", "priority", "satisfaction_score"],
        tickets.columns,
    )
    assert guessed == {
        "key": "ticket_id",
        "customer": "account_id",
        "opened_at": "submitted_at",
        "closed_at": "closed_at",
        "priority": "priority",
        "satisfaction": "satisfaction_score",
    }
