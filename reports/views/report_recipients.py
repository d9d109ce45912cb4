"""Whom a report is sent to, and links that are handed over by hand."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.sent_links import address_of, show_once
from reports.actions.report_changes import ReportConflict
from reports.actions.report_letters import letter_for, try_letter_again
from reports.actions.report_links import give_link, revoke_links
from reports.actions.report_sending import send_report, wake
from reports.models import Report, ReportRecipient
from reports.queries.reports import letter_waits, letters_to
from reports.views.report_page import CHANGED, page, readers_form, seen_of, visible_report
from reports.views.reports import abilities
from ui.confirm import confirm_page


@require("approve_reports")
@require_POST
def report_recipients(request: TenantRequest, pk: int) -> HttpResponse:
    """Send an approved report, or one that was sent to further people."""
    found = visible_report(request, pk)
    if not abilities(request, found)["may_approve"]:
        raise Http404
    form = readers_form(request, found, request.POST)
    if not form.is_valid():
        return page(request, found, readers=form)
    try:
        count = send_report(
            report=found, seen=seen_of(request), readers=form.readers(), by=request.user
        )
    except ReportConflict:
        messages.error(request, str(CHANGED))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("It goes to %(count)s person.", "It goes to %(count)s persons.", count)
        messages.success(request, words % {"count": count})
    return redirect("report", found.pk)


@require("approve_reports")
@require_POST
def report_recipient_links(request: TenantRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """A link for a recipient that is handed over by chat, shown once on the next page."""
    found, recipient = _recipient(request, pk, recipient_pk)
    try:
        link, secret = give_link(recipient=recipient, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("report", found.pk)
    address = address_of(request.tenant.pk, secret)
    show_once(
        request,
        link,
        name=recipient.name,
        email="",
        letter=letter_for(request.tenant, recipient, address, link.expires_at),
    )
    return redirect("report", found.pk)


@require("approve_reports")
@require_http_methods(["GET", "POST"])
def report_recipient_revocations(
    request: TenantRequest, pk: int, recipient_pk: int
) -> HttpResponse:
    """Asks, then ends the links of a recipient and stops the letter that has not left."""
    found, recipient = _recipient(request, pk, recipient_pk)
    url = reverse("report", args=[found.pk])
    if request.method == "GET":
        waits = letter_waits(recipient, letters_to([recipient]).get(recipient.pk))
        title = (
            _("Stop the letter to %(name)s?") % {"name": recipient.name}
            if waits
            else _("Revoke the link of %(signatory)s?") % {"signatory": recipient.name}
        )
        return confirm_page(
            request,
            title=title,
            body=_("It does not leave, and its link opens nothing.")
            if waits
            else _("It stops working at once."),
            action=_("Stop it") if waits else _("Revoke"),
            back_url=url,
        )
    try:
        is_stopped = revoke_links(recipient=recipient, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if is_stopped:
            words = _("The letter to %(name)s is stopped.")
            messages.success(request, words % {"name": recipient.name})
    return redirect(url)


@require("approve_reports")
@require_POST
def report_recipient_letters(request: TenantRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Try the letter again that could not be written."""
    found, recipient = _recipient(request, pk, recipient_pk)
    if try_letter_again(recipient=recipient, by=request.user):
        transaction.on_commit(partial(wake, request.tenant.pk), robust=True)
    else:
        messages.info(request, _("There is nothing to try again."))
    return redirect("report", found.pk)


def _recipient(
    request: TenantRequest, pk: int, recipient_pk: int
) -> tuple[Report, ReportRecipient]:
    found = visible_report(request, pk)
    recipient = (
        ReportRecipient.objects.filter(report=found, pk=recipient_pk)
        .select_related("contact", "member__user")
        .first()
        if recipient_pk < 2**63
        else None
    )
    if recipient is None:
        raise Http404
    recipient.report = found
    return found, recipient
