"""The customer page: who it is, who is its face, what it bought, owes and paid, who works there."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Colleague,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Module,
    Payment,
    Responsibility,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.queries.contracts import contracts_of
from accounts.queries.customer_page import contact_view, contacts_of
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope
from ui.registry import customer_panels

TODAY = date(2026, 6, 15)


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.id):
        made: Customer = Customer.objects.create(
            key="C1", name="Blue Harbour", industry="Logistics", attributes={"city": "Wuhan"}
        )
        return made


@pytest.fixture
def page(client: Client, bob: User):  # type: ignore[no-untyped-def]
    client.force_login(bob)

    def get(path: str, status: int = 200) -> str:
        answer = client.get(f"/t/acme/{path}")
        assert answer.status_code == status, answer.content[:500]
        return answer.content.decode()

    return get


def line(contract: Contract, module: Module, starts: str, ends: str | None, **values) -> None:  # type: ignore[no-untyped-def]
    values.setdefault("annual_fee", 1000)
    ContractLine.objects.create(
        contract=contract, module=module, signed_on=starts, starts_on=starts, ends_on=ends, **values
    )


# --- Contracts ------------------------------------------------------------------------------------


@pytest.fixture
def hr(scope) -> Module:  # type: ignore[no-untyped-def]
    made: Module = Module.objects.create(key="hr", name="Core HR")
    return made


@pytest.fixture
def bought(scope, hr):  # type: ignore[no-untyped-def]
    customer = Customer.objects.create(key="C1", name="Blue Harbour")
    old = Contract.objects.create(customer=customer, key="K1")
    line(old, hr, "2020-01-01", "2022-12-31")
    new = Contract.objects.create(customer=customer, key="K2", renewal_of=old)
    line(new, hr, "2023-01-01", "2026-12-31", annual_fee=2000)
    line(new, hr, "2026-06-15", "2026-06-15", annual_fee=500)  # its first and last day is today
    line(new, hr, "2026-06-16", None, annual_fee=4000)  # from tomorrow
    line(new, hr, "2026-01-01", None, annual_fee=8000, is_trial=True)
    line(new, hr, "2026-01-02", None, annual_fee=0, amount=9000, kind="one_off")
    future = Contract.objects.create(customer=customer, key="K3")
    line(future, hr, "2027-01-01", None)
    payment = Payment.objects.create(customer=customer, key="P", paid_on="2023-02-01", amount=1)
    for due, paid_by in (
        ("2023-01-01", payment),
        ("2024-01-01", None),
        ("2026-06-15", None),
        ("2027-01-01", None),
    ):
        Instalment.objects.create(contract=new, due_on=due, amount=2000, paid_by=paid_by)
    return customer


def test_contracts_come_active_first_and_know_their_renewals(bought) -> None:  # type: ignore[no-untyped-def]
    views = contracts_of(bought, TODAY)
    assert [(view.contract.key, view.state) for view in views] == [
        ("K2", "active"),
        ("K3", "future"),
        ("K1", "ended"),
    ]
    assert views[0].contract.renewal_of.key == "K1"
    assert [contract.key for contract in views[2].renewed_by] == ["K2"]


def test_arr_is_what_is_active_today_without_trials_and_one_off_lines(bought) -> None:  # type: ignore[no-untyped-def]
    assert [view.arr for view in contracts_of(bought, TODAY)] == [Decimal(2500), 0, 0]
    assert contracts_of(bought, TODAY + timedelta(days=1))[0].arr == Decimal(6000)


def test_instalments_are_paid_overdue_due_today_or_to_come(bought) -> None:  # type: ignore[no-untyped-def]
    view = contracts_of(bought, TODAY)[0]
    assert [(row.state, row.days) for row in view.instalments] == [
        ("paid", 0),
        ("overdue", (TODAY - date(2024, 1, 1)).days),
        ("today", 0),
        ("future", 0),
    ]
    assert view.overdue == Decimal(2000)


def test_contracts_take_the_same_queries_however_many(bought, hr) -> None:  # type: ignore[no-untyped-def]
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            contracts_of(bought, TODAY)
        return len(captured)

    few = queries()
    for number in range(20):
        contract = Contract.objects.create(customer=bought, key=f"X{number}")
        line(contract, hr, "2020-01-01", None)
        Instalment.objects.create(contract=contract, due_on="2020-01-01", amount=1)
    assert queries() == few == 4


# --- Contacts -------------------------------------------------------------------------------------


def test_contacts_show_todays_roles_apart_from_other_times(scope) -> None:  # type: ignore[no-untyped-def]
    customer = Customer.objects.create(key="C1", name="Blue Harbour")

    def contact(name: str, *roles: tuple[str, str | None, str | None]) -> None:
        made = Contact.objects.create(customer=customer, key=name, name=name)
        for role, from_on, to_on in roles:
            ContactRole.objects.create(contact=made, role=role, from_on=from_on, to_on=to_on)

    contact("nobody")
    contact("user", ("end_user", None, None), ("decision_maker", None, "2026-06-14"))
    contact("boss", ("decision_maker", "2026-06-15", None), ("key_user", "2026-06-16", None))
    contact("key", ("key_user", "2020-01-01", "2026-06-15"), ("end_user", None, None))
    rows = list(contacts_of(customer, TODAY).order_by("rank", "name"))
    assert [(row.name, row.rank) for row in rows] == [
        ("boss", 0),
        ("key", 1),
        ("user", 2),
        ("nobody", 3),
    ]
    views = {view.contact.name: view for view in (contact_view(row, TODAY) for row in rows)}
    assert [role.role for role in views["key"].current] == ["end_user", "key_user"]
    assert [role.role for role in views["user"].other] == ["decision_maker"]
    assert [role.role for role in views["boss"].other] == ["key_user"]


# --- The page -------------------------------------------------------------------------------------


def test_the_page_shows_facts_and_the_one_face_with_its_reason(page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        eve = Colleague.objects.create(key="eve", name="Eve Sales")
        customer.salesperson = eve
        customer.save()
        customer_facts_changed.send(sender=Customer, customer_ids=[customer.pk])
        assert Responsibility.objects.filter(customer=customer).count() == 1
    text = page(f"customers/{customer.pk}/")
    for expected in ("Blue Harbour", "C1", "Logistics", "City", "Wuhan", "Prospect"):
        assert expected in text
    assert text.count("Eve Sales") >= 2  # face, named person
    history = page(f"customers/{customer.pk}/?part=people").partition('id="face_history"')[2]
    assert "Eve Sales" in history


def test_columns_of_the_tenants_own_file_stand_under_their_own_heading(page, customer) -> None:  # type: ignore[no-untyped-def]
    shown = page(f"customers/{customer.pk}/")
    facts, own = shown.split("From your file")
    assert "Logistics" in facts
    assert "Wuhan" not in facts
    assert "City" in own
    assert "Wuhan" in own


def test_a_customer_without_a_face_says_unassigned(page, customer) -> None:  # type: ignore[no-untyped-def]
    assert "Unassigned" in page(f"customers/{customer.pk}/")


def test_the_group_links_up_and_down(page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        child = Customer.objects.create(key="C2", name="Blue Child", parent=customer)
    assert f'href="/t/acme/customers/{child.pk}/"' in page(f"customers/{customer.pk}/?part=people")
    assert f'href="/t/acme/customers/{customer.pk}/"' in page(f"customers/{child.pk}/")


def test_a_customer_outside_the_members_view_is_not_there(page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        mine = Customer.objects.create(
            key="C2",
            name="Mine",
            parent=customer,
            service_manager=Colleague.objects.get(key="bob@acme.example"),
        )
    for path in ("", "edit/", "contacts/new/"):
        page(f"customers/{customer.pk}/{path}", 404)
    text = page(f"customers/{mine.pk}/")
    assert "Blue Harbour" in text, "the parent's name is a fact of the child"
    assert f'href="/t/acme/customers/{customer.pk}/"' not in text


def test_long_lists_on_the_page_are_paged_and_sorted_on_their_own(page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        for number in range(30):
            Contact.objects.create(customer=customer, key=f"k{number}", name=f"Person {number:02}")
            Payment.objects.create(
                customer=customer,
                key=f"PAY{number:02}",
                paid_on=TODAY - timedelta(days=number),
                amount=number,
            )
    first = page(f"customers/{customer.pk}/?part=money")
    assert "PAY00" in first
    assert "PAY12" not in first
    assert "part=money&amp;payments_page=2" in first
    second = page(f"customers/{customer.pk}/?part=money&payments_page=2")
    assert "PAY12" in second
    assert "PAY00" not in second
    people = page(f"customers/{customer.pk}/?part=people&contacts_sort=-name")
    assert re.findall(r"Person \d\d", people)[0] == "Person 29"


@pytest.mark.parametrize("part", [part.key for part in customer_panels.parts])
def test_the_page_takes_the_same_queries_whatever_the_size(  # type: ignore[no-untyped-def]
    client, alice, tenant, customer, part: str
) -> None:
    """Ten times the facts cost no query more."""
    client.force_login(alice)

    def grow(start: int, end: int) -> None:
        with tenant_scope(tenant.id):
            module, _ = Module.objects.get_or_create(key="m", name="M")
            for number in range(start, end):
                contract = Contract.objects.create(customer=customer, key=f"K{number}")
                line(contract, module, "2024-01-01", None)
                Instalment.objects.create(contract=contract, due_on="2024-01-01", amount=1)
                Payment.objects.create(
                    customer=customer, key=f"P{number}", paid_on="2024-01-01", amount=1
                )
                contact = Contact.objects.create(customer=customer, key=f"c{number}", name="N")
                ContactRole.objects.create(contact=contact, role="key_user")
                Customer.objects.create(key=f"S{number}", name="Sub", parent=customer)

    def queries() -> int:
        client.get("/t/acme/audit/")  # sessions and templates are warm
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/t/acme/customers/{customer.pk}/?part={part}").status_code == 200
        return len(captured)

    grow(0, 3)
    few = queries()
    grow(3, 30)
    assert queries() == few


# --- Edits ----------------------------------------------------------------------------------------

FORM = {
    "name": "Blue Harbour",
    "industry": "Logistics",
    "size": "",
    "region": "",
    "parent": "",
    "salesperson": "",
    "service_manager": "",
    "project_manager": "",
    "attributes-TOTAL_FORMS": "3",
    "attributes-INITIAL_FORMS": "1",
    "attributes-0-name": "city",
    "attributes-0-value": "Wuhan",
}


@pytest.fixture
def post(client: Client, bob: User):  # type: ignore[no-untyped-def]
    client.force_login(bob)

    def send(path: str, data: dict) -> str:
        return client.post(f"/t/acme/{path}", data, follow=True).content.decode()

    return send


def fresh(tenant: Tenant, customer: Customer) -> Customer:
    with tenant_scope(tenant.id):
        found: Customer = Customer.objects.select_related("parent", "salesperson").get(
            pk=customer.pk
        )
        return found


def test_an_edit_is_saved_and_told_from_what_to_what(post, tenant, customer, bob) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        parent = Customer.objects.create(key="P", name="Parent")
        me = Colleague.objects.get(key=bob.email)
    text = post(
        f"customers/{customer.pk}/edit/",
        {
            **FORM,
            "industry": "Shipping",
            "parent": "P",
            "salesperson": me.pk,
            "attributes-0-value": "",
            "attributes-1-name": "employees",
            "attributes-1-value": "870",
        },
    )
    assert "Industry: Logistics → Shipping" in text
    changed = fresh(tenant, customer)
    assert (changed.industry, changed.parent, changed.salesperson) == ("Shipping", parent, me)
    assert changed.attributes == {"employees": "870"}


def test_saving_the_form_as_it_is_changes_nothing(post, page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    shown = page(f"customers/{customer.pk}/edit/")
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    assert seen
    before = fresh(tenant, customer).known_from
    text = post(f"customers/{customer.pk}/edit/", {**FORM, "seen": seen.group(1)})
    assert "Nothing was changed" in text
    assert fresh(tenant, customer).known_from == before


def test_two_people_do_not_overwrite_each_other(post, page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    shown = page(f"customers/{customer.pk}/edit/")
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    assert seen
    post(f"customers/{customer.pk}/edit/", {**FORM, "size": "10", "seen": seen.group(1)})
    text = post(f"customers/{customer.pk}/edit/", {**FORM, "size": "20", "seen": seen.group(1)})
    assert "changed meanwhile" in text
    assert fresh(tenant, customer).size == "10"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "required"),
        ({"parent": "nobody"}, "no customer with this key"),
        ({"parent": "C1"}, "itself"),
        ({"salesperson": "999999"}, "not one of the available choices"),
        ({"attributes-1-value": "x"}, "Say what this value is"),
        ({"attributes-1-name": "city", "attributes-1-value": "x"}, "given twice"),
    ],
)
def test_what_is_wrong_is_told_and_not_saved(post, tenant, customer, wrong, said) -> None:  # type: ignore[no-untyped-def]
    before = fresh(tenant, customer).known_from
    assert said in post(f"customers/{customer.pk}/edit/", {**FORM, **wrong})
    assert fresh(tenant, customer).known_from == before


def test_a_number_among_the_attributes_stays_a_number(post, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        Customer.objects.filter(pk=customer.pk).update(attributes={"city": "Wuhan", "floors": 3})
    post(
        f"customers/{customer.pk}/edit/",
        {
            **FORM,
            "attributes-INITIAL_FORMS": "2",
            "attributes-1-name": "floors",
            "attributes-1-value": "3",
            "attributes-0-value": "Beijing",
        },
    )
    assert fresh(tenant, customer).attributes == {"city": "Beijing", "floors": 3}


ROLES = {"roles-TOTAL_FORMS": "2", "roles-INITIAL_FORMS": "0"}


def test_a_contact_is_added_changed_and_taken_away(post, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    post(
        f"customers/{customer.pk}/contacts/new/",
        {
            "name": "Li Na",
            "email": "li@c1.example",
            **ROLES,
            "roles-0-role": "key_user",
            "roles-0-from_on": "2024-01-01",
            "roles-1-role": "decision_maker",
        },
    )
    with tenant_scope(tenant.id):
        contact = Contact.objects.get()
        assert set(contact.roles.values_list("role", flat=True)) == {"key_user", "decision_maker"}
    path = f"customers/{customer.pk}/contacts/{contact.pk}/"
    post(
        path,
        {
            "name": "Li Na",
            "email": "li@c1.example",
            **ROLES,
            "roles-0-role": "key_user",
            "roles-0-from_on": "2024-01-01",
            "roles-0-to_on": "2024-12-31",
        },
    )
    with tenant_scope(tenant.id):
        role = ContactRole.objects.get()
        assert (role.role, role.to_on) == ("key_user", date(2024, 12, 31))
    post(f"{path}removal/", {})
    with tenant_scope(tenant.id):
        assert not Contact.objects.exists()


def test_wrong_roles_are_told(post, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    form = {"name": "Li Na", **ROLES, "roles-0-role": "key_user"}
    twice = post(f"customers/{customer.pk}/contacts/new/", {**form, "roles-1-role": "key_user"})
    assert "given twice" in twice
    backwards = post(
        f"customers/{customer.pk}/contacts/new/",
        {**form, "roles-0-from_on": "2024-02-01", "roles-0-to_on": "2024-01-01"},
    )
    assert "cannot end before" in backwards
    with tenant_scope(tenant.id):
        assert not Contact.objects.exists()


def test_a_contact_is_reached_through_its_own_customer_only(page, tenant, customer) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        other = Customer.objects.create(key="C2", name="Other")
        contact = Contact.objects.create(customer=other, key="k", name="K")
    page(f"customers/{customer.pk}/contacts/{contact.pk}/", 404)
    page(f"customers/{other.pk}/contacts/{contact.pk}/")


def test_who_may_not_edit_is_not_offered_it(client, tenant, customer, make_member) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_member(tenant, "exec@acme.example", "executive").user)
    text = client.get(f"/t/acme/customers/{customer.pk}/?part=people").content.decode()
    assert 'id="contacts"' in text
    assert "/edit/" not in text
    assert "contacts/new" not in text
    assert client.post(f"/t/acme/customers/{customer.pk}/edit/", FORM).status_code == 404
