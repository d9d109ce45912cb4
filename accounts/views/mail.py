"""The letters of the tenant: what waits, what left, what did not; and what is decided of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.mail_decisions import (
    CAN_BE_DROPPED,
    CAN_BE_SENT,
    count_as_sent,
    drop_letter,
    send_letter_again,
    try_address_again,
)
from accounts.forms.mail import MailFilter
from accounts.mail_labels import TONES, reason_words
from accounts.models import OutgoingMail, UnreachableAddress, User
from accounts.permissions import require
from accounts.queries.mail import letters, mail_counts, open_outage
from accounts.requests import TenantRequest
from ui.confirm import confirm_page
from ui.tables import Column, Table

State = OutgoingMail.State

COLUMNS = (
    Column("created", gettext_lazy("Written"), sort=("created_at", "id"), wide=True),
    Column("subject", gettext_lazy("Subject")),
    Column("to", pgettext_lazy("letter", "To"), sort="to"),
    Column("purpose", gettext_lazy("Purpose"), wide=True),
    Column("state", gettext_lazy("State")),
    Column("sent", pgettext_lazy("letter", "Left"), sort="sent_at", wide=True),
)
ADDRESSES = (
    Column("address", gettext_lazy("Address"), sort="address"),
    Column("why", gettext_lazy("Why")),
    Column("since", gettext_lazy("Since"), sort="noted_at"),
    Column("actions", gettext_lazy("Actions"), align="end"),
)


@require("manage_mail")
@require_GET
def mail(request: TenantRequest) -> HttpResponse:
    """Every letter, latest first, with what somebody has to look at."""
    form = MailFilter(request.GET)
    # What was not understood filters nothing, and the form says so.
    form.is_valid()
    asked = form.cleaned_data
    found = letters(
        text=asked.get("q", ""), state=asked.get("state", ""), purpose=asked.get("purpose", "")
    )
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-created", tie="pk")
    table = table.counted(found.count())
    counts = mail_counts()
    context = {
        "tabs": mail_tabs("mail"),
        "form": form,
        "table": table,
        "rows": [told(row) for row in found.order_by(*table.order_by)[table.slice]],
        "counts": [
            {"label": State(state).label, "count": counts.of(state), "state": str(state)}
            for state in State.values
            if counts.of(state)
        ],
        "outage": open_outage() if counts.waiting else None,
        "waiting": counts.waiting,
        "unclear": counts.of(State.UNCLEAR),
    }
    return render(request, "accounts/mail/list.html", context)


@require("manage_mail")
@require_GET
def letter(request: TenantRequest, pk: int) -> HttpResponse:
    """One letter: its facts, and what can be decided of it. Its text is shown to nobody: it may hold
    a link that is somebody else's."""
    found = letter_of(pk)
    context = {
        **told(found),
        "can_be_sent": found.state in CAN_BE_SENT and bool(found.sealed_body),
        "can_be_counted": found.state == State.UNCLEAR,
        "can_be_dropped": found.state in CAN_BE_DROPPED,
        "breadcrumbs": [(_("Mail"), reverse("mail"))],
    }
    return render(request, "accounts/mail/letter.html", context)


@require("manage_mail")
@require_POST
def sendings(request: TenantRequest, pk: int) -> HttpResponse:
    """Send it (again)."""
    return _decided(request, pk, send_letter_again, _("It waits to be sent."))


@require("manage_mail")
@require_POST
def confirmations(request: TenantRequest, pk: int) -> HttpResponse:
    """Somebody knows that it arrived."""
    return _decided(request, pk, count_as_sent, _("It counts as sent."))


@require("manage_mail")
@require_http_methods(["GET", "POST"])
def removals(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then decides that it is not sent."""
    found = letter_of(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Not send “%(subject)s”?") % {"subject": found.subject},
            body=_("Its text goes; that it was written stays."),
            action=_("Do not send"),
            back_url=reverse("letter", args=[pk]),
        )
    return _decided(request, pk, drop_letter, _("It is not sent."))


@require("manage_mail")
@require_GET
def addresses(request: TenantRequest) -> HttpResponse:
    """Addresses that no letter reaches."""
    found = UnreachableAddress.objects.all()
    table = Table.read(ADDRESSES, request.GET.urlencode(), default="-since", tie="pk")
    table = table.counted(found.count())
    context = {
        "tabs": mail_tabs("mail_addresses"),
        "table": table,
        "rows": found.order_by(*table.order_by)[table.slice],
    }
    return render(request, "accounts/mail/addresses.html", context)


@require("manage_mail")
@require_POST
def address_removals(request: TenantRequest, pk: int) -> HttpResponse:
    """Letters go to this address again."""
    found = UnreachableAddress.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    try_address_again(unreachable=found, by=request.user)
    messages.success(request, _("Letters go to %(address)s again.") % {"address": found.address})
    return redirect("mail_addresses")


def mail_tabs(active: str) -> list[dict[str, Any]]:
    items = (("mail", _("Letters")), ("mail_addresses", _("Unreachable addresses")))
    return [
        {"label": label, "url": reverse(name), "active": name == active, "count": None}
        for name, label in items
    ]


def told(found: OutgoingMail) -> dict[str, Any]:
    """A letter as rows and its page show it."""
    return {
        "letter": found,
        "tone": TONES[State(found.state)],
        "reason": reason_words(found),
    }


def letter_of(pk: int) -> OutgoingMail:
    found: OutgoingMail | None = (
        OutgoingMail.objects.select_related("contact__customer", "member__user")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _decided(
    request: TenantRequest, pk: int, decide: Callable[..., None], words: str
) -> HttpResponse:
    by: User = request.user
    try:
        decide(mail=letter_of(pk), by=by)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    return redirect("letter", pk)
