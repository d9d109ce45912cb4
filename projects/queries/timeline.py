"""What projects tell of a customer's history: what was reached, held and sent, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case as Choose
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When
from django.urls import reverse

from accounts.models import Customer, Membership
from projects.models import (
    Attendance,
    CustomerAnswer,
    Project,
    Side,
    SignOffAnswer,
    Task,
    TrainingSession,
    WeeklyReport,
)
from projects.queries.portfolio import visible_projects


@dataclass(frozen=True)
class Reached:
    """``what``: ``started``, ``milestone``, ``accepted`` or ``handed_over``."""

    on: date
    what: str
    pk: int
    title: str
    project_pk: int
    project: str


def reached(customer: Customer, membership: Membership, until: date, *, most: int) -> list[Reached]:
    """What the customer's projects that the member sees have reached, up to a day; one statement."""
    seen = visible_projects(membership).filter(customer=customer).order_by()
    of_seen = Q(project__in=seen.values("pk"))
    parts = (
        _days(seen.filter(starts_on__lte=until), "starts_on", "started", "name", ""),
        _days(seen.filter(accepted_on__lte=until), "accepted_on", "accepted", "name", ""),
        _days(
            seen.filter(awaits_handover=True, handed_over_on__lte=until),
            "handed_over_on",
            "handed_over",
            "name",
            "",
        ),
        _days(
            Task.objects.filter(of_seen, is_milestone=True, finished_on__lte=until),
            "finished_on",
            "milestone",
            "title",
            "project__",
        ),
    )
    rows = parts[0].union(*parts[1:], all=True).order_by("-on", "what", "-row")[:most]
    return [Reached(*row) for row in rows]


def _days(rows: QuerySet, day: str, what: str, title: str, project: str) -> QuerySet:
    return (
        rows.order_by()
        .annotate(
            on=F(day),
            what=Value(what, CharField()),
            row=F("pk"),
            told=F(title),
            of=F(f"{project}pk"),
            called=F(f"{project}name"),
        )
        .values_list("on", "what", "row", "told", "of", "called")
    )


@dataclass(frozen=True)
class Held:
    """A training session; ``present``: how many took part."""

    pk: int
    title: str
    held_on: date
    trainer: str
    present: int


def sessions_until(
    customer: Customer, membership: Membership, until: date, *, most: int
) -> list[Held]:
    seen = Q(project__isnull=True) | Q(project__in=visible_projects(membership).values("pk"))
    rows = (
        TrainingSession.objects.filter(seen, customer=customer, held_on__lte=until)
        .annotate(
            present=Count("attendances", filter=Q(attendances__state=Attendance.State.PRESENT))
        )
        .order_by("-held_on", "-pk")
        .values_list("pk", "title", "held_on", "trainer__name", "present")
    )
    return [
        Held(pk, title, held_on, trainer or "", present)
        for pk, title, held_on, trainer, present in rows[:most]
    ]


@dataclass(frozen=True)
class Sent:
    """A weekly report as it went to the customer."""

    pk: int
    week: date
    version: int
    sent_at: datetime
    project_pk: int
    project: str


def reports_until(
    customer: Customer, membership: Membership, before: datetime, *, most: int
) -> list[Sent]:
    rows = (
        WeeklyReport.objects.filter(
            project__in=visible_projects(membership).filter(customer=customer).values("pk"),
            state=WeeklyReport.State.SENT,
            sent_at__lt=before,
        )
        .order_by("-sent_at", "-pk")
        .values_list("pk", "week", "version", "sent_at", "project_id", "project__name")
    )
    return [Sent(*row) for row in rows[:most]]


@dataclass(frozen=True)
class Signed:
    """What somebody of the customer answered: at a gate (``what`` is ``gate``) or to a change request
    (``change``). ``pk``: of the answer; ``about_pk``: of what was answered."""

    at: datetime
    what: str
    pk: int
    outcome: str
    name: str
    title: str
    about_pk: int
    project_pk: int


def signed_until(
    customer: Customer, membership: Membership, before: datetime, *, most: int
) -> list[Signed]:
    """One statement."""
    seen = visible_projects(membership).filter(customer=customer).order_by().values("pk")
    gates = SignOffAnswer.objects.filter(
        side=Side.CUSTOMER, at__lt=before, sign_off__gate__project__in=seen
    )
    changes = CustomerAnswer.objects.filter(at__lt=before, change_request__project__in=seen)
    parts = (
        _answers(gates, "gate", "sign_off__gate__", "sign_off__gate__project_id"),
        _answers(changes, "change", "change_request__", "change_request__project_id"),
    )
    rows = parts[0].union(parts[1], all=True).order_by("-at", "what", "-row")[:most]
    return [Signed(*row) for row in rows]


def _answers(rows: QuerySet, what: str, about: str, project: str) -> QuerySet:
    return (
        rows.order_by()
        .annotate(
            what=Value(what, CharField()),
            row=F("pk"),
            told=F(f"{about}title"),
            about=F(f"{about}pk"),
            of=F(project),
        )
        .values_list("at", "what", "row", "outcome", "name", "told", "about", "of")
    )


def projects_to_choose(membership: Membership, customer: Customer) -> list[tuple[int, str]]:
    """(id, words) of the customer's projects, the running ones first."""
    found = visible_projects(membership).filter(customer=customer)
    running = Choose(When(accepted_on__isnull=True, then=Value(0)), default=Value(1))
    return [
        (project.pk, project.name) for project in found.order_by(running, "-starts_on", "pk")[:50]
    ]


def projects_told(membership: Membership, ids: list[int]) -> dict[int, tuple[str, str]]:
    """id → (name, address) of those that the member sees."""
    found: QuerySet[Project] = visible_projects(membership).filter(pk__in=ids)
    return {project.pk: (project.name, reverse("project", args=[project.pk])) for project in found}
