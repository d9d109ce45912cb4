"""Weekly reports as lists and senders see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Contact, Membership, Tenant, Visibility
from accounts.models.reach import colleagues_of
from projects.compute.weekly_reports import last_day, week_to_report
from projects.models import Project, ProjectPageLink, WeeklyReport, WeeklyReportLink
from projects.queries.portfolio import starting_width, visible_projects, widths

State = WeeklyReport.State


@dataclass(frozen=True)
class WeeklyRow:
    """A running project in a week. ``report``: its latest version, None: nobody has drafted it."""

    project: Project
    report: WeeklyReport | None

    @property
    def state(self) -> str:
        return str(self.report.state) if self.report else "none"


def running_in(projects: QuerySet, week: date) -> QuerySet:
    """Of these projects those that ran on a day of the week: begun, and not accepted before it."""
    found: QuerySet = projects.filter(starts_on__lte=last_day(week)).filter(
        Q(accepted_on__isnull=True) | Q(accepted_on__gte=week)
    )
    return found


def weekly_reports_due(membership: Membership) -> list[WeeklyRow]:
    """The weekly reports that a manager has still to send, of their own running projects: those of
    the week that is to be reported today, drafted or not. Three statements."""
    tenant = Tenant.objects.get(pk=membership.tenant_id)
    week = week_to_report(tenant.local_date(timezone.now()))
    mine = own_projects(membership)
    rows = weekly_rows(mine, week)
    return [row for row in rows if row.state != State.SENT]


def own_projects(membership: Membership) -> QuerySet:
    """The projects that a member manages and sees."""
    found: QuerySet = visible_projects(membership).filter(
        manager__in=colleagues_of(membership, Visibility.MINE)
    )
    return found


def chosen_projects(membership: Membership, width: str, today: date) -> tuple[QuerySet, str]:
    """The projects that a list shows, and how wide it looks: as asked where the member may, else as
    a list of projects starts."""
    if width not in widths(membership):
        width = starting_width(membership, today)
    found = visible_projects(membership)
    if width != Visibility.ALL:
        found = found.filter(manager__in=colleagues_of(membership, width))
    return found, width


def weekly_rows(projects: QuerySet, week: date) -> list[WeeklyRow]:
    """The running ones of these projects with their report of a week, by customer. Two statements."""
    running = list(
        running_in(projects, week)
        .select_related("customer", "manager")
        .order_by("customer__name", "name", "pk")
    )
    reports: dict[int, WeeklyReport] = {}
    # Of several languages a draft comes before what was sent: there is something left to do.
    found = WeeklyReport.objects.filter(project__in=running, week=week).order_by("version", "pk")
    for report in found.defer("facts", "texts"):
        held = reports.get(report.project_id)
        if held is None or held.is_sent:
            reports[report.project_id] = report
    return [WeeklyRow(project, reports.get(project.pk)) for project in running]


def reports_of(project: Project) -> QuerySet:
    """A project's weekly reports, the latest week first."""
    found: QuerySet = (
        WeeklyReport.objects.filter(project=project)
        .select_related("sent_by", "drafted_by")
        .order_by("-week", "language", "-version")
    )
    return found


def sent_reports(project: Project) -> QuerySet:
    """What was sent, every week once: its latest version in each language."""
    later = WeeklyReport.objects.filter(
        project=OuterRef("project"), week=OuterRef("week"), language=OuterRef("language"),
        state=State.SENT, version__gt=OuterRef("version"),
    )  # fmt: skip
    found: QuerySet = (
        WeeklyReport.objects.filter(project=project, state=State.SENT)
        .filter(~Exists(later))
        .order_by("-week", "language")
    )
    return found


def later_version(report: WeeklyReport) -> WeeklyReport | None:
    """The correction that was sent after a report; None: it is the latest."""
    found: WeeklyReport | None = (
        WeeklyReport.objects.filter(
            project=report.project_id,
            week=report.week,
            language=report.language,
            state=State.SENT,
            version__gt=report.version,
        )
        .order_by("-version")
        .first()
    )
    return found


def usual_recipients(project_ids: Collection[int]) -> dict[int, list[Contact]]:
    """Project id → whom its latest weekly report went to; where none was sent, who has an open link
    to the project's page. Two statements."""
    latest: dict[int, int] = {}
    people: dict[int, dict[int, Contact]] = defaultdict(dict)
    sent = (
        WeeklyReportLink.objects.filter(
            report__project__in=project_ids, revoked_at=None, contact__isnull=False
        )
        .select_related("contact", "report")
        .defer("report__facts", "report__texts")
        .order_by("report__project", "-report__week", "-report__version", "contact__name")
    )
    for link in sent:
        project = link.report.project_id
        if latest.setdefault(project, link.report_id) == link.report_id:
            people[project][link.contact_id] = link.contact
    pages = ProjectPageLink.objects.filter(
        project__in=project_ids, revoked_at=None, expires_at__gt=timezone.now(),
        contact__isnull=False,
    ).select_related("contact").order_by("project", "contact__name")  # fmt: skip
    for page in pages:
        if page.project_id not in latest:
            people[page.project_id][page.contact_id] = page.contact
    return {project: list(people[project].values()) for project in project_ids}


def usual_language(project: Project, otherwise: str) -> str:
    """The language of the latest report, else of the latest link to the page, else the other one."""
    for rows in (
        WeeklyReport.objects.filter(project=project).order_by("-week", "-pk"),
        ProjectPageLink.objects.filter(project=project).order_by("-pk"),
    ):
        language = rows.values_list("language", flat=True).first()
        if language:
            return str(language)
    return otherwise


def links_of(report: WeeklyReport, now: datetime) -> list[tuple[Any, str]]:
    """Who has a link to a report, and why it opens nothing ("" while it does)."""
    links = WeeklyReportLink.objects.filter(report=report).select_related("contact", "sent_by")
    return [(link, link.closed_by(now)) for link in links]


def weekly_link(secret_hash: str) -> WeeklyReportLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: WeeklyReportLink | None = (
        WeeklyReportLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "report__project", "report__correction_of")
        .first()
    )
    return found
