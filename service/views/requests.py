"""The board of requests, as columns and as a list, and every single asking."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from service.forms.requests import AskFilterForm, BoardForm
from service.models import RequestSettings
from service.queries import requests as queries
from service.queries.request_page import AskFilter, arr_of, asks_of_everybody, standing_of
from service.queries.request_weights import night_day
from ui.downloads import file_response
from ui.tables import Column, Table

IN_A_COLUMN = 25
LIST, BOARD = "list", "board"
COLUMNS = (
    Column("title", gettext_lazy("Request"), sort="title"),
    Column("status", gettext_lazy("State"), sort="status"),
    Column("module", gettext_lazy("Module"), sort="module"),
    Column("customers", gettext_lazy("Customers"), sort="customers", align="end",
           why=gettext_lazy("Customers who asked or voted for it, each once.")),
    Column("arr", gettext_lazy("ARR behind it"), sort="arr", align="end",
           why=gettext_lazy("ARR of these customers on the latest night.")),
    Column("raised", gettext_lazy("Raised on"), sort="raised", wide=True),
    Column("planned", gettext_lazy("Planned for"), wide=True),
)  # fmt: skip
ASKS = (
    Column("made_on", gettext_lazy("Asked on"), sort="made_on"),
    Column("title", gettext_lazy("In the customer's words"), sort="title"),
    Column("customer", gettext_lazy("Customer"), sort="customer__name"),
    Column("contact", gettext_lazy("Contact"), wide=True),
    Column("arr", gettext_lazy("ARR"), align="end", wide=True),
    Column("status", gettext_lazy("State")),
)


@require("view_requests")
@require_GET
def requests(request: TenantRequest) -> HttpResponse:
    """What customers want, heaviest first; ``?view=list`` as a table, ``?format=csv`` as a file."""
    is_list = request.GET.get("view") == LIST
    money = may(request.membership, "view_money")
    form = BoardForm(request.GET, may_see_money=money, is_list=is_list)
    wanted = form.wanted()
    columns = tuple(column for column in COLUMNS if money or column.key != "arr")
    table = Table.read(columns, request.GET.urlencode(), default="-customers")
    order = f"{'-' if table.descending else ''}{table.sort}"
    if "format" in request.GET:
        return _file(request, columns, queries.listed(wanted, order=order)[1])
    context: dict[str, Any] = {
        "form": form,
        "is_list": is_list,
        "may_see_money": money,
        "may_decide": may(request.membership, "decide_requests"),
        "tabs": _tabs(table, is_list=is_list),
        "night": night_day(),
        "is_voting_open": RequestSettings.objects.filter(is_voting_open=True).exists(),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    if is_list:
        count, rows = queries.listed(wanted, order=order, first=table.slice.start, most=table.rows)
        if not rows and table.page > 1:
            # A page past the end is the first one: how many there are comes with the rows.
            table = Table.read(columns, "", default="-customers")
            count, rows = queries.listed(wanted, order=order, most=table.rows)
        context |= {"table": table.counted(count), "rows": rows}
    else:
        shown = queries.board(wanted, most=IN_A_COLUMN)
        context |= {
            "columns": shown,
            "total": sum(column.count for column in shown),
            "list_url": table.url(view=LIST, status=None),
        }
    return render(request, "service/requests/board.html", context)


@require("view_requests")
@require_GET
def asks(request: TenantRequest) -> HttpResponse:
    """Every asking of a customer that the member sees, with what became of it."""
    form = AskFilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    module = given.get("module")
    found = asks_of_everybody(
        request.membership,
        AskFilter(
            given.get("since"), given.get("until"), given.get("outcome") or "",
            module.pk if module else None,
        ),
    )  # fmt: skip
    money = may(request.membership, "view_money")
    columns = tuple(column for column in ASKS if money or column.key != "arr")
    table = Table.read(columns, request.GET.urlencode(), default="-made_on", tie="-pk")
    if "format" in request.GET:
        return _asks_file(request, found.order_by(*table.order_by))
    table = table.counted(found.count())
    rows = list(found.order_by(*table.order_by)[table.slice])
    worth = arr_of([row.customer_id for row in rows]) if money else {}
    context = {
        "form": form,
        "table": table,
        "rows": [(row, standing_of(row), worth.get(row.customer_id)) for row in rows],
        "may_see_money": money,
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
        "breadcrumbs": board_crumbs(),
    }
    return render(request, "service/requests/asks.html", context)


def board_crumbs() -> list[tuple[Any, str]]:
    """To the pages below the board."""
    return [(_("Requests"), reverse("requests"))]


def _tabs(table: Table, *, is_list: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("Board"), "url": table.url(view=None), "active": not is_list, "count": None},
        {"label": _("List"), "url": table.url(view=LIST), "active": is_list, "count": None},
    ]


def _file(
    request: TenantRequest, columns: tuple[Column, ...], rows: list[queries.BoardRow]
) -> HttpResponse:
    """All the requests that the filters leave."""
    with_money = any(column.key == "arr" for column in columns)
    return file_response(
        [column.label for column in columns],
        (
            [row.title, row.label, row.module, row.customers]
            + ([row.arr] if with_money else [])
            + [row.raised_on, row.planned_for]
            for row in rows
        ),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-requests-{_today(request)}",
        title=_("Requests"),
    )


def _asks_file(request: TenantRequest, found: Any) -> HttpResponse:
    headings = [
        _("Key"), _("Asked on"), _("In the customer's words"), _("Customer"), _("Contact"),
        _("Request"), _("State"), _("Module"),
    ]  # fmt: skip
    rows = (
        [
            row.key, row.made_on, row.title, row.customer.name,
            row.contact.name if row.contact else "", standing_of(row).title,
            str(standing_of(row).get_status_display()),
            row.request.module.name if row.request.module else "",
        ]
        for row in found.iterator(chunk_size=2000)
    )  # fmt: skip
    return file_response(
        headings,
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-asks-{_today(request)}",
        title=_("Requests"),
    )


def _today(request: TenantRequest) -> str:
    return request.tenant.local_date(timezone.now()).isoformat()
