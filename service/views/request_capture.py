"""Writing down what a customer asks for, and votes, from any customer or any request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.views.faults import show_faults
from service.actions.requests import capture_ask, open_voting, vote, withdraw_vote
from service.forms.requests import CaptureForm
from service.models import Request
from service.queries.request_page import request_for, votes_of
from service.views.request_page import request_crumbs, the_request
from service.views.requests import board_crumbs

OFFERED = 20


@require("capture_requests")
@require_GET
def new_request(request: TenantRequest) -> HttpResponse:
    """Which customer asks? ``?onto=`` a request that is there, else for something new."""
    onto = _onto(request)
    text = request.GET.get("q", "").strip()[:100]
    visible = Customer.objects.visible_to(request.membership)
    if text:
        visible = visible.filter(search_text__contains=text.lower())
    context = {
        "onto": onto,
        "text": text,
        "customers": visible.order_by("name")[:OFFERED],
        "breadcrumbs": request_crumbs(onto) if onto else board_crumbs(),
    }
    return render(request, "service/requests/whose.html", context)


@require("capture_requests")
@require_http_methods(["GET", "POST"])
def new_ask(request: TenantRequest, pk: int) -> HttpResponse:
    """``?onto=`` a request; ``?contact=``, ``?touchpoint=``, ``?case=`` and ``?title=`` set the form."""
    customer = visible_customer(request, pk)
    onto = _onto(request)
    today = request.tenant.local_date(timezone.now())
    names = ("contact", "touchpoint", "case", "title")
    initial: dict[str, Any] = {name: request.GET[name] for name in names if name in request.GET}
    if onto is not None:
        initial |= {"title": onto.title, "module": onto.module_id}
    form = CaptureForm(
        request.POST or None, customer=customer, membership=request.membership, today=today,
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = capture_ask(
                customer=customer, asking=form.asking(), today=today, onto=onto, by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("request", made.request_id)
    context = {
        "customer": customer,
        "onto": onto,
        "form": form,
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }
    return render(request, "service/requests/new.html", context)


@require("capture_requests")
@require_POST
def request_votes(request: TenantRequest, pk: int) -> HttpResponse:
    """A customer wants it too, a colleague says."""
    found = the_request(pk)
    asked = request.POST.get("customer", "")
    customer = visible_customer(request, int(asked) if _is_key(asked) else 0)
    if vote(request=found, customer=customer, by=request.user):
        messages.success(request, _("%(name)s counts now.") % {"name": customer.name})
    else:
        messages.info(request, _("%(name)s voted for it before.") % {"name": customer.name})
    return redirect("request", (found.root or found).pk)


@require("capture_requests")
@require_POST
def request_vote_removals(request: TenantRequest, pk: int, vote_pk: int) -> HttpResponse:
    """A customer wants it no longer."""
    found = the_request(pk)
    cast = votes_of(found, request.membership).filter(pk=vote_pk).first()
    if cast is None:
        raise Http404
    name = cast.customer.name
    withdraw_vote(vote=cast, by=request.user)
    messages.success(request, _("The vote of %(name)s is taken back.") % {"name": name})
    return redirect("request", found.pk)


@require("decide_requests")
@require_POST
def request_voting(request: TenantRequest) -> HttpResponse:
    """Let contacts see what is shared and vote, or not."""
    open_voting(is_open=request.POST.get("open") == "1", by=request.user)
    messages.success(request, _("Saved."))
    return redirect("requests")


def _onto(request: TenantRequest) -> Request | None:
    """The request of the address, or of the one that it was merged into."""
    asked = request.GET.get("onto", "")
    found: Any = request_for(int(asked)) if _is_key(asked) else None
    if asked and found is None:
        raise Http404
    return (found.root or found) if found else None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
