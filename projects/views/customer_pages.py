"""What is shared with a project's customer: who has a link to its page, and its weekly reports."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.sent_links import not_stored, show_once, taken_once
from projects.actions.customer_pages import give_page_link, page_closed_by, revoke_page_link
from projects.actions.page_letters import page_letter
from projects.compute.weekly_reports import week_to_report
from projects.forms.customer_pages import PageLinkForm
from projects.models import Project, ProjectPageLink
from projects.queries.customer_pages import page_links
from projects.queries.weeklies import reports_of
from projects.views.plan_frame import crumbs, frame, today_of, visible_project
from projects.views.project_page import page_context
from ui.confirm import confirm_page
from ui.tables import Column, Table

REPORTS = (
    Column("week", gettext_lazy("Week")),
    Column("state", gettext_lazy("State")),
    Column("version", gettext_lazy("Version"), align="end"),
    Column("language", gettext_lazy("Language"), wide=True),
    Column("by", gettext_lazy("By"), wide=True),
)


@require("view_projects")
@require_GET
def project_shared(request: TenantRequest, pk: int) -> HttpResponse:
    """Links to the project's page, and the weekly reports."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_shared")
    now, today = timezone.now(), today_of(request)
    links = page_links(project)
    sent = taken_once(request, ProjectPageLink, {link.pk for link in links})
    reports = reports_of(project).defer("facts", "texts")
    table = Table.read(REPORTS, request.GET.urlencode()).counted(reports.count())
    week, languages = week_to_report(today), dict(settings.LANGUAGES)
    context |= {
        "links": [(link, page_closed_by(link, now, today)) for link in links],
        "sent": sent,
        "may_share": may(request.membership, "share_projects"),
        "may_write": may(request.membership, "edit_weeklies"),
        "table": table,
        "reports": [
            (report, languages.get(report.language, report.language))
            for report in reports[table.slice]
        ],
        "week": week,
        "is_due": not reports.filter(week=week).exists(),
    }
    return not_stored(render(request, "projects/weeklies/shared.html", context), sent)


@require("view_projects")
@require_GET
def project_page_preview(request: TenantRequest, pk: int) -> HttpResponse:
    """The page as the customer's people see it."""
    project = visible_project(request, pk)
    context = page_context(project, request.tenant) | {"is_preview": True}
    return render(request, "r/project.html", context)


@require("share_projects")
@require_http_methods(["GET", "POST"])
def new_page_link(request: TenantRequest, pk: int) -> HttpResponse:
    """Give a contact a link."""
    project = visible_project(request, pk)
    form = PageLinkForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            _given(request, project, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("project_shared", project.pk)
    context = {"project": project, "form": form, "breadcrumbs": shared_crumbs(project)}
    return render(request, "projects/weeklies/new_link.html", context)


@require("share_projects")
@require_POST
def page_link_renewals(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Send a person's link again: the one they had stops working, since no secret is kept."""
    project = visible_project(request, pk)
    link = _link(project, link_pk)
    if link.contact is None:
        messages.error(request, _("This person is no longer a contact of the customer."))
        return redirect("project_shared", project.pk)
    _given(
        request, project, contact=link.contact, language=link.language,
        ends_after_acceptance=link.ends_after_acceptance,
    )  # fmt: skip
    return redirect("project_shared", project.pk)


@require("share_projects")
@require_http_methods(["GET", "POST"])
def page_link_revocations(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Asks, then ends a link."""
    project = visible_project(request, pk)
    link = _link(project, link_pk)
    url = reverse("project_shared", args=[project.pk])
    if request.method == "GET":
        return confirm_revocation(request, link.name, url)
    try:
        revoke_page_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


def confirm_revocation(request: TenantRequest, name: str, back_url: str) -> HttpResponse:
    """The page that asks before a link is ended."""
    return confirm_page(
        request,
        title=_("Revoke the link of %(signatory)s?") % {"signatory": name},
        body=_("It stops working at once."),
        action=_("Revoke"),
        back_url=back_url,
    )


def shared_crumbs(project: Project) -> list[tuple[Any, str]]:
    """To the pages below what is shared with the customer."""
    url = reverse("project_shared", args=[project.pk])
    return [*crumbs(project), (_("Shared with the customer"), url)]


def _given(request: TenantRequest, project: Project, **values: Any) -> None:
    """A link for a contact, shown once on the next page, with a letter where there is an address."""
    link, secret = give_page_link(project=project, by=request.user, **values)
    letter = page_letter(link, request.tenant, secret)
    show_once(
        request,
        link,
        name=link.name,
        email=values["contact"].email,
        letter=letter,
        about=project,
    )


def _link(project: Project, pk: int) -> ProjectPageLink:
    found: ProjectPageLink | None = (
        ProjectPageLink.objects.filter(project=project, pk=pk).select_related("contact").first()
    )
    if found is None:
        raise Http404
    return found
