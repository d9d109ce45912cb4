"""What scorecards of project managers are computed from: accepted projects with their figures, and
what they differ by. A fixed number of statements, whatever the number of projects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Colleague, Membership, Visibility
from accounts.models.reach import colleagues_of
from accounts.permissions import may
from accounts.queries.calendars import working_calendar
from projects.compute.delivery import THOUSANDTHS, delivery_figures
from projects.frames.delivery import delivery_frames
from projects.models import ChangeRequest, Project, Side, SignOff, SignOffAnswer, SowItem, Task
from projects.models.projects import with_handover_day
from reports.compute.scorecards import BY_KEY, FIGURES, Compared, compare
from reports.queries.tiers_later import tiers_later
from service.models import SurveyAnswer, SurveyKind

# With more of them the figures of all projects are read at once: the list would be longer.
NAMED_PROJECTS = 1000


@dataclass(frozen=True)
class Managers:
    """Who manages or has managed projects, as persons: the several names of one member are one.

    names: person → name; of: colleague → person; members: person → membership. A person is called by
    the smallest of the ids of their colleague rows.
    """

    names: dict[int, str]
    of: dict[int, int]
    members: dict[int, int]

    def of_member(self, membership: Membership) -> int | None:
        """The person that a member is; None: they manage no project."""
        return next((who for who, pk in self.members.items() if pk == membership.pk), None)


@dataclass(frozen=True)
class Board:
    """Scorecards of a period. projects: as `project_facts` gives them; figures: by their keys."""

    projects: pd.DataFrame
    figures: dict[str, Compared]


def managers() -> Managers:
    """One statement."""
    rows = list(
        Colleague.objects.filter(Exists(Project.objects.filter(manager=OuterRef("pk"))))
        .order_by("pk")
        .values_list("pk", "name", "membership_id")
    )
    first: dict[int, int] = {}
    of: dict[int, int] = {}
    for pk, _name, membership in rows:
        of[pk] = first.setdefault(membership, pk) if membership is not None else pk
    return Managers(
        names={pk: name for pk, name, _membership in rows if of[pk] == pk},
        of=of,
        members={pk: membership for membership, pk in first.items()},
    )


def persons_seen(membership: Membership, found: Managers) -> set[int]:
    """Of whom a member may look at the scorecard: always their own; of others with the ability, as far
    as the tenant lets the role see scorecards; of their team, who leads one."""
    reach = membership.sees("scorecards")
    if not may(membership, "view_scorecards"):
        reach = min(
            reach, Visibility.TEAM if membership.leads_team else Visibility.MINE, key=_width
        )
    if reach == Visibility.ALL:
        return set(found.names)
    colleagues = set(colleagues_of(membership, reach).values_list("pk", flat=True))
    seen = {person for colleague, person in found.of.items() if colleague in colleagues}
    own = found.of_member(membership)
    return seen | ({own} if own is not None else set())


def _width(visibility: str) -> int:
    return list(Visibility.values).index(visibility)


def accepted(first: date, last: date, customers: QuerySet | None = None) -> QuerySet:
    """Projects with a manager that were accepted from a day to another; customers: ids, None: all."""
    found = Project.objects.filter(accepted_on__range=(first, last), manager__isnull=False)
    return found if customers is None else found.filter(customer__in=customers)


def accepted_days(today: date) -> tuple[date, date] | None:
    """The first and the last day of an acceptance up to today; None: there is none."""
    days = Project.objects.filter(accepted_on__lte=today, manager__isnull=False).aggregate(
        first=Min("accepted_on"), last=Max("accepted_on")
    )
    return None if days["first"] is None else (days["first"], days["last"])


def board_of(
    found: QuerySet, people: Managers, today: date, zone: ZoneInfo, keys: Collection[str] = BY_KEY
) -> Board:
    """Of these projects every figure of every person; ``keys``: only these figures."""
    facts = project_facts(found, people, today, zone)
    return Board(facts, {one.key: compare(facts, one) for one in FIGURES if one.key in keys})


def project_facts(found: QuerySet, people: Managers, today: date, zone: ZoneInfo) -> pd.DataFrame:
    """A row per project, indexed by its id, the latest acceptance first: person, customer,
    accepted_on, due_on, night_on and tier (of `tiers_later`), the figures of
    `reports.compute.scorecards` and their controls (floats, NaN: unknown), and effort (person-days of
    the baseline)."""
    rows = list(
        with_handover_day(found)
        .order_by("-accepted_on", "key")
        .values_list("pk", "customer_id", "manager_id", "accepted_on", "passed_on")
    )
    facts = pd.DataFrame(
        rows, columns=["project", "customer", "manager", "accepted_on", "handed_over"]
    ).set_index("project")
    facts["person"] = [people.of.get(manager, manager) for manager in facts["manager"]]
    for name in ("accepted_on", "handed_over"):
        facts[name] = pd.to_datetime(facts[name]).astype("datetime64[s]")
    calendar = working_calendar()
    _add_delivery(facts, calendar, today)
    _add_controls(facts, found)
    _add_acceptance(facts, found, calendar, zone)
    later = tiers_later(facts[["customer", "handed_over"]], today)
    facts[["due_on", "night_on", "tier"]] = later[["due_on", "night_on", "tier"]]
    facts["tier_later"] = later["is_kept"]
    return facts


def _add_delivery(facts: pd.DataFrame, calendar: WorkingCalendar, today: date) -> None:
    """What is measured against the baseline is unknown without one, and against effort where nobody
    booked any."""
    ids = [int(pk) for pk in facts.index]
    frames = delivery_frames(today, ids if len(ids) <= NAMED_PROJECTS else None)
    found = delivery_figures(frames.projects, frames.work, calendar, today)
    found = found.reindex(facts.index).astype("Float64").astype(float)
    baseline = found["baseline_effort"].where(found["baseline_effort"] > 0)
    booked = found["actual_effort"] > 0
    late = found["schedule_variance_days"]
    facts["schedule_days"] = late
    # As on the month in review: by the day that was locked, whenever the project began.
    last_day = frames.projects["baseline_due_on"].reindex(facts.index)
    facts["on_time"] = (facts["accepted_on"] <= last_day).astype(float).where(last_day.notna())
    facts["effort_over"] = (found["effort_variance"] / baseline).where(booked)
    facts["cycle_days"] = found["actual_days"]
    facts["scope_creep"] = (found["unapproved_effort"] / baseline).where(booked)
    facts["effort"] = found["baseline_effort"] / THOUSANDTHS
    facts["size"] = np.log1p(facts["effort"])


def _add_controls(facts: pd.DataFrame, found: QuerySet) -> None:
    projects = found.order_by().values("pk")
    modules = SowItem.objects.filter(sow__project__in=projects).order_by().values_list(
        "sow__project"
    ).annotate(count=Count("module", distinct=True))  # fmt: skip
    changes = ChangeRequest.objects.filter(project__in=projects).order_by().values_list(
        "project"
    ).annotate(count=Count("pk"))  # fmt: skip
    sides = Task.objects.filter(project__in=projects, is_milestone=False).order_by().values_list(
        "project"
    ).annotate(theirs=Count("pk", filter=Q(side=Side.CUSTOMER)), whole=Count("pk"))  # fmt: skip
    facts["modules"] = facts.index.map(dict(modules)).astype(float)
    facts["changes"] = pd.Series(dict(changes), dtype=float).reindex(facts.index).fillna(0.0)
    shares = {project: theirs / whole for project, theirs, whole in sides}
    facts["customer_share"] = facts.index.map(shares).astype(float)


def _add_acceptance(
    facts: pd.DataFrame, found: QuerySet, calendar: WorkingCalendar, zone: ZoneInfo
) -> None:
    """How content the customer was with the whole, when it signed the acceptance and in the survey
    after it; and how long after it was first asked the acceptance came, unknown without a gate."""
    projects = found.order_by().values("pk")
    said = SignOffAnswer.objects.filter(
        sign_off__gate__project__in=projects, sign_off__gate__is_acceptance=True,
        sign_off__round=F("sign_off__gate__round"), satisfaction__isnull=False,
        outcome=SignOffAnswer.Outcome.APPROVED,
    ).order_by().values_list("sign_off__gate__project").annotate(
        n=Count("pk"), total=Sum("satisfaction")
    )  # fmt: skip
    surveyed = SurveyAnswer.objects.filter(
        project__in=projects, kind=SurveyKind.CSAT
    ).order_by().values_list("project").annotate(n=Count("pk"), total=Sum("score"))  # fmt: skip
    asked = SignOff.objects.filter(
        gate__project__in=projects, gate__is_acceptance=True, side=Side.CUSTOMER,
        withdrawn_at__isnull=True,
    ).order_by().values_list("gate__project").annotate(first=Min("asked_at"))  # fmt: skip
    answers = pd.DataFrame([*said, *surveyed], columns=["project", "n", "total"], dtype=float)
    summed = answers.groupby("project").sum()
    facts["satisfaction"] = (summed["total"] / summed["n"]).reindex(facts.index).astype(float)
    days = {project: moment.astimezone(zone).date() for project, moment in asked}
    first = pd.to_datetime(pd.Series(facts.index.map(days), index=facts.index))
    from_day = first.to_numpy(dtype="datetime64[D]")
    until = facts["accepted_on"].to_numpy(dtype="datetime64[D]")
    told = ~np.isnat(from_day) & (from_day <= until)
    length = np.full(len(facts), np.nan)
    length[told] = calendar.between_each(from_day[told], until[told])
    facts["acceptance_days"] = length
