"""Meetings kept by hand: the entry, its contacts, changes, removal, and who may do what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actions.touchpoints import (
    TouchpointValues,
    change_touchpoint,
    log_touchpoint,
    remove_touchpoint,
)
from accounts.models import (
    AuditRecord,
    Case,
    Colleague,
    Contact,
    Customer,
    RowVersion,
    Touchpoint,
    TouchpointTie,
    User,
    VisibilityRule,
)
from accounts.signals import touchpoint_noted

DAY = date(2026, 3, 2)


@pytest.fixture
def customer(scope: Any) -> Customer:
    made: Customer = Customer.objects.create(key="C1", name="Blue Harbour")
    return made


@pytest.fixture
def people(customer: Customer) -> list[Contact]:
    return [
        Contact.objects.create(customer=customer, key=name, name=name)
        for name in ("Ann", "Ben", "Cid")
    ]


def met(customer: Customer, by: User, **fields: Any) -> Touchpoint:
    ties = fields.pop("ties", None)
    values = TouchpointValues(**{"kind": "visit", "happened_on": DAY, **fields})
    return log_touchpoint(customer=customer, values=values, ties=ties, by=by)


# --- Keeping --------------------------------------------------------------------------------------


def test_each_contact_has_a_row_of_the_same_occasion(
    customer: Customer, people: list[Contact], bob: User
) -> None:
    first = met(customer, bob, contacts=people[:2], note="Payroll")
    rows = Touchpoint.objects.order_by("pk")
    assert [(row.contact.name, row.note) for row in rows] == [
        ("Ann", "Payroll"),
        ("Ben", "Payroll"),
    ]
    assert first.occasion
    assert {row.occasion for row in rows} == {first.occasion}
    assert AuditRecord.objects.filter(verb="touchpoint.logged").count() == 1


def test_a_meeting_with_one_contact_or_none_stands_alone(
    customer: Customer, people: list[Contact], bob: User
) -> None:
    assert met(customer, bob, contacts=people[:1]).occasion == ""
    assert met(customer, bob).contact is None


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "  "}),
        ("happened_on", {"happened_on": date(1999, 12, 31)}),
        ("next_step", {"next_on": DAY}),
        ("next_on", {"next_step": "Call", "next_on": DAY - timedelta(days=1)}),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    customer: Customer, bob: User, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        met(customer, bob, **values)
    assert list(refused.value.error_dict) == [field]
    assert not Touchpoint.objects.exists()


def test_a_day_to_come_and_a_stranger_are_refused(
    customer: Customer, people: list[Contact], bob: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        met(customer, bob, happened_on=(timezone.now() + timedelta(days=2)).date())
    assert list(refused.value.error_dict) == ["happened_on"]
    other = Customer.objects.create(key="C2", name="Other")
    with pytest.raises(ValidationError) as refused:
        met(other, bob, contacts=people[:1])
    assert list(refused.value.error_dict) == ["contacts"]


def test_a_next_step_is_told_once_and_again_when_it_changes(customer: Customer, bob: User) -> None:
    told: list[str] = []

    def hear(**given: Any) -> None:
        told.append(given["touchpoint"].next_step)

    touchpoint_noted.connect(hear)
    try:
        kept = met(customer, bob, next_step="Send the offer", next_on=DAY)
        values = TouchpointValues("visit", DAY, next_step="Send the offer", next_on=DAY, note="x")
        kept = change_touchpoint(touchpoint=kept, values=values, by=bob)
        values = TouchpointValues("visit", DAY, next_step="Call again")
        change_touchpoint(touchpoint=kept, values=values, by=bob)
        met(customer, bob)
    finally:
        touchpoint_noted.disconnect(hear)
    assert told == ["Send the offer", "Call again"]


# --- Changing and taking away ---------------------------------------------------------------------


def test_a_change_keeps_what_was_known_and_spreads_over_the_contacts(
    customer: Customer, people: list[Contact], bob: User
) -> None:
    ann, ben, cid = people
    kept = met(customer, bob, contacts=[ann, ben])
    values = TouchpointValues("call", DAY, contacts=[ben, cid], note="Later")
    change_touchpoint(touchpoint=kept, values=values, seen=kept.known_from, by=bob)
    rows = Touchpoint.objects.order_by("contact__name")
    assert [(row.contact.name, row.kind, row.note) for row in rows] == [
        ("Ben", "call", "Later"),
        ("Cid", "call", "Later"),
    ]
    before = RowVersion.objects.filter(table="accounts_touchpoint", before__isnull=False)
    assert sorted(version.before["contact_id"] for version in before) == sorted([ann.pk, ben.pk])


def test_contacts_come_and_go_down_to_none(
    customer: Customer, people: list[Contact], bob: User
) -> None:
    kept = met(customer, bob)
    first = kept.pk
    three = TouchpointValues("visit", DAY, contacts=people)
    kept = change_touchpoint(touchpoint=kept, values=three, by=bob)
    assert kept.pk == first
    assert Touchpoint.objects.filter(occasion=kept.occasion).count() == 3
    kept = change_touchpoint(touchpoint=kept, values=TouchpointValues("visit", DAY), by=bob)
    row = Touchpoint.objects.get()
    assert (row.contact, row.occasion) == (None, "")


def test_who_changes_what_another_has_changed_is_told(customer: Customer, bob: User) -> None:
    kept = met(customer, bob)
    seen = kept.known_from
    change_touchpoint(touchpoint=kept, values=TouchpointValues("call", DAY), seen=seen, by=bob)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        change_touchpoint(touchpoint=kept, values=TouchpointValues("mail", DAY), seen=seen, by=bob)
    assert Touchpoint.objects.get().kind == "call"


def test_what_is_taken_away_was_known(customer: Customer, people: list[Contact], bob: User) -> None:
    kept = met(customer, bob, contacts=people, ties={"case": 5})
    remove_touchpoint(touchpoint=kept, by=bob)
    assert not Touchpoint.objects.exists()
    assert not TouchpointTie.objects.exists()
    kept_rows = RowVersion.objects.filter(table="accounts_touchpoint", before__isnull=False)
    assert kept_rows.count() == 3
    assert AuditRecord.objects.filter(verb="touchpoint.removed").exists()


# --- Screens --------------------------------------------------------------------------------------


@pytest.fixture
def shown(customer: Customer, people: list[Contact], bob: User, tenant: Any) -> Any:
    """Closes the scope, so that pages open their own."""
    case = Case.objects.create(customer=customer, key="K1", title="Payroll", opened_at=DAY_AT)
    return {"customer": customer.pk, "case": case.pk, "ann": people[0].pk, "tenant": tenant}


DAY_AT = timezone.now() - timedelta(days=5)


def form(**fields: Any) -> dict[str, Any]:
    return {"note": "", "kind": "call", "happened_on": "2026-03-02", **fields}


def test_the_entry_begins_with_the_note_and_is_mine_of_today(
    client: Client, bob: User, shown: Any
) -> None:
    client.force_login(bob)
    page = client.get(
        f"/t/acme/customers/{shown['customer']}/touchpoints/new/"
        f"?kind=annual_payment_talk&contact={shown['ann']}&case={shown['case']}"
    ).content.decode()
    assert "autofocus" in page.split("</textarea>")[0].rsplit("<textarea", 1)[1]
    mine = Colleague.objects.get(membership__user=bob)
    assert f'<option value="{mine.pk}" selected>' in page
    assert '<option value="annual_payment_talk" selected>' in page
    assert f'<option value="{shown["case"]}" selected>' in page
    assert page.count("checked") >= 1


def test_the_entry_is_kept_with_its_ties(client: Client, bob: User, shown: Any) -> None:
    client.force_login(bob)
    address = f"/t/acme/customers/{shown['customer']}/touchpoints/new/"
    answer = client.post(
        address, form(note="Hello", contacts=[shown["ann"]], tie_case=shown["case"])
    )
    assert answer.status_code == 302
    assert answer["Location"].endswith("#timeline")
    kept = Touchpoint.objects.get()
    assert (kept.note, kept.contact_id) == ("Hello", shown["ann"])
    tie = TouchpointTie.objects.get()
    assert (tie.kind, tie.object_id) == ("case", shown["case"])


def test_the_dialog_gets_the_form_alone_and_afterwards_the_page_anew(
    client: Client, bob: User, shown: Any
) -> None:
    client.force_login(bob)
    address = f"/t/acme/customers/{shown['customer']}/touchpoints/new/"
    headers = {"HX-Request": "true", "HX-Target": "touch-dialog"}
    part = client.get(address, headers=headers).content.decode()
    assert "<html" not in part
    assert "data-quick-entry" in part
    refused = client.post(address, form(happened_on="2999-01-01"), headers=headers)
    assert "This day is still to come." in refused.content.decode()
    done = client.post(address, form(), headers=headers)
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")


def test_others_read_it_and_only_its_own_person_or_an_administrator_changes_it(
    client: Client, alice: User, bob: User, make_member: Any, customer: Customer, tenant: Any
) -> None:
    mine = Colleague.objects.get(membership__user=bob)
    kept = met(customer, bob, colleague=mine, note="Secret of state")
    dora = make_member(tenant, "dora@acme.example", "executive").user
    address = f"/t/acme/touchpoints/{kept.pk}/"
    client.force_login(dora)
    assert "Secret of state" in client.get(address).content.decode()
    assert client.post(address, form(note="No")).status_code == 404
    client.post(f"{address}removal/")
    assert Touchpoint.objects.exists()
    client.force_login(alice)
    assert client.post(address, form(note="By the admin", colleague=mine.pk)).status_code == 302
    client.force_login(bob)
    assert client.post(f"{address}removal/").status_code == 302
    assert not Touchpoint.objects.exists()


def test_who_sees_only_their_own_touchpoints_does_not_open_others(
    client: Client, bob: User, make_member: Any, customer: Customer, tenant: Any
) -> None:
    kept = met(customer, bob, colleague=Colleague.objects.get(membership__user=bob))
    VisibilityRule.objects.create(role="executive", record="touchpoints", visibility="mine")
    dora = make_member(tenant, "dora@acme.example", "executive").user
    client.force_login(dora)
    assert client.get(f"/t/acme/touchpoints/{kept.pk}/").status_code == 404


def test_another_tenant_finds_nothing(
    client: Client, charlie: User, customer: Customer, bob: User
) -> None:
    kept = met(customer, bob)
    client.force_login(charlie)
    assert client.get(f"/t/acme/touchpoints/{kept.pk}/").status_code == 404
