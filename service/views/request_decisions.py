"""Deciding a request: the answer is looked at, with whom it reaches, before it goes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.letters import Letter, public_address
from accounts.models import Tenant
from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from service.actions.request_decisions import decide_request
from service.actions.requests import RequestConflict
from service.forms.requests import DecisionForm
from service.models import Request
from service.queries.request_people import reached
from service.views.request_page import (
    CONFLICT,
    changed_meanwhile,
    request_crumbs,
    seen_now,
    the_request,
)


@require("decide_requests")
@require_http_methods(["GET", "POST"])
def request_decisions(request: TenantRequest, pk: int) -> HttpResponse:
    """``preview`` shows the letters and whom they reach, and decides nothing."""
    found = the_request(pk)
    found = found.root or found
    today = request.tenant.local_date(timezone.now())
    initial = {"status": request.GET["status"]} if "status" in request.GET else {}
    form = DecisionForm(request.POST or None, request=found, initial=initial)
    status, preview = 200, None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = _preview(request.tenant, found, form)
        else:
            try:
                made = decide_request(
                    request=found, seen=form.cleaned_data["seen"], decision=form.decision(),
                    today=today, by=request.user,
                )  # fmt: skip
            except RequestConflict as conflict:
                status = CONFLICT
                data = seen_now(request, conflict.request)
                form = DecisionForm(data, request=conflict.request)
                form.add_error(None, changed_meanwhile())
            except ValidationError as error:
                show_faults(form, error)
            else:
                messages.success(
                    request, _("Decided: %(state)s.") % {"state": made.get_status_display()}
                )
                return redirect("request", found.pk)
    languages = form.answers() if form.is_bound and form.is_valid() else dict(settings.LANGUAGES)
    context = {
        "found": found,
        "form": form,
        "preview": preview,
        "reached": reached(
            [found.pk], today, languages=list(languages),
            language=form["language"].value() or settings.LANGUAGE_CODE,
        ),
        "names": dict(settings.LANGUAGES),
        "breadcrumbs": request_crumbs(found),
    }  # fmt: skip
    return render(request, "service/requests/decide.html", context, status=status)


def _preview(tenant: Tenant, found: Request, form: DecisionForm) -> list[dict[str, Any]]:
    """The letter in each language that there is an answer in."""
    letters = []
    for code, text in form.answers().items():
        letter = Letter(
            template="r/letters/request_answer",
            context={
                "name": "…",
                "tenant": tenant,
                "titles": [found.title],
                "answer": text,
                "address": f"{public_address()}/r/…",
            },
            language=code,
        )
        letters.append(
            {
                "language": dict(settings.LANGUAGES)[code],
                "code": code,
                "subject": letter.line("_subject"),
                "text": letter.part(""),
            }
        )
    return letters
