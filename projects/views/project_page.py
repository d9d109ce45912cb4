"""What a customer's person opens by a link: their project, and weekly reports."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.letters import Letter, write_later
from accounts.models import Purpose, Tenant
from accounts.queries.calendars import working_calendar
from projects.actions.customer_pages import note_opened, page_closed_by, send_wish
from projects.actions.member_pages import address_of_page, letter_language
from projects.forms.customer_pages import WishForm
from projects.models import Project, ProjectPageLink, Requirement, WeeklyReport, WeeklyReportLink
from projects.queries.customer_pages import customer_page
from projects.queries.faces import face_member
from projects.queries.weeklies import later_version, sent_reports
from projects.views.phase_bars import phase_bars
from projects.views.weekly_documents import document_html

SENT = "sent"
WEEKLY = "weekly"


def project_page(request: HttpRequest, tenant: Tenant, link: ProjectPageLink) -> HttpResponse:
    """The project of a link, one of its weekly reports, or a wish that was sent.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := page_closed_by(link, now, tenant.local_date(now)):
        raise LinkClosed(why)
    if request.method == "POST":
        return _wish(request, tenant, link)
    if WEEKLY in request.GET:
        return _weekly_of(request, tenant, link)
    note_opened(link, now)
    return _page(request, tenant, link, WishForm())


def weekly_page(request: HttpRequest, tenant: Tenant, link: WeeklyReportLink) -> HttpResponse:
    """A weekly report as it was sent.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    note_opened(link, now)
    return _weekly(request, tenant, link.report)


def page_context(project: Project, tenant: Tenant) -> dict[str, Any]:
    """What the template ``r/project.html`` shows of a project today."""
    now = timezone.now()
    page = customer_page(project, day=tenant.local_date(now), now=now, calendar=working_calendar())
    return {
        "project": project,
        "vendor": tenant.name,
        "page": page,
        "bars": phase_bars(page.plan.phases, page.day),
    }


def _page(
    request: HttpRequest, tenant: Tenant, link: ProjectPageLink, form: WishForm
) -> HttpResponse:
    context = page_context(link.project, tenant) | {
        "link": link,
        "form": form,
        "was_sent": SENT in request.GET,
    }
    return render(request, "r/project.html", context)


def _wish(request: HttpRequest, tenant: Tenant, link: ProjectPageLink) -> HttpResponse:
    form = WishForm(request.POST)
    if form.is_valid():
        try:
            made = send_wish(link=link, text=form.cleaned_data["text"], tenant=tenant)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _tell_face(made, tenant)
            return redirect(f"{request.path}?{SENT}=1#wish")
    return _page(request, tenant, link, form)


def _tell_face(wish: Requirement, tenant: Tenant) -> None:
    """A letter to the project's one face, where it is a member: somebody has to answer."""
    user = face_member(wish.project)
    if user is None:
        return
    address = address_of_page(tenant, "requirement", wish.project_id, wish.pk)
    letter = Letter(
        template="projects/letters/wish",
        context={"wish": wish, "tenant": tenant, "address": address},
        language=letter_language(user),
    )
    write_later(letter, user.email, purpose=Purpose.NOTICE, about=wish)


def _weekly_of(request: HttpRequest, tenant: Tenant, link: ProjectPageLink) -> HttpResponse:
    """One of the project's latest reports, read by the link to its page."""
    asked = request.GET[WEEKLY]
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 19
    report = sent_reports(link.project).filter(pk=int(asked)).first() if is_number else None
    if report is None:
        raise Http404
    return _weekly(request, tenant, report, back=True)


def _weekly(
    request: HttpRequest, tenant: Tenant, report: WeeklyReport, *, back: bool = False
) -> HttpResponse:
    context = {
        "document": document_html(report, tenant.zone),
        "later": later_version(report),
        "back": back,
    }
    return render(request, "r/project_weekly.html", context)
