"""Asking approvers about a gate: the round, further and other approvers, links, taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Colleague, Contact, ContactRole
from accounts.permissions import require
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from accounts.views.sent_links import show_once
from projects.actions.gates import GateConflict
from projects.actions.sign_off_letters import contact_letter
from projects.actions.sign_off_links import reached_by, revoke_sign_off_link, send_again
from projects.actions.sign_offs import ask_further, ask_gate, take_back
from projects.forms.gates import AskForm, FurtherForm
from projects.models import Gate, SignOffLink
from projects.queries import gates as queries
from projects.views.gate_frame import gate_crumbs, sign_off_of, visible_gate
from projects.views.plan_frame import today_of
from ui.confirm import confirm_page

CONFLICT = 409


@require("ask_sign_offs")
@require_http_methods(["GET", "POST"])
def gate_asks(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    """Ask both sides to confirm."""
    gate = visible_gate(request, pk, gate_pk)
    if gate.state in (Gate.State.ASKED, Gate.State.PASSED):
        return redirect("gate", pk, gate.pk)
    clause = queries.clause_of(gate.project)
    form = AskForm(
        request.POST or None, gate=gate, clause=clause, initial=_initial(request, gate, clause)
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            link, secret = ask_gate(
                gate=gate, seen=given["seen"],
                colleague=Colleague.objects.get(pk=given["colleague"]),
                contact=Contact.objects.get(pk=given["contact"]),
                language=given["language"], deadline_on=given["deadline_on"],
                silence_counts=given.get("silence_counts", False),
                tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except GateConflict:
            form.add_error(None, _("Somebody changed this gate meanwhile. Look at it again."))
            status = CONFLICT
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _show(request, link, secret)
            return redirect("gate", pk, gate.pk)
    context = {
        "project": gate.project,
        "gate": gate,
        "form": form,
        "has_contacts": bool(form.contacts),
        "title": _("Ask for sign-offs"),
        "back": reverse("gate", args=[pk, gate.pk]),
        "breadcrumbs": gate_crumbs(gate),
    }
    return render(request, "projects/gates/form.html", context, status=status)


@require("ask_sign_offs")
@require_http_methods(["GET", "POST"])
def gate_approvers(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    """Ask one approver more, or (``?instead=``) another one."""
    gate = visible_gate(request, pk, gate_pk)
    if gate.state != Gate.State.ASKED:
        return redirect("gate", pk, gate.pk)
    text = request.GET.get("instead", "")
    instead = sign_off_of(gate, int(text)) if _is_number(text) else None
    form = FurtherForm(
        request.POST or None, project=gate.project, side=instead.side if instead else ""
    )
    if request.method == "POST" and form.is_valid():
        try:
            _sign_off, link, secret = ask_further(
                gate=gate, approver=form.chosen(), instead_of=instead,
                language=form.cleaned_data["language"], tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if link is not None:
                _show(request, link, secret)
            return redirect("gate", pk, gate.pk)
    title = _("Ask another approver")
    if instead is not None:
        title = _("Ask another approver instead of %(name)s") % {"name": instead.name}
    context = {
        "project": gate.project, "gate": gate, "form": form, "title": title,
        "has_contacts": True, "back": reverse("gate", args=[pk, gate.pk]),
        "breadcrumbs": gate_crumbs(gate),
    }  # fmt: skip
    return render(request, "projects/gates/form.html", context)


@require("ask_sign_offs")
@require_http_methods(["GET", "POST"])
def gate_withdrawals(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    """Asks, then takes the question back."""
    gate = visible_gate(request, pk, gate_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take the question about “%(gate)s” back?") % {"gate": gate.title},
            body=_("Links that were sent stop working at once. You can ask again."),
            action=_("Take back"),
            back_url=reverse("gate", args=[pk, gate.pk]),
        )
    try:
        take_back(gate=gate, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("gate", pk, gate.pk)


@require("ask_sign_offs")
@require_POST
def sign_off_links(request: TenantRequest, pk: int, gate_pk: int, sign_off_pk: int) -> HttpResponse:
    """Send a contact a further link to the same sign-off."""
    gate = visible_gate(request, pk, gate_pk)
    sign_off = sign_off_of(gate, sign_off_pk)
    try:
        link, secret = send_again(sign_off=sign_off, tenant=request.tenant, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _show(request, link, secret)
    return redirect("gate", pk, gate.pk)


@require("ask_sign_offs")
@require_http_methods(["GET", "POST"])
def sign_off_link_revocations(
    request: TenantRequest, pk: int, gate_pk: int, link_pk: int
) -> HttpResponse:
    """Asks, then ends a link."""
    gate = visible_gate(request, pk, gate_pk)
    link = (
        SignOffLink.objects.filter(sign_off__gate=gate, pk=link_pk)
        .select_related("sign_off__gate")
        .first()
    )
    if link is None:
        raise Http404
    url = reverse("gate", args=[pk, gate.pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": link.signatory},
            body=_("It stops working at once."),
            action=_("Revoke"),
            back_url=url,
        )
    try:
        revoke_sign_off_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


def _initial(request: TenantRequest, gate: Gate, clause: Any) -> dict[str, Any]:
    """Who is planned to confirm, else the project's manager and a decision maker; and as many days
    as the gate and the clause give."""
    today = today_of(request)
    uses_silence = clause is not None and gate.uses_silence
    days = max(gate.answer_days, clause.days if uses_silence else 0)
    contact = gate.customer_approver_id
    if contact is None:
        decides = ContactRole.objects.filter(
            contact__customer=gate.project.customer_id, role=ContactRole.Kind.DECISION_MAKER,
            to_on__isnull=True,
        )  # fmt: skip
        contact = decides.order_by("pk").values_list("contact_id", flat=True).first()
    return {
        "colleague": str(gate.vendor_approver_id or gate.project.manager_id or ""),
        "contact": str(contact or ""),
        "deadline_on": working_calendar().add_working_days(today, days),
        "silence_counts": uses_silence,
        "seen": gate.version,
    }


def _show(request: TenantRequest, link: SignOffLink, secret: str) -> None:
    """The link for the next page, and the letter with it where the contact has an address."""
    sign_off = link.sign_off
    show_once(
        request, link, name=link.signatory, email=link.contact.email if link.contact else "",
        letter=contact_letter("asked", sign_off, request.tenant, secret),
        about=sign_off.gate,
        after=reached_by(link),
    )  # fmt: skip


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
