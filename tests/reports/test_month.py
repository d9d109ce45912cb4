"""Month in review: its figures are those of retention, of the money that came, of the nights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Load,
    Membership,
    Module,
    Payment,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from reports.changes import in_points, relative
from reports.queries.month import lifetime_value, months_back
from segmentation.queries.retention import RetentionFigures, retention_between, retention_months
from tests.segmentation.sales import sells
from tests.segmentation.screens.screen_world import (
    customer,
    faced,
    listed,
    moved,
    night,
    numbers,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/month/"
TODAY = datetime(2026, 7, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 9, 30, 12, tzinfo=UTC)
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
MAY_END = date(2026, 5, 31)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def client(executive: User) -> Client:
    return signed_in(executive)


def pays(whom: Customer, day: date, amount: int) -> Payment:
    return Payment.objects.create(
        customer=whom, key=f"p{next(numbers)}", paid_on=day, amount=amount
    )


def owes(contract: Contract, day: date, amount: int, paid_by: Payment | None = None) -> None:
    Instalment.objects.create(contract=contract, due_on=day, amount=amount, paid_by=paid_by)


@pytest.fixture
def world(tenant: Tenant) -> None:
    """One of each movement in June: new, expanding, shrinking, leaving, coming back."""
    with tenant_scope(tenant.id):
        steady, grows, shrinks = (customer(name) for name in ("Steady", "Grows", "Shrinks"))
        leaves, returns, comes = (customer(name) for name in ("Leaves", "Returns", "Comes"))
        sells(steady, date(2025, 1, 1), fee=10_000)
        sells(steady, date(2026, 6, 3), fee=99, is_trial=True)
        sells(grows, date(2025, 1, 1), fee=5_000)
        sells(grows, date(2026, 6, 10), fee=700)
        sells(shrinks, date(2025, 3, 1), fee=4_000)
        sells(shrinks, date(2025, 3, 1), date(2026, 6, 15), fee=900)
        sells(leaves, date(2024, 6, 16), date(2026, 6, 15), fee=3_000)
        sells(returns, date(2024, 1, 1), date(2025, 12, 31), fee=2_000)
        sells(returns, date(2026, 6, 20), fee=2_500)
        sells(comes, date(2026, 6, 30), fee=1_100)


def month_of(client: Client, month: str = "2026-06") -> Any:
    with time_machine.travel(TODAY, tick=False):
        page = client.get(URL, {"month": month})
    assert page.status_code == 200
    return page


def test_the_figures_are_those_of_retention(world: None, client: Client, tenant: Tenant) -> None:
    review = month_of(client).context["review"]
    with tenant_scope(tenant.id):
        months = retention_months(date(2025, 1, 1), date(2026, 6, 30))
        year = retention_between(date(2025, 6, 30), date(2026, 6, 30))
    assert review.trend == months
    assert review.yearly[-1] == year
    june = review.month
    assert (june.new, june.expansion, june.contraction, june.churned, june.reactivated) == (
        Decimal(1_100),
        Decimal(700),
        Decimal(900),
        Decimal(3_000),
        Decimal(2_500),
    )
    assert (june.start_arr, june.end_arr) == (Decimal(22_900), Decimal(23_300))
    assert (june.customers_start, june.customers_lost, review.customers) == (4, 1, 5)
    assert review.before.last_day == MAY_END
    assert review.year_before.last_day == date(2025, 6, 30)


def test_the_page_says_them(world: None, client: Client) -> None:
    text = text_of(month_of(client))
    assert "NRR" in text
    # (22,900 + 700 − 900 − 3,000) / 22,900 and (22,900 − 900 − 3,000) / 22,900
    assert "86.0%" in text
    assert "83.0%" in text
    assert "25.0%" in text  # one of four customers


def test_months_go_back_to_the_first_subscription_and_only_ended_ones(
    world: None, client: Client
) -> None:
    months = month_of(client).context["months"]
    assert months[0] == date(2026, 6, 30)
    assert months[-1] == date(2024, 1, 31)
    for asked in ("2026-07", "2023-12", "nonsense", ""):
        assert month_of(client, asked).context["last_day"] == months[0]
    first = month_of(client, "2024-01")
    assert first.context["older"] == ""
    assert unescape(first.context["newer"]).endswith("?month=2024-02")
    assert first.context["review"].month.nrr is None
    assert "–" in text_of(first)


def test_cash_against_due(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one = customer("One")
        contract = sells(one, date(2025, 1, 1))
        on_time, late = pays(one, date(2026, 6, 30), 400), pays(one, date(2026, 7, 1), 250)
        early = pays(one, date(2026, 5, 31), 300)
        pays(one, date(2026, 6, 2), -50)  # a refund
        owes(contract, date(2026, 6, 1), 400, on_time)
        owes(contract, date(2026, 6, 30), 250, late)  # paid a day after the month
        owes(contract, date(2026, 6, 15), 300, early)
        owes(contract, date(2026, 4, 1), 70)  # long overdue
        owes(contract, date(2026, 7, 1), 999)  # not due yet
        owes(contract, date(2026, 3, 1), 80, early)  # paid by then
    page = month_of(client)
    assert "¥700 ¥950 due" in text_of(page)
    cash = page.context["cash"]
    assert (cash.due, cash.instalments, cash.paid) == (Decimal(950), 3, Decimal(700))
    assert (cash.received, cash.payments) == (Decimal(350), 2)
    assert (cash.overdue, cash.overdue_instalments) == (Decimal(320), 2)


def test_renewals_of_what_ended(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        end = date(2026, 6, 20)
        for name, gap, fee in (("Soon", 1, 100), ("Just", 90, 200), ("Late", 91, 400)):
            one = customer(name)
            old = sells(one, date(2025, 1, 1), end, fee)
            sells(one, end + timedelta(days=gap), fee=fee, renewal_of=old)
        gone, other, open_, trial = (customer(name) for name in ("Gone", "Other", "Open", "Trial"))
        sells(gone, date(2025, 1, 1), date(2026, 6, 30), 800)
        sells(other, date(2025, 1, 1), date(2026, 7, 1), 1_600)  # ended after the month
        sells(open_, date(2025, 1, 1), None, 3_200)
        sells(trial, date(2025, 1, 1), end, 6_400, is_trial=True)
        once = sells(customer("Once"), date(2025, 1, 1), end, 100)
        sells(once.customer, date(2026, 7, 1), fee=1, renewal_of=once, kind="one_off")
    renewals = month_of(client).context["renewals"]
    assert (renewals.contracts, renewals.customers, renewals.customers_renewed) == (5, 5, 2)
    assert (renewals.arr, renewals.arr_renewed) == (Decimal(1_600), Decimal(300))
    assert renewals.rate == 2 / 5
    assert not renewals.is_final
    assert "so far" in text_of(month_of(client))
    with time_machine.travel(LATER, tick=False):
        later = client.get(URL, {"month": "2026-06"}).context["renewals"]
    assert later.is_final


def test_a_contract_ends_with_its_last_line(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        contract = sells(customer("One"), date(2025, 1, 1), date(2026, 6, 10), 100)
        plus = Module.objects.create(key="plus", name="Plus")
        ContractLine.objects.create(
            contract=contract,
            module=plus,
            signed_on=date(2025, 1, 1),
            starts_on=date(2025, 1, 1),
            ends_on=date(2026, 6, 25),
            annual_fee=70,
        )
    renewals = month_of(client).context["renewals"]
    assert (renewals.contracts, renewals.arr) == (1, Decimal(70))
    assert renewals.rate == 0


def test_the_largest_risks_with_their_signs(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        start, end = night(MAY_END), night(JUNE[1])
        sells(customer("Seller"), date(2025, 1, 1))
        given: list[tuple[str, dict[str, Any]]] = [
            ("Healthy", {"arr": Decimal(9_000)}),
            ("Overdue", {"arr": Decimal(4_000), "payment_overdue_days": 3, "overdue_amount": 5}),
            ("Renewal", {"arr": Decimal(5_000), "days_to_renewal": 90}),
            ("Far", {"arr": Decimal(8_000), "days_to_renewal": 91}),
            ("Asleep", {"arr": Decimal(3_000), "stage": "dormant"}),  # counts twice
            ("Fell", {"arr": Decimal(2_000)}),
            ("Fell long ago", {"arr": Decimal(7_000)}),
            ("Rose", {"arr": Decimal(7_000)}),
            ("Gone", {"arr": Decimal(0), "stage": "dormant"}),
            ("Both", {"arr": Decimal(2_500), "days_to_renewal": 5, "payment_overdue_days": 9}),
        ]
        for name, values in given:
            one = customer(name)
            stands(one, start, arr=Decimal(1))
            stands(one, end, **values)
            faced(one, f"Face of {name}", date(2025, 1, 1))
            if name == "Fell":
                moved(one, end, "high", "low")
            if name == "Fell long ago":
                moved(one, start, "high", "low")
            if name == "Rose":
                moved(one, end, "low", "high")
    page = month_of(client)
    risks = page.context["risks"]
    assert [risk.row["name"] for risk in risks] == ["Asleep", "Renewal", "Both", "Overdue", "Fell"]
    assert [risk.flags for risk in risks] == [
        ("dormant",),
        ("renewal",),
        ("overdue", "renewal"),
        ("overdue",),
        ("moved",),
    ]
    assert "Face of Asleep" in text_of(page)


def test_migration_over_the_month_opens_its_customers(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        start, end, later = night(MAY_END), night(JUNE[1]), night(date(2026, 7, 8))
        sells(customer("Seller"), date(2025, 1, 1))
        for name, tiers in (("One", ("mid", "low", "high")), ("Two", ("mid", "mid", "mid"))):
            one = customer(name)
            for on, tier in zip((start, end, later), tiers, strict=True):
                stands(one, on, tier=tier)
    context = month_of(client).context
    cells = context["matrix"].cells
    assert {place: cell.count for place, cell in cells.items()} == {
        ("mid", "low"): 1,
        ("mid", "mid"): 1,
    }
    for cell in cells.values():
        assert len(listed(client.get(unescape(cell.href)))) == cell.count


def test_without_the_nights_only_what_contracts_say(world: None, client: Client) -> None:
    page = month_of(client)
    assert page.context["matrix"] is None
    text = text_of(page)
    assert "No nights of this month are stored" in text
    assert "86.0%" in text


def test_without_contracts_the_way_to_them(tenant: Tenant, client: Client, alice: User) -> None:
    assert "No subscriptions yet" in text_of(client.get(URL))
    assert "Load your customers" in text_of(signed_in(alice).get(URL))


def test_who_may_review_a_month(
    world: None, tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    for role, status in (
        ("executive", 200),
        ("admin", 200),
        ("service_manager", 200),
        ("team_member", 404),
        ("product_manager", 404),
    ):
        member = make_member(tenant, f"{role}@acme.example", role)
        with time_machine.travel(TODAY, tick=False):
            assert signed_in(member.user).get(URL).status_code == status


def test_who_sees_only_their_own_reviews_those(
    world: None, tenant: Tenant, bob: User, client: Client
) -> None:
    """Also when the whole tenant's month was remembered before."""
    assert month_of(client).context["review"].month.start_arr == 22_900
    with tenant_scope(tenant.id):
        member = Membership.objects.get(user=bob)
        grows = Customer.objects.get(name="Grows")
        faced(grows, "Bob", date(2025, 1, 1), membership=member)
        pays(grows, date(2026, 6, 3), 11)
        pays(Customer.objects.get(name="Steady"), date(2026, 6, 3), 700)
        VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
    context = month_of(signed_in(bob)).context
    assert context["review"].month.start_arr == 5_000
    assert context["review"].month.expansion == 700
    assert context["review"].month.churned == 0
    assert context["cash"].received == 11


def test_a_load_is_not_hidden_by_what_was_remembered(
    world: None, tenant: Tenant, client: Client
) -> None:
    from django.utils import timezone

    with tenant_scope(tenant.id):
        stands(Customer.objects.get(name="Steady"), night(JUNE[1]))
    before = month_of(client).context["review"].month.end_arr
    with tenant_scope(tenant.id):
        sells(customer("Late news"), date(2026, 6, 1), fee=1_000)
        Load.objects.create(kind="contracts", state="done", finished_at=timezone.now())
    assert month_of(client).context["review"].month.end_arr == before + 1_000


def test_the_month_costs_the_same_queries_whatever_the_size(tenant: Tenant, client: Client) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            month_of(client)
        return len(found)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            for number in range(first, last):
                one = customer(f"N{number}")
                contract = sells(one, date(2025, 1, 1), date(2026, 6, 20))
                owes(contract, date(2026, 6, 1), 5, pays(one, date(2026, 6, 1), 5))
                for on in nights:
                    stands(one, on, tier="low", stage="dormant")

    with tenant_scope(tenant.id):
        nights = [night(MAY_END), night(JUNE[1])]
    grow(0, 6)
    few = queries()
    grow(6, 50)
    assert queries() == few <= 32


def figures(start: int, lost: int, end_arr: int) -> RetentionFigures:
    return RetentionFigures(
        first_day=MAY_END,
        last_day=JUNE[1],
        start_arr=Decimal(0),
        new=Decimal(0),
        expansion=Decimal(0),
        contraction=Decimal(0),
        churned=Decimal(0),
        reactivated=Decimal(0),
        end_arr=Decimal(end_arr),
        grr=None,
        nrr=None,
        customers_start=start,
        customers_lost=lost,
        logo_churn=None,
    )


def test_lifetime_value() -> None:
    # 12 months of 100 customers, one lost in each half year: 2/1200 a month. ARR of 120,000 among
    # 100 customers is 100 a month each; 100 × 0.8 ÷ (2/1200) = 48,000.
    year = [figures(100, 1 if number in (2, 8) else 0, 120_000) for number in range(12)]
    assert lifetime_value(year, 100, Decimal("0.8")) == Decimal(48_000)
    assert lifetime_value([figures(100, 0, 9)] * 12, 100, Decimal(1)) is None
    assert lifetime_value([figures(0, 0, 0)] * 12, 0, Decimal(1)) is None


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (1, date(2026, 2, 28)),
        (3, date(2025, 12, 31)),
        (13, date(2025, 2, 28)),
        (25, date(2024, 2, 29)),
    ],
)
def test_months_back_end_on_the_last_day(months: int, day: date) -> None:
    assert months_back(date(2026, 3, 31), months) == day


def test_changes_say_whether_they_are_good_news() -> None:
    assert (relative(110, 100, better="more").text, relative(110, 100, better="more").tone) == (
        "+10.0%",
        "good",
    )
    assert relative(110, 100, better="less").tone == "bad"
    assert relative(100, 100, better="more").tone == ""
    assert relative(110, 100, better="neither").tone == ""
    assert relative(110, 0, better="more").text == "–"
    assert relative(None, 5, better="more").text == "–"
    assert in_points(Decimal("0.912"), Decimal("0.9"), better="more").text == "+1.2 pp"
    assert in_points(Decimal("0.01"), Decimal("0.02"), better="less").tone == "good"
    assert in_points(None, Decimal("0.9"), better="more").text == "–"
    for now, before in (("0.9", "0.9004"), ("0.9004", "0.9")):
        change = in_points(Decimal(now), Decimal(before), better="more")
        assert (change.text, change.tone) == ("0.0 pp", "")
    unmoved = relative(Decimal("99.96"), 100, better="more")
    assert (unmoved.text, unmoved.tone) == ("0.0%", "")
