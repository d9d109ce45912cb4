"""The facts of a weekly report equal what the rows say, counted another way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from projects.actions.requirements import capture_requirement
from projects.actions.weeklies import draft_report, send_report
from projects.compute.weekly_reports import read_facts, week_to_report
from projects.models import Classification, Gate, Requirement, Risk, SignOff, Task
from projects.queries.weekly_facts import weekly_facts
from tests.projects.change_world import approved, booked, drafted, sent
from tests.projects.weekly_world import FRIDAY, MONDAY, WeeklyWorld, done, weekly_world


@pytest.fixture
def world(scope: Tenant, make_member: Callable[..., Membership]) -> WeeklyWorld:
    return weekly_world(scope, make_member)


def facts_of(world: WeeklyWorld, now: datetime | None = None) -> dict[str, Any]:
    return read_facts(
        weekly_facts(
            world.project,
            MONDAY,
            tenant=world.tenant,
            now=now or world.at(),
            calendar=working_calendar(),
        )
    )


def titles(lines: dict[str, Any]) -> list[str]:
    return [row["title"] for row in lines["rows"]]


def test_tasks_stand_where_their_days_put_them(world: WeeklyWorld) -> None:
    facts = facts_of(world)
    assert titles(facts["done"]) == ["Work of the week", "Data of the customer"]
    assert titles(facts["doing"]) == ["Under way", "Customer is at it"]
    assert titles(facts["next"]) == ["Next of ours", "Next of theirs"]
    assert titles(facts["waiting"]) == ["Customer is at it"]
    milestones = facts["milestones"]
    assert titles(milestones["reached"]) == ["Configured"]
    assert titles(milestones["late"]) == ["Signed off"]
    # None is due next week, so the one after it is named, with the day that was agreed.
    assert titles(milestones["next"]) == ["Accepted"]
    assert milestones["next"]["rows"][0]["agreed_on"] == date(2026, 12, 11)


def test_facts_equal_a_count_over_the_rows(world: WeeklyWorld) -> None:
    """Counted in plain Python from every row, not as the query does."""
    facts, until = facts_of(world), MONDAY + timedelta(days=13)
    every = list(Task.objects.filter(project=world.project))
    work = [task for task in every if not task.is_milestone]
    finished = {t.title for t in work if t.finished_on and MONDAY <= t.finished_on <= FRIDAY}
    begun = {t.title for t in work if t.started_on and t.finished_on is None}
    coming = {t.title for t in work if not t.started_on and t.starts_on <= until}
    assert set(titles(facts["done"])) == finished
    assert set(titles(facts["doing"])) == begun
    assert set(titles(facts["next"])) == coming
    assert facts["plan"]["tasks"] == len(every)
    assert facts["plan"]["done"] == sum(task.finished_on is not None for task in every)
    assert facts["plan"]["ends_on"] == max(task.ends_on for task in every)
    late = next(row for row in facts["doing"]["rows"] if row["title"] == "Under way")
    days = [world.tasks["Under way"].ends_on + timedelta(days=n) for n in range(1, 20)]
    assert late["late"] == sum(day <= FRIDAY and day.weekday() < 5 for day in days)


def test_nobody_of_the_vendor_is_named(world: WeeklyWorld) -> None:
    facts = facts_of(world)
    for part in ("done", "doing", "next"):
        for row in facts[part]["rows"]:
            assert row["who"] == ("Zhou Min" if row["side"] == "customer" else "")
    assert facts["parties"]["face"] == {"name": "pam", "email": "pam@acme.example"}


def test_effort_of_the_week_and_so_far(world: WeeklyWorld) -> None:
    for key, day, days in (("a", MONDAY, "1.25"), ("b", FRIDAY, "0.5"),
                           ("c", MONDAY - timedelta(days=1), "4")):  # fmt: skip
        entry = booked(world.changes, days, key)
        entry.worked_on = day
        entry.save()
    assert facts_of(world)["effort"] == {
        "week_effort": Decimal("1.750"),
        "whole_effort": Decimal("5.750"),
        "baseline_effort": Decimal("20.000"),
    }


def test_changes_that_the_customer_does_not_know_are_not_told(world: WeeklyWorld) -> None:
    drafted(world.changes)
    assert facts_of(world)["changes"]["rows"] == []
    change = approved(world.changes)
    assert facts_of(world)["changes"]["rows"] == []
    sent(world.changes, world.tenant, change)
    facts = facts_of(world)
    assert [row["standing"] for row in facts["changes"]["rows"]] == ["sent"]
    assert facts["waiting"]["signatures"] == 1


def test_wishes_of_the_customer_and_not_those_of_colleagues(world: WeeklyWorld) -> None:
    user = world.manager.user
    heard = capture_requirement(
        project=world.project, text="A wish", raised_on=FRIDAY, contact=world.contact, by=user
    )
    capture_requirement(
        project=world.project, text="Between us", raised_on=FRIDAY, by=user,
        colleague=world.project.manager,
    )  # fmt: skip
    Requirement.objects.update(captured_at=world.at(hour=9))
    facts = facts_of(world)
    assert [row["text"] for row in facts["requirements"]["captured"]["rows"]] == ["A wish"]
    assert facts["requirements"]["decided"]["rows"] == []
    Classification.objects.create(
        requirement=heard, kind="clarification", why="Secret reason", by=user,
        at=world.at(hour=10),
    )  # fmt: skip
    facts = facts_of(world)
    assert [row["kind"] for row in facts["requirements"]["decided"]["rows"]] == ["clarification"]
    assert "Secret reason" not in str(facts)


def test_what_was_finished_after_a_report_stands_in_the_next(world: WeeklyWorld) -> None:
    report = draft_report(
        project=world.project, week=MONDAY, language="en", tenant=world.tenant,
        by=world.manager.user, now=world.at(),
    )  # fmt: skip
    send_report(
        report=report, seen=1, contacts=[world.contact], by=world.manager.user, now=world.at()
    )
    Task.objects.filter(pk=world.tasks["Under way"].pk).update(
        **done(FRIDAY + timedelta(days=1)) | {"started_on": FRIDAY}
    )
    following = read_facts(
        weekly_facts(
            world.project,
            MONDAY + timedelta(days=7),
            tenant=world.tenant,
            now=world.at(FRIDAY + timedelta(days=7)),
            calendar=working_calendar(),
        )
    )
    assert titles(following["done"]) == ["Under way"]
    assert titles(following["milestones"]["reached"]) == []


def test_facts_of_a_long_plan_take_as_many_statements(world: WeeklyWorld) -> None:
    with CaptureQueriesContext(connection) as few:
        facts_of(world)
    phase = world.phases[1]
    Task.objects.bulk_create(
        Task(project=world.project, phase=phase, number=100 + n, title=f"T{n}",
             starts_on=MONDAY, ends_on=FRIDAY, state="doing", started_on=MONDAY)
        for n in range(60)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        facts = facts_of(world)
    assert facts["doing"]["count"] == 62
    assert len(facts["doing"]["rows"]) == 40
    # One more, which counts what is not shown.
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (date(2026, 11, 20), MONDAY),
        (date(2026, 11, 22), MONDAY),
        (date(2026, 11, 26), MONDAY),
        (date(2026, 11, 19), MONDAY - timedelta(days=7)),
        (date(2026, 11, 27), MONDAY + timedelta(days=7)),
    ],
)
def test_a_week_is_reported_from_its_friday_on(today: date, week: date) -> None:
    assert week_to_report(today) == week


def test_a_week_is_drafted_once(world: WeeklyWorld) -> None:
    given = {"project": world.project, "week": MONDAY, "language": "en", "tenant": world.tenant,
             "by": None, "now": world.at()}  # fmt: skip
    assert draft_report(**given).pk == draft_report(**given).pk
    with tenant_scope(world.tenant.id):
        assert world.project.weeklies.count() == 1


def test_gates_wait_for_who_was_asked_last(world: WeeklyWorld) -> None:
    gate = Gate.objects.create(
        project=world.project, phase=world.phases[0], title="Build is done", confirms="All of it",
        due_on=FRIDAY, state="asked", round=2,
    )  # fmt: skip

    def asked(round_: int, name: str, **fields: Any) -> SignOff:
        return SignOff.objects.create(
            gate=gate, round=round_, side="customer", contact=world.contact, name=name,
            language="en", deadline_on=FRIDAY, document="{}", document_hash="0" * 64, **fields,
        )  # fmt: skip

    asked(1, "Of the round before")
    asked(2, "Withdrawn", withdrawn_at=world.at())
    asked(2, "Zhou Min")
    assert [(row["title"], row["who"]) for row in facts_of(world)["waiting"]["gates"]["rows"]] == [
        ("Build is done", "Zhou Min")
    ]
    Gate.objects.update(state="passed", passed_on=FRIDAY)
    assert facts_of(world)["waiting"]["gates"]["rows"] == []


def test_open_risks_stand_by_weight(world: WeeklyWorld) -> None:
    for number, (title, probability, state) in enumerate(
        (("Small", 1, "open"), ("Great", 3, "open"), ("Settled", 3, "closed")), 1
    ):
        told = {"state_at": world.at(), "state_why": "Over"} if state == "closed" else {}
        Risk.objects.create(
            project=world.project, number=number, title=title, probability=probability,
            raised_on=MONDAY, state=state, **told,
        )  # fmt: skip
    assert titles(facts_of(world)["risks"]) == ["Great", "Small"]
