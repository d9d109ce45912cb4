"""The page of a customer's approver: a gate, to be confirmed or returned."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Tenant
from projects.actions.sign_off_answers import answer_by_sign_off_link
from projects.actions.sign_off_links import check_sign_off_link, mark_reached
from projects.forms.gates import ConfirmForm, ReturnForm
from projects.models import SignOffLink
from projects.queries.gates import clause_of
from projects.views.gate_frame import shown_sign_off

ACTS = ("approved", "returned")


def sign_off_page(request: HttpRequest, tenant: Tenant, link: SignOffLink) -> HttpResponse:
    """The document of a link, and what the approver chose to do with it.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    check_sign_off_link(link, timezone.now())
    mark_reached(tenant_id=tenant.pk, link_id=link.pk)
    act = request.POST.get("act", "")
    if request.method == "POST" and act in ACTS:
        return _answered(request, tenant, link, act)
    return _page(request, link)


def _answered(request: HttpRequest, tenant: Tenant, link: SignOffLink, act: str) -> HttpResponse:
    form = _form(act, link, request.POST)
    if not form.is_valid():
        return _page(request, link, **{act: form})
    given = form.cleaned_data
    try:
        answer = answer_by_sign_off_link(
            link=link,
            seen_hash=request.POST.get("document", ""),
            outcome=act,
            name=given["name"],
            reason=given.get("reason", ""),
            satisfaction=given.get("satisfaction"),
            ip=get_adapter().get_client_ip(request) or None,
            tenant=tenant,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, link, **{act: form})
    context = {"answer": answer, "document": shown_sign_off(answer.document)}
    return render(request, "r/sign_off_done.html", context)


def _form(act: str, link: SignOffLink, data: Any = None) -> Form:
    if act == "returned":
        return ReturnForm(data, prefix=act)
    return ConfirmForm(data, prefix=act, is_acceptance=link.sign_off.gate.is_acceptance)


def _page(request: HttpRequest, link: SignOffLink, **bound: Form) -> HttpResponse:
    sign_off = link.sign_off
    clause = clause_of(sign_off.gate.project) if sign_off.clause_id else None
    context: dict[str, Any] = {
        "link": link,
        "sign_off": sign_off,
        "document": shown_sign_off(sign_off.document),
        # A clause that was recorded wrongly is ended: then silence counts for nobody any more.
        "silence_ended": sign_off.clause_id and (clause is None or clause.pk != sign_off.clause_id),
        "forms": {act: bound.get(act) or _form(act, link) for act in ACTS},
        "faulty": next(iter(bound), ""),
    }
    return render(request, "r/sign_off.html", context)
