"""The page for a talk about a payment: what it tells, what it suggests and why, and that suggestions
are kept as shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Case,
    Contact,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Membership,
    Module,
    Payment,
    Tenant,
)
from accounts.tenancy import tenant_scope
from projects.models import TrainingSession
from segmentation.models import MeasureRow, Night, UsageEvent, UsageState
from service.compute.suggestions import PeerModule, worth_suggesting
from service.models import ProductUpdate, Suggestion

DAY = timedelta(days=1)


@pytest.fixture
def today(tenant: Tenant) -> date:
    return tenant.local_date(datetime.now(tz=UTC))


@pytest.fixture
def bob(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bob@acme.example", "admin")


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def owner(key: str, today: date, *modules: Module) -> Customer:
    customer = Customer.objects.create(key=key, name=key, industry="Retail", size="S")
    contract = Contract.objects.create(customer=customer, key=f"ct-{key}")
    for module in modules:
        ContractLine.objects.create(
            contract=contract, module=module, signed_on=today - 400 * DAY,
            starts_on=today - 400 * DAY, annual_fee=100,
        )  # fmt: skip
    return customer


def used(customer: Customer, module: Module, day: date, person: str, count: int) -> None:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    UsageEvent.objects.create(
        message_id=f"{customer.pk}-{module.pk}-{day}-{person}", customer=customer, module=module,
        person=person, event="x", count=count, occurred_at=moment, received_at=moment,
    )  # fmt: skip


def peers(today: date, module: Module, count: int, owners: int, users: int) -> None:
    night = Night.objects.create(
        as_of=today - DAY, state=Night.State.DONE, digest="d", known_at=datetime.now(tz=UTC)
    )
    for number in range(count):
        peer = owner(f"peer{number}", today, *([module] if number < owners else []))
        MeasureRow.objects.create(customer=peer, as_of=night.as_of, stage="active")
        UsageState.objects.create(
            customer=peer, as_of=night.as_of, persons=[], last_at=[], days=[], used_on=[],
            modules=[module.pk] if number < users else [], has_modules=True,
            used_at=datetime.now(tz=UTC), person_count=0, active_persons=0, person_days=0,
        )  # fmt: skip


def module(name: str) -> Module:
    return Module.objects.create(key=name.lower(), name=name)


@pytest.mark.parametrize(
    ("peers", "owners", "users", "is_worth"),
    [(9, 9, 9, False), (10, 3, 2, True), (10, 2, 2, False), (10, 4, 1, False), (10, 4, 2, True),
     (10, 0, 0, False)],
)  # fmt: skip
def test_what_is_worth_suggesting(peers: int, owners: int, users: int, is_worth: bool) -> None:
    assert bool(worth_suggesting([PeerModule(1, "m", peers, owners, users)])) == is_worth


def test_a_brief_tells_what_they_got_since_they_paid(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        core, pay, learn = module("Core"), module("Payroll"), module("Learning")
        customer = owner("Rookcombe", today, core, pay)
        contract = Contract.objects.get(key="ct-Rookcombe")
        paid_on = today - 100 * DAY
        Payment.objects.create(customer=customer, key="p", paid_on=paid_on, amount=500)
        # A refund is no payment.
        Payment.objects.create(customer=customer, key="r", paid_on=today - 5 * DAY, amount=-5)
        Instalment.objects.create(contract=contract, due_on=today - 3 * DAY, amount=70)
        Instalment.objects.create(contract=contract, due_on=today + 50 * DAY, amount=4321)
        used(customer, core, today - 99 * DAY, "ann", 11)
        used(customer, core, today - 2 * DAY, "ben", 22)
        used(customer, core, paid_on, "old", 1000)
        used(customer, pay, today - 50 * DAY, "ann", 44)
        for key, days in (("before", 101), ("since", 20)):
            TrainingSession.objects.create(
                customer=customer, key=key, title=f"Session {key}", held_on=today - days * DAY
            )
            moment = datetime.now(tz=UTC) - days * DAY
            Case.objects.create(
                customer=customer, key=key, title=f"Case {key}", opened_at=moment,
                closed_at=moment, satisfaction=4,
            )  # fmt: skip
        for state, days in (("sent", 20), ("draft", 20), ("sent", 200)):
            ProductUpdate.objects.create(
                titles={"en": f"Update {state} {days}"}, language="en", state=state,
                shipped_on=today - days * DAY,
                sent_at=None if state == "draft" else datetime.now(tz=UTC),
            )  # fmt: skip
        peers(today, learn, 12, 6, 5)
    page = text(as_(bob).get(f"/t/acme/customers/{customer.pk}/payment-brief/"))
    assert "¥4,321.00" in page
    assert "¥70.00" in page
    assert "Core 33 2 22" in page
    assert "Payroll 44 1 0" in page
    assert "Active persons since then 2" in page
    assert "Session since" in page
    assert "Session before" not in page
    assert "Case since" in page
    assert "Case before" not in page
    assert "satisfaction 4.0 of 5" in page
    assert "Update sent 20" in page
    assert "Update draft" not in page
    assert "Update sent 200" not in page
    assert "Owned, and not used for 30 days Payroll" in page
    assert "Learning : 6 of 12 customers of their industry and size own it, and 5" in page
    own = as_(bob).get(f"/t/acme/customers/{customer.pk}/?part=money").content.decode()
    assert "payment-brief/?instalment=" in own


def test_who_has_no_contract_any_more_is_told_what_came_to_what_they_had(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        had, long_gone, never = module("Payroll"), module("Rosters"), module("Learning")
        customer = owner("Rookcombe", today, had, long_gone)
        for module_, days in ((had, 30), (long_gone, 300)):
            ContractLine.objects.filter(module=module_).update(ends_on=today - days * DAY)
        for module_ in (had, long_gone, never):
            update = ProductUpdate.objects.create(
                titles={"en": f"News of {module_.name}"}, language="en", state="sent",
                shipped_on=today - 20 * DAY, sent_at=datetime.now(tz=UTC),
            )  # fmt: skip
            update.modules.create(module=module_)
    page = text(as_(bob).get(f"/t/acme/customers/{customer.pk}/payment-brief/"))
    assert "these are of what they owned last: Payroll." in page
    assert "News of Payroll" in page
    assert "News of Rosters" not in page
    assert "News of Learning" not in page
    with tenant_scope(tenant.id):
        ContractLine.objects.filter(module=long_gone).update(ends_on=None)
    page = text(as_(bob).get(f"/t/acme/customers/{customer.pk}/payment-brief/"))
    assert "owned last" not in page
    assert "News of Rosters" in page
    assert "News of Payroll" not in page


def test_too_few_peers_suggest_nothing_and_say_so(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        customer = owner("Rookcombe", today)
        peers(today, module("Learning"), 9, 9, 9)
    page = text(as_(bob).get(f"/t/acme/customers/{customer.pk}/payment-brief/"))
    assert "Too few to say: 9 customers" in page
    assert "Nothing was paid yet" in page


def test_what_was_shown_is_kept_once_a_day(tenant: Tenant, bob: Membership, today: date) -> None:
    with tenant_scope(tenant.id):
        core, learn = module("Core"), module("Learning")
        customer = owner("Rookcombe", today, core)
        used(customer, learn, today - 2 * DAY, "ann", 1)
        contact = Contact.objects.create(customer=customer, key="c", name="Li Lei")
        stranger = Contact.objects.create(
            customer=owner("Other", today), key="c", name="Han Meimei"
        )
        peers(today, learn, 10, 5, 5)
    client, url = as_(bob), f"/t/acme/customers/{customer.pk}/payment-brief/uses/"
    assert "valid choice" in text(client.post(url, {"contact": stranger.pk}))
    assert "2 suggestions were shown" in text(
        client.post(url, {"contact": contact.pk}, follow=True)
    )
    assert "Nothing new was shown" in text(client.post(url, {}, follow=True))
    with tenant_scope(tenant.id):
        buy = Suggestion.objects.get(kind="buy")
        assert (buy.module, buy.contact, buy.why) == (
            learn, contact, {"peers": 10, "owners": 5, "users": 5},
        )  # fmt: skip
        assert Suggestion.objects.get(kind="use").module == core


def test_a_brief_costs_as_many_queries_for_much(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    client = as_(bob)
    with tenant_scope(tenant.id):
        core = module("Core")
        customer = owner("Rookcombe", today, core)
        used(customer, core, today - DAY, "ann", 1)
        contract = Contract.objects.get(key="ct-Rookcombe")
        Instalment.objects.create(contract=contract, due_on=today, amount=1)
    url = f"/t/acme/customers/{customer.pk}/payment-brief/"

    def cost() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    few = cost()
    with tenant_scope(tenant.id):
        for number in range(6):
            used(customer, module(f"M{number}"), today - DAY, "ben", 1)
            Instalment.objects.create(
                contract=contract, due_on=today + (number + 1) * DAY, amount=1
            )
            TrainingSession.objects.create(
                customer=customer, key=f"{number}", title="t", held_on=today
            )
    assert cost() == few


def test_who_left_is_not_said_to_use_all_they_own(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        payroll = Module.objects.create(key="pay", name="Payroll")
        gone = owner("Gone", today, payroll)
        ContractLine.objects.update(ends_on=today - DAY)
        used(gone, payroll, today - 2 * DAY, "ann", 3)
    told = text(as_(bob).get(f"/t/acme/customers/{gone.pk}/payment-brief/"))
    assert "No subscription of theirs runs today" in told
    assert "They use all that they own" not in told


def test_customers_that_one_does_not_see_have_no_brief(
    tenant: Tenant, charlie: Any, today: date
) -> None:
    with tenant_scope(tenant.id):
        customer = owner("Rookcombe", today)
    client = Client()
    client.force_login(charlie)
    assert client.get(f"/t/acme/customers/{customer.pk}/payment-brief/").status_code == 404
    assert client.get(f"/t/other/customers/{customer.pk}/payment-brief/").status_code == 404
