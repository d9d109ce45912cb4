"""Goals: set, changed and closed by who may, and read against the figures of months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from night_facts import customer, sign, use

from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    Membership,
    Tenant,
    User,
    Visibility,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from reports.actions.goals import (
    GoalValues,
    add_goal,
    change_goal,
    close_goal,
    fill_goal_months,
    months_lacking,
)
from reports.compute.goals import Standing
from reports.compute.report_periods import period_of
from reports.compute.stored_documents import as_json, blocks_for
from reports.documents.executive import compose
from reports.models import FigureSet, KpiGoal, KpiGoalVersion
from reports.queries.goals import goals_of, standings
from reports.tasks import fill_months_of_goals, sweep_figures

NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
MARCH, DUE = date(2026, 3, 31), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _mid_june() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def figures(period: str, **values: Any) -> FigureSet:
    """The set of a month, as if it had been made."""
    span = period_of(period)
    return FigureSet.objects.create(
        kind="executive", period=period, as_of=span.last, known_at=NOW, figures=values
    )


def churn(tenant: Tenant, by: User | None = None, **fields: Any) -> KpiGoal:
    values = {
        "baseline_on": MARCH, "due_on": DUE, "baseline": Decimal("0.35"),
        "target": Decimal("0.25"),
    } | fields  # fmt: skip
    return add_goal(tenant=tenant, key="logo_churn_12m", values=GoalValues(**values), by=by)


def test_a_goal_stands_where_the_figures_of_its_months_are(scope: Tenant) -> None:
    for period, value in (("2026-03", "0.35"), ("2026-04", "0.34"), ("2026-05", "0.33")):
        figures(period, logo_churn_12m=Decimal(value))
    goal = churn(scope)
    (one,) = standings([goal], period_of("2026-05"))
    assert (one.course.now_on, float(one.course.now or 0)) == (date(2026, 5, 31), 0.33)
    # Two points in 61 days; 214 more are left: 0.33 - 2 * 214 / 61 / 100.
    assert float(one.course.since_baseline or 0) == pytest.approx(0.33 - 0.02 * 214 / 61)
    assert one.standing == Standing.BEHIND
    assert [month.period.key for month in one.months][-1] == "2026-05"
    assert len(one.months) == 13


def test_a_target_is_a_value_or_a_change_of_the_baseline(scope: Tenant) -> None:
    figures("2026-03", ltv=Decimal("125000.5"))
    goal = add_goal(
        tenant=scope, key="ltv", by=None,
        values=GoalValues(baseline_on=MARCH, due_on=DUE, change=Decimal("0.4")),
    )  # fmt: skip
    assert (goal.baseline, goal.target) == (Decimal("125000.5"), Decimal("175000.7"))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"target": None}, "target"),
        ({"change": Decimal("0.1")}, "target"),
        ({"target": Decimal("0.35")}, "target"),
        ({"target": Decimal("-0.1")}, "target"),
        ({"target": None, "change": Decimal("-2")}, "change"),
        ({"due_on": date(2026, 6, 15)}, "due_on"),
        ({"due_on": date(2046, 6, 15)}, "due_on"),
        ({"baseline_on": date(2026, 6, 30)}, "baseline_on"),
        ({"baseline": None}, "baseline"),
    ],
)
def test_what_cannot_be_is_named(scope: Tenant, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        churn(scope, **fields)
    assert list(refused.value.error_dict) == [named]
    assert not KpiGoal.objects.exists()


def test_changes_keep_the_version_before_and_are_recorded(scope: Tenant, alice: User) -> None:
    ann = Colleague.objects.create(key="ann", name="Ann")
    goal = churn(scope, alice, owner=ann)
    values = GoalValues(
        baseline_on=MARCH, due_on=DUE, baseline=Decimal("0.35"), target=Decimal("0.2")
    )
    changed = change_goal(tenant=scope, goal=goal, values=values, seen=1, by=alice)
    assert (changed.version, changed.target, changed.owner) == (2, Decimal("0.2"), None)
    kept = KpiGoalVersion.objects.get(goal=goal)
    assert (kept.version, kept.held["target"], kept.held["owner"]) == (1, Decimal("0.25"), ann.pk)
    said = AuditRecord.objects.get(verb="kpi_goal.changed").data
    assert (said["before"]["owner"], said["after"]["owner"]) == ("Ann", "")
    with pytest.raises(ValidationError):
        change_goal(tenant=scope, goal=goal, values=values, seen=1, by=alice)


def test_a_closed_goal_ends_and_may_be_opened_again(scope: Tenant, alice: User) -> None:
    goal = churn(scope)
    closed = close_goal(tenant=scope, goal=goal, state="missed", seen=1, by=alice)
    assert (closed.state, closed.closed_on) == ("missed", date(2026, 6, 15))
    assert [one.goal.pk for one in goals_of(period_of("2026-05"))] == [goal.pk]
    assert goals_of(period_of("2026-06")) == []
    with pytest.raises(ValidationError):
        change_goal(tenant=scope, goal=goal, by=alice, seen=2,
                    values=GoalValues(MARCH, DUE, Decimal(1), Decimal(2)))  # fmt: skip
    opened = close_goal(tenant=scope, goal=goal, state="open", seen=2, by=alice)
    assert (opened.state, opened.closed_on, opened.version) == ("open", None, 3)


def test_months_that_nobody_made_are_made_a_few_at_once(scope: Tenant) -> None:
    who = customer("ann")
    sign(who, date(2025, 1, 1), date(2027, 12, 31))
    use(who, date(2026, 5, 4), person="one")
    churn(scope)
    assert fill_goal_months(tenant=scope, now=NOW, most=2) == 2
    assert set(FigureSet.objects.values_list("period", flat=True)) == {"2026-05", "2026-04"}
    while fill_goal_months(tenant=scope, now=NOW, most=6):
        pass
    (one,) = standings(list(KpiGoal.objects.all()), period_of("2026-05"))
    assert [month.value for month in one.months[-3:]] == [0, 0, 0]
    assert fill_goal_months(tenant=scope, now=NOW) == 0


@pytest.fixture
def as_member(client: Client, tenant: Tenant, make_member: Callable[..., Membership]) -> Any:
    def sign_in(role: str) -> Client:
        client.force_login(make_member(tenant, f"{role}@acme.example", role).user)
        return client

    return sign_in


GOALS = "/t/acme/goals/"
GIVEN = {
    "key": "logo_churn_12m", "baseline_on": "2026-03-31", "baseline": "35", "target": "25",
    "due_on": "2026-12-31", "seen": "0",
}  # fmt: skip


def test_an_executive_sets_changes_and_closes_a_goal(tenant: Tenant, as_member: Any) -> None:
    client = as_member("executive")
    assert "To begin with" in client.get(GOALS).content.decode()
    made = client.post(f"{GOALS}new/", GIVEN)
    with tenant_scope(tenant.pk):
        goal = KpiGoal.objects.get()
    assert made["Location"] == f"{GOALS}{goal.pk}/"
    assert (goal.baseline, goal.target) == (Decimal("0.35"), Decimal("0.25"))
    shown = client.get(f"{GOALS}{goal.pk}/changes/").content.decode()
    assert 'value="35"' in shown
    assert 'value="25"' in shown
    client.post(f"{GOALS}{goal.pk}/changes/", GIVEN | {"target": "20", "seen": "1"})
    page = client.get(f"{GOALS}{goal.pk}/").content.decode()
    assert "20.0%" in page
    assert "twelve months" in page
    client.post(f"{GOALS}{goal.pk}/closures/", {"state": "dropped", "seen": "2"})
    with tenant_scope(tenant.pk):
        assert KpiGoal.objects.get().state == "dropped"
    assert "Dropped" in client.get(GOALS).content.decode()


def test_a_value_that_is_left_as_shown_stays_exact(tenant: Tenant, as_member: Any) -> None:
    exact = Decimal("0.1234567891")
    with tenant_scope(tenant.pk):
        goal = churn(tenant, baseline=exact)
    client = as_member("admin")
    given = GIVEN | {"baseline": "12.345679", "note": "Said in June.", "seen": "1"}
    client.post(f"{GOALS}{goal.pk}/changes/", given)
    with tenant_scope(tenant.pk):
        kept = KpiGoal.objects.get()
    assert (kept.baseline, kept.note, kept.version) == (exact, "Said in June.", 2)


def test_bad_input_is_named_and_nothing_is_saved(tenant: Tenant, as_member: Any) -> None:
    client = as_member("admin")
    for given, words in (
        ({"target": ""}, "Give either the target or the change"),
        ({"key": "nothing"}, "Select a valid choice"),
        ({"target": "35"}, "another value than the baseline"),
        ({"due_on": "2026-01-01"}, "must be to come"),
        ({"due_on": "soon"}, "valid date"),
        ({"baseline_on": "2026-03-15"}, "Select a valid choice"),
        ({"target": "9" * 19}, "18 digits"),
    ):
        page = client.post(f"{GOALS}new/", GIVEN | given)
        assert page.status_code == 200, given
        assert words in page.content.decode(), given
    with tenant_scope(tenant.pk):
        assert not KpiGoal.objects.exists()


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("executive", 200, 200), ("service_manager", 200, 404), ("project_manager", 200, 404),
     ("product_manager", 404, 404)],
)  # fmt: skip
def test_who_may_read_and_write(
    tenant: Tenant, as_member: Any, role: str, reads: int, writes: int
) -> None:
    client = as_member(role)
    assert client.get(GOALS).status_code == reads
    assert client.get(f"{GOALS}new/").status_code == writes


def test_the_page_says_who_contributed_and_leads_to_lists(tenant: Tenant, as_member: Any) -> None:
    with tenant_scope(tenant.pk):
        gone = customer("gone")
        sign(gone, date(2024, 1, 1), date(2026, 4, 15))
        sign(customer("here"), date(2024, 1, 1), date(2028, 4, 15))
        goal = churn(tenant, baseline=None, target=Decimal("0.1"))
        while fill_goal_months(tenant=tenant, now=NOW, most=13):
            pass
    client = as_member("executive")
    assert "+50 pp" in (page := client.get(f"{GOALS}{goal.pk}/").content.decode())
    assert f'<a href="/t/acme/customers/{gone.pk}/">Gone</a>' in page
    rows = client.get(f"{GOALS}{goal.pk}/customers/?of=logo_churn_12m").content.decode()
    assert "Gone" in rows
    assert "Here" not in rows
    for past_the_end in (2, 999):
        page = client.get(f"{GOALS}{goal.pk}/customers/?of=logo_churn_12m&page={past_the_end}")
        assert "Gone" in page.content.decode()
    assert client.get(f"{GOALS}{goal.pk}/customers/?of=ltv").status_code == 404
    file = client.get(f"{GOALS}{goal.pk}/customers/?of=logo_churn_12m&format=csv")
    assert b"Gone,0.5" in b"".join(file.streaming_content) if file.streaming else file.content


def test_who_sees_own_customers_only_is_told_of_no_others(tenant: Tenant, as_member: Any) -> None:
    with tenant_scope(tenant.pk):
        mine, other = customer("mine"), customer("other")
        Customer.objects.filter(pk=other.pk).update(industry="Secret industry")
        for who in (mine, other):
            sign(who, date(2024, 1, 1), date(2026, 4, 15))
        sign(customer("here"), date(2024, 1, 1), date(2028, 4, 15))
        goal = churn(tenant, baseline=None, target=Decimal("0.1"))
        while fill_goal_months(tenant=tenant, now=NOW, most=13):
            pass
        VisibilityRule.objects.create(role="service_manager", visibility=Visibility.MINE)
        figure_set = FigureSet.objects.filter(kind="executive").latest("as_of")
    rows = f"/figures/{figure_set.pk}/"
    for role, sees in (("executive", True), ("service_manager", False)):
        client = as_member(role)
        page = client.get(f"{GOALS}{goal.pk}/").content.decode()
        assert ("Secret industry" in page, rows in page) == (sees, sees)
        assert ("the difference is of all" in page) != sees
        status = client.get(f"/t/acme{rows}logo_churn_12m/").status_code
        assert status == (200 if sees else 404)
        groups = f"{GOALS}{goal.pk}/customers/?by=industry&group=Secret+industry"
        assert ("Other" in client.get(groups).content.decode()) == sees


def test_statements_of_the_list_do_not_grow_with_goals(tenant: Tenant, as_member: Any) -> None:
    with tenant_scope(tenant.pk):
        figures("2026-05", logo_churn_12m=Decimal("0.3"))
        churn(tenant)
    client = as_member("admin")
    client.get(GOALS)
    with CaptureQueriesContext(connection) as few:
        client.get(GOALS)
    with tenant_scope(tenant.pk):
        for _number in range(8):
            churn(tenant)
    with CaptureQueriesContext(connection) as many:
        client.get(GOALS)
    assert len(many) <= len(few)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_executives_report_tells_the_goals(scope: Tenant, language: str) -> None:
    sign(customer("ann"), date(2024, 1, 1), date(2028, 1, 1))
    period = period_of("2026-05")
    churn(scope)
    while fill_goal_months(tenant=scope, now=NOW, most=13):
        pass
    made = FigureSet.objects.get(kind="executive", period="2026-05")
    stored = as_json(
        compose(
            tenant=scope, period=period, figures=made, before=None, year_before=None,
            template=None, language=language, known_at=NOW,
        )
    )  # fmt: skip
    texts = {one["key"]: one.get("goal_text", "") for one in stored["figures"]}
    assert "25.0%" in texts["logo_churn_12m"]
    assert not texts["nrr_12m"]
    blocks = {one["key"]: one["blocks"] for one in stored["sections"]}["goals"]
    [table] = [one for one in blocks if one["type"] == "table"]
    assert [row[2]["text"] for row in table["rows"]] == ["0.0%"]
    assert not [one for one in blocks_for(stored, "paper") if one["key"] == "goals"]


def test_the_sweeper_has_lacking_months_made(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fill_months_of_goals, "delay", asked.append)
    sweep_figures()
    assert asked == []
    with tenant_scope(tenant.pk):
        churn(tenant)
    sweep_figures()
    assert asked == [tenant.pk]
    for _number in range(6):
        fill_months_of_goals(tenant.pk)
    with tenant_scope(tenant.pk):
        assert not months_lacking(tenant=tenant, now=NOW)
