"""My customers: what moved last night, what waits, and the list of them all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.actions.assignments import ROLES
from accounts.forms.assignments import people_to_assign
from accounts.labels import field_label
from accounts.models import Customer, Visibility
from accounts.permissions import may, require
from accounts.queries.overview import has_customers
from accounts.requests import TenantRequest
from segmentation.models import Night
from segmentation.queries.customer_groups import was_computed
from segmentation.queries.moved import first_moved, new_faces
from segmentation.queries.overview import Waiting, added_since, waiting
from segmentation.queries.portfolio import portfolio as portfolio_rows
from segmentation.queries.saved_views import views_for
from segmentation.queries.scopes import Scope, page_scope, scope_of
from segmentation.ranks import BETTER, OTHER, WORSE
from segmentation.views.cells import Writer, drawn
from segmentation.views.columns import all_columns
from segmentation.views.exports import exported
from segmentation.views.groups import groups_page
from segmentation.views.listing import Listing, read_listing
from segmentation.views.waiting import waiting_tiles
from ui.appearance import folded_in
from ui.registry import RenderedBlock, my_customers_blocks
from ui.tables import Column, Table
from ui.tags.formats import language

ROWS = 50
MOVED_SHOWN = 3
FACES_SHOWN = 3
# What a saved view keeps of an address.
NOT_SAVED = ("page", "export", "as_of", "night")


@require("view_customers")
@require_GET
def portfolio(request: TenantRequest) -> HttpResponse:
    """The service manager's first screen; everybody else's list of customers."""
    if len(request.GET.getlist("columns")) > 1:
        # The boxes of the form, as one word of a shorter address.
        asked = request.GET.copy()
        asked["columns"] = ",".join(asked.getlist("columns"))
        return redirect(f"{request.path}?{asked.urlencode(safe=',')}")
    listing = read_listing(
        request.tenant,
        request.membership,
        request.GET,
        rows_per_page=ROWS,
        scope=page_scope(request, request.GET.get("scope", "")),
    )
    if listing is None:
        return before_first_night(request)
    if request.GET.get("export"):
        return exported(listing, request.GET["export"], request.tenant)
    figures = None
    if listing.is_rolled_up:
        context = groups_page(listing)
    else:
        if listing.is_unfiltered:
            # What waits among them all says how many they are.
            figures = waiting(listing.every, listing.scope, listing.night)
        total = figures.customers if figures else int(listing.rows.count())
        listing = replace(listing, table=listing.table.counted(total))
        context = {
            "table": listing.table,
            "rows": drawn(
                listing.page(),
                [shown.cell for shown in listing.columns],
                Writer(
                    language(),
                    request.tenant.currency,
                    chooses=listing.is_latest and may(request.membership, "edit_customers"),
                    night=None if listing.is_latest else listing.night.as_of,
                ),
            ),
            # Who looks back at a night changes nothing.
            "assignment": _assignment(request) if listing.is_latest else None,
        }
    context |= around(request, listing) | {"has_head": not listing.is_only_list}
    if request.headers.get("HX-Target") == "list":
        if has_other_group(request) and not listing.is_only_list:
            context |= _head(request, listing, figures) | {"is_head_swapped": True}
        # With a title of its own, from which htmx takes the one of the tab.
        response = render(request, "segmentation/portfolio/list.html", context | {"is_part": True})
    else:
        response = render(
            request, "segmentation/portfolio/page.html", context | _head(request, listing, figures)
        )
    # The part alone and the whole page have one address.
    patch_vary_headers(response, ("HX-Target",))
    return response


def has_other_group(request: TenantRequest) -> bool:
    """Whether the page that asks for its list shows figures of another group above it."""
    shown = request.headers.get("HX-Current-URL", "").partition("#")[0].partition("?")[2]
    return QueryDict(shown).get("group", "") != request.GET.get("group", "")


def around(request: TenantRequest, listing: Listing) -> dict[str, Any]:
    """What stands around the rows and changes with them: views, columns, exports."""
    kept = listing.asked.copy()
    for name in NOT_SAVED:
        kept.pop(name, None)
    current = kept.urlencode()
    return {
        "title": title_of(listing.scope),
        "listing": listing,
        "group_id": listing.group_id,
        "is_group_missing": listing.group_id is not None
        and not was_computed(listing.group_id, listing.night),
        "night": listing.night,
        "is_other_night": listing.is_other_night,
        "keys": listing.keys,
        "columns": all_columns(listing.schemes),
        "views": [
            {
                "view": view,
                "active": view.query == current,
                "is_mine": view.owner_id == request.membership.pk,
            }
            for view in views_for(request.membership, "portfolio")
        ],
        "view_query": current,
    }


def _assignment(request: TenantRequest) -> dict[str, Any] | None:
    """What the form offers that names one person for many; None where the member may not."""
    if not may(request.membership, "edit_customers"):
        return None
    kept = request.GET.copy()
    kept.pop("export", None)
    return {
        "query": kept.urlencode(),
        "roles": [(role, field_label(role)) for role in ROLES],
        "people": people_to_assign(),
    }


def _head(
    request: TenantRequest, listing: Listing, figures: Waiting | None = None
) -> dict[str, Any]:
    """Everything above the list; of a customer group, where one is asked for, only its customers.

    ``figures``: what waits among all of the scope, where that was counted already.
    """
    night, scope = listing.night, listing.narrowed
    lines = {
        "scopes": scope_tabs(scope, listing.table),
        "blocks": [] if listing.is_only_list or not listing.is_latest else _blocks(request, scope),
        "added": added_since(scope, night) if listing.is_latest else 0,
    }
    if listing.is_only_list:
        return lines
    if scope is not listing.scope:
        every = portfolio_rows(scope, night, is_latest=listing.is_latest)
        figures = waiting(every, scope, night)
    faces, faces_total = new_faces(scope, night, is_latest=listing.is_latest, most=FACES_SHOWN)
    return lines | {
        "faces": faces,
        "faces_total": faces_total,
        "is_moved_folded": "moved" in folded_in(request),
        "waiting": waiting_tiles(figures or waiting(listing.every, scope, night), listing.table),
        **_moved(night, scope),
    }


def _blocks(request: TenantRequest, scope: Scope) -> list[RenderedBlock]:
    """What other apps say there is to do, as of now; a stored night knows nothing of it."""
    return my_customers_blocks.for_request(request, scope.visibility, request.membership.roles)


def _moved(night: Night, scope: Scope) -> dict[str, Any]:
    groups = first_moved(night, scope, most=MOVED_SHOWN)
    first = [*groups[WORSE].customers, *groups[BETTER].customers]
    asked = {"scope": scope.visibility, "as_of": night.as_of.isoformat()}
    if scope.group_id is not None:
        asked["group"] = str(scope.group_id)
    return {
        "moved": first[:MOVED_SHOWN],
        "moved_groups": [
            {"group": groups[word], "query": urlencode(asked | {"direction": word})}
            for word in (WORSE, BETTER)
        ],
        "other_moves": groups[OTHER].total,
        "other_query": urlencode(asked | {"direction": OTHER}),
    }


def title_of(scope: Scope) -> str:
    if scope.visibility == Visibility.MINE:
        return _("My customers")
    return _("My team's customers") if scope.visibility == Visibility.TEAM else _("All customers")


def scope_tabs(scope: Scope, table: Table) -> list[dict[str, Any]]:
    """A tab per width that the member may look; none when there is no choice."""
    words = {
        Visibility.MINE: _("Mine"),
        Visibility.TEAM: _("My team"),
        Visibility.ALL: _("All"),
    }
    if len(scope.allowed) < 2:
        return []
    return [
        {
            "label": words[Visibility(width)],
            "url": table.url(scope=width, face=None),
            "active": width == scope.visibility,
            "count": None,
        }
        for width in scope.allowed
    ]


COLUMNS = (
    Column("name", gettext_lazy("Customer"), sort="name"),
    Column("key", gettext_lazy("Key"), sort="key"),
    Column("industry", gettext_lazy("Industry"), sort=("industry", "name"), wide=True),
    Column("region", gettext_lazy("Region"), sort=("region", "name"), wide=True),
)


def before_first_night(request: TenantRequest) -> HttpResponse:
    """The way to the first night, and the customers there are."""
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    customers = scope.customers
    words = request.GET.get("q", "").lower().split()
    for word in words:
        customers = customers.filter(search_text__contains=word)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="name", tie="pk", rows=ROWS)
    table = table.counted(customers.count())
    rows: list[Customer] = list(customers.order_by(*table.order_by)[table.slice])
    context = {
        "title": title_of(scope),
        "steps": first_steps.steps_for(request.membership),
        "table": table,
        "rows": rows,
        "asked": request.GET.get("q", ""),
        "scopes": scope_tabs(scope, table) if has_customers() else [],
    }
    return render(request, "segmentation/portfolio/before_first_night.html", context)
