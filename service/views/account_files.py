"""The account file of a customer: its page, its panel on the customer page, what is overdue on the
first screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Customer, Visibility
from accounts.permissions import may, require
from accounts.queries.customer_page import face_history
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from accounts.views.sent_links import not_stored, taken_once
from projects.views.faults import show_faults
from segmentation.queries.scopes import page_scope
from service.actions.account_files import end_sponsor, name_sponsor, write_background
from service.forms.account_files import BackgroundForm, SponsorEndForm, SponsorForm
from service.models import AccountFile, Sponsor, SuccessPlanLink
from service.queries.account_files import (
    account_file_of,
    group_figures,
    late_milestones,
    plan_links,
)

SHOWN = 5


def today_of(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())


@require("view_customers")
@require_GET
def account_file(request: TenantRequest, pk: int) -> HttpResponse:
    """Background, sponsor, goals, milestones, privileges, faces, the group, and who has a link."""
    customer = visible_customer(request, pk)
    today, now = today_of(request), timezone.now()
    links = plan_links(customer)
    sent = taken_once(request, SuccessPlanLink, {link.pk for link in links})
    context = {
        "customer": customer,
        "found": account_file_of(customer, today),
        "group": group_figures(customer, request.membership, today),
        "history": face_history(customer),
        "links": [(link, link.closed_by(now)) for link in links],
        "sent": sent,
        "today": today,
        "may_edit": may(request.membership, "edit_account_files"),
        "may_share": may(request.membership, "share_success_plans"),
        "may_money": may(request.membership, "view_money"),
        "may_log": may(request.membership, "log_touchpoints"),
        "breadcrumbs": [(customer.name, reverse("customer", args=[pk]))],
    }
    return not_stored(render(request, "service/account_files/page.html", context), sent)


def account_file_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Open goals, the next milestones and the sponsor; nothing where nobody wrote anything and this
    member could not."""
    today = today_of(request)
    found = account_file_of(customer, today)
    may_edit = may(request.membership, "edit_account_files")
    if found.is_empty and not may_edit:
        return None
    return {
        "customer": customer,
        "found": found,
        "goals": [view for view in found.goals if view.goal.state == "open"][:SHOWN],
        "milestones": found.open_milestones[:SHOWN],
        "privileges": [
            one for one in found.privileges
            if one.from_on <= today and (one.to_on is None or one.to_on >= today)
        ],
        "today": today,
    }  # fmt: skip


def late_milestones_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """Joint milestones that are overdue; nothing where none is. ``width``: whose customers the page
    shows; None: the member's own."""
    scope = page_scope(request, width or str(Visibility.MINE))
    found = list(late_milestones(scope, today_of(request))[: SHOWN + 1])
    if not found:
        return None
    return {"late": found[:SHOWN], "has_more": len(found) > SHOWN, "today": today_of(request)}


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def account_background(request: TenantRequest, pk: int) -> HttpResponse:
    customer = visible_customer(request, pk)
    file = AccountFile.objects.filter(customer=customer).first()
    initial = {
        "background": file.background if file else "",
        "seen": file.version if file else 0,
    }
    form = BackgroundForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            write_background(
                customer=customer, text=given["background"], seen=given["seen"], by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            return saved(request, customer)
    return form_page(request, customer, _("Background"), form)


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def new_sponsor(request: TenantRequest, pk: int) -> HttpResponse:
    """Who stands for us from a day on; who did before has ended the day before."""
    customer = visible_customer(request, pk)
    form = SponsorForm(
        request.POST or None, customer=customer, initial={"from_on": today_of(request)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            name_sponsor(customer=customer, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return saved(request, customer)
    return form_page(request, customer, _("Name the sponsor"), form)


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def sponsor_endings(request: TenantRequest, pk: int) -> HttpResponse:
    """That the present sponsor no longer stands for us, since when and why."""
    customer = visible_customer(request, pk)
    sponsor = Sponsor.objects.filter(customer=customer, to_on=None).first()
    if sponsor is None:
        raise Http404
    form = SponsorEndForm(
        request.POST or None, sponsor=sponsor, initial={"to_on": today_of(request)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            end_sponsor(sponsor=sponsor, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return saved(request, customer)
    title = _("%(name)s no longer stands for us") % {"name": sponsor.name}
    return form_page(request, customer, title, form)


def form_page(
    request: TenantRequest, customer: Customer, title: str, form: Any, **further: Any
) -> HttpResponse:
    context = {"customer": customer, "title": title, "form": form, "crumbs": crumbs(customer)}
    return render(request, "service/account_files/form.html", context | further)


def crumbs(customer: Customer) -> list[tuple[str, str]]:
    """To the pages below an account file."""
    return [
        (customer.name, reverse("customer", args=[customer.pk])),
        (_("Account file"), reverse("account_file", args=[customer.pk])),
    ]


def saved(request: TenantRequest, customer: Customer) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("account_file", customer.pk)
