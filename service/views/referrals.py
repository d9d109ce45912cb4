"""Referrals and suggestions: lists, entry from a customer, and what came of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.views.faults import show_faults
from segmentation.queries.scopes import scope_of
from segmentation.views.portfolio import scope_tabs
from service.actions.referrals import change_referral, record_referral, remove_referral
from service.forms.referrals import ReferralEdit, ReferralFilter, ReferralForm
from service.models import Referral
from service.queries.referrals import (
    STATES,
    referral_figures,
    referrals,
    referrals_of,
    referred_by,
    seen_ids,
    suggestion_figures,
    suggestions,
    visible_referral,
)
from service.views.renewals import today_of
from ui.confirm import confirm_page
from ui.downloads import file_response
from ui.registry import customer_panels
from ui.tables import Column, Table
from ui.tables.ordering import absent_last

COLUMNS = (
    Column("prospect", gettext_lazy("Referred to us"), sort=("prospect_name", "pk")),
    Column("referrer", gettext_lazy("Referred by"), sort=("referrer__name", "-referred_on")),
    Column("on", gettext_lazy("Referred on"), sort="referred_on"),
    Column("outcome", gettext_lazy("What came of it"), sort=("outcome", "-referred_on")),
    Column("signed", gettext_lazy("First contract"), sort="signed_on"),
    Column("arr", gettext_lazy("ARR today"), sort="arr", align="end",
           why=gettext_lazy("Annual fees of the subscription lines that the customer who was "
                            "referred runs today, trials apart.")),
)  # fmt: skip
SUGGESTED = (
    Column("customer", gettext_lazy("Customer"), sort=("customer__name", "-shown_on")),
    Column("module", gettext_lazy("Module"), sort=("module__name", "-shown_on")),
    Column("shown", gettext_lazy("Shown on"), sort="shown_on"),
    Column("why", gettext_lazy("Why")),
    Column("to", gettext_lazy("Shown to"), sort="contact__name", wide=True),
    Column("by", gettext_lazy("By"), wide=True),
    Column("taken", gettext_lazy("Taken from"), sort="taken_on"),
)


@require("view_referrals")
@require_GET
def referrals_list(request: TenantRequest) -> HttpResponse:
    """Who recommended us to whom, and what came of it."""
    today = today_of(request)
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    everything = referrals(scope, today)
    form = ReferralFilter(request.GET)
    form.is_valid()
    found, text = everything, form.cleaned_data.get("q", "").strip().lower()
    if text:
        found = found.filter(
            Q(prospect_name__icontains=text) | Q(referrer__search_text__contains=text)
        )
    if form.cleaned_data.get("outcome"):
        found = found.filter(outcome=form.cleaned_data["outcome"])
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-on", tie="pk")
    ordered = found.order_by(*absent_last(table.order_by)).select_related("referrer", "prospect")
    if "format" in request.GET:
        return _file(request, ordered)
    table = table.counted(found.count())
    rows = list(ordered[table.slice])
    context = {
        "table": table,
        "rows": [(row, STATES[row.outcome]) for row in rows],
        "seen": seen_ids(request.membership, [row.prospect_id for row in rows if row.prospect_id]),
        "figures": referral_figures(everything, today),
        "match": suggestion_figures(suggestions(scope)),
        "urls": {name: table.url(outcome=name) for name in STATES},
        "form": form,
        "sees_retention": may(request.membership, "view_retention"),
        "scopes": scope_tabs(scope, table),
        "today": today,
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "service/referrals/list.html", context)


@require("view_referrals")
@require_GET
def suggestions_list(request: TenantRequest) -> HttpResponse:
    """Modules that were suggested, and which of them were taken."""
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    found = everything = suggestions(scope)
    taken = request.GET.get("taken", "")
    if taken in {"yes", "no"}:
        found = found.filter(taken_on__isnull=taken == "no")
    table = Table.read(SUGGESTED, request.GET.urlencode(), default="-shown", tie="pk")
    table = table.counted(found.count())
    rows = found.order_by(*absent_last(table.order_by)).select_related(
        "customer", "module", "contact", "shown_by"
    )
    context = {
        "table": table,
        "rows": rows[table.slice],
        "figures": suggestion_figures(everything),
        "urls": {"all": table.url(taken=None), "yes": table.url(taken="yes")},
        "scopes": scope_tabs(scope, table),
        "today": today_of(request),
        "breadcrumbs": [(_("Referrals"), reverse("referrals"))],
    }
    return render(request, "service/referrals/suggestions.html", context)


@require("record_referrals")
@require_http_methods(["GET", "POST"])
def new_referral(request: TenantRequest, pk: int) -> HttpResponse:
    """A customer recommended us to somebody."""
    referrer, today = visible_customer(request, pk), today_of(request)
    form = ReferralForm(
        request.POST or None, referrer=referrer, membership=request.membership,
        initial={"referred_on": today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            record_referral(referrer=referrer, values=form.values(), today=today, by=request.user)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Kept."))
            return redirect(customer_panels.url(referrer.pk, "referrals"))
    context = {
        "form": form,
        "referrer": referrer,
        "breadcrumbs": [(referrer.name, reverse("customer", args=[referrer.pk]))],
    }
    return render(request, "service/referrals/new.html", context)


@require("record_referrals")
@require_http_methods(["GET", "POST"])
def referral(request: TenantRequest, pk: int) -> HttpResponse:
    """One referral, to be changed."""
    found, today = _found(request, pk), today_of(request)
    form = ReferralEdit(request.POST or None, referral=found, membership=request.membership)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            change_referral(
                referral=found, seen=seen, values=form.values(), today=today, by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("referral", found.pk)
    context = {
        "referral": found,
        "outcome": STATES[found.outcome],  # type: ignore[attr-defined]
        "form": form,
        "sees_prospect": found.prospect_id is not None
        and bool(seen_ids(request.membership, [found.prospect_id])),
        "breadcrumbs": [
            (_("Referrals"), reverse("referrals")),
            (found.referrer.name, reverse("customer", args=[found.referrer_id])),
        ],
    }
    return render(request, "service/referrals/referral.html", context)


@require("record_referrals")
@require_http_methods(["GET", "POST"])
def referral_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Take away what was written down by mistake; asks first."""
    found = _found(request, pk)
    if request.method == "POST":
        remove_referral(referral=found, by=request.user)
        messages.success(request, _("Taken away."))
        return redirect("referrals")
    return confirm_page(
        request,
        title=_("Take this referral away?"),
        body=_("It was written down by mistake, and counts no more."),
        action=_("Take away"),
        back_url=reverse("referral", args=[found.pk]),
    )


def referrals_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Whom a customer recommended us to, and who recommended us to it."""
    if not may(request.membership, "view_referrals"):
        return None
    today, source = today_of(request), referred_by(customer)
    rows = referrals_of(customer, today, request.membership)
    ids = [row.prospect_id for row in rows if row.prospect_id]
    if source is not None:
        ids.append(source.referrer_id)
    return {
        "customer": customer,
        "rows": [(row, STATES[row.outcome]) for row in rows],
        "source": source,
        "seen": seen_ids(request.membership, ids) if ids else set(),
        "may_record": may(request.membership, "record_referrals"),
    }


def _found(request: TenantRequest, pk: int) -> Referral:
    found = visible_referral(request.membership, pk, today_of(request))
    if found is None:
        raise Http404
    return found


def _file(request: TenantRequest, found: Any) -> HttpResponse:
    return file_response(
        [column.label for column in COLUMNS],
        (
            (
                row.prospect_name, row.referrer.name, row.referred_on, str(STATES[row.outcome]),
                row.signed_on, row.arr,
            )
            for row in found.iterator(chunk_size=2000)
        ),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-referrals-{today_of(request).isoformat()}",
        title=_("Referrals"),
    )  # fmt: skip
