"""The columns of the list of projects, on screen and in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Responsibility, Visibility
from projects.models import Project
from projects.queries import portfolio as queries
from projects.queries.plan_facts import PlanFacts, plan_facts
from projects.queries.standing import Standing, standings
from ui.exports import Cell
from ui.tables import Column

_CUSTOMER = Column("customer", gettext_lazy("Customer"), sort="customer__name")
_PROJECT = Column("project", gettext_lazy("Project"), sort="name")
_MANAGER = Column("manager", gettext_lazy("Project manager"), sort="manager__name")
_STAGE = Column("stage", gettext_lazy("Stage"), sort=("place", "urgency"))
_DAYS = Column("due", gettext_lazy("Days"), sort="due_on", align="end")
_PHASE = Column("phase", gettext_lazy("Phase"))
_MILESTONE = Column("milestone", gettext_lazy("Next milestone"))
_OVER = Column(
    "over",
    gettext_lazy("Against baseline"),
    align="end",
    why=gettext_lazy(
        "Working days that the plan ends after the day of the signed SOW's latest baseline; "
        "negative is before it. Empty without a plan or a baseline."
    ),
)
_EFFORT = Column(
    "effort",
    gettext_lazy("Person-days"),
    align="end",
    why=gettext_lazy(
        "Worked so far, of those in the baseline; without a baseline, of those planned."
    ),
)
_REMAINING = Column(
    "remaining",
    gettext_lazy("Left by forecast"),
    align="end",
    why=gettext_lazy(
        "Person-days still to be worked: the forecast at completion minus what was booked, from the "
        "one estimate to the other. Empty where neither can be said."
    ),
)
_ACCEPTANCE = Column(
    "acceptance",
    gettext_lazy("Acceptance"),
    sort="accepted_on",
    why=gettext_lazy(
        "The day on which the customer accepted. Of a running project with ≈ the day on which the "
        "phase of its acceptance, or its plan, will be done, if everything from today on takes the "
        "working days planned for it: what is late pushes what waits for it. Behind it the working "
        "days that the plan of a running project ends after the baseline's last day; negative is "
        "before it."
    ),
)
_PAYMENTS = Column(
    "payments",
    gettext_lazy("Payments due"),
    align="end",
    why=gettext_lazy(
        "Instalments tied to milestones that are reached, due and not received; in brackets what has "
        "come due while its milestone is not reached."
    ),
)
_UNAPPROVED = Column(
    "unapproved",
    gettext_lazy("Unapproved"),
    align="end",
    why=gettext_lazy(
        "Person-days worked on what is out of scope and what nobody signed for: on change requests "
        "without a signature, and on items that are not in the baseline."
    ),
)
_RISKS = Column(
    "risks",
    gettext_lazy("Open risks"),
    align="end",
    why=gettext_lazy("Risks and issues that are open; the weightiest stands beside."),
)
_WAITING = Column("waiting", gettext_lazy("Waiting for"))
_TOUCH = Column(
    "touch",
    gettext_lazy("Last touch"),
    why=gettext_lazy("The latest touchpoint with the customer, by anybody of ours."),
)
_DUE = Column("due_on", gettext_lazy("Due on"))
_STARTS = Column("starts", gettext_lazy("Starts on"), sort="starts_on")
_FACE = Column("face", gettext_lazy("Face today"), sort="face_name")

EXPORTED = (
    _CUSTOMER, _PROJECT, _MANAGER, _STAGE, _DAYS, _PHASE, _MILESTONE, _OVER, _EFFORT, _REMAINING,
    _ACCEPTANCE, _PAYMENTS, _UNAPPROVED, _RISKS, _WAITING, _TOUCH, _DUE, _STARTS,
    Column("accepted", gettext_lazy("Accepted on")), _FACE,
)  # fmt: skip
EXPORTED_AT_ONCE = 500


def columns_for(width: str) -> tuple[Column, ...]:
    """On screen: of one's own projects it goes without saying who manages them."""
    whose = () if width == Visibility.MINE else (_MANAGER,)
    return (
        _CUSTOMER, _PROJECT, *whose, _STAGE, _DAYS, _MILESTONE, _ACCEPTANCE, _EFFORT, _REMAINING,
        _UNAPPROVED, _PAYMENTS, _RISKS, _WAITING, _TOUCH,
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A project as a row shows it."""

    row: queries.ProjectRow
    facts: PlanFacts
    standing: Standing
    capacity: str

    @property
    def project(self) -> Project:
        return self.row.project


def shown_rows(projects: list[Any], today: date, calendar: WorkingCalendar) -> list[Shown]:
    """Rows of projects that came with their faces; a fixed number of statements."""
    facts = plan_facts([project.pk for project in projects], calendar)
    more = standings(projects, today, calendar)
    return [
        Shown(
            queries.row_of(project, today),
            facts[project.pk],
            more[project.pk],
            _capacity(project.face_capacity),
        )
        for project in projects
    ]


def exported_rows(
    projects: Iterable[Any], today: date, calendar: WorkingCalendar, *, may_see_money: bool
) -> Iterator[tuple[Cell, ...]]:
    """What a file holds of each project; days as on the screen, without the word."""
    for part in batched(projects, EXPORTED_AT_ONCE):
        for shown in shown_rows(part, today, calendar):
            yield _cells(shown, may_see_money=may_see_money)


def _cells(shown: Shown, *, may_see_money: bool) -> tuple[Cell, ...]:
    project, facts, standing = shown.project, shown.facts, shown.standing
    milestone, waiting = facts.next_milestone, facts.waits_for
    left = standing.remaining
    payments = standing.payments if may_see_money else None
    return (
        project.customer.name,
        project.name,
        project.manager.name if project.manager else None,
        shown.row.stage_label,
        shown.row.days,
        facts.phase,
        f"{milestone.title}, {milestone.ends_on.isoformat()}" if milestone else None,
        facts.days_over,
        facts.effort_days,
        (left[0] if left[0] == left[1] else f"{left[0].normalize():f}–{left[1].normalize():f}")
        if left
        else None,
        standing.acceptance,
        payments.due if payments else None,
        standing.unapproved,
        len(standing.risks),
        f"{waiting.get_side_display()}: {waiting.title}" if waiting else None,
        standing.last_touch,
        project.due_on,
        project.starts_on,
        project.accepted_on,
        getattr(project, "face_name", None),
    )


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in parts of at most so many."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _capacity(name: str | None) -> str:
    return str(Responsibility.Capacity(name).label) if name else ""
