"""The facts of a project's week, as they are frozen in its report.

Shape 1, as JSON (dates ISO 8601, amounts plain text)::

    schema, read_at, day_on        what was read when, up to the end of which day
    week_on, until_on              the Monday and the Sunday
    parties                        vendor, customer, project, face {name, email}
    plan                           phases, place, tasks, done, ends_on, due_on, days_over
    milestones                     reached, late, next, each {count, rows}
    done, doing, next              tasks, each {count, rows}
    waiting                        tasks {count, rows} of the customer; for_us: those of ours that wait;
                                   gates {count, rows}; signatures, questions: how many
    changes                        {count, rows} that the customer has in hand or decided this week
    requirements                   captured, decided, each {count, rows}
    effort                         of the week and so far in person-days; internal unless shown
    risks                          {count, rows} of open ones; internal unless shown
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Tenant
from projects.compute.weekly_reports import SCHEMA, WEEK, last_day, to_json
from projects.models import (
    Classification,
    Effort,
    Project,
    Side,
    Task,
    WeeklyReport,
)
from projects.queries import open_points, progress
from projects.queries.change_requests import owed_questions
from projects.queries.faces import shown_face
from projects.queries.plans import baseline_of


def weekly_facts(
    project: Project, week: date, *, tenant: Tenant, now: datetime, calendar: WorkingCalendar
) -> dict[str, Any]:
    """What happened in the week that begins on a Monday, up to now, and what comes in the next.

    What was finished in the week before and could not stand in its report, since that was drafted
    earlier, stands in this one.
    """
    day = min(tenant.local_date(now), last_day(week))
    before = _report_before(project, week)
    told = _told(before)
    since_on = week - WEEK if before else week
    since, until = _moments(week, before, tenant, now)
    tasks = Task.objects.filter(project=project)
    finished = tasks.filter(finished_on__gte=since_on, finished_on__lte=day).exclude(
        number__in=told
    )
    open_milestones = tasks.filter(is_milestone=True).filter(progress.unfinished(day))
    changes = [
        line
        for line in open_points.change_lines(project, now)
        if line.standing in open_points.TO_DECIDE
        or (line.decided_on is not None and since_on <= line.decided_on <= day)
    ]
    facts = {
        "schema": SCHEMA,
        "read_at": now,
        "day_on": day,
        "week_on": week,
        "until_on": last_day(week),
        "parties": {
            "vendor": tenant.name,
            "customer": project.customer.name,
            "project": project.name,
            "face": asdict(shown_face(project)),
        },
        "plan": asdict(progress.standings(project, day, calendar)),
        "milestones": {
            name: progress.milestone_lines(project, found, day, calendar).plain()
            for name, found in (
                ("reached", finished),
                ("late", open_milestones.filter(ends_on__lt=day)),
                ("next", open_milestones.filter(ends_on__gte=day, ends_on__lte=_horizon(
                    open_milestones, day, last_day(week) + WEEK))),
            )
        },
        "done": progress.task_lines(
            finished.filter(is_milestone=False).order_by("finished_on", "number"), day, calendar
        ).plain(),
        "doing": progress.task_lines(progress.in_hand(project, day), day, calendar).plain(),
        "next": progress.task_lines(
            progress.coming(project, day, last_day(week) + WEEK), day, calendar
        ).plain(),
        "waiting": {
            **progress.task_lines(progress.duties(project, day), day, calendar).plain(),
            "for_us": progress.task_lines(_ours_that_wait(project), day, calendar).plain(),
            "gates": _counted(open_points.gate_lines(project)),
            "signatures": sum(line.standing in open_points.TO_DECIDE for line in changes),
            "questions": owed_questions()
            .filter(link__change_request__project=project)
            .count(),
        },
        "changes": _counted(changes),
        "requirements": _requirements(project, since, until),
        "effort": _effort(project, week, day),
        "risks": _counted(open_points.risk_lines(project)),
    }  # fmt: skip
    plain: dict[str, Any] = to_json(facts)
    return plain


def _counted(lines: Sequence[Any]) -> dict[str, Any]:
    return progress.Lines(len(lines), list(lines)).plain()


def _report_before(project: Project, week: date) -> WeeklyReport | None:
    """The report of the week before as it was sent last."""
    found: WeeklyReport | None = (
        WeeklyReport.objects.filter(
            project=project, week=week - WEEK, state=WeeklyReport.State.SENT
        )
        .order_by("-sent_at")
        .first()
    )
    return found


def _told(before: WeeklyReport | None) -> list[int]:
    """Numbers of what the report of the week before said was finished."""
    if before is None:
        return []
    facts = before.facts
    rows = [*facts["done"]["rows"], *facts["milestones"]["reached"]["rows"]]
    return [row["number"] for row in rows]


def _moments(
    week: date, before: WeeklyReport | None, tenant: Tenant, now: datetime
) -> tuple[datetime, datetime]:
    """From when to when what has a moment belongs to the week: from where the last report ended."""
    monday = datetime.combine(week, time(), tenant.zone)
    start = min(monday, datetime.fromisoformat(before.facts["read_at"])) if before else monday
    return start, min(now, datetime.combine(week + timedelta(days=7), time(), tenant.zone))


def _horizon(open_milestones: QuerySet, day: date, usual: date) -> date:
    """Up to where milestones are told: the next week, or the next one that there is."""
    nearest = open_milestones.filter(ends_on__gte=day).order_by("ends_on").first()
    return max(usual, nearest.ends_on) if nearest else usual


def _ours_that_wait(project: Project) -> QuerySet:
    waiting = Task.objects.filter(project=project, side=Side.VENDOR, state=Task.State.WAITING)
    return waiting.order_by("ends_on", "number")


def _requirements(project: Project, since: datetime, until: datetime) -> dict[str, Any]:
    own = open_points.wishes(project)
    decided = Classification.objects.filter(at__gte=since, at__lt=until).values("requirement")
    captured = own.filter(captured_at__gte=since, captured_at__lt=until)
    return {
        "captured": open_points.wish_lines(captured).plain(),
        "decided": open_points.wish_lines(own.filter(pk__in=decided)).plain(),
    }


def _effort(project: Project, week: date, day: date) -> dict[str, Decimal | None]:
    """Person-days. Keys end in _effort, by which they are read back."""
    sums = Effort.objects.filter(project=project, worked_on__lte=day).aggregate(
        week=Sum("days", filter=Q(worked_on__gte=week)), whole=Sum("days")
    )
    baseline = baseline_of(project)
    return {
        "week_effort": sums["week"] or Decimal(0),
        "whole_effort": sums["whole"] or Decimal(0),
        "baseline_effort": baseline.effort_days if baseline else None,
    }
