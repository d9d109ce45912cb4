"""Links by which a customer's people report cases: who has one, giving and revoking them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from accounts.views.sent_links import not_stored, show_once, taken_once
from service.actions.case_links import give_case_link, revoke_case_link
from service.actions.contact_letters import CASES, page_letter
from service.forms.case_links import CaseLinkForm
from service.models import CaseLink
from service.queries.cases import standing_links
from ui.confirm import confirm_page


@require("work_cases")
@require_http_methods(["GET", "POST"])
def case_links(request: TenantRequest, pk: int) -> HttpResponse:
    """Who has a link, and giving one."""
    customer = visible_customer(request, pk)
    form = CaseLinkForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.values()
            link, secret = give_case_link(customer=customer, by=request.user, **given)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            letter = page_letter(CASES, link=link, tenant=request.tenant, secret=secret)
            email = given["contact"].email
            show_once(request, link, name=link.name, email=email, letter=letter)
            return redirect("case_links", pk)
    now, links = timezone.now(), standing_links(customer)
    sent = taken_once(request, CaseLink, {link.pk for link in links})
    context = {
        "customer": customer,
        "form": form,
        "links": [(link, link.closed_by(now)) for link in links],
        "sent": sent,
        "breadcrumbs": [(customer.name, reverse("customer", args=[pk]))],
    }
    return not_stored(render(request, "service/cases/links.html", context), sent)


@require("work_cases")
@require_http_methods(["GET", "POST"])
def case_link_revocations(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Asks, then ends a person's links about cases."""
    customer = visible_customer(request, pk)
    link = CaseLink.objects.filter(customer=customer, case=None, pk=link_pk).first()
    if link is None:
        raise Http404
    url = reverse("case_links", args=[pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": link.name},
            body=_("It stops working at once, and so do the links in letters about their cases."),
            action=_("Revoke"),
            back_url=url,
        )
    try:
        revoke_case_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)
