"""The executives' figures against plain Python over the same facts, and what is restated of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from night_facts import customer, project, sign, use

from accounts.actions.facts import keep_versions
from accounts.models import ContractLine, Customer, Tenant, Touchpoint
from accounts.queries.calendars import working_calendar
from reports.actions.executive_figures import (
    executive_figures_with_past,
    make_executive_figures,
    make_executive_sets,
)
from reports.catalogue import REASONS, TIER_COUNTS, figures_of
from reports.compute.report_periods import period_of
from reports.models import FigureSet, Restatement
from reports.queries.month import month_in_review
from reports.queries.tier_moves import WHOLE
from segmentation.actions.nights import run_night
from segmentation.models import MeasureRow, Night
from segmentation.queries.retention import retention_months
from service.models import Ask, Request, SurveyAnswer
from tests.reports.executive_oracle import Executive
from tests.reports.figure_world import ReportWorld

LATE = datetime(2027, 6, 1, tzinfo=UTC)
DAY = timedelta(1)


def surveyed(world: ReportWorld) -> list[dict[str, Any]]:
    chance = random.Random(world.ids)
    rows = []
    for _number in range(40):
        kind, top = chance.choice([("nps", 10), ("csat", 5), ("ces", 7)])
        rows.append({"kind": kind, "score": chance.randint(1, top), "answered_on": world.day()})
    who = Customer.objects.first()
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(customer=who, key=f"v{n}", **row) for n, row in enumerate(rows)
    )
    return rows


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, Fraction):
        return found is not None and abs(Fraction(found) - expected) <= Fraction(1, 10**9)
    return bool(found == expected)


@pytest.mark.parametrize("seed", range(5))
def test_every_figure_is_what_plain_python_makes_of_the_same_facts(
    scope: Tenant, seed: int
) -> None:
    world = ReportWorld(seed, customers=12)
    world.save()
    facts = world.known_at(LATE) | {"answer": surveyed(world)}
    periods = [period_of(key) for key in ("2025-03", "2025-12", "2025-Q4", "2026-Q2")]
    made = make_executive_sets(periods=periods, known_at=LATE)
    for period, one in zip(periods, made, strict=True):
        expected = Executive(
            facts, period.first, period.last, scope.zone, working_calendar().working_days
        ).figures()
        wrong = {
            key: (one.value(key), value)
            for key, value in expected.items()
            if not same(one.value(key), value)
        }
        assert wrong == {}, period.key
        assert set(one.figures) == set(figures_of("executive"))
        absent = {key for key, value in one.figures.items() if value is None}
        # Without a night, tiers have no count; each says so.
        tiers = {key for key in one.reasons if key.startswith(TIER_COUNTS)}
        assert set(one.reasons) == absent | tiers
        assert {one.reasons[key] for key in tiers} == {"no_night"}
        assert set(one.reasons.values()) <= set(REASONS)


def test_a_figure_is_the_number_of_the_screens_and_commands(scope: Tenant) -> None:
    ReportWorld(21, customers=12).save()
    for last in (date(2025, 11, 30), date(2025, 12, 31)):
        run_night(tenant=scope, as_of=last)
    night = Night.objects.get(as_of=date(2025, 12, 31))
    one = make_executive_figures(period=period_of("2025-12"), known_at=LATE)
    (printed,) = retention_months(date(2025, 12, 1), date(2025, 12, 1))
    for key in ("start_arr", "new", "churned", "end_arr", "customers_lost"):
        assert one.value(key) == getattr(printed, key)
    cells = dict(zip(("grr", "nrr", "logo_churn"), (printed.grr, printed.nrr, printed.logo_churn),
                     strict=True))  # fmt: skip
    for key, rate in cells.items():
        assert same(one.value(key), rate)
    review = month_in_review(WHOLE, night.as_of, None, scope.gross_margin)
    assert (one.value("customers"), one.value("end_arr")) == (
        review.customers, review.month.end_arr,
    )  # fmt: skip
    assert (one.night_id, one.rules) == (night.pk, night.rule_set.version)
    tiers = {key: value for key, value in one.figures.items() if key.startswith(TIER_COUNTS)}
    rows = MeasureRow.objects.filter(as_of=night.as_of).exclude(tier="")
    assert sum(tiers.values()) == rows.count() > 0
    moved = one.value("moves_up") + one.value("moves_down")
    assert moved <= rows.count()


def test_without_facts_every_figure_says_why_it_is_absent(scope: Tenant) -> None:
    one = make_executive_figures(period=period_of("2026-Q1"), known_at=LATE)
    present = {key: value for key, value in one.figures.items() if value is not None}
    assert present == {}
    assert one.reasons["requests_received"] == one.reasons["acceptance_rate"] == "no_requests"
    assert one.reasons["end_arr"] == "no_contracts"
    assert one.reasons[f"{TIER_COUNTS}high"] == "no_night"
    assert one.reasons["moves_up"] == "no_night"
    assert one.reasons["accepted_projects"] == "no_projects"


def test_a_period_of_trials_alone_has_no_new_customers(scope: Tenant) -> None:
    on_trial = customer("trial")
    sign(on_trial, date(2026, 2, 1), date(2026, 3, 1))
    ContractLine.objects.update(is_trial=True)
    one = make_executive_figures(period=period_of("2026-Q1"), known_at=LATE)
    assert (one.value("new_customers"), one.value("referred_customers")) == (0, 0)
    assert one.reasons["referred_share"] == "none_new"


def test_requests_count_from_the_first_one_on(scope: Tenant) -> None:
    wish = Request.objects.create(title="More", raised_on=date(2026, 2, 10))
    Ask.objects.create(
        customer=customer("anna"), request=wish, key="a1", title="More", made_on=date(2026, 2, 10)
    )
    found = [
        make_executive_figures(period=period_of(key), known_at=LATE)
        for key in ("2026-01", "2026-02", "2026-03")
    ]
    assert [one.value("requests_received") for one in found] == [None, 1, 0]
    assert [one.reasons.get("requests_adopted") for one in found] == ["no_requests", None, None]


def some_contracts() -> None:
    for number in range(4):
        one = customer(f"c{number}")
        sign(one, date(2025, 1, 1), date(2026, 12, 31), fee=1000 + number)
        project(one, date(2025, 1, 1), date(2026, 5, 20))
        use(one, date(2026, 5, 3), person="ann")


def test_what_changes_in_a_closed_month_is_restated_and_said(scope: Tenant) -> None:
    some_contracts()
    may = period_of("2026-05")
    first = make_executive_figures(period=may, known_at=LATE)
    assert make_executive_figures(period=may, known_at=LATE) == first
    assert first.version == 1
    line = ContractLine.objects.get(annual_fee=1003)
    keep_versions([line], until=LATE)
    line.ends_on, line.known_from = date(2026, 5, 10), LATE
    line.save()
    second = make_executive_figures(period=may, known_at=LATE + DAY)
    assert second.version == 2
    told = {one.key: (one.before, one.after) for one in Restatement.objects.all()}
    assert told["end_arr"] == (Decimal("4006.0000"), Decimal("3003.0000"))
    assert told["customers_lost"] == (0, 1)
    assert told["due_customers"] == (0, 1)
    assert not {"cash_due", "start_arr"} & told.keys()
    # The set that reports were made of stays as it was.
    first.refresh_from_db()
    assert first.value("end_arr") == Decimal("4006.0000")


def test_figures_of_a_running_month_grow_without_being_restated(scope: Tenant) -> None:
    some_contracts()
    may = period_of("2026-05")
    early = datetime(2026, 5, 20, 12, tzinfo=UTC)
    make_executive_figures(period=may, known_at=early)
    Touchpoint.objects.create(
        customer=Customer.objects.first(), key="t", kind="call", happened_on=date(2026, 5, 2)
    )
    assert make_executive_figures(period=may, known_at=early + 2 * DAY).version == 2
    assert not Restatement.objects.exists()


def test_renewals_still_come_in_for_ninety_days(scope: Tenant) -> None:
    one = customer("c")
    old = sign(one, date(2025, 1, 1), date(2026, 5, 31), fee=500)
    may = period_of("2026-05")
    soon = datetime(2026, 6, 10, tzinfo=UTC)
    before = make_executive_figures(period=may, known_at=soon)
    assert before.value("renewal_rate_customers") == 0
    sign(one, date(2026, 7, 1), None, fee=500, renewal_of=old)
    assert make_executive_figures(period=may, known_at=soon + 30 * DAY) == before
    after = make_executive_figures(period=may, known_at=soon + 120 * DAY)
    assert (after.version, after.value("renewal_rate_customers")) == (2, 1)
    assert Restatement.objects.get(key="renewal_rate_customers").before == 0


def test_the_past_beside_a_period_is_made_once(scope: Tenant) -> None:
    some_contracts()
    now, before, year_before = executive_figures_with_past(
        period=period_of("2026-Q2"), known_at=LATE
    )
    assert (now.period, before.period, year_before.period) == ("2026-Q2", "2026-Q1", "2025-Q2")
    again = executive_figures_with_past(period=period_of("2026-Q2"), known_at=LATE)
    assert again == (now, before, year_before)
    assert FigureSet.objects.count() == 3
