"""One request: what was asked, what is known of it, what it is merged with, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from service.actions.requests import (
    RequestConflict,
    edit_request,
    merge_request,
    separate_request,
)
from service.forms.requests import RequestForm
from service.models import Request
from service.queries import request_page as queries
from service.queries.request_weights import night_day
from service.queries.requests import BoardFilter, listed, weight_of
from service.views.requests import board_crumbs
from service.views.updates import title_of
from ui.tables import Column, Table

CONFLICT = 409
OFFERED = 20
ASKS = (
    Column("customer", gettext_lazy("Customer"), sort="customer__name"),
    Column("contact", gettext_lazy("Contact")),
    Column("title", gettext_lazy("In the customer's words")),
    Column("tier", gettext_lazy("Tier"), wide=True),
    Column("arr", gettext_lazy("ARR"), sort="arr", align="end"),
    Column("made_on", gettext_lazy("Asked on"), sort="made_on"),
)


def the_request(pk: int) -> Request:
    """A request of this tenant, or a 404."""
    found = queries.request_for(pk)
    if found is None:
        raise Http404
    return found


@require("view_requests")
@require_GET
def request_page(request: TenantRequest, pk: int) -> HttpResponse:
    """What is known of a request. Askings of customers that the member does not see are counted and
    not named."""
    found = the_request(pk)
    money = may(request.membership, "view_money")
    columns = tuple(column for column in ASKS if money or column.key != "arr")
    asks = queries.asks_of(found, request.membership)
    table = Table.read(columns, request.GET.urlencode(), default="-made_on", tie="-pk")
    table = table.counted(asks.count())
    votes = list(queries.votes_of(found, request.membership)[: queries.MOST_VOTES])
    may_decide = may(request.membership, "decide_requests")
    context = {
        "found": found,
        "again_url": f"{reverse('new_request')}?onto={found.pk}",
        "ship_url": f"{reverse('new_update')}?request={found.pk}",
        "may_send": may(request.membership, "send_updates"),
        "table": table,
        "asks": asks.order_by(*table.order_by)[table.slice],
        "votes": votes,
        "weight": weight_of(found),
        "night": night_day(),
        "parts": queries.parts_of(found),
        "decisions": queries.decisions_of(found),
        "updates": [(one, title_of(one)) for one in queries.updates_of(found)],
        "history": queries.history_of(found, request.membership),
        "may_see_money": money,
        "may_decide": may_decide,
        "may_capture": may(request.membership, "capture_requests"),
        "breadcrumbs": board_crumbs(),
    }
    return render(request, "service/requests/request.html", context)


@require("decide_requests")
@require_http_methods(["GET", "POST"])
def edit_request_page(request: TenantRequest, pk: int) -> HttpResponse:
    """Put a request into better words, and share a title with other customers."""
    found = the_request(pk)
    form = RequestForm(request.POST or None, request=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_request(
                request=found, seen=form.cleaned_data["seen"], values=form.values(),
                by=request.user,
            )  # fmt: skip
        except RequestConflict as conflict:
            status = CONFLICT
            form = RequestForm(seen_now(request, conflict.request), request=conflict.request)
            form.add_error(None, changed_meanwhile())
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("request", found.pk)
    context = {"found": found, "form": form, "breadcrumbs": request_crumbs(found)}
    return render(request, "service/requests/edit.html", context, status=status)


@require("decide_requests")
@require_http_methods(["GET", "POST"])
def request_merges(request: TenantRequest, pk: int) -> HttpResponse:
    """Find the request that this one is the same as, and put it under that."""
    found = the_request(pk)
    if request.method == "POST":
        asked = request.POST.get("into", "")
        into = queries.request_for(int(asked)) if asked.isdecimal() and len(asked) < 19 else None
        try:
            if into is None:
                raise ValidationError(_("Choose the request that it goes into."))
            merge_request(request=found, into=into, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("request_merges", found.pk)
        into = into.root or into
        messages.success(request, _("Merged into “%(title)s”.") % {"title": into.title})
        return redirect("request", into.pk)
    text = request.GET.get("q", "").strip()[:100]
    # Of the same module first: there the same wish is likeliest.
    module = None if text else found.module_id
    _count, rows = listed(BoardFilter(text=text, module=module), most=OFFERED + 1)
    context = {
        "found": found,
        "text": text,
        "rows": [row for row in rows if row.id != found.pk][:OFFERED],
        "breadcrumbs": request_crumbs(found),
    }
    return render(request, "service/requests/merge.html", context)


@require("decide_requests")
@require_POST
def request_separations(request: TenantRequest, pk: int) -> HttpResponse:
    """Take a merged request out again."""
    found = the_request(pk)
    try:
        separate_request(request=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It stands for itself again, with everything asked for it."))
    return redirect("request", found.pk)


def request_crumbs(found: Request) -> list[tuple[Any, str]]:
    """To the pages below a request."""
    return [*board_crumbs(), (found.title, reverse("request", args=[found.pk]))]


def seen_now(request: TenantRequest, current: Request) -> Any:
    """What was typed, ready to be saved over the version that is there now."""
    kept = request.POST.copy()
    kept["seen"] = str(current.version)
    return kept


def changed_meanwhile() -> str:
    return _(
        "Somebody changed this request meanwhile. Nothing of yours is saved yet: look at it, then "
        "save once more."
    )
