"""When running projects will be accepted, if everything from today on goes as planned.

It needs every open task and every link of a plan, so it is computed once for each day and state of
the plan. Redis may forget at any moment; then it is computed again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Sum

from accounts.compute.working_days import WorkingCalendar
from accounts.queries.calendars import latest_calendar
from accounts.tenancy import current_tenant_id
from projects.compute.forecast_days import Progress, forecast_ends
from projects.compute.schedule import Span
from projects.models import Gate, Task, TaskLink

KEPT_SECONDS = 24 * 60 * 60


def forecast_acceptances(
    project_ids: Collection[int], today: date, calendar: WorkingCalendar
) -> dict[int, date]:
    """Project id → the day on which its acceptance gate's phase, or without such a gate its whole
    plan, will be done. A project without open tasks is left out.

    Five statements and one look into the cache, however many projects there are; less where all is
    remembered. ``calendar``: the one in force.
    """
    states = _states(project_ids)
    keys = {
        project: f"acceptance:{current_tenant_id()}:{project}:{today:%Y%m%d}:{state}"
        for project, state in states.items()
    }
    kept = cache.get_many(list(keys.values()))
    found = {project: kept[key] for project, key in keys.items() if key in kept}
    missing = [project for project in keys if project not in found]
    if missing:
        computed = _computed(missing, today, calendar)
        cache.set_many({keys[project]: computed[project] for project in missing}, KEPT_SECONDS)
        found |= computed
    return found


def _computed(
    project_ids: Collection[int], today: date, calendar: WorkingCalendar
) -> dict[int, date]:
    spans: dict[int, list[Span[int]]] = defaultdict(list)
    progress: dict[int, Progress] = {}
    phase_of: dict[int, int] = {}
    rows = Task.objects.filter(project__in=project_ids).order_by("pk")
    for pk, project, phase, first, last, is_milestone, offset, started, finished in rows.values_list(
        "pk", "project_id", "phase_id", "starts_on", "ends_on", "is_milestone", "offset_days",
        "started_on", "finished_on",
    ):  # fmt: skip
        spans[project].append(Span(pk, first, last, is_milestone, offset, finished is not None))
        progress[pk] = Progress(started is not None, finished)
        phase_of[pk] = phase
    links: dict[int, list[int]] = defaultdict(list)
    for successor, predecessor in (
        TaskLink.objects.filter(project__in=project_ids)
        .order_by()
        .values_list("successor_id", "predecessor_id")
    ):
        links[successor].append(predecessor)
    accepted_in = dict(
        Gate.objects.filter(project__in=project_ids, is_acceptance=True)
        .order_by()
        .values_list("project_id", "phase_id")
    )
    found = {}
    for project in project_ids:
        ends = forecast_ends(spans[project], progress, links, today, calendar)
        phase = accepted_in.get(project)
        # An acceptance phase without tasks says nothing of days.
        wanted = [end for pk, end in ends.items() if phase_of[pk] == phase] or list(ends.values())
        found[project] = max(wanted)
    return found


def _states(project_ids: Collection[int]) -> dict[int, str]:
    """Project id → what changes whenever a task, a link, the acceptance gate or the calendar does;
    only projects with open tasks. Every change of a task raises its version, and a link is never
    altered."""
    ids = list(project_ids)
    tasks = (
        Task.objects.filter(project__in=ids)
        .order_by()
        .values_list("project_id")
        .annotate(Count("pk"), Max("pk"), Sum("pk"), Sum("version"), Count("finished_on"))
    )
    links = {
        row[0]: row[1:]
        for row in TaskLink.objects.filter(project__in=ids)
        .order_by()
        .values_list("project_id")
        .annotate(Count("pk"), Max("pk"), Sum("pk"))
    }
    gates = dict(
        Gate.objects.filter(project__in=ids, is_acceptance=True)
        .order_by()
        .values_list("project_id", "phase_id")
    )
    calendar = latest_calendar()
    # Two installations may share a Redis, and tests one between databases.
    common = (str(connection.settings_dict["NAME"]), calendar.version if calendar else 0)
    return {
        project: hashlib.sha256(
            repr((common, told, links.get(project), gates.get(project))).encode()
        ).hexdigest()
        for project, *told in tasks
        if told[0] > told[4]
    }
