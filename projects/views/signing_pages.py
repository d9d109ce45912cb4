"""A signatory's page: a change request, to be signed, declined or asked about. Outside every
tenant; the secret in the link is the right to see it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from accounts.throttle import within_rate
from projects.actions.signing import LinkClosed, answer_by_link, ask_question, check_link
from projects.forms.change_requests import DeclineForm, QuestionForm, SignForm
from projects.models import SigningLink
from projects.queries.change_requests import link_with_secret
from projects.views.signing_documents import shown_document

TRIES, SECONDS = 30, 60
GONE, UNKNOWN, OFTEN = 410, 404, 429
FORMS: dict[str, type[Form]] = {"sign": SignForm, "decline": DeclineForm, "ask": QuestionForm}


@require_http_methods(["GET", "POST"])
def signing_page(request: HttpRequest, tenant_id: int, secret: str) -> HttpResponse:
    """The document of a link, or why it opens nothing. Unknown links tell nothing."""
    if not within_rate(request, "signing", times=TRIES, seconds=SECONDS):
        return _closed(request, "often", OFTEN)
    tenant = Tenant.objects.filter(pk=tenant_id).first() if tenant_id < 2**63 else None
    if tenant is None:
        return _closed(request, "unknown", UNKNOWN)
    with tenant_scope(tenant.pk):
        link = link_with_secret(secret)
        if link is None:
            return _closed(request, "unknown", UNKNOWN)
        with translation.override(link.language), timezone.override(tenant.zone):
            # The error page and the template's `html lang` follow the document's language.
            request.LANGUAGE_CODE = link.language  # type: ignore[attr-defined]
            response = _opened(request, tenant, link)
            response["Content-Language"] = link.language
            return response


def _opened(request: HttpRequest, tenant: Tenant, link: SigningLink) -> HttpResponse:
    try:
        check_link(link, link.change_request, timezone.now(), tenant.currency)
        if request.method == "POST":
            return _answered(request, tenant, link)
    except LinkClosed as closed:
        return _closed(request, closed.why, GONE)
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
    return _kept_nowhere(render(request, "r/done.html", context))


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
    return _kept_nowhere(render(request, "r/sign.html", context))


def _closed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return _kept_nowhere(render(request, "r/closed.html", {"why": why}, status=status))


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _address(request: HttpRequest) -> str | None:
    """The address on the network, None where none is told."""
    return get_adapter().get_client_ip(request) or None
