"""The rows behind figures sum up to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.models import Colleague, Customer, Membership, Tenant, VisibilityRule
from reports.actions.executive_figures import make_executive_figures
from reports.actions.figures import make_customer_figures
from reports.catalogue import TIER_COUNTS, figure, figures_of
from reports.compute.report_periods import period_of
from reports.models import FigureSet
from reports.queries.figure_rows import read_behind, rows_behind
from segmentation.actions.nights import run_night
from tests.reports.figure_world import ReportWorld

LATE = datetime(2027, 1, 1, tzinfo=UTC)
# Whom a customer stands among is nobody's to know.
NAMELESS = {"peers_events", "peers_breadth", "peers_seats"}


@pytest.fixture
def whole(scope: Tenant, executive: object) -> Membership:
    return Membership.objects.get(user=executive)


@pytest.mark.parametrize("seed", range(3))
def test_rows_behind_customers_figures_sum_up_to_them(
    scope: Tenant, whole: Membership, seed: int
) -> None:
    ReportWorld(seed + 60, customers=9).save()
    make_customer_figures(period=period_of("2025-12"), night=None, known_at=LATE)
    summed = set()
    for one in FigureSet.objects.all():
        for key, kind in figures_of("customer").items():
            listing = rows_behind(one, key, scope)
            assert (listing is None) == (key in NAMELESS), key
            if listing is None:
                continue
            page = read_behind(listing, whole, slice(0, 2))
            assert len(page.rows) == min(page.total, 2)
            if kind.adds_up and one.value(key) is not None:
                assert (page.value or 0) == one.value(key), (one.customer.key, key)
                if one.value(key):
                    summed.add(key)
    assert len(summed) > 10


@pytest.mark.parametrize("period", ["2025-12", "2026-Q1"])
def test_rows_behind_executive_figures_sum_up_to_them(
    scope: Tenant, whole: Membership, period: str
) -> None:
    ReportWorld(80, customers=14).save()
    span = period_of(period)
    for last in (date(2025, 11, 30), span.last):
        run_night(tenant=scope, as_of=last)
    one = make_executive_figures(period=span, known_at=LATE)
    summed = set()
    for key, value in one.figures.items():
        listing = rows_behind(one, key, scope)
        assert listing is not None, key
        page = read_behind(listing, whole, None)
        assert len(page.rows) == page.total
        if figure("executive", key).adds_up and value is not None:
            assert (page.value or Decimal(0)) == value, key
            if value:
                summed.add(key)
    assert len({key for key in summed if not key.startswith(TIER_COUNTS)}) > 15


def test_rows_of_rates_have_numerator_and_denominator(scope: Tenant, whole: Membership) -> None:
    ReportWorld(80, customers=14).save()
    one = make_executive_figures(period=period_of("2025-Q4"), known_at=LATE)
    page = read_behind(rows_behind(one, "logo_churn", scope), whole, None)  # type: ignore[arg-type]
    assert page.total == one.value("customers_start") > 0
    assert page.value == one.value("customers_lost")


def test_who_sees_some_customers_gets_their_rows_only(scope: Tenant, make_member: object) -> None:
    ReportWorld(80, customers=14).save()
    one = make_executive_figures(period=period_of("2025-Q4"), known_at=LATE)
    VisibilityRule.objects.create(role="service_manager", visibility="mine")
    member = make_member(scope, "sam@acme.example", "service_manager")  # type: ignore[operator]
    mine = Colleague.objects.get(membership=member)
    listing = rows_behind(one, "end_arr", scope)
    assert listing is not None
    lead = make_member(scope, "ada@acme.example", "admin")  # type: ignore[operator]
    every = read_behind(listing, lead, None).rows
    Customer.objects.filter(pk=every[0][0]).update(service_manager=mine)
    rows = read_behind(listing, member, None).rows
    assert [row[0] for row in rows] == [every[0][0]]
    assert len(every) > 1
