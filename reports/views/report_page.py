"""One report: as it is read, with the words that people put into it beside it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Contact
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.sent_links import not_stored, taken_once
from projects.views.conflicts import side_by_side
from reports.actions.report_changes import ReportConflict
from reports.actions.report_sending import readers_of
from reports.actions.report_texts import (
    correct_report,
    discard_correction,
    edit_texts,
    refresh_report,
)
from reports.compute.documents import Audience
from reports.compute.report_periods import period_of
from reports.documents.period_words import period_label
from reports.files import FORMATS, report_file
from reports.forms.reports import MembersForm, ReadersForm, TextsForm, is_customers
from reports.models import Report, ReportAudience, ReportLink
from reports.queries import reports as queries
from reports.rendering.html import STYLE, body_html
from reports.views.recipient_rows import recipient_rows
from reports.views.report_logos import logo_url
from reports.views.report_timeline import answer_words
from reports.views.reports import STATE_TONES, abilities
from ui.confirm import confirm_page
from ui.tags.formats import language

CONFLICT = 409
CHANGED = gettext_lazy("Somebody changed this report meanwhile. Look at it again.")
MOST_CONTACTS = 50


@require("view_reports")
@require_http_methods(["GET", "POST"])
def report(request: TenantRequest, pk: int) -> HttpResponse:
    """A report, to be put into words while it is not sent, then as it was sent."""
    found = visible_report(request, pk)
    if request.method == "GET":
        return page(request, found)
    _check_editor(request, found)
    form = TextsForm(request.POST, report=found)
    if not form.is_valid():
        return page(request, found, texts=form)
    try:
        edit_texts(report=found, seen=seen_of(request), texts=form.texts(), by=request.user)
    except ReportConflict:
        found.refresh_from_db()
        conflict = [row for row in side_by_side(form, form.stored(found)) if row["differs"]]
        response = page(request, found, texts=form, conflict=conflict)
        response.status_code = CONFLICT
        return response
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("report", found.pk)


@require("approve_reports")
@require_POST
def report_refreshes(request: TenantRequest, pk: int) -> HttpResponse:
    """Read the figures anew."""
    found = visible_report(request, pk)
    _check_editor(request, found)
    try:
        is_changed = refresh_report(
            report=found, seen=seen_of(request), tenant=request.tenant, by=request.user
        )
    except ReportConflict:
        messages.error(request, str(CHANGED))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = (
            _("The figures are as of now; your words stayed.")
            if is_changed
            else _("The figures are as they were.")
        )
        messages.success(request, words)
    return redirect("report", found.pk)


@require("approve_reports")
@require_POST
def report_corrections(request: TenantRequest, pk: int) -> HttpResponse:
    """Begin a further version of a report that was sent."""
    found = visible_report(request, pk)
    _check_editor(request, found)
    try:
        found = correct_report(report=found, tenant=request.tenant, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("report", found.pk)


@require("approve_reports")
@require_http_methods(["GET", "POST"])
def report_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then drops the draft of a correction, as it was on screen (``?seen=`` its revision)."""
    found = visible_report(request, pk)
    if request.method == "GET":
        return confirm_page(
            request,
            url=request.get_full_path(),
            title=_("Drop this draft?"),
            body=_("Its texts are lost. It can be drafted again from the facts."),
            action=_("Drop it"),
            back_url=reverse("report", args=[found.pk]),
        )
    _check_editor(request, found)
    before = found.correction_of_id
    try:
        discard_correction(
            report=found, seen=revision(request.GET.get("seen", "")), by=request.user
        )
    except ReportConflict:
        messages.error(request, str(CHANGED))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        return redirect("report", before)
    return redirect("report", found.pk)


@require("view_reports")
@require_GET
def report_download(request: TenantRequest, pk: int, format_: str) -> HttpResponse:
    """The report as a file, for the audience asked for."""
    found = visible_report(request, pk)
    if format_ not in FORMATS:
        raise Http404
    made = report_file(found, format_, _audience(request, found))
    response = HttpResponse(made.content, content_type=made.mime)
    response["Content-Disposition"] = str(content_disposition_header(format_ != "pdf", made.name))
    return response


def visible_report(request: TenantRequest, pk: int) -> Report:
    """
    Raises:
        Http404: there is none, or the member may not see it.
    """
    found = queries.report_for(request.membership, pk) if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _check_editor(request: TenantRequest, found: Report) -> None:
    """
    Raises:
        Http404: the member does not put words into such reports.
    """
    if not abilities(request, found)["may_edit"]:
        raise Http404


def seen_of(request: TenantRequest) -> int:
    """The revision that a form was filled in on; one that is none is never the current one."""
    return revision(request.POST.get("seen", ""))


def revision(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def page(
    request: TenantRequest,
    found: Report,
    *,
    texts: TextsForm | None = None,
    readers: ReadersForm | MembersForm | None = None,
    conflict: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """The page of a report, with forms that were filled in."""
    may_do = abilities(request, found)
    audience = _audience(request, found)
    versions = list(queries.versions_of(found))
    recipients = queries.recipients_of(found)
    made = {link.pk for one in recipients for link in one.links.all()}
    sent = taken_once(request, ReportLink, made)
    label = period_label(period_of(found.period), language())
    is_open = not found.is_sent and may_do["may_edit"]
    context = {
        "report": found,
        "title": found.customer.name if found.customer else found.get_kind_display(),
        "subtitle": f"{found.document['title']} · {label}",
        "period": label,
        "tone": STATE_TONES[found.state],
        "language": dict(settings.LANGUAGES).get(found.language, found.language),
        "body": body_html(
            found.document,
            found.texts,
            audience,
            link_paths=True,
            logo_url=logo_url(found.document),
        ),
        "style": STYLE,
        "audiences": _audiences(request, found, audience),
        "audience": audience,
        "downloads": ("pdf", "xlsx", "json", "html"),
        "texts": texts or (TextsForm(report=found) if is_open else None),
        "readers": readers or (_readers_form(request, found) if may_do["may_approve"] else None),
        "conflict": conflict,
        "versions": versions if len(versions) > 1 else [],
        "later": next((one for one in versions if one.version > found.version), None),
        "recipients": recipient_rows(recipients),
        "answers": [(one, answer_words(one)) for one in queries.answers_to(found)],
        "sent": sent,
        "removal_url": reverse("report_removal", args=[found.pk], query={"seen": found.revision}),
        "breadcrumbs": [(_("Reports"), reverse("reports"))],
        **may_do,
    }
    return not_stored(render(request, "reports/reports/report.html", context), sent)


def _audience(request: TenantRequest, found: Report) -> str:
    if not is_customers(found):
        return ""
    asked = request.GET.get("audience", "")
    return asked if asked in set(Audience) else str(Audience.KEY_USER)


def _audiences(request: TenantRequest, found: Report, chosen: str) -> list[dict[str, Any]]:
    if not is_customers(found):
        return []
    return [
        {
            "label": one.label, "url": f"?audience={one.value}", "active": one.value == chosen,
            "count": None,
        }
        for one in reversed(ReportAudience)
    ]  # fmt: skip


def _readers_form(request: TenantRequest, found: Report) -> ReadersForm | MembersForm | None:
    """None: everybody has it, or it is not approved yet."""
    if found.state not in (Report.State.APPROVED, Report.State.SENT):
        return None
    return readers_form(request, found)


def readers_form(request: TenantRequest, found: Report, data: Any = None) -> Any:
    """Whom a report can be sent to; who has it is not offered again."""
    usual = readers_of([found], request.tenant, timezone.now())[found.pk]
    has = list(found.recipients.values_list("contact_id", "member_id"))
    if is_customers(found):
        first = {one.contact.pk for one in usual if one.contact}
        people = Contact.objects.filter(customer=found.customer_id).order_by("name", "pk")
        people = people.exclude(pk__in=[contact for contact, _member in has if contact])
        contacts = sorted(people, key=lambda one: one.pk not in first)[:MOST_CONTACTS]
        return ReadersForm(data, contacts=contacts, usual=() if found.is_sent else usual)
    members = {member for _contact, member in has}
    left = [one for one in usual if one.member is None or one.member.pk not in members]
    return MembersForm(data, usual=left)
