"""The panel that says how a customer's usage stands among its peers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.requests import TenantRequest
from service.compute.peers import FEWEST_PEERS, Place
from service.queries.peers import BOTH, INDUSTRY, SIZE, Standing, peer_standing
from ui.formats import number, percent

TITLES = {
    "seat_utilisation": gettext_lazy("Active persons per seat"),
    "events_30": gettext_lazy("Events per working day"),
    "active_days_30": gettext_lazy("Active days of 30"),
    "breadth": gettext_lazy("Modules used of those owned"),
    "dau_rate": gettext_lazy("Daily active rate"),
}
SHARES = ("seat_utilisation", "breadth", "dau_rate")


def peers_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Percentiles against industry and size; nothing where neither is known or no night was."""
    found = peer_standing(customer)
    if found is None:
        return None
    rings = found.rings
    words = {
        BOTH: _("%(industry)s, %(size)s") % {"industry": found.industry, "size": found.size},
        INDUSTRY: found.industry,
        SIZE: found.size,
    }
    return {
        "night": found.night,
        "fewest": FEWEST_PEERS,
        "rings": [(ring, words[ring]) for ring in rings],
        "rows": [
            {
                "title": TITLES[one.measure],
                "value": _value(one),
                "places": [_place(one, one.places[ring]) for ring in rings],
            }
            for one in found.standings
        ],
    }


def _value(one: Standing) -> str:
    language = get_language() or "en"
    if one.measure in SHARES:
        return percent(one.value, language, 0)
    return number(one.value, language, 1)


def _place(one: Standing, place: Place) -> dict[str, Any]:
    """``percentile`` None: too few peers, or the measure of the customer is not known."""
    told = None if one.value is None else place.percentile
    return {"percentile": told, "peers": place.peers, "is_known": one.value is not None}
