"""The month in review, the stored figures and the executives' report say the same numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from night_facts import customer, sign

from accounts.actions.facts import keep_versions
from accounts.models import ContractLine, Customer, Membership, Tenant, User, Visibility
from accounts.tenancy import tenant_scope
from reports.actions.executive_figures import make_executive_sets
from reports.catalogue import figure
from reports.compute.report_periods import period_of
from reports.documents.figure_words import value_words
from reports.files import report_file
from reports.models import FigureSet, Report
from reports.queries.month_voice import counts_of
from reports.queries.satisfaction import first_signings, newcomers, survey_values
from reports.queries.tier_moves import WHOLE
from reports.views.month_tiles import DELIVERY, TILES, VOICE
from segmentation.actions.nights import run_night
from segmentation.queries.scopes import Scope
from service.models import Referral, SurveyAnswer
from service.queries.request_rates import rates
from tests.reports.figure_world import ReportWorld
from tests.reports.report_world import make, served
from tests.segmentation.screens.screen_world import signed_in

URL = "/t/acme/month/"
MORNING = datetime(2026, 11, 2, 4, tzinfo=UTC)
SAID = {"nps": [9, 10, 6, 3, 9, 8], "csat": [4, 5, 5, 3, 2], "ces": [2, 2]}


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> Iterator[None]:
    cache.clear()
    time_machine.move_to(MORNING, tick=False)
    yield
    cache.clear()


@pytest.fixture
def client(executive: User) -> Client:
    return signed_in(executive)


@pytest.fixture
def world(tenant: Tenant) -> None:
    """A random tenant with nights, answers and a referral, and the report of its December."""
    with tenant_scope(tenant.pk):
        ReportWorld(21, customers=12).save()
        first = Customer.objects.earliest("pk")
        day = date(2025, 12, 5)
        SurveyAnswer.objects.bulk_create(
            SurveyAnswer(customer=first, key=f"{kind}{n}", kind=kind, score=score, answered_on=day)
            for kind, scores in SAID.items()
            for n, score in enumerate(scores)
        )
        second = customer("second")
        sign(second, day, fee=10)
        Referral.objects.create(
            referrer=first, prospect=second, prospect_name="Second", referred_on=date(2025, 11, 1)
        )
        for last in (date(2025, 11, 30), date(2025, 12, 31)):
            run_night(tenant=tenant, as_of=last)


def month_of(client: Client, month: str) -> Any:
    page = client.get(URL, {"month": month})
    assert page.status_code == 200
    return page


@pytest.mark.django_db(transaction=True)
def test_each_figure_is_one_number_on_the_page_in_the_set_and_in_the_report(
    world: None, tenant: Tenant, client: Client
) -> None:
    make(tenant, "2025-12")
    with tenant_scope(tenant.pk):
        report = Report.objects.get(kind="executive")
        kept = FigureSet.objects.filter(kind="executive", period="2025-12").latest("version")
        before = FigureSet.objects.filter(kind="executive", period="2025-11").latest("version")
        plain = json.loads(report_file(report, "json").content, parse_float=Decimal)
    said = {one["key"]: one["value"] for one in plain["figures"]}
    page = month_of(client, "2025-12")
    tiles = {tile["key"]: tile for tile in (*page.context["tiles"], *page.context["voice"])}
    assert list(tiles) == [*TILES, *VOICE]
    for key, tile in tiles.items():
        assert said[key] == kept.value(key)
        words = value_words(
            kept.value(key), figure("executive", key).unit, currency=tenant.currency,
            language="en", compact=True,
        )  # fmt: skip
        assert tile["text"] == ("not estimable" if key == "ltv" and words == "–" else words), key
        assert tile["href"] == f"/t/acme/figures/{kept.pk}/{key}/"
    assert (said["new_customers"], said["referred_customers"]) != (0, 0)
    assert said["nps"] is not None
    assert "6 answers, 95 %" in tiles["nps"]["note"]
    assert said["ces"] == 2
    assert "2 answers, too few for an interval" in tiles["ces"]["note"]
    delivery = page.context["delivery"]
    shown = {
        "accepted_projects": delivery.accepted, "delivery_cycle_days": delivery.cycle_days,
        "unapproved_days": delivery.unapproved, "signed_not_live_arr": delivery.not_live,
        "on_time_rate": delivery.on_time_rate,
    }  # fmt: skip
    assert set(shown) == set(DELIVERY)
    for key, value in shown.items():
        assert _near(value, kept.value(key)), key
    cash = page.context["cash"]
    assert (cash.due, cash.overdue) == (kept.value("cash_due"), kept.value("cash_overdue"))
    if before.value("cash_received"):
        assert tiles["cash_received"]["change"]
    assert page.context["report_beside"] == report
    assert "The executives' report of this month" in page.content.decode()


def _near(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return abs(Fraction(one) - Fraction(other)) < Fraction(1, 10**8)


def test_counts_are_those_of_the_figures_of_everybody(world: None, tenant: Tenant) -> None:
    for key in ("2025-12", "2025-06", "2025-Q4", "2026-02"):
        period = period_of(key)
        with tenant_scope(tenant.pk):
            found = counts_of(WHOLE, period).values()
            told_new = newcomers(period, first_signings(), has_lines=True)
            told = {name: value for name, value, _r in told_new}
            told |= {
                name: value
                for name, value, _r in survey_values(period, tenant.zone)
                if name != "survey_response_rate"
            }
            (rate,) = rates([(period.first, period.last)])
        for name, value in told.items():
            assert _near(found[name], value), (key, name)
        assert (found["requests_received"], found["requests_adopted"]) == (
            rate.received, rate.taken,
        )  # fmt: skip


def test_of_a_part_of_the_customers_only_theirs_count(
    world: None, tenant: Tenant, executive: User
) -> None:
    with tenant_scope(tenant.pk):
        member = Membership.objects.get(user=executive)
        nobodys = Scope(member, str(Visibility.MINE), (str(Visibility.MINE),))
        found = counts_of(nobodys, period_of("2025-12"))
    assert (found.new, found.referred, found.received) == (0, 0, 0)
    assert all(one.total == 0 for one in found.answers.values())


@pytest.mark.django_db(transaction=True)
def test_what_was_restated_of_an_earlier_month_stands_on_the_next_one(
    tenant: Tenant, client: Client, time_machine: Any
) -> None:
    periods = [period_of("2026-09"), period_of("2026-10")]
    with tenant_scope(tenant.pk):
        served("anna")
        make_executive_sets(periods=periods, known_at=MORNING)
    assert month_of(client, "2026-10").context["restated"] == []
    later = datetime(2026, 12, 2, 4, tzinfo=UTC)
    time_machine.move_to(later, tick=False)
    with tenant_scope(tenant.pk):
        line = ContractLine.objects.get()
        keep_versions([line], until=timezone.now())
        line.ends_on, line.known_from = date(2026, 10, 15), timezone.now()
        line.save()
        make_executive_sets(periods=[*periods, period_of("2026-11")], known_at=later)
    client.force_login(User.objects.get(email="eve@acme.example"))
    november = month_of(client, "2026-11").context["restated"]
    assert {one.period for one in november} == {"Oct 2026"}
    end = next(one for one in november if one.label == "ARR at the end")
    assert (end.before, end.after) == ("¥12K", "¥0")
    october = month_of(client, "2026-10").context["restated"]
    assert {one.period for one in october} == {""}
    assert [one.label for one in october] == [one.label for one in november]
    assert month_of(client, "2026-09").context["restated"] == []
