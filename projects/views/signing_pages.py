"""A signatory's page: a change request, to be signed, declined or asked about."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Tenant
from projects.actions.signing_answers import answer_by_link
from projects.actions.signing_links import check_link
from projects.actions.signing_questions import ask_question
from projects.forms.change_requests import DeclineForm, QuestionForm, SignForm
from projects.models import SigningLink
from projects.views.signing_documents import shown_document

FORMS: dict[str, type[Form]] = {"sign": SignForm, "decline": DeclineForm, "ask": QuestionForm}


def signing_page(request: HttpRequest, tenant: Tenant, link: SigningLink) -> HttpResponse:
    """The document of a link, and what the signatory chose to do with it.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    check_link(link, link.change_request, timezone.now(), tenant.currency)
    if request.method == "POST":
        return _answered(request, tenant, link)
    return _page(request, link)


def _answered(request: HttpRequest, tenant: Tenant, link: SigningLink) -> HttpResponse:
    """What the signatory chose to do; faults are shown beside their fields."""
    act = request.POST.get("act", "")
    if act not in FORMS:
        return _page(request, link)
    form = FORMS[act](request.POST, prefix=act)
    if not form.is_valid():
        return _page(request, link, **{act: form})
    given = form.cleaned_data
    try:
        if act == "ask":
            ask_question(link=link, text=given["question"], tenant=tenant)
            return redirect(f"{request.path}?asked=1#questions")
        answer = answer_by_link(
            link=link,
            seen_hash=request.POST.get("document", ""),
            outcome="signed" if act == "sign" else "declined",
            name=given["name"],
            reason=given.get("reason", ""),
            ip=_address(request),
            tenant=tenant,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, link, **{act: form})
    context = {"answer": answer, "document": shown_document(answer.document)}
    return render(request, "r/done.html", context)


def _page(request: HttpRequest, link: SigningLink, **bound: Form) -> HttpResponse:
    forms = {act: bound.get(act) or form(prefix=act) for act, form in FORMS.items()}
    context: dict[str, Any] = {
        "link": link,
        "document": shown_document(link.document),
        "forms": forms,
        "faulty": next(iter(bound), ""),
        "questions": list(link.questions.all()),
        "was_asked": "asked" in request.GET,
    }
    return render(request, "r/sign.html", context)


def _address(request: HttpRequest) -> str | None:
    """The address on the network, None where none is told."""
    return get_adapter().get_client_ip(request) or None
