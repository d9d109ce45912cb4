"""The success plan as the customer's people open it by a link, and giving them one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contact_links import LinkClosed
from accounts.models import Contact, Customer, Responsibility, Tenant
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from accounts.views.sent_links import show_once
from projects.actions.customer_pages import note_opened
from projects.views.faults import show_faults
from service.actions.contact_letters import PLAN, page_letter
from service.actions.success_plans import give_plan_link, revoke_plan_link
from service.forms.account_files import PlanLinkForm
from service.models import SuccessPlanLink
from service.queries.account_files import account_file_of
from service.views.account_files import crumbs
from ui.confirm import confirm_page


def success_plan_page(request: HttpRequest, tenant: Tenant, link: SuccessPlanLink) -> HttpResponse:
    """What of the plan is marked as shown to the customer.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    note_opened(link, now)
    # Amounts of measured goals are in the tenant's currency.
    request.tenant = tenant  # type: ignore[attr-defined]
    context = shared_context(link.customer, tenant) | {"link": link}
    return render(request, "r/success_plan.html", context)


def shared_context(customer: Customer, tenant: Tenant) -> dict[str, Any]:
    """What the template ``r/success_plan.html`` shows today: nothing that is not marked as shared."""
    today = tenant.local_date(timezone.now())
    found = account_file_of(customer, today)
    face = (
        Responsibility.objects.filter(customer=customer, to_on=None)
        .select_related("colleague__membership__user")
        .first()
    )
    sponsor = found.sponsor.last
    shown_goals = [view for view in found.goals if view.goal.is_shared]
    return {
        "customer": customer,
        "vendor": tenant.name,
        "tenant": tenant,
        "today": today,
        "face": face.colleague if face else None,
        "goals": [view for view in shown_goals if view.goal.state != "dropped"],
        "milestones": [
            (one, one.goal if one.goal and one.goal.is_shared else None)
            for one in found.milestones
            if one.is_shared
        ],
        "privileges": [
            one
            for one in found.privileges
            if one.is_shared and (one.to_on is None or one.to_on >= today)
        ],
        "sponsor": (
            sponsor if sponsor and sponsor.is_shared and found.sponsor.state == "here" else None
        ),
    }


@require("view_customers")
@require_GET
def success_plan_preview(request: TenantRequest, pk: int) -> HttpResponse:
    """The page as the customer's people see it."""
    customer = visible_customer(request, pk)
    context = shared_context(customer, request.tenant) | {"is_preview": True}
    return render(request, "r/success_plan.html", context)


@require("share_success_plans")
@require_http_methods(["GET", "POST"])
def new_plan_link(request: TenantRequest, pk: int) -> HttpResponse:
    """Give a contact a link."""
    customer = visible_customer(request, pk)
    form = PlanLinkForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            _give(request, customer, **form.cleaned_data)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect(f"{reverse('account_file', args=[pk])}#shared")
    context = {
        "customer": customer,
        "title": _("Share the success plan"),
        "form": form,
        "crumbs": crumbs(customer),
        "is_link": True,
    }
    return render(request, "service/account_files/form.html", context)


@require("share_success_plans")
@require_POST
def plan_link_renewals(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Send a person's link again: the one they had stops working, since no secret is kept."""
    customer = visible_customer(request, pk)
    link = _link(customer, link_pk)
    if link.contact is None:
        messages.error(request, _("This person is no longer a contact of the customer."))
    else:
        _give(request, customer, contact=link.contact, language=link.language)
    return redirect(f"{reverse('account_file', args=[pk])}#shared")


@require("share_success_plans")
@require_http_methods(["GET", "POST"])
def plan_link_revocations(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Asks, then ends a link."""
    customer = visible_customer(request, pk)
    link = _link(customer, link_pk)
    back = f"{reverse('account_file', args=[pk])}#shared"
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": link.name},
            body=_("It stops working at once."),
            action=_("Revoke"),
            back_url=back,
        )
    try:
        revoke_plan_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(back)


def _give(request: TenantRequest, customer: Customer, contact: Contact, language: str) -> None:
    """A link, shown once on the next page, with a letter where there is an address."""
    link, secret = give_plan_link(
        customer=customer, contact=contact, language=language, by=request.user
    )
    letter = page_letter(PLAN, link=link, tenant=request.tenant, secret=secret)
    show_once(request, link, name=link.name, email=contact.email, letter=letter)


def _link(customer: Customer, pk: int) -> SuccessPlanLink:
    found: SuccessPlanLink | None = (
        SuccessPlanLink.objects.filter(customer=customer, pk=pk).select_related("contact").first()
    )
    if found is None:
        raise Http404
    return found
