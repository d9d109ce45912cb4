"""A project as its customer's people see it by a link, and who has such links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Contact
from projects.models import (
    Project,
    ProjectPageLink,
    Requirement,
    Task,
    WeeklyReport,
)
from projects.queries import open_points, progress
from projects.queries.change_requests import owed_questions
from projects.queries.faces import ShownFace, shown_face
from projects.queries.weeklies import sent_reports

AHEAD = timedelta(days=14)
SHOWN_REPORTS = 6
SHOWN_WISHES = 10


@dataclass(frozen=True)
class CustomerPage:
    """What the page shows on a day.

    ``duties``: the customer's tasks whose time has come; ``coming``: what begins in the next two
    weeks on both sides. ``gates`` wait for the customer's sign-off. ``decisions``: change requests
    in the customer's hand; ``decided``: the others that it knows. ``questions``: its questions that
    we have not answered.
    """

    day: date
    face: ShownFace
    plan: progress.Standings
    milestones: progress.Lines
    duties: progress.Lines
    in_hand: progress.Lines
    coming: progress.Lines
    gates: list[open_points.GateLine]
    decisions: list[open_points.ChangeLine]
    decided: list[open_points.ChangeLine]
    questions: list[str]
    wishes: progress.Lines
    reports: list[WeeklyReport]

    @property
    def next_milestone(self) -> progress.TaskLine | None:
        return next((row for row in self.milestones.rows if row.finished_on is None), None)


def customer_page(
    project: Project, *, day: date, now: datetime, calendar: WorkingCalendar
) -> CustomerPage:
    """What the customer's people see of a project; a fixed number of statements."""
    tasks = Task.objects.filter(project=project)
    changes = open_points.change_lines(project, now)
    in_hand = [line for line in changes if line.standing in open_points.TO_DECIDE]
    return CustomerPage(
        day=day,
        face=shown_face(project),
        plan=progress.standings(project, day, calendar),
        milestones=progress.milestone_lines(project, tasks, day, calendar),
        duties=progress.task_lines(progress.duties(project, day), day, calendar),
        in_hand=progress.task_lines(
            progress.in_hand(project, day).filter(side="vendor"), day, calendar
        ),
        coming=progress.task_lines(
            progress.coming(project, day, day + AHEAD).exclude(
                pk__in=progress.duties(project, day).values("pk")
            ),
            day,
            calendar,
        ),
        gates=open_points.gate_lines(project),
        decisions=in_hand,
        decided=[line for line in changes if line not in in_hand],
        questions=list(
            owed_questions()
            .filter(link__change_request__project=project)
            .values_list("text", flat=True)[: progress.MOST_ROWS]
        ),
        wishes=open_points.wish_lines(open_points.wishes(project), SHOWN_WISHES),
        reports=list(sent_reports(project).defer("facts", "texts")[:SHOWN_REPORTS]),
    )


def page_links(project: Project) -> list[ProjectPageLink]:
    """The latest link of everybody who was given one to a project's page, the latest first."""
    found = ProjectPageLink.objects.filter(project=project).select_related(
        "contact", "sent_by", "project"
    )
    latest: dict[object, ProjectPageLink] = {}
    for link in found.order_by("-pk"):
        # Of who is no longer a contact the name alone is left.
        latest.setdefault(link.contact_id or link.name, link)
    return list(latest.values())


def page_link(secret_hash: str) -> ProjectPageLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: ProjectPageLink | None = (
        ProjectPageLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "project__customer", "project__manager__membership__user")
        .first()
    )
    return found


def wishes_since(contact: Contact, moment: datetime) -> int:
    """How many wishes a contact has sent by links since a moment, about any project."""
    count: int = Requirement.objects.filter(
        Q(captured_by=None), contact=contact, captured_at__gte=moment
    ).count()
    return count
