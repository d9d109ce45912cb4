"""Pages of a project with 50 and with 5,000 tasks: server seconds of each, and how they compare.

The aim is at most four times the time, with the same number of queries. BENCHMARK_TASKS chooses
another number.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import date

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.tenants import add_member, create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Customer, Tenant, User
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from projects.actions.plans import make_project
from projects.actions.templates import keep_shipped
from projects.models import Phase, Project, Task, TaskLink
from projects.queries.templates import latest_version

FEW = 50
MANY = int(os.environ.get("BENCHMARK_TASKS", "5000"))
PHASES = 12
ROUNDS = 9
START = date(2026, 3, 2)
PAGES = ("", "board/", "timeline/", "timeline/?zoom=days", "?state=open&page=2")


def run() -> None:
    """Print the median of each page for both sizes, the ratio, and the queries."""
    # The test client names itself so.
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    tenant = create_tenant(slug=f"projects-{time.time_ns()}", name="Benchmark", by=None)
    user = User.objects.create_user(f"pm-{time.time_ns()}@benchmark.example", "benchmark only")
    with tenant_scope(tenant.id):
        add_member(user=user, roles=["project_manager"], by=None)
        small, large = (_project(number, user) for number in (FEW, MANY))
    refresh_statistics()
    client = Client()
    client.force_login(user)
    print(f"{'page':<24}{FEW:>8,}{MANY:>8,}{'ratio':>8}{'queries':>12}")
    for page in PAGES:
        (few, asked_few), (many, asked_many) = (
            _measured(client, tenant, project, page) for project in (small, large)
        )
        print(
            f"{page or 'list':<24}{1000 * few:>6.0f}ms{1000 * many:>6.0f}ms{many / few:>8.1f}"
            f"{asked_few:>6}{asked_many:>6}",
            flush=True,
        )


def _measured(client: Client, tenant: Tenant, project: Project, page: str) -> tuple[float, int]:
    """Median seconds and the number of queries of a page."""
    url = f"/t/{tenant.slug}/projects/{project.pk}/{page}"
    seconds = []
    for _round in range(ROUNDS):
        clock = time.perf_counter()
        answer = client.get(url)
        seconds.append(time.perf_counter() - clock)
        assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return statistics.median(seconds), len(captured)


def _project(tasks: int, user: User) -> Project:
    """A project of as many tasks in twelve phases, each waiting for the one twenty before it."""
    version = latest_version(keep_shipped(language="en"))
    assert version is not None
    customer = Customer.objects.create(key=f"C{tasks}", name=f"Customer {tasks}")
    project = make_project(
        customer=customer, name=f"{tasks} tasks", manager=None, starts_on=START,
        template_version=version, language="en", by=user,
    )  # fmt: skip
    TaskLink.objects.filter(project=project).delete()
    Task.objects.filter(project=project).delete()
    Phase.objects.filter(project=project).delete()
    calendar = working_calendar()
    days = [calendar.add_working_days(START, number) for number in range(tasks // 20 + 1)]
    phases = Phase.objects.bulk_create(
        Phase(project=project, position=number + 1, title=f"Phase {number + 1}")
        for number in range(PHASES)
    )
    rows = Task.objects.bulk_create(
        Task(
            project=project, phase=phases[number * PHASES // tasks], number=number + 1,
            position=number, title=f"Task {number + 1}", starts_on=days[number // 20],
            ends_on=days[number // 20], effort_days=1,
        )
        for number in range(tasks)
    )  # fmt: skip
    TaskLink.objects.bulk_create(
        TaskLink(project=project, predecessor=rows[number - 20], successor=rows[number])
        for number in range(20, tasks)
    )
    return project
