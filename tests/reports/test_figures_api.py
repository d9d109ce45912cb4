"""Figures of screens through the API: goals, the rows behind a figure, retention, effects, scorecards,
the month in review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from api_program import program
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member
from night_facts import customer, pay, sign, use

from accounts.models import Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from reports.compute.report_periods import period_of
from reports.models import FigureSet, KpiGoal, KpiGoalVersion
from segmentation.models import MeasureRow
from tests.reports.report_world import make, served
from tests.reports.scorecard_world import manager, project
from tests.segmentation.screens.screen_world import night

GOALS = "/api/v1/kpi-goals"
NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
NEW = {
    "key": "logo_churn_12m", "baseline_on": "2026-03-31", "due_on": "2026-12-31",
    "baseline": "0.35", "target": "0.25",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def goal_figures(period: str, value: str) -> FigureSet:
    return FigureSet.objects.create(
        kind="executive", period=period, as_of=period_of(period).last, known_at=NOW,
        figures={"logo_churn_12m": Decimal(value)},
    )  # fmt: skip


@time_machine.travel(NOW, tick=False)
def test_goals_are_set_changed_and_closed(
    tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    with tenant_scope(tenant.pk):
        for period, value in (("2026-03", "0.35"), ("2026-04", "0.34"), ("2026-05", "0.33")):
            goal_figures(period, value)
    boss = program(tenant, "kpi_goals:read", "kpi_goals:write")
    made = boss.post(NEW, path=GOALS)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["target"], told["standing"], told["now"]) == (
        "0.2500000000", "behind", "0.3300000000",
    )  # fmt: skip
    path = f"{GOALS}/{told['id']}"
    whole = boss.get(path)
    assert whole.json()["months"][-1]["value"] == "0.33"
    changed = boss.patch(path, {"change": "-0.5", "note": "Half."}, if_match=whole["ETag"])
    assert changed.status_code == 200, changed.content
    assert (changed.json()["target"], changed.json()["version"]) == ("0.1750000000", 2)
    assert boss.patch(path, {"note": "x"}, if_match=whole["ETag"]).status_code == 412
    (before,) = ok(boss.get(f"{path}/versions"))["results"]
    assert (before["version"], Decimal(before["target"])) == (1, Decimal("0.25"))
    for wrong in (
        {"target": "-1"}, {"target": "9" * 30}, {"change": "1e9"}, {"due_on": "2020-01-01"},
        {"owner": "nobody"}, {"baseline_on": "2026-06-01"}, {"target": None, "change": None},
    ):  # fmt: skip
        assert boss.patch(path, wrong, if_match="*").status_code == 400, wrong
    for wrong in (NEW | {"key": "x"}, NEW | {"target": "0.35"}, {"key": "nps"}):
        assert boss.post(wrong, path=GOALS).status_code == 400, wrong
    closed = boss.post({"state": "missed"}, path=f"{path}/close")
    assert ok(closed)["state"] == "missed"
    assert boss.patch(path, {"note": "x"}, if_match="*").status_code == 400, "it is closed"
    assert ok(boss.post({"state": "open"}, path=f"{path}/close"))["closed_on"] is None
    with tenant_scope(tenant.pk):
        assert KpiGoal.objects.get().note == "Half."
        assert KpiGoalVersion.objects.count() == 3
    manager_ = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, "kpi_goals:read", "kpi_goals:write", member=manager_)
    assert ok(his.get(GOALS))["results"][0]["id"] == told["id"]
    assert his.post(NEW, path=GOALS).status_code == 403
    assert program(make_tenant("other"), "kpi_goals:read").get(path).status_code == 404
    for place in range(4):
        boss.post(NEW | {"due_on": f"2027-0{place + 1}-01"}, path=GOALS)
    counts = []
    for limit in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            ok(boss.get(GOALS, limit=limit))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@time_machine.travel(NOW, tick=False)
def test_who_moved_a_goal_is_told_of_seen_customers(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        for number in range(4):
            whom = customer(f"c{number}")
            sign(whom, date(2024, 1, 1), date(2026, 4, 15) if number == 0 else None, fee=1000)
        for period in ("2026-03", "2026-04", "2026-05"):
            goal_figures(period, "0.2")
        member = make_member(tenant, "sam@acme.example", "service_manager")
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c1").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    boss = program(tenant, "kpi_goals:read", "kpi_goals:write")
    path = f"{GOALS}/{boss.post(NEW, path=GOALS).json()['id']}"
    found = ok(boss.get(f"{path}/parts"))
    (part,) = found["parts"]
    assert part["key"] == "logo_churn_12m"
    assert float(part["difference"]) == pytest.approx(float(part["now"]) - float(part["then"]))
    moved = ok(boss.get(f"{path}/customers"))
    assert [one["customer"] for one in moved["results"]] == ["c0"]
    his = program(tenant, "kpi_goals:read", member=member)
    assert ok(his.get(f"{path}/customers")) == {"total": 0, "results": []}
    for wrong in ({"of": "x"}, {"by": "x"}, {"limit": 0}, {"x": 1}):
        assert boss.get(f"{path}/customers", **wrong).status_code == 400, wrong
    assert boss.get(f"{GOALS}/999/parts").status_code == 404


def test_the_rows_behind_a_figure_add_up(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        for key in ("anna", "bert"):
            served(key)
    make(tenant)
    boss = program(tenant, "figures:read")
    sets = ok(boss.get("/api/v1/figure-sets", kind="executive", period="2026-10"))["results"]
    path = f"/api/v1/figure-sets/{sets[0]['id']}/figures"
    found = ok(boss.get(f"{path}/end_arr"))
    assert (found["total"], Decimal(found["sum"])) == (2, Decimal(found["value"]))
    assert {one["customer"] for one in found["rows"]} == {"anna", "bert"}
    assert all(len(one["cells"]) == len(found["columns"]) for one in found["rows"])
    assert len(ok(boss.get(f"{path}/end_arr", limit=1, offset=1))["rows"]) == 1
    for way, status in (("end_arr?limit=0", 400), ("nothing", 404), ("end_arr?x=1", 400)):
        assert boss.get(f"{path}/{way}").status_code == status
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.pk):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="anna").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, "figures:read", member=member)
    answer = his.get(f"{path}/end_arr")
    assert answer.status_code == 404 or [one["customer"] for one in answer.json()["rows"]] == [
        "anna"
    ]


def test_retention_and_the_month_are_told_as_screens_show_them(tenant: Tenant) -> None:
    day = date(2026, 6, 30)
    with tenant_scope(tenant.pk):
        for number in range(4):
            whom = customer(f"c{number}")
            sign(whom, date(2026, 1, 10), date(2026, 5, 20) if number == 0 else None, fee=1200)
            pay(whom, date(2026, 2, 1), 100)
            use(whom, date(2026, 5, 4), person=f"p{number}")
            use(whom, date(2026, 5, 6), person=f"p{number}")
        night(day)
    boss = program(tenant, "retention:read", "months:read")
    review = ok(boss.get("/api/v1/retention/review"))
    assert (review["until"], review["basis"]) == ("2026-06-30", "contracts")
    january = next(one for one in review["cohorts"] if one["month"] == "2026-01")
    assert (january["size"], january["there"][-1]) == (4, 3)
    due = next(one for one in review["renewals"] if one["to"] == "2026-05-31")
    assert (due["contracts"], due["contracts_renewed"]) == (0, 0) or due["open_contracts"] == 1
    asked = {"of": "cohort", "month": "2026-01", "after": 5}
    behind = ok(boss.get("/api/v1/retention/customers", **asked))
    assert {one["customer"]: one["outcome"] for one in behind["results"]} == {
        "c0": "gone", "c1": "here", "c2": "here", "c3": "here",
    }  # fmt: skip
    persons = ok(boss.get("/api/v1/retention/persons"))
    may = next(one for one in persons["cohorts"] if one["month"] == "2026-05")
    assert (may["size"], may["days"][0]["returned"]) == (4, 4)
    for wrong in ({}, {"month": "x"}, {"month": "2026-01", "of": "x"},
                  {"month": "2026-01", "after": -1}, {"month": "2026-01", "until": "x"}):  # fmt: skip
        assert boss.get("/api/v1/retention/customers", **wrong).status_code == 400, wrong
    with time_machine.travel(datetime(2026, 7, 2, 4, tzinfo=UTC), tick=False):
        month = ok(boss.get("/api/v1/months/2026-06"))
        assert (month["month"], month["customers"]) == ("2026-06", 3)
        assert month["trend"][-1]["end_arr"] == "3600.00"
        assert month["risks"] is not None
        assert ok(boss.get("/api/v1/months/latest"))["month"] == "2026-06"
        for way in ("2026-13", "1999-01", "x"):
            assert boss.get(f"/api/v1/months/{way}").status_code == 404
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.pk):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c0").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, "retention:read", member=member)
    seen = ok(his.get("/api/v1/retention/customers", **asked))
    assert [one["customer"] for one in seen["results"]] == ["c0"]
    assert ok(his.get("/api/v1/retention/review"))["cohorts"][0]["size"] == 1
    lead = make_member(tenant, "tim@acme.example", "team_member")
    for scope, path in (("retention:read", "retention/persons"), ("months:read", "months/latest")):
        refused = program(tenant, scope, member=lead).get(f"/api/v1/{path}")
        assert refused.status_code == 403


def test_what_became_of_tiers_is_told(tenant: Tenant) -> None:
    ends = [date(2026, 3, 31), date(2026, 6, 30)]
    with tenant_scope(tenant.pk):
        for day in ends:
            night(day)
        for number in range(10):
            whom = customer(f"L{number}")
            for day in ends:
                lost = day == ends[1] and number == 0
                MeasureRow.objects.create(
                    customer=whom, as_of=day, arr=Decimal(0 if lost else 1000), tier="low",
                    tier_a="low", active_days_30=2,
                )  # fmt: skip
    boss = program(tenant, "effects:read")
    found = ok(boss.get("/api/v1/effects", scheme="a"))
    (low,) = [one for one in found["outcomes"] if one["tier"] == "low"]
    kept = next(one for one in low["figures"] if one["measure"] == "retention")
    assert (kept["customers"], kept["value"]) == (10, 0.9)
    assert (round(kept["low"], 4), round(kept["high"], 4)) == (0.5958, 0.9821)
    asked = {
        "start": "2026-03-31", "end": "2026-06-30", "tier": "low", "measure": "retention",
        "scheme": "a",
    }  # fmt: skip
    behind = ok(boss.get("/api/v1/effects/customers", **asked))
    assert behind["total"] == 10
    assert {one["arr_then"] for one in behind["results"]} == {"0.0000", "1000.0000"}
    for wrong in ({"scheme": "x"}, {"after": 2}, {"change": "x"}, {"group": 7}):
        assert boss.get("/api/v1/effects", **wrong).status_code == 400, wrong
    assert boss.get("/api/v1/effects/customers").status_code == 400
    lead = make_member(tenant, "tim@acme.example", "team_member")
    assert program(tenant, "effects:read", member=lead).get("/api/v1/effects").status_code == 403


@time_machine.travel("2026-11-02T04:00Z", tick=False)
def test_scorecards_are_those_that_one_may_see(tenant: Tenant) -> None:
    pam = make_member(tenant, "pam@acme.example", "project_manager")
    with tenant_scope(tenant.pk):
        own = Colleague.objects.get(membership=pam)
        for place in range(2):
            project(f"A{place}", manager("Ann"), accepted=date(2026, 1, 28) + timedelta(place))
        project("P0", own, accepted=date(2026, 2, 6))
    boss = program(tenant, "scorecards:read")
    found = ok(boss.get("/api/v1/scorecards"))
    on_time = {one["person"]: one for one in found["results"] if one["figure"] == "on_time"}
    assert set(on_time) == {"Ann", own.key}
    assert (on_time["Ann"]["projects"], on_time["Ann"]["value"]) == (2, 1.0)
    assert on_time[own.key]["value"] == 0.0
    behind = ok(boss.get("/api/v1/scorecards/projects", person="Ann"))
    assert [one["project"] for one in behind["results"]] == ["A1", "A0"]
    assert behind["results"][0]["values"]["on_time"] == 1.0
    assert boss.get("/api/v1/scorecards", period="x").status_code == 400
    assert boss.get("/api/v1/scorecards/projects", person="Zoe").status_code == 400
    hers = program(tenant, "scorecards:read", member=pam)
    assert {one["person"] for one in ok(hers.get("/api/v1/scorecards"))["results"]} == {own.key}
    assert hers.get("/api/v1/scorecards/projects", person="Ann").status_code == 400
