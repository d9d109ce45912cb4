"""What the month in review says of the renewals to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from service.actions.renewal_calls import make_call
from service.actions.renewal_outcomes import churn
from service.actions.renewal_upkeep import refresh_renewals
from service.models import Renewal, RenewalSnapshot
from tests.reports.test_month import TODAY, month_of
from tests.segmentation.sales import sells
from tests.segmentation.screens.screen_world import customer, signed_in, text_of

RUNNING, NEXT = date(2026, 9, 30), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def client(executive: User) -> Client:
    return signed_in(executive)


@pytest.fixture
def ending(tenant: Tenant, executive: User) -> None:
    """Due in the running quarter: 1000 that nobody called, with 80 % of the system, 2000 that a manager
    calls 30 %, 500 that left; in the next: 4000 without a word."""
    with tenant_scope(tenant.id):
        found = {
            name: sells(customer(name), date(2025, 1, 1), ends, fee=fee)
            for name, ends, fee in (
                ("Uncalled", RUNNING, 1_000), ("Called", RUNNING, 2_000),
                ("Leaving", date(2026, 7, 5), 500), ("Later", NEXT, 4_000),
                ("After", date(2027, 1, 1), 70_000),
            )
        }  # fmt: skip
        refresh_renewals()
        Renewal.objects.filter(contract__in=[found["Uncalled"], found["Called"]]).update(
            likelihood=80, as_of=date(2026, 7, 9)
        )
        make_call(
            contract=found["Called"], seen=0, stage="talking", percent=30, amount=None, note="",
            today=TODAY.date(), by=executive,
        )  # fmt: skip
        churn(
            contract=found["Leaving"], reason="price", last_day=date(2026, 7, 5), note="",
            today=TODAY.date(), by=executive,
        )  # fmt: skip


def test_the_running_and_the_next_quarter_are_forecast(ending: None, client: Client) -> None:
    page = month_of(client)
    running, following = page.context["forecasts"]
    told = running["told"]
    assert (str(running["quarter"]), str(following["quarter"])) == ("2026-Q3", "2026-Q4")
    assert (told.due, told.lost, told.system) == (3_500, 500, Decimal("2400"))
    # 80 % of 1000, which nobody called, and 30 % of 2000.
    assert (told.manager, told.called, told.at_risk) == (Decimal("1400"), 1, 2_000)
    assert (following["told"].due, following["told"].unsaid) == (4_000, 1)
    shown = page.content.decode()
    assert "/t/acme/renewals/?quarter=2026-Q3&amp;scope=all" in shown
    assert "1 of 2 called" in text_of(page)
    assert "Too few calls are decided" in text_of(page)
    behind = client.get("/t/acme/renewals/?quarter=2026-Q3&scope=all")
    assert {"Uncalled", "Called", "Leaving"} <= set(text_of(behind).split())


def test_a_month_of_before_says_nothing_of_what_is_to_come(ending: None, client: Client) -> None:
    page = month_of(client, "2026-05")
    assert "forecasts" not in page.context
    assert "Renewal forecast" not in text_of(page)


def test_how_far_forecasts_came_true(tenant: Tenant, client: Client) -> None:
    """Of twelve contracts that ended in the quarter before last nine were renewed: the system said 80 %
    of all, and so was right nine times."""
    with tenant_scope(tenant.id):
        for number in range(12):
            whom = customer(f"N{number}")
            ended = sells(whom, date(2025, 1, 1), date(2026, 2, 28), fee=100)
            if number < 9:
                again = sells(whom, date(2026, 3, 1), date(2027, 2, 28), fee=100)
                again.renewal_of = ended
                again.save()
            RenewalSnapshot.objects.create(
                contract=ended, customer=whom, as_of=date(2025, 12, 31), due_on=date(2026, 2, 28),
                arr=100, points=15, likelihood=80, stage="not_begun",
            )  # fmt: skip
        refresh_renewals()
    words = text_of(month_of(client))
    assert "Of 12 calls of the system that are decided since, 75% were right." in words
    assert "calls of managers" not in words
