"""One person named for many customers: what changes, what is kept, what can be taken back."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.assignments import assign_customers, undo_assignment
from accounts.actions.customers import change_customer
from accounts.models import (
    AuditRecord,
    Colleague,
    Contract,
    ContractLine,
    Customer,
    Module,
    Responsibility,
    RowVersion,
    Tenant,
    User,
)

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def people(scope: Tenant) -> tuple[Colleague, Colleague]:
    ann, ben = (Colleague.objects.create(key=name.lower(), name=name) for name in ("Ann", "Ben"))
    return ann, ben


@pytest.fixture
def customers(people: tuple[Colleague, Colleague]) -> list[Customer]:
    ann, _ben = people
    return [
        Customer.objects.create(key=f"C{n}", name=f"C{n}", service_manager=ann if n else None)
        for n in range(3)
    ]


def managers() -> list[str]:
    found = Customer.objects.order_by("key").values_list("service_manager__name", flat=True)
    return [name or "" for name in found]


def test_the_person_is_named_for_all_and_given_back(
    customers: list[Customer], people: tuple[Colleague, Colleague], alice: User
) -> None:
    _ann, ben = people
    done = assign_customers(
        customers=Customer.objects.all(), role="service_manager", colleague=ben, by=alice
    )
    assert done is not None
    assert done.data["customers"] == 3
    assert managers() == ["Ben", "Ben", "Ben"]
    # What was known before is kept, for nights of the past.
    assert RowVersion.objects.filter(table="accounts_customer").count() == 3
    assert undo_assignment(assignment=done, by=alice) == 3
    assert managers() == ["", "Ann", "Ann"]
    told = AuditRecord.objects.filter(verb__startswith="customer.").order_by("id")
    assert list(told.values_list("verb", flat=True)) == [
        "customer.assigned",
        "customer.assignment_undone",
    ]


def test_only_those_who_had_somebody_else_change(
    customers: list[Customer], people: tuple[Colleague, Colleague], alice: User
) -> None:
    ann, _ben = people
    before = Customer.objects.get(key="C1").known_from
    done = assign_customers(
        customers=Customer.objects.all(), role="service_manager", colleague=ann, by=alice
    )
    assert done is not None
    assert done.data["customers"] == 1
    assert Customer.objects.get(key="C1").known_from == before
    again = assign_customers(
        customers=Customer.objects.all(), role="service_manager", colleague=ann, by=alice
    )
    assert again is None
    assert AuditRecord.objects.filter(verb="customer.assigned").count() == 1


def test_nobody_can_be_named(customers: list[Customer], alice: User) -> None:
    assign_customers(
        customers=Customer.objects.filter(key="C1"),
        role="service_manager",
        colleague=None,
        by=alice,
    )
    assert managers() == ["", "", "Ann"]


def test_what_was_changed_since_is_not_undone(
    customers: list[Customer], people: tuple[Colleague, Colleague], alice: User
) -> None:
    _ann, ben = people
    done = assign_customers(
        customers=Customer.objects.all(), role="service_manager", colleague=ben, by=alice
    )
    assert done is not None
    change_customer(customer=customers[0], values={"region": "North"}, by=alice)
    with pytest.raises(ValidationError):
        undo_assignment(assignment=done, by=alice)
    assert managers() == ["Ben", "Ben", "Ben"]


def test_an_assignment_is_undone_once(
    customers: list[Customer], people: tuple[Colleague, Colleague], alice: User
) -> None:
    done = assign_customers(
        customers=Customer.objects.all(), role="salesperson", colleague=people[0], by=alice
    )
    assert done is not None
    undo_assignment(assignment=done, by=alice)
    with pytest.raises(ValidationError):
        undo_assignment(assignment=done, by=alice)


def test_the_face_follows(
    customers: list[Customer], people: tuple[Colleague, Colleague], alice: User
) -> None:
    _ann, ben = people
    contract = Contract.objects.create(customer=customers[1], key="K")
    ContractLine.objects.create(
        contract=contract,
        module=Module.objects.create(key="core", name="Core"),
        signed_on="2025-01-01",
        starts_on="2025-01-01",
        annual_fee=100,
    )
    assign_customers(
        customers=Customer.objects.filter(key="C1"), role="service_manager", colleague=ben, by=alice
    )
    face = Responsibility.objects.get(customer=customers[1], to_on=None)
    assert face.colleague == ben


def test_a_role_that_is_not_named_together_is_refused(
    customers: list[Customer], alice: User
) -> None:
    with pytest.raises(ValueError, match="project_manager"):
        assign_customers(
            customers=Customer.objects.all(), role="project_manager", colleague=None, by=alice
        )
