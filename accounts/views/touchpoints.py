"""Keeping a meeting with a customer in two keystrokes, and changing or taking away one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.touchpoints import (
    change_touchpoint,
    log_touchpoint,
    remove_touchpoint,
    told_now,
)
from accounts.forms.touchpoints import TouchpointForm
from accounts.models import Customer, Role, Touchpoint
from accounts.permissions import may, require
from accounts.queries.service import occasion_of, own_colleague, touchpoint_for
from accounts.requests import TenantRequest
from accounts.touchpoint_kinds import KINDS, kind_label
from accounts.touchpoint_ties import TieKind, tie_kinds
from accounts.views.customers import visible_customer
from ui.confirm import confirm_page
from ui.registry import customer_panels


@require("log_touchpoints")
@require_http_methods(["GET", "POST"])
def new_touchpoint(request: TenantRequest, pk: int) -> HttpResponse:
    """``?kind=``, ``?contact=``, ``?note=`` and the kinds of ties (``?cta=5``) set the form."""
    customer = visible_customer(request, pk)
    form = _form(request, customer, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = log_touchpoint(
                customer=customer, values=form.values(), ties=form.ties_given(), by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Kept: %(what)s.") % {"what": kind_label(made.kind)})
            return _back(request, customer)
    return _page(request, customer, form, None)


@require("view_customers")
@require_http_methods(["GET", "POST"])
def touchpoint(request: TenantRequest, pk: int) -> HttpResponse:
    """A meeting with what it was about; its own person and administrators change it."""
    rows = _visible(request, pk)
    found, customer = rows[0], rows[0].customer
    if not _may_change(request, found):
        if request.method == "POST":
            raise Http404
        return render(request, "accounts/touchpoints/shown.html", _told(request, rows))
    form = _form(request, customer, initial=_values(rows), found=found)
    if request.method == "POST" and form.is_valid():
        seen = _moment(form.cleaned_data["seen"])
        try:
            change_touchpoint(
                touchpoint=found, values=form.values(), ties=form.ties_given(), seen=seen,
                by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return _back(request, customer)
    return _page(request, customer, form, found)


@require("log_touchpoints")
@require_http_methods(["GET", "POST"])
def touchpoint_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a meeting away."""
    found = _visible(request, pk)[0]
    if not _may_change(request, found):
        messages.error(request, _("Who met the customer, or an administrator, takes this away."))
        return redirect("touchpoint", pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take this touchpoint away?"),
            body=_("It leaves the timeline; past nights still know it."),
            action=_("Take away"),
            back_url=reverse("touchpoint", args=[pk]),
        )
    remove_touchpoint(touchpoint=found, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": kind_label(found.kind)})
    return redirect(customer_panels.url(found.customer_id, "timeline"))


def show_faults(form: TouchpointForm, error: ValidationError) -> None:
    """Each fault beside its field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, faults in error.error_dict.items():
        form.add_error(name if name in form.fields else None, faults)


def _form(
    request: TenantRequest,
    customer: Customer,
    *,
    initial: dict[str, Any],
    found: Touchpoint | None = None,
) -> TouchpointForm:
    return TouchpointForm(
        request.POST or None,
        initial=initial,
        customer=customer,
        membership=request.membership,
        today=request.tenant.local_date(timezone.now()),
        tied=_offered(request, customer, initial),
        named=found.colleague if found else None,
        kind=found.kind if found else "",
    )


def _offered(
    request: TenantRequest, customer: Customer, initial: dict[str, Any]
) -> dict[TieKind, list[tuple[int, str]]]:
    """What may be chosen of each kind, and what is chosen already; kinds without any are left out."""
    offered = {}
    for kind in tie_kinds():
        choices = kind.offered(request.membership, customer)
        chosen = initial.get(f"tie_{kind.key}")
        if chosen and all(pk != chosen for pk, _words in choices):
            told = kind.told(request.membership, [chosen])
            choices += [(pk, words) for pk, (words, _url) in told.items()]
        if choices:
            offered[kind] = choices
    return offered


def _asked(request: TenantRequest) -> dict[str, Any]:
    """What the address sets; by whom and when are set anyway."""
    given = request.GET
    me = own_colleague(request.membership)
    ties = {
        f"tie_{kind.key}": int(given[kind.key])
        for kind in tie_kinds()
        if given.get(kind.key, "").isdecimal() and len(given[kind.key]) < 19
    }
    return {
        "kind": given.get("kind", "") if given.get("kind") in KINDS else "call",
        "contacts": [pk for pk in given.getlist("contact") if pk.isdecimal()],
        "note": given.get("note", "")[:1000],
        "happened_on": request.tenant.local_date(timezone.now()),
        "colleague": str(me.pk) if me else "",
        **ties,
    }


def _values(rows: list[Touchpoint]) -> dict[str, Any]:
    now = told_now(rows)
    ties = {f"tie_{tie.kind}": tie.object_id for row in rows for tie in row.ties.all()}
    return {
        "kind": now.kind,
        "contacts": [contact.pk for contact in now.contacts],
        "happened_on": now.happened_on,
        "colleague": str(now.colleague.pk) if now.colleague else "",
        "note": now.note,
        "next_step": now.next_step,
        "next_on": now.next_on,
        "seen": rows[0].known_from.isoformat(),
        **ties,
    }


def _visible(request: TenantRequest, pk: int) -> list[Touchpoint]:
    """The rows of the meeting, or a 404 where the member does not see it or its customer."""
    found = touchpoint_for(request.membership, pk)
    if found is None:
        raise Http404
    return occasion_of(found)


def _may_change(request: TenantRequest, found: Touchpoint) -> bool:
    """One's own; administrators everybody's."""
    if not may(request.membership, "log_touchpoints"):
        return False
    if request.membership.has_role(Role.ADMIN):
        return True
    person = found.colleague
    return person is not None and person.membership_id == request.membership.pk


def _told(request: TenantRequest, rows: list[Touchpoint]) -> dict[str, Any]:
    ties = {(tie.kind, tie.object_id) for row in rows for tie in row.ties.all()}
    about = []
    for kind in tie_kinds():
        ids = [pk for key, pk in ties if key == kind.key]
        if ids:
            about += [
                (kind.label, words, url)
                for words, url in kind.told(request.membership, ids).values()
            ]
    customer = rows[0].customer
    return {
        "touchpoint": rows[0],
        "kind": kind_label(rows[0].kind),
        "contacts": [row.contact for row in rows if row.contact],
        "about": about,
        "customer": customer,
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }


def _page(
    request: TenantRequest, customer: Customer, form: TouchpointForm, found: Touchpoint | None
) -> HttpResponse:
    context = {
        "customer": customer,
        "form": form,
        "touchpoint": found,
        "action": request.get_full_path(),
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }
    in_dialog = request.htmx and request.htmx.target == "touch-dialog"
    template = "form" if in_dialog else "page"
    return render(request, f"accounts/touchpoints/{template}.html", context)


def _back(request: TenantRequest, customer: Customer) -> HttpResponse:
    """From the dialog to the page below it, as it is now; else to the customer."""
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return redirect(customer_panels.url(customer.pk, "timeline"))


def _moment(text: str) -> datetime | None:
    """The ``known_from`` that a form was filled from; of nonsense, one that was never."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
