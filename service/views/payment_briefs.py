"""The page for a talk about the annual payment, and where it is found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.views.faults import show_faults
from service.actions.suggestions import show_suggestions
from service.compute.peers import FEWEST_PEERS
from service.forms.payment_briefs import BriefUsedForm
from service.queries.payment_briefs import Brief, due_instalments, payment_brief, suggested
from service.views.renewals import today_of
from ui.formats import listed
from ui.tags.formats import language

MOST_DUE = 4


@require("view_money")
@require_GET
def payment_brief_page(request: TenantRequest, pk: int) -> HttpResponse:
    """What the customer got since it paid last, what is owed, and what to suggest; prints on a page."""
    return _page(request, visible_customer(request, pk))


@require("call_renewals")
@require_POST
def payment_brief_uses(request: TenantRequest, pk: int) -> HttpResponse:
    """The brief was used in a talk: what it suggests was shown."""
    customer = visible_customer(request, pk)
    form = BriefUsedForm(request.POST, customer=customer)
    if not form.is_valid():
        return _page(request, customer, form)
    brief = _brief(request, customer)
    try:
        count = show_suggestions(
            customer=customer, shown=suggested(brief), contact=form.cleaned_data["contact"],
            today=today_of(request), by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        show_faults(form, error)
        return _page(request, customer, form)
    messages.success(
        request,
        _("Noted: %(count)s suggestions were shown.") % {"count": count}
        if count
        else _("Nothing new was shown: there is no suggestion, or it was noted today already."),
    )
    return redirect("payment_brief", customer.pk)


def payments_due_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Instalments that are due or overdue, each with the brief for its talk."""
    if not may(request.membership, "view_money"):
        return None
    overdue, coming = due_instalments(customer, today_of(request))
    rows = [*overdue, *coming][:MOST_DUE]
    return {"rows": rows, "today": today_of(request), "customer": customer} if rows else None


def _brief(request: TenantRequest, customer: Customer) -> Brief:
    asked = request.GET.get("instalment", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    return payment_brief(
        customer, wanted, today_of(request), request.tenant.zone, request.membership
    )


def _page(
    request: TenantRequest, customer: Customer, form: BriefUsedForm | None = None
) -> HttpResponse:
    brief = _brief(request, customer)
    may_use = may(request.membership, "call_renewals") and bool(suggested(brief))
    context = {
        "customer": customer,
        "brief": brief,
        "weeks": list(brief.measured.weekly_events or []) if brief.measured else [],
        "fewest": FEWEST_PEERS,
        "form": form or (BriefUsedForm(customer=customer) if may_use else None),
        "former": listed([module.name for module in brief.former], language()),
        "updates": [(_words(update.titles), update.shipped_on) for update in brief.updates],
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }
    return render(request, "service/briefs/payment.html", context)


def _words(texts: dict[str, str]) -> str:
    """In the reader's language, else in any that there is."""
    return texts.get(get_language() or "") or next(filter(None, texts.values()), "")
