"""Weekly project reports: all of a week, and one of them to be edited, sent and corrected."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.weeklies import (
    WeeklyConflict,
    correct_report,
    discard_report,
    draft_report,
    edit_report,
    refresh_report,
    revoke_weekly_link,
)
from projects.compute.weekly_reports import WEEK, last_day, monday_of, week_to_report
from projects.forms.effort import read_day
from projects.forms.weeklies import RecipientsForm, WeeklyForm
from projects.models import Project, WeeklyReport, WeeklyReportLink
from projects.queries import weeklies as queries
from projects.queries.portfolio import widths
from projects.views.conflicts import side_by_side
from projects.views.customer_pages import confirm_revocation, shared_crumbs
from projects.views.plan_frame import today_of, visible_project
from projects.views.weekly_documents import document_html
from projects.views.weekly_sending import revision_of, sent, taken
from ui.confirm import confirm_page
from ui.formats import short_date
from ui.tags.formats import language

CONFLICT = 409


@require("edit_weeklies")
@require_GET
def weeklies(request: TenantRequest) -> HttpResponse:
    """The running projects of a week, with their reports: drafted and sent from here."""
    today = today_of(request)
    newest = monday_of(today)
    day = read_day(request.GET.get("week", ""))
    week = min(monday_of(day), newest) if day else week_to_report(today)
    projects, width = queries.chosen_projects(
        request.membership, request.GET.get("view", ""), today
    )
    rows = queries.weekly_rows(projects, week)
    usual = queries.usual_recipients([row.project.pk for row in rows])
    links = taken(request, {row.report.pk for row in rows if row.report})
    words = {"mine": _("Mine"), "team": _("My team's"), "all": _("All")}
    context = {
        "rows": [(row, usual[row.project.pk]) for row in rows],
        "missing": sum(row.report is None for row in rows),
        "can_send": any(
            row.state == WeeklyReport.State.DRAFT and usual[row.project.pk] for row in rows
        ),
        "week": week,
        "until": last_day(week),
        "earlier": week - WEEK,
        "later": week + WEEK if week < newest else None,
        "width": width,
        "links": links,
        "tabs": [
            {
                "label": words[option],
                "url": f"?view={option}&week={week.isoformat()}",
                "active": option == width,
                "count": None,
            }
            for option in widths(request.membership)
        ],
    }
    response = render(request, "projects/weeklies/list.html", context)
    if links:
        response["Cache-Control"] = "no-store"
    return response


@require("edit_weeklies")
@require_POST
def new_weekly(request: TenantRequest, pk: int) -> HttpResponse:
    """Draft a project's report of a week, or go to the one that is there."""
    project = visible_project(request, pk)
    day = read_day(request.POST.get("week", "")) or week_to_report(today_of(request))
    asked = request.POST.get("language", "")
    try:
        report = draft_report(
            project=project, week=monday_of(day), tenant=request.tenant, by=request.user,
            language=asked if asked in dict(settings.LANGUAGES)
            else queries.usual_language(project, get_language() or "en"),
        )  # fmt: skip
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("project_shared", project.pk)
    return redirect("weekly", project.pk, report.pk)


@require("view_projects")
@require_http_methods(["GET", "POST"])
def weekly(request: TenantRequest, pk: int, report_pk: int) -> HttpResponse:
    """A report: to be edited while it is a draft, then as it was sent."""
    project, report = _report(request, pk, report_pk)
    may_write = may(request.membership, "edit_weeklies")
    if request.method == "GET" or report.is_sent or not may_write:
        return _page(request, project, report)
    form = WeeklyForm(request.POST, report=report)
    if not form.is_valid():
        return _page(request, project, report, form=form)
    try:
        edit_report(report=report, seen=_seen(request), by=request.user, **form.values())
    except WeeklyConflict:
        return _conflict(request, project, report, form)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("weekly", project.pk, report.pk)


@require("edit_weeklies")
@require_POST
def weekly_refreshes(request: TenantRequest, pk: int, report_pk: int) -> HttpResponse:
    """Read the facts anew."""
    project, report = _report(request, pk, report_pk)
    try:
        refresh_report(report=report, seen=_seen(request), tenant=request.tenant, by=request.user)
    except WeeklyConflict:
        messages.error(request, _changed())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The facts are as of now; your words stayed."))
    return redirect("weekly", project.pk, report.pk)


@require("edit_weeklies")
@require_POST
def weekly_recipients(request: TenantRequest, pk: int, report_pk: int) -> HttpResponse:
    """Send a draft, or one that was sent to further people."""
    project, report = _report(request, pk, report_pk)
    form = RecipientsForm(request.POST, project=project)
    if not form.is_valid():
        return _page(request, project, report, recipients=form)
    try:
        sent(request, report, _seen(request), form.chosen())
    except WeeklyConflict:
        messages.error(request, _changed())
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        return _page(request, project, report, recipients=form)
    return redirect("weekly", project.pk, report.pk)


@require("edit_weeklies")
@require_POST
def weekly_corrections(request: TenantRequest, pk: int, report_pk: int) -> HttpResponse:
    """Begin a further version of a report that was sent."""
    project, report = _report(request, pk, report_pk)
    try:
        report = correct_report(report=report, tenant=request.tenant, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("weekly", project.pk, report.pk)


@require("edit_weeklies")
@require_http_methods(["GET", "POST"])
def weekly_removal(request: TenantRequest, pk: int, report_pk: int) -> HttpResponse:
    """Asks, then drops a draft."""
    project, report = _report(request, pk, report_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Drop this draft?"),
            body=_("Its texts are lost. It can be drafted again from the facts."),
            action=_("Drop it"),
            back_url=reverse("weekly", args=[project.pk, report.pk]),
        )
    try:
        discard_report(report=report, seen=report.revision, by=request.user)
    except (WeeklyConflict, ValidationError):
        messages.error(request, _("A report that was sent stays."))
        return redirect("weekly", project.pk, report.pk)
    return redirect("project_shared", project.pk)


@require("edit_weeklies")
@require_http_methods(["GET", "POST"])
def weekly_link_revocations(
    request: TenantRequest, pk: int, report_pk: int, link_pk: int
) -> HttpResponse:
    """Asks, then ends a link to a report."""
    project, report = _report(request, pk, report_pk)
    link = WeeklyReportLink.objects.filter(report=report, pk=link_pk).first()
    if link is None:
        raise Http404
    url = reverse("weekly", args=[project.pk, report.pk])
    if request.method == "GET":
        return confirm_revocation(request, link.name, url)
    try:
        revoke_weekly_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


def _report(request: TenantRequest, pk: int, report_pk: int) -> tuple[Project, WeeklyReport]:
    project = visible_project(request, pk)
    report = queries.reports_of(project).filter(pk=report_pk).first()
    if report is None:
        raise Http404
    report.project = project
    return project, report


def _page(
    request: TenantRequest,
    project: Project,
    report: WeeklyReport,
    *,
    form: WeeklyForm | None = None,
    recipients: RecipientsForm | None = None,
    status: int = 200,
    **further: Any,
) -> HttpResponse:
    may_write = may(request.membership, "edit_weeklies")
    usual = queries.usual_recipients([project.pk])[project.pk]
    links = taken(request, {report.pk})
    title = _("Week of %(day)s") % {"day": short_date(report.week, language())}
    context = {
        "project": project,
        "report": report,
        "title": title,
        "document": document_html(report, request.tenant.zone),
        "later": queries.later_version(report),
        "may_write": may_write,
        "form": form or (WeeklyForm(report=report) if may_write and not report.is_sent else None),
        "recipients": recipients
        or (RecipientsForm(project=project, usual=() if report.is_sent else usual)
            if may_write else None),
        "links": queries.links_of(report, timezone.now()),
        "sent_links": links,
        "breadcrumbs": shared_crumbs(project),
    } | further  # fmt: skip
    response = render(request, "projects/weeklies/weekly.html", context, status=status)
    if links:
        response["Cache-Control"] = "no-store"
    return response


def _conflict(
    request: TenantRequest, project: Project, report: WeeklyReport, form: WeeklyForm
) -> HttpResponse:
    """What two people wrote side by side; saving again keeps what was typed."""
    report.refresh_from_db()
    report.project = project
    kept = WeeklyForm(report=report).initial
    # As a browser would have typed it: a box that is ticked is "on".
    ticks = {True: "on", False: ""}
    stored = {name: ticks.get(kept.get(name, ""), kept.get(name, "")) for name in form.fields}
    rows = [row for row in side_by_side(form, stored) if row["differs"]]
    return _page(request, project, report, form=form, status=CONFLICT, conflict=rows)


def _seen(request: TenantRequest) -> int:
    return revision_of(request.POST.get("seen", ""))


def _changed() -> str:
    return str(_("Somebody changed this draft meanwhile. Look at it again."))
