"""The critical path of a plan, computed once for each state of the plan and of the calendar.

It needs every task and every link, a page of the timeline only a hundred. Redis may forget at any
moment; then it is computed again.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Sum

from accounts.compute.working_days import WorkingCalendar
from accounts.queries.calendars import latest_calendar
from accounts.tenancy import current_tenant_id
from projects.compute.schedule import critical
from projects.models import Task, TaskLink
from projects.queries.task_links import links_of, spans_of

KEPT_SECONDS = 24 * 60 * 60


def critical_tasks(project_id: int, calendar: WorkingCalendar) -> frozenset[int]:
    """Ids of the tasks that cannot be late by a day without the plan's end being late.

    ``calendar``: the one in force.
    """
    key = f"critical:{current_tenant_id()}:{project_id}:{_state(project_id)}"
    found: frozenset[int] | None = cache.get(key)
    if found is None:
        spans = spans_of(project_id)
        found = frozenset(critical(list(spans.values()), links_of(project_id), calendar))
        cache.set(key, found, KEPT_SECONDS)
    return found


def _state(project_id: int) -> str:
    """Changes whenever a task, a link or the calendar does: every change of a task raises its
    version, and a link is never altered."""
    tasks = Task.objects.filter(project=project_id).order_by().aggregate(
        count=Count("pk"), last=Max("pk"), ids=Sum("pk"), versions=Sum("version")
    )  # fmt: skip
    links = TaskLink.objects.filter(project=project_id).order_by().aggregate(
        count=Count("pk"), last=Max("pk"), ids=Sum("pk")
    )  # fmt: skip
    version = latest_calendar()
    # Two installations may share a Redis, and tests one between databases.
    told = (
        str(connection.settings_dict["NAME"]), tuple(tasks.values()), tuple(links.values()),
        version.version if version else 0,
    )  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()
