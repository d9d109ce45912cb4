"""How fast customers were answered beside who left: bands, intervals, the customers behind them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Case, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.actions.case_sync import sync_cases
from tests.service.case_world import make_customer, page, signed_in


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def stand(customer: Customer, day: date, arr: int) -> None:
    MeasureRow.objects.create(customer=customer, as_of=day, arr=Decimal(arr))


def test_answers_stand_beside_who_left(tenant: Tenant, alice: User) -> None:
    start, end = date(2026, 3, 31), date(2026, 9, 30)
    asked_at = timezone.make_aware(
        timezone.datetime(2026, 3, 2, 10),
        tenant.zone,  # type: ignore[attr-defined]
    )
    with tenant_scope(tenant.id):
        for day in (start, end):
            Night.objects.create(as_of=day, state="done", known_at=timezone.now(), digest="d")
        for number in range(12):
            customer = make_customer(f"C{number}")
            # Six were answered within an hour, and one of them left; six after four days, five left.
            slow = number >= 6
            wait = timedelta(days=4) if slow else timedelta(hours=1)
            stand(customer, start, 100)
            stand(customer, end, 0 if number in {0, 6, 7, 8, 9, 10} else 100)
            Case.objects.create(
                customer=customer, key=f"K{number}", opened_at=asked_at, kind="problem",
                first_response_at=asked_at + wait, closed_at=asked_at + wait,
            )  # fmt: skip
        # What came after the first day, or long before, is not looked at.
        for number, days in enumerate((40, -400)):
            moment = asked_at + timedelta(days=days)
            Case.objects.create(
                customer=Customer.objects.get(key="C0"), key=f"L{number}", opened_at=moment,
                first_response_at=moment + timedelta(days=9), closed_at=moment + timedelta(days=9),
            )  # fmt: skip
        # Without a case: too few to say anything of.
        nobody = make_customer("N")
        stand(nobody, start, 100)
        stand(nobody, end, 100)
    sync_cases(tenant)
    shown = page(alice, "cases/responses/")
    assert "16.7%" in shown
    assert "83.3%" in shown
    assert "too few customers" in shown
    answer = signed_in(alice).get("/t/acme/cases/responses/")
    bands = {row["label"]: row["share"] for row in answer.context["bands"]}
    assert (bands["up to 2 hours"].customers, bands["up to 2 hours"].hits) == (6, 1)
    assert (bands["more than 3 days"].customers, bands["more than 3 days"].hits) == (6, 5)
    promises = {row["label"]: row["share"] for row in answer.context["promises"]}
    assert promises["A time promised missed"].customers == 6
    listed = page(alice, "cases/responses/customers/", **{"from": start, "to": end, "of": "slower"})
    assert "Customer C6" in listed
    assert "Customer C0" not in listed
    left = page(
        alice,
        "cases/responses/customers/",
        **{"from": start, "to": end, "of": "slower", "show": "left"},
    )
    assert "Customer C11" not in left


def test_without_two_month_ends_nothing_is_said(tenant: Tenant, alice: User) -> None:
    assert "Not enough nights yet" in page(alice, "cases/responses/")
