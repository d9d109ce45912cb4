"""Customers that senders name and nobody knows: who is meant is decided here."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import require
from accounts.queries.search import found_customers
from accounts.requests import TenantRequest
from segmentation.actions.quarantine import forget_alias, resolve_unknown
from segmentation.models import CustomerAlias
from segmentation.queries.quarantine import (
    UnknownCustomer,
    count_of_unknown,
    decided_keys,
    held_of,
    unknown_customer,
    unknown_customers,
)
from segmentation.source_forms import CUSTOMER, IGNORE, NEW, ResolutionForm
from segmentation.views.source_frame import breadcrumbs, frame
from ui.confirm import confirm_page
from ui.formats import number
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("key", gettext_lazy("Named as"), sort="group_key"),
    Column("held", gettext_lazy("Messages"), sort="held", align="end"),
    Column("persons", gettext_lazy("Persons"), align="end", wide=True),
    Column("first", gettext_lazy("First"), sort="first_at", wide=True),
    Column("last", gettext_lazy("Last"), sort="last_at"),
    Column("example", gettext_lazy("For example"), wide=True),
)
MOST_DECIDED = 50
MOST_HELD = 10
MOST_SIMILAR = 5


class QuarantineFilter(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Named as"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


@require("edit_sources")
@require_GET
def quarantine(request: TenantRequest) -> HttpResponse:
    """Every unknown customer, and what was decided of others."""
    form = QuarantineFilter(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    found = unknown_customers(text)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-last", tie="group_key")
    table = table.counted(count_of_unknown(text))
    decided = decided_keys()
    rows = list(found.order_by(*table.order_by)[table.slice])
    for row in rows:
        row["url"] = address_of(row["group_key"])
    shown = list(decided[: MOST_DECIDED + 1])
    context = {
        **frame(request, "quarantine"),
        "form": form,
        "is_filtered": bool(request.GET.get("q")),
        "table": table,
        "rows": rows,
        "decided": shown[:MOST_DECIDED],
        "more_decided": decided.count() - MOST_DECIDED if len(shown) > MOST_DECIDED else 0,
    }
    return render(request, "segmentation/sources/quarantine.html", context)


@require("edit_sources")
@require_http_methods(["GET", "POST"])
def unknown(request: TenantRequest) -> HttpResponse:
    """Who ``?group=`` is: one that is here, a new one, or nobody."""
    key = request.POST.get("group", "") or request.GET.get("group", "")
    found = unknown_customer(key) if key else None
    if found is None:
        if key:
            messages.warning(request, _("Nothing waits under this key any more."))
        return redirect("quarantine")
    form = _form(request, found)
    if form.is_bound and form.is_valid() and _resolved(request, found, form):
        return redirect("quarantine")
    context = {
        "unknown": found,
        "form": form,
        "action": address_of(key),
        "held": held_of(key, MOST_HELD),
        "similar": found_customers(request.membership, form["customer"].value() or key)[
            :MOST_SIMILAR
        ],
        "breadcrumbs": breadcrumbs((_("Quarantine"), reverse("quarantine"))),
    }
    return render(request, "segmentation/sources/unknown_customer.html", context)


@require("edit_sources")
@require_http_methods(["GET", "POST"])
def alias_removals(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then forgets who a key is."""
    alias = CustomerAlias.objects.filter(pk=pk).first()
    if alias is None:
        raise Http404
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Forget who %(key)s is?") % {"key": alias.key},
            body=_(
                "What comes from now on under this key waits here again."
                " What was taken already stays."
            ),
            action=_("Forget"),
            back_url=reverse("quarantine"),
        )
    forget_alias(alias=alias, by=request.user)
    messages.success(request, _("Forgotten: %(key)s.") % {"key": alias.key})
    return redirect("quarantine")


def address_of(key: str) -> str:
    """The page of an unknown customer; its key may hold anything."""
    return f"{reverse('unknown_customer')}?{urlencode({'group': key})}"


def _form(request: TenantRequest, found: UnknownCustomer) -> ResolutionForm:
    """As it was sent; or, before that and where a similar name was picked, as a suggestion."""
    initial: dict[str, Any] = {
        "group": found.key, "meant": CUSTOMER, "key": found.key, "name": found.key,
    }  # fmt: skip
    form_for = partial(ResolutionForm, membership=request.membership, address=address_of(found.key))
    typed = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" and "pick" not in typed and typed.get("do") != "search":
        return form_for(request.POST)
    # What was typed so far, where somebody looks for a customer; or the one that was picked.
    initial |= {name: typed[name] for name in ("customer", "key", "name") if name in typed}
    if "pick" in request.POST:
        initial["customer"] = request.POST["pick"]
    return form_for(initial=initial)


def _resolved(request: TenantRequest, found: UnknownCustomer, form: ResolutionForm) -> bool:
    """Whether it was decided; else the form says why not."""
    given = form.cleaned_data
    customer = form.found if given["meant"] == CUSTOMER else None
    new = (given["key"], given["name"]) if given["meant"] == NEW else None
    try:
        count = resolve_unknown(group_key=found.key, customer=customer, new=new, by=request.user)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _told(given["meant"] == IGNORE, count))
    return True


def _told(is_ignored: bool, count: int) -> str:
    if is_ignored:
        words = ngettext(
            "Not taken from now on. %(shown)s message that waited is deleted.",
            "Not taken from now on. %(shown)s messages that waited are deleted.",
            count,
        )
    else:
        words = ngettext(
            "Decided. %(shown)s message that waited is written.",
            "Decided. %(shown)s messages that waited are written.",
            count,
        )
    return words % {"shown": number(count, language())}
