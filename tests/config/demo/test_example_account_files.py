"""The demo's account files: written once, for the customers of its service managers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Responsibility,
    Tenant,
    Touchpoint,
    User,
)
from config.demo.account_files import make_example_account_files
from config.demo.account_texts import NOTES
from service.models import AccountFile, Goal, JointMilestone, Sponsor


def test_files_are_written_once_in_the_customers_language(scope: Tenant, bob: User) -> None:
    me = Colleague.objects.get(membership__user=bob)
    for key, name in (("C1", "蓝港物流"), ("C2", "Blue Harbour"), ("C3", "Nobody's")):
        customer = Customer.objects.create(key=key, name=name)
        contact = Contact.objects.create(customer=customer, key="a", name="A")
        ContactRole.objects.create(contact=contact, role="decision_maker")
        Touchpoint.objects.create(
            customer=customer, key=key, kind="visit", happened_on=date(2026, 1, 5)
        )
        if key != "C3":
            Responsibility.objects.create(
                customer=customer, colleague=me, capacity="service_manager",
                from_on="2026-01-01", why="contract",
            )  # fmt: skip
    make_example_account_files(scope)
    written = AccountFile.objects.order_by("customer__key")
    assert [file.customer.key for file in written] == ["C1", "C2"]
    chinese, english = written
    assert "行业协会" in chinese.background
    assert "trust has grown" in english.background
    assert Goal.objects.filter(customer__key="C1").count() == 2
    late = JointMilestone.objects.filter(done_on=None, due_on__lt=scope.last_ended_day())
    assert late.exists()
    assert [one.to_on is None for one in Sponsor.objects.order_by("customer__key")] == [True, False]
    told = dict(Touchpoint.objects.values_list("customer__key", "note"))
    assert told["C1"] in [note for note, _english in NOTES]
    assert told["C2"] in [note for _chinese, note in NOTES]
    with CaptureQueriesContext(connection) as again:
        make_example_account_files(scope)
    assert len(again) < 5


def test_without_service_managers_nothing_is_written(scope: Tenant, alice: Any) -> None:
    make_example_account_files(scope)
    assert not AccountFile.objects.exists()
