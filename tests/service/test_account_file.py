"""The account file: background, sponsor, privileges, the group of companies, what is overdue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.contacts import remove_contact
from accounts.models import (
    AuditRecord,
    Case,
    Colleague,
    Contact,
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    RowVersion,
    Tenant,
    Touchpoint,
    User,
    VisibilityRule,
)
from service.actions.account_files import end_sponsor, name_sponsor, write_background
from service.actions.success_plans import add_row
from service.models import AccountFile, Goal, JointMilestone, Privilege, Sponsor
from service.queries.account_files import account_file_of, group_figures
from service.views.account_files import late_milestones_block

DAY = date(2026, 6, 15)


@pytest.fixture
def customer(scope: Any) -> Customer:
    made: Customer = Customer.objects.create(key="C1", name="Blue Harbour")
    return made


@pytest.fixture
def ann(customer: Customer) -> Contact:
    made: Contact = Contact.objects.create(customer=customer, key="ann", name="Ann")
    return made


# --- Background -----------------------------------------------------------------------------------


def test_the_background_is_kept_with_what_it_was(customer: Customer, bob: User) -> None:
    write_background(customer=customer, text="Came from a fair.", seen=0, by=bob)
    file = write_background(customer=customer, text="Sensitive on price.", seen=1, by=bob)
    assert (file.background, file.version) == ("Sensitive on price.", 2)
    kept = RowVersion.objects.get(table="service_accountfile", before__isnull=False)
    assert kept.before["background"] == "Came from a fair."
    assert AuditRecord.objects.filter(verb="account_file.changed").count() == 2


def test_two_at_once_see_that_another_wrote(customer: Customer, bob: User) -> None:
    write_background(customer=customer, text="One", seen=0, by=bob)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        write_background(customer=customer, text="Two", seen=0, by=bob)
    assert AccountFile.objects.get().background == "One"


# --- Sponsor --------------------------------------------------------------------------------------


def test_a_new_sponsor_ends_the_one_before(customer: Customer, ann: Contact, bob: User) -> None:
    ben = Contact.objects.create(customer=customer, key="ben", name="Ben")
    name_sponsor(customer=customer, contact=ann, from_on=date(2026, 1, 1), by=bob)
    name_sponsor(customer=customer, contact=ben, from_on=date(2026, 3, 1), by=bob)
    assert [(one.name, one.to_on) for one in Sponsor.objects.all()] == [
        ("Ben", None),
        ("Ann", date(2026, 2, 28)),
    ]
    assert account_file_of(customer, DAY).sponsor.state == "here"
    with pytest.raises(ValidationError) as refused:
        name_sponsor(customer=customer, contact=ann, from_on=date(2026, 3, 1), by=bob)
    assert list(refused.value.error_dict) == ["from_on"]


def test_a_sponsor_is_lost_when_it_ends_and_when_it_is_no_contact_any_more(
    customer: Customer, ann: Contact, bob: User
) -> None:
    assert account_file_of(customer, DAY).sponsor.state == "none"
    sponsor = name_sponsor(customer=customer, contact=ann, from_on=date(2026, 1, 1), by=bob)
    remove_contact(contact=ann, by=bob)
    found = account_file_of(customer, DAY).sponsor
    assert found.last is not None
    assert (found.state, found.last.name) == ("lost", "Ann")
    with pytest.raises(ValidationError) as refused:
        end_sponsor(sponsor=sponsor, to_on=DAY - timedelta(days=1), why=" ", by=bob)
    assert list(refused.value.error_dict) == ["why"]
    end_sponsor(sponsor=sponsor, to_on=date(2026, 5, 1), why="Left", by=bob)
    assert Sponsor.objects.get().why_ended == "Left"
    assert account_file_of(customer, DAY).sponsor.state == "lost"


def test_nobody_of_another_customer_stands_for_us(
    customer: Customer, ann: Contact, bob: User
) -> None:
    other = Customer.objects.create(key="C2", name="Other")
    with pytest.raises(ValidationError) as refused:
        name_sponsor(customer=other, contact=ann, from_on=date(2026, 1, 1), by=bob)
    assert list(refused.value.error_dict) == ["contact"]
    assert not Sponsor.objects.exists()


def test_a_privilege_cannot_end_before_it_begins(customer: Customer, bob: User) -> None:
    values = {"title": "Day of training", "from_on": DAY, "to_on": DAY - timedelta(days=1)}
    with pytest.raises(ValidationError) as refused:
        add_row(model=Privilege, customer=customer, values=values, by=bob)
    assert list(refused.value.error_dict) == ["to_on"]


# --- The group ------------------------------------------------------------------------------------


@pytest.fixture
def group(customer: Customer, bob: User) -> dict[str, Customer]:
    """A parent, a company below it, and one below that; all with something of their own."""
    below = Customer.objects.create(key="C2", name="Below", parent=customer)
    deep = Customer.objects.create(key="C3", name="Deep", parent=below)
    Customer.objects.create(key="C4", name="Elsewhere")
    module = Module.objects.create(key="hr", name="HR")
    for number, one in enumerate((customer, below, deep), start=1):
        contact = Contact.objects.create(customer=one, key=f"c{number}", name=f"c{number}")
        contract = Contract.objects.create(customer=one, key=f"K{number}")
        ContractLine.objects.create(
            contract=contract, module=module, signed_on="2026-01-01", starts_on="2026-01-01",
            annual_fee=number * 1000,
        )  # fmt: skip
        ContractLine.objects.create(
            contract=contract, module=module, signed_on="2024-01-01", starts_on="2024-01-01",
            ends_on="2025-12-31", annual_fee=9_000_000,
        )  # fmt: skip
        Goal.objects.create(customer=one, title="G")
        JointMilestone.objects.create(customer=one, title="M", due_on=DAY - timedelta(days=number))
        Case.objects.create(customer=one, key=f"X{number}", opened_at="2026-05-01T00:00Z")
        for part in ("a", "b"):
            Touchpoint.objects.create(
                customer=one, key=f"T{number}{part}", kind="call", happened_on=DAY,
                contact=contact, occasion=f"o{number}",
            )  # fmt: skip
    return {"top": customer, "below": below, "deep": deep}


def test_a_parent_sums_every_company_below(group: dict[str, Customer], bob: User) -> None:
    member = Membership.objects.get(user=bob)
    found = group_figures(group["top"], member, DAY)
    assert found is not None
    assert [one.name for one, _figures in found.companies] == ["Blue Harbour", "Below", "Deep"]
    total = found.total
    assert total.arr == Decimal(6000)
    assert (total.goals_open, total.milestones_open, total.milestones_late) == (3, 3, 3)
    # Two contacts in one occasion were one touch.
    assert (total.contacts, total.cases_open, total.touchpoints) == (3, 3, 3)
    assert group_figures(group["deep"], member, DAY) is None


def test_companies_that_one_does_not_see_are_not_summed(
    group: dict[str, Customer], bob: User
) -> None:
    VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
    for name in ("top", "deep"):
        group[name].service_manager = Colleague.objects.get(membership__user=bob)
        group[name].save()
    found = group_figures(group["top"], Membership.objects.get(user=bob), DAY)
    assert found is not None
    assert [one.name for one, _figures in found.companies] == ["Blue Harbour", "Deep"]
    assert (found.total.arr, found.hidden) == (Decimal(4000), 1)


# --- Screens --------------------------------------------------------------------------------------


def test_the_page_and_the_panel_say_that_the_sponsor_is_lost(
    client: Client, bob: User, customer: Customer, ann: Contact
) -> None:
    sponsor = name_sponsor(customer=customer, contact=ann, from_on=date(2026, 1, 1), by=bob)
    client.force_login(bob)
    address = f"/t/acme/customers/{customer.pk}/"
    panel = f"{address}?part=service"
    assert "Sponsor lost</span>" not in client.get(panel).content.decode()
    end_sponsor(sponsor=sponsor, to_on=date(2026, 2, 1), why="Went to a rival", by=bob)
    for path in (panel, f"{address}account-file/"):
        shown = client.get(path).content.decode()
        assert "Sponsor lost" in shown
        assert "Went to a rival" in shown


def test_forms_write_and_refuse(
    client: Client, bob: User, customer: Customer, ann: Contact
) -> None:
    client.force_login(bob)
    address = f"/t/acme/customers/{customer.pk}/account-file/"
    done = client.post(f"{address}background/", {"background": "Fair", "seen": 0})
    assert done.status_code == 302
    late = client.post(f"{address}background/", {"background": "Other", "seen": 0})
    assert "changed meanwhile" in late.content.decode()
    done = client.post(f"{address}sponsors/new/", {"contact": ann.pk, "from_on": "2026-01-01"})
    assert done.status_code == 302
    done = client.post(
        f"{address}privileges/new/", {"title": "Training day", "from_on": "2026-01-01"}
    )
    assert done.status_code == 302
    shown = client.get(address).content.decode()
    for word in ("Fair", "Ann", "Training day", "until further notice"):
        assert word in shown
    assert client.get(f"{address}castles/new/").status_code == 404


def test_who_may_not_edit_reads_only(
    client: Client, make_member: Any, tenant: Any, customer: Customer, bob: User
) -> None:
    write_background(customer=customer, text="Came from a fair.", by=bob)
    client.force_login(make_member(tenant, "dora@acme.example", "executive").user)
    address = f"/t/acme/customers/{customer.pk}/account-file/"
    shown = client.get(address).content.decode()
    assert "Came from a fair." in shown
    assert "New goal" not in shown
    assert client.post(f"{address}goals/new/", {"title": "x"}).status_code == 404


def test_overdue_milestones_of_my_customers_stand_on_the_first_screen(
    client: Client, bob: User, customer: Customer
) -> None:
    other = Customer.objects.create(key="C2", name="Not mine")
    customer.service_manager = Colleague.objects.get(membership__user=bob)
    customer.save()
    today = timezone.localdate()
    for one in (customer, other):
        JointMilestone.objects.create(customer=one, title="Late", due_on=today - timedelta(days=3))
    JointMilestone.objects.create(
        customer=customer, title="Done", due_on=today - timedelta(days=3), done_on=today
    )
    JointMilestone.objects.create(
        customer=customer, title="Later", due_on=today + timedelta(days=3)
    )
    request: Any = SimpleNamespace(
        membership=Membership.objects.get(user=bob), tenant=Tenant.objects.get(slug="acme")
    )
    mine = late_milestones_block(request, None)
    assert mine is not None
    assert [(one.title, one.customer.name) for one in mine["late"]] == [("Late", "Blue Harbour")]
    every = late_milestones_block(request, "all")
    assert every is not None
    assert len(every["late"]) == 2


def test_as_many_statements_for_much_as_for_little(
    client: Client, bob: User, group: dict[str, Customer]
) -> None:
    client.force_login(bob)
    top = group["top"]
    address = f"/t/acme/customers/{top.pk}/account-file/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(12):
        company = Customer.objects.create(key=f"N{number}", name=f"N{number}", parent=top)
        goal = Goal.objects.create(customer=top, title=f"G{number}")
        JointMilestone.objects.create(customer=top, title="M", due_on=DAY, goal=goal)
        JointMilestone.objects.create(customer=company, title="M", due_on=DAY)
        Privilege.objects.create(customer=top, title="P", from_on=DAY)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
