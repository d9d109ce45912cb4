"""How the tenant's letters are: sender, signature, quiet hours; how one reads; a test to oneself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.mail_settings import (
    MailSettingsConflict,
    change_mail_settings,
    send_to_oneself,
    test_letter,
)
from accounts.forms.mail import MailSettingsForm
from accounts.letter_texts import Letter
from accounts.permissions import require
from accounts.queries.mail import mail_settings as settings_kept
from accounts.requests import TenantRequest
from accounts.throttle import within_rate
from accounts.views.calendar import settings_tabs
from accounts.views.mail_preview import preview

CONFLICT = 409
TESTS, SECONDS = 10, 60


@require("manage_mail")
@require_http_methods(["GET", "POST"])
def mail_settings(request: TenantRequest) -> HttpResponse:
    form, status = MailSettingsForm(request.POST or None, own=settings_kept()), 200
    if request.method == "POST" and form.is_valid():
        try:
            change_mail_settings(by=request.user, **form.values())
        except MailSettingsConflict:
            words = _("Somebody changed these settings meanwhile. Load the page again.")
            form.add_error(None, words)
            status = CONFLICT
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("mail_settings")
    context = {
        "form": form,
        "tabs": settings_tabs("mail_settings"),
        "preview": preview(_test_letter(request)),
    }
    return render(request, "accounts/mail/settings.html", context, status=status)


@require("manage_mail")
@require_POST
def mail_tests(request: TenantRequest) -> HttpResponse:
    """A letter to oneself: whether the mail server takes it, and how it arrives."""
    if not within_rate(request, "mail-test", times=TESTS, seconds=SECONDS):
        messages.error(request, _("Wait a minute, then try again."))
        return redirect("mail_settings")
    sent = send_to_oneself(_test_letter(request), request.membership)
    if sent is None or sent.state != sent.State.QUEUED:
        messages.error(request, _("Nothing can be sent to your own address."))
        return redirect("mail_settings")
    messages.success(request, _("A letter to you is on its way. This page says what became of it."))
    return redirect("letter", sent.pk)


def _test_letter(request: TenantRequest) -> Letter:
    return test_letter(request.membership, request.tenant, get_language() or "en")
