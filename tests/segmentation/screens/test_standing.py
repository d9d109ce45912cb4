"""What explains a tier is computed once per stored result of a night."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.actions.rules import change_rules
from segmentation.compute.explanations import Explanation
from segmentation.models import Night
from segmentation.queries import standing
from segmentation.queries.standing import Standing, standing_of
from tests.segmentation.night_facts import customer, pay, sign, use_daily

LAST = date(2026, 6, 15)


@pytest.fixture
def customers(tenant: Tenant) -> list[Customer]:
    """Four customers, each using its product more than the one before, in two schemes."""
    with tenant_scope(tenant.id):
        found = [customer(f"c{number}") for number in range(4)]
        for number, one in enumerate(found):
            sign(one, date(2024, 1, 1), fee=1000 * (number + 1), seats=10)
            pay(one, date(2026, 1, 5), 1000 * (number + 1))
            use_daily(one, LAST - timedelta(days=4 * number + 1), LAST)
        change_rules(change={"tiers": {"also_shown": ["c"]}}, by=None)
    run_night(tenant=tenant, as_of=LAST)
    return found


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """(customer, scheme) of every explanation that is computed."""
    calls: list[tuple[int, str]] = []
    real = standing.explain

    def counted(whom: int, *args: Any, **more: Any) -> Explanation:
        calls.append((whom, more["scheme"].name))
        return real(whom, *args, **more)

    monkeypatch.setattr(standing, "explain", counted)
    return calls


def read_of(found: Standing, measure: str) -> Any:
    assert found.explanation is not None
    return next(one.value for one in found.explanation.read if one.measure == measure)


def test_each_customer_of_a_night_is_explained_once(
    customers: list[Customer], explained: list[tuple[int, str]], tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        first, other = (standing_of(one, "") for one in (customers[0], customers[3]))
        again = standing_of(customers[0], "")
    assert explained == [(one.pk, name) for one in (customers[0], customers[3]) for name in "ac"]
    assert first.explanation is not None
    assert again.explanation == first.explanation != other.explanation
    assert dict(again.others) == dict(first.others)
    assert set(again.others) == {"c"}


def test_a_restated_night_is_explained_again(
    customers: list[Customer], explained: list[tuple[int, str]], tenant: Tenant
) -> None:
    whom = customers[0]
    with tenant_scope(tenant.id):
        before = standing_of(whom, "")
        digest = Night.objects.get(as_of=LAST).digest
        use_daily(
            whom,
            LAST - timedelta(days=20),
            LAST - timedelta(days=10),
            known=timezone.now(),
        )
    run_night(tenant=tenant, as_of=LAST, restate="Usage came late")
    with tenant_scope(tenant.id):
        assert Night.objects.get(as_of=LAST).digest != digest
        after = standing_of(whom, "")
    assert explained == [(whom.pk, name) for name in "acac"]
    assert read_of(before, "active_days_30") == 2
    assert read_of(after, "active_days_30") == 13
