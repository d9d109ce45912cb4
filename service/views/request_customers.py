"""Requests of one customer: the panel of its page, its timeline, and links for its contacts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Contact, Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from accounts.views.sent_links import KEPT, not_stored, show_once, taken_once
from service.actions.contact_letters import REQUESTS, page_letter
from service.actions.request_links import give_page_link, revoke_page_links
from service.forms.updates import PageLinkForm
from service.models import RequestPageLink
from service.queries.request_page import asks_of_customer, standing_of
from service.queries.request_timeline import Told, told_of
from ui.confirm import confirm_page
from ui.tables import Column, Table
from ui.timelines import TimelineEntry, TimelinePage

PANEL_ROWS = 10
MOST_LINKS = 100
PANEL = (
    Column("title", gettext_lazy("Request")),
    Column("status", gettext_lazy("State")),
    Column("contact", gettext_lazy("Contact"), wide=True),
    Column("made_on", gettext_lazy("Asked on"), sort="made_on"),
)


def requests_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """What the customer asked for; nothing where nobody may write any down."""
    found = asks_of_customer(customer)
    address = request.GET.urlencode()
    table = Table.read(
        PANEL, address, default="-made_on", tie="-pk", prefix="request-", rows=PANEL_ROWS
    )
    table = table.counted(found.count())
    may_capture = may(request.membership, "capture_requests")
    if not table.total and not may_capture:
        return None
    asks = found.order_by(*table.order_by)[table.slice]
    return {
        "table": table,
        "rows": [(ask, standing_of(ask)) for ask in asks],
        "may_capture": may_capture,
        "customer": customer,
    }


def requests_in_timeline(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """What it asked for, what it was answered, and the updates that it got."""
    return page.newest(_entry(one) for one in told_of(customer, page))


def _entry(one: Told) -> TimelineEntry:
    of_case = _("Came of the case: %(title)s") % {"title": one.case} if one.case else ""
    titles = {
        "ask": _("Asked for: %(title)s"),
        "answer": _("Answered: %(title)s"),
        "update": _("Product update: %(title)s"),
    }
    return TimelineEntry(
        at=one.at,
        key=f"{one.kind}-{one.pk}",
        title=titles[one.kind] % {"title": one.title},
        text="\n".join(filter(None, (of_case, one.text))),
        who=one.who,
        url=reverse("update" if one.kind == "update" else "request", args=[one.about]),
    )


@require("capture_requests")
@require_http_methods(["GET", "POST"])
def request_links(request: TenantRequest, pk: int) -> HttpResponse:
    """Who of a customer has a link to what they asked for; give one."""
    customer = visible_customer(request, pk)
    contacts = Contact.objects.filter(customer=customer).order_by("name", "pk")
    form = PageLinkForm(request.POST or None, contacts=contacts)
    if request.method == "POST" and form.is_valid():
        contact = form.cleaned_data["contact"]
        link, secret = give_page_link(
            contact=contact, language=form.cleaned_data["language"], by=request.user
        )
        letter = page_letter(REQUESTS, link=link, tenant=request.tenant, secret=secret)
        show_once(request, link, name=link.name, email=contact.email, letter=letter)
        return redirect("request_links", customer.pk)
    found = RequestPageLink.objects.filter(customer=customer)
    made = (request.session.get(KEPT) or {}).get("link")
    mine = {link.pk for link in found.filter(pk=made)} if made else set()
    sent = taken_once(request, RequestPageLink, mine)
    links = found.filter(revoked_at=None).exclude(contact=None).select_related("contact", "sent_by")
    context = {
        "customer": customer,
        "form": form,
        "has_contacts": contacts.exists(),
        "links": links[:MOST_LINKS],
        "sent": sent,
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }
    return not_stored(render(request, "service/requests/links.html", context), sent)


@require("capture_requests")
@require_http_methods(["GET", "POST"])
def request_link_revocations(request: TenantRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Asks, then ends all links of a contact to what they asked for."""
    customer = visible_customer(request, pk)
    contact = get_object_or_404(Contact.objects.filter(customer=customer), pk=contact_pk)
    url = reverse("request_links", args=[customer.pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": contact.name},
            body=_("It stops working at once."),
            action=_("Revoke"),
            back_url=url,
        )
    try:
        revoke_page_links(contact=contact, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)
