"""Loads and faces: each load derives the faces of the customers that it touches, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.loads import undo_load
from accounts.loads import touched
from accounts.models import Customer, Responsibility, Tenant
from accounts.signals import customer_facts_changed
from projects.actions.responsibility import derive_faces

CUSTOMERS = "key,name,salesperson,service_manager\n"
CONTRACTS = "customer,key,signed_on,starts_on,ends_on,module,annual_fee\n"
PROJECTS = "customer,key,name,manager,starts_on,due_on,accepted_on\n"

# Each load with the customers that it touches.
STEPS = (
    ("customers", CUSTOMERS + "A,Alpha,Ann,Sue\nB,Beta,Ben,Sue\nC,Gamma,Ann,Sid\n", "ABC"),
    ("customers", CUSTOMERS + "A,Alpha,Ann,Sue\nB,Beta,Bea,Sue\nC,Gamma,Ann,Sid\n", "B"),
    ("contracts", CONTRACTS + "A,K1,2024-01-05,2024-02-01,,HR,9\n", "A"),
    (
        "contracts",
        CONTRACTS
        + "A,K1,2024-01-05,2024-02-01,,HR,9\nB,K2,2024-01-05,2024-02-01,,HR,9\n"
        + "B,K2,2024-01-05,2024-02-01,,PAY,9\nC,K3,2023-01-05,2024-02-01,,HR,9\n",
        "BC",
    ),
    ("contracts", CONTRACTS + "C,K3,2023-01-09,2024-02-01,,HR,9\n", "C"),
    ("projects", PROJECTS + "A,P1,One,Pat,2024-02-01,2024-05-01,\n", "A"),
    (
        "projects",
        PROJECTS
        + "A,P1,One,Pat,2024-02-01,2024-05-01,2024-06-01\nB,P2,Two,,2024-02-01,2024-03-01,\n",
        "AB",
    ),
)


@pytest.fixture
def asked(scope: Tenant) -> Iterator[list[Any]]:
    """What loads ask for: each time the keys of the customers, or None for all of them."""
    found: list[Any] = []

    def note(*, customer_ids: list[int] | None = None, **further: Any) -> None:
        keys = Customer.objects.filter(pk__in=customer_ids or []).values_list("key", flat=True)
        found.append(None if customer_ids is None else "".join(sorted(keys)))

    customer_facts_changed.connect(note)
    yield found
    customer_facts_changed.disconnect(note)


def faces() -> list[tuple[Any, ...]]:
    return sorted(
        Responsibility.objects.values_list(
            "customer__key", "from_on", "to_on", "capacity", "colleague__name", "why"
        ),
        key=str,
    )


def derived_from_nothing(tenant: Tenant) -> list[tuple[Any, ...]]:
    Responsibility.objects.all().delete()
    derive_faces(today=tenant.local_date(timezone.now()), zone=tenant.timezone)
    return faces()


def test_a_load_derives_the_faces_it_touches(load: Any, asked: list[Any], scope: Tenant) -> None:
    for kind, text, customers in STEPS:
        asked.clear()
        assert not load(kind, text).refused
        assert asked == [customers]
        found = faces()
        assert found == derived_from_nothing(scope)
        # The same file once more changes nothing, so nobody is looked at.
        asked.clear()
        assert load(kind, text).counts[:2] == (0, 0)
        assert asked == []


def test_an_undoing_derives_the_faces_it_touches(
    load: Any, asked: list[Any], scope: Tenant
) -> None:
    loads = [(load(kind, text).load, customers) for kind, text, customers in STEPS]
    for done, customers in reversed(loads):
        asked.clear()
        undo_load(load=done, by=None)
        left = set(Customer.objects.values_list("key", flat=True))
        assert asked == ["".join(key for key in customers if key in left)]
        found = faces()
        assert found == derived_from_nothing(scope)
    assert not Customer.objects.exists()


def test_loads_that_write_nothing_derive_nothing(load: Any, asked: list[Any]) -> None:
    text = CUSTOMERS + "A,Alpha,Ann,Sue\n"
    load("customers", text, dry_run=True)
    assert load("customers", text + ",Nameless,,\n").refused
    assert asked == []
    load("customers", text)
    unchanged = load("customers", text)
    asked.clear()
    undo_load(load=unchanged.load, by=None)
    assert asked == []


def test_too_many_customers_to_name_are_all(
    load: Any, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touched, "NAMED_CUSTOMERS", 2)
    text = CUSTOMERS + "A,Alpha,Ann,Sue\nB,Beta,Ben,Sue\n"
    load("customers", text)
    load("customers", text + "C,Gamma,Ann,\nD,Delta,Ann,\nE,Epsilon,Ann,\n")
    assert asked == ["AB", None]
    assert Responsibility.objects.count() == 5
