"""What stands in the rows of projects: the same numbers as on their own pages, for many at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Colleague, Customer, Tenant, Touchpoint
from accounts.queries.calendars import working_calendar
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Gate,
    Phase,
    Project,
    Sow,
    SowItem,
    Task,
    TaskBaseline,
    TaskLink,
)
from projects.queries.burn import burn_of
from projects.queries.standing import standings

START, TODAY = date(2026, 3, 2), date(2026, 3, 20)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 20, 4, tzinfo=UTC), tick=True):
        yield


def bare(key: str) -> Project:
    customer = Customer.objects.create(key=key, name=f"Customer {key}")
    project: Project = Project.objects.create(
        customer=customer, key=key, name=f"Project {key}", starts_on=START,
        due_on=START + timedelta(60),
    )  # fmt: skip
    return project


def planned(project: Project, number: int, **values: object) -> Task:
    if "phase" not in values:
        values["phase"], _made = Phase.objects.get_or_create(
            project=project, position=1, defaults={"title": "Work"}
        )
    filled = {
        "title": f"T{number}", "starts_on": START, "ends_on": START + timedelta(4),
        "effort_days": 3,
    } | values  # fmt: skip
    task: Task = Task.objects.create(project=project, number=number, **filled)
    return task


def anything(key: str, chance: random.Random) -> Project:
    """A project with or without a SOW, amendments, a plan, locked effort and bookings of every kind."""
    project = bare(key)
    items: list[SowItem] = []
    changes = [
        ChangeRequest.objects.create(
            project=project, key=f"C{n}", title=f"Change {n}", raised_on=START,
            **({"state": "signed", "signed_on": START + timedelta(n)} if chance.random() < 0.6 else {}),
        )
        for n in range(3)
    ]  # fmt: skip
    baseline = None
    if chance.random() < 0.8:
        sow = Sow.objects.create(project=project)
        items = [
            SowItem.objects.create(
                sow=sow, key=str(n), title=str(n), effort_days=chance.randint(0, 9)
            )
            for n in range(5)
        ]
        for version in range(1, chance.randint(2, 4)):
            change = changes[version - 2] if version > 1 else None
            chosen = chance.sample(items, chance.randint(1, 5))
            baseline = Baseline.objects.create(
                sow=sow, version=version, starts_on=START, due_on=START + timedelta(40),
                effort_days=sum(item.effort_days for item in chosen), change_request=change,
                valid_from=START + timedelta(12 * version) if change else None,
            )  # fmt: skip
            for item in chosen:
                BaselineItem.objects.create(
                    baseline=baseline, item=item, effort_days=chance.randint(0, 9)
                )
    if chance.random() < 0.6:
        for number in range(1, chance.randint(2, 6)):
            done = {"state": "done", "started_on": START, "finished_on": START + timedelta(number)}
            task = planned(
                project, number, effort_days=chance.choice(["0", "1.5", "4"]),
                side=chance.choice(["vendor", "vendor", "customer"]),
                **(done if chance.random() < 0.4 else {}),
            )  # fmt: skip
            if baseline is not None and chance.random() < 0.5:
                TaskBaseline.objects.create(
                    baseline=baseline, task=task, starts_on=START, ends_on=START, effort_days="2.25"
                )
    person, _made = Colleague.objects.get_or_create(key="ann", defaults={"name": "Ann"})
    for number in range(chance.randint(0, 12)):
        Effort.objects.create(
            project=project, key=f"{key}-{number}", person=person,
            worked_on=START + timedelta(chance.randint(0, 25)), days=chance.choice(["0.125", "1", "3"]),
            item=chance.choice([None, *items]), change_request=chance.choice([None, None, *changes]),
        )  # fmt: skip
    return project


@pytest.mark.parametrize("seed", range(4))
def test_forecasts_are_those_of_the_projects_own_page(scope: Tenant, seed: int) -> None:
    chance = random.Random(seed)
    projects = [anything(f"P{n}", chance) for n in range(8)]
    found = standings(projects, TODAY, working_calendar())
    for project in projects:
        burn = burn_of(project, TODAY)
        assert found[project.pk].forecast == burn.forecast
        assert found[project.pk].unapproved * 1000 == (burn.unapproved if burn.baseline else sum(
            row.booked for row in burn.rows if row.part == "unapproved"
        ))  # fmt: skip


def test_what_is_left_is_the_forecast_without_what_was_booked(scope: Tenant) -> None:
    project = bare("P")
    planned(project, 1, state="done", started_on=START, finished_on=START)
    planned(project, 2, effort_days=9)
    person = Colleague.objects.create(key="ann", name="Ann")
    Effort.objects.create(project=project, key="1", person=person, worked_on=START, days=4)
    standing = standings([project], TODAY, working_calendar())[project.pk]
    # Planned 12, a quarter done: 9 as planned; as paced 4 ÷ ¼ = 16 in all.
    assert standing.remaining == (Decimal(9), Decimal(12))


def test_acceptance_is_forecast_from_what_is_late(scope: Tenant) -> None:
    project = bare("P")
    first = planned(project, 1)
    second = planned(project, 2, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 13))
    TaskLink.objects.create(project=project, predecessor=first, successor=second)
    calendar = working_calendar()
    # Five days from today, a Friday, then five more.
    assert standings([project], TODAY, calendar)[project.pk].acceptance == date(2026, 4, 2)
    Task.objects.filter(pk=first.pk).update(
        state="done", started_on=START, finished_on=TODAY, version=2
    )
    assert standings([project], TODAY, calendar)[project.pk].acceptance == date(2026, 3, 27)


def test_what_follows_the_acceptance_gate_does_not_count(scope: Tenant) -> None:
    project = bare("P")
    planned(project, 1, starts_on=TODAY, ends_on=TODAY)
    last = Phase.objects.create(project=project, position=2, title="Handover")
    planned(project, 2, phase=last, starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 1))
    Gate.objects.create(
        project=project, phase=project.phases.get(position=1), title="Acceptance",
        confirms="All", due_on=TODAY, is_acceptance=True,
    )  # fmt: skip
    found = standings([project], TODAY, working_calendar())
    assert found[project.pk].acceptance == TODAY


def test_the_last_touch_is_the_latest_up_to_today(scope: Tenant) -> None:
    project = bare("P")
    for number, shift in enumerate((-9, -2, 3)):
        Touchpoint.objects.create(
            customer=project.customer, key=str(number), kind="call",
            happened_on=TODAY + timedelta(shift),
        )  # fmt: skip
    found = standings([project], TODAY, working_calendar())
    assert found[project.pk].last_touch == TODAY - timedelta(2)


def test_many_cost_as_many_statements_as_few(scope: Tenant) -> None:
    chance = random.Random(7)
    projects = [anything(f"P{n}", chance) for n in range(12)]
    calendar = working_calendar()
    counted = []
    for some in (projects[:2], projects):
        with CaptureQueriesContext(connection) as captured:
            standings(some, TODAY, calendar)
        counted.append(len(captured))
    assert counted[0] == counted[1]
