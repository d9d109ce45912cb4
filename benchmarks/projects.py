"""Pages of a project with 50 and with 5,000 tasks: server time of each, and how they compare.

Both come through `load`: tasks with what waits for what, a signed SOW, effort on every task. Besides
there are twelve small accepted projects of three managers, so that scorecards have somebody to compare
with. The aim is at most four times the time, with the same number of queries. BENCHMARK_TASKS chooses
another number.
"""

from __future__ import annotations

import io
import logging
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.loads import load_file
from accounts.actions.tenants import add_member, create_tenant
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant, User
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from projects.models import Project

FEW = 50
MANY = int(os.environ.get("BENCHMARK_TASKS", "5000"))
PHASES, SIDE_BY_SIDE, TASKS_OF_AN_ITEM = 12, 20, 25
OTHERS, MANAGERS = 12, 3
# Room for 250 working days, after which the largest project is accepted.
DAYS = 400
ROUNDS = 9
PAGES = {
    "list": "projects/{pk}/",
    "list, only open": "projects/{pk}/?state=open",
    "board": "projects/{pk}/board/",
    "timeline": "projects/{pk}/timeline/",
    "timeline by days": "projects/{pk}/timeline/?zoom=days",
    "effort": "projects/{pk}/effort/",
    "scorecard": "scorecard/",
    "scorecards": "scorecards/",
    "projects behind": "scorecard/projects/",
}


@dataclass(frozen=True)
class World:
    """A tenant with a project of so many tasks, and its manager."""

    tenant: Tenant
    client: Client
    project: int


def run() -> None:
    """Print the median of each page for both sizes, the ratio, and the queries."""
    # The test client names itself so.
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    # A line per request would hide the table.
    logging.getLogger("tenure.web").setLevel(logging.WARNING)
    small, large = (_world(number) for number in (FEW, MANY))
    refresh_statistics()
    print(f"{'page':<24}{FEW:>8,}{MANY:>10,}{'ratio':>8}{'queries':>12}")
    for name, path in PAGES.items():
        (few, asked_few), (many, asked_many) = (_measured(one, path) for one in (small, large))
        print(
            f"{name:<24}{1000 * few:>6.0f}ms{1000 * many:>8.0f}ms{many / few:>8.1f}"
            f"{asked_few:>6}{asked_many:>6}",
            flush=True,
        )


def _measured(world: World, path: str) -> tuple[float, int]:
    """Median seconds and the number of queries of a page."""
    url = f"/t/{world.tenant.slug}/{path.format(pk=world.project)}"
    seconds = []
    for _round in range(ROUNDS):
        clock = time.perf_counter()
        answer = world.client.get(url)
        seconds.append(time.perf_counter() - clock)
        assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as captured:
        world.client.get(url)
    return statistics.median(seconds), len(captured)


def _world(tasks: int) -> World:
    tenant = create_tenant(slug=f"projects-{time.time_ns()}", name="Benchmark", by=None)
    email = f"pm-{time.time_ns()}@benchmark.example"
    user = User.objects.create_user(email, "benchmark only")
    today = tenant.local_date(timezone.now())
    start = today - timedelta(days=DAYS)
    with tenant_scope(tenant.id):
        add_member(user=user, roles=["project_manager", "executive"], by=None)
        calendar = working_calendar()
        days = [calendar.add_working_days(start, step) for step in range(tasks // SIDE_BY_SIDE + 1)]
    for kind, lines in {
        "customers": _customers(),
        "projects": _projects(email, start, today - timedelta(days=1)),
        "sow": _sow(tasks),
        "tasks": _tasks(tasks, days),
        "effort": _effort(tasks, days),
    }.items():
        _load(tenant, kind, lines)
    client = Client()
    client.force_login(user)
    with tenant_scope(tenant.id):
        return World(tenant, client, Project.objects.get(key="P0").pk)


def _load(tenant: Tenant, kind: str, lines: Iterator[str]) -> None:
    found = find_kind(kind)
    assert found is not None
    data = "\n".join(lines).encode()
    clock = time.perf_counter()
    with tenant_scope(tenant.id):
        _kept, result = load_file(
            handle=io.BytesIO(data), filename=f"{kind}.csv", kind=found, options=LoadOptions(),
            tenant=tenant, by=None, dry_run=False,
        )  # fmt: skip
    assert not result.refused, result.faults[:3]
    if kind in ("tasks", "effort"):
        seconds = time.perf_counter() - clock
        print(f"load {kind:<8}{result.created:>8,} rows{seconds:>8.2f} s", flush=True)


def _customers() -> Iterator[str]:
    yield "key,name"
    for number in range(OTHERS + 1):
        yield f"C{number},Customer {number}"


def _projects(email: str, start: date, accepted: date) -> Iterator[str]:
    yield "customer,key,name,manager,starts_on,due_on,accepted_on"
    yield f"C0,P0,The project,{email},{start},{accepted},{accepted}"
    for number in range(1, OTHERS + 1):
        last = accepted - timedelta(days=number)
        yield f"C{number},P{number},Project {number},M{number % MANAGERS},{start},{last},{last}"


def _sow(tasks: int) -> Iterator[str]:
    yield "project,key,title,effort_days,module"
    for item in range(-(-tasks // TASKS_OF_AN_ITEM)):
        yield f"P0,I{item},Item {item},{TASKS_OF_AN_ITEM},HR"
    for number in range(1, OTHERS + 1):
        yield f"P{number},I0,All,20,HR"


def _tasks(tasks: int, days: list[date]) -> Iterator[str]:
    """Twelve phases; each task waits for the one twenty before it, every fifth is not done yet."""
    yield (
        "project,key,title,phase,starts_on,ends_on,effort_days,started_on,finished_on,person,side,"
        "after"
    )
    for number in range(tasks):
        day = days[number // SIDE_BY_SIDE]
        done = day if number % 5 else ""
        after = f"T{number - SIDE_BY_SIDE}" if number >= SIDE_BY_SIDE else ""
        side, person = ("customer", "") if number % 7 == 0 else ("vendor", f"Person {number % 9}")
        yield (
            f"P0,T{number},Task {number},Phase {number * PHASES // tasks},{day},{day},1,"
            f"{done},{done},{person},{side},{after}"
        )


def _effort(tasks: int, days: list[date]) -> Iterator[str]:
    yield "project,key,person,worked_on,days,item,task"
    for number in range(tasks):
        day = days[number // SIDE_BY_SIDE]
        yield (
            f"P0,E{number},Person {number % 9},{day},{0.5 + number % 4 / 4},"
            f"I{number // TASKS_OF_AN_ITEM},T{number}"
        )
    for number in range(1, OTHERS + 1):
        yield f"P{number},F{number},M{number % MANAGERS},{days[0]},{15 + number},I0,"
