"""Panels of the customer page that the engine contributes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.requests import TenantRequest
from segmentation import catalogue
from segmentation.compute.dimensions import LEVELS
from segmentation.compute.scores import SCORE_COLUMNS, SLOTS
from segmentation.labels import DIMENSIONS
from segmentation.labels import SLOTS as SLOT_WORDS
from segmentation.queries.customer_groups import groups_of
from segmentation.queries.moved import history_of
from segmentation.queries.standing import Standing, kept_scores_of, spans_of, standing_of
from segmentation.queries.stored import day_asked, is_another, is_month_end
from segmentation.queries.usage import ModuleSeries, UsageHistory, usage_history
from segmentation.views.explained import explained_schemes, scale, strategies_of_roles
from ui import formats
from ui.charts import Series, TimeChart
from ui.tags.formats import language

KEY_FIGURES = (
    "arr",
    "days_to_renewal",
    "overdue_amount",
    "days_to_payment",
    "seat_utilisation",
    "active_users_30",
    "days_since_usage",
)
USAGE_MONTHS = 18
SERIES_SHOWN = 5
MOVES_SHOWN = 30
SPANS_SHOWN = 40
SCORES_SHOWN = 24


def standing(request: TenantRequest, customer: Customer) -> Standing:
    """Of the night in the address; asked of the database once per page."""
    kept: dict[int, Standing] = request.__dict__.setdefault("_standings", {})
    if customer.pk not in kept:
        kept[customer.pk] = standing_of(customer, day_asked(request.GET))
    return kept[customer.pk]


def looking_back(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Which night the page shows, when it is not the latest or not that of the day asked for."""
    found = standing(request, customer)
    is_other_night = is_another(found.night, day_asked(request.GET))
    if found.night is None or (found.is_latest and not is_other_night):
        return None
    return {
        "night": found.night,
        "is_latest": found.is_latest,
        "is_other_night": is_other_night,
        "request": request,
    }


def tier_badges(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Tier and stage in the head of the page."""
    found = standing(request, customer)
    return {"standing": found} if found.assignment else None


def group_badges(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer groups that the customer is in, on the night that the page shows."""
    found = standing(request, customer)
    on = None if found.night is None or found.is_latest else found.night.as_of
    groups = groups_of(request.membership, customer.pk, on)
    return {"groups": groups} if groups else None


def night_picker(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The stored nights that every part of the page can be shown as of."""
    found = standing(request, customer)
    return {"standing": found} if found.night is not None else None


def key_figures(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """What a glance asks for first, of the night that the page shows; nothing where its measures are
    not kept."""
    found = standing(request, customer)
    if found.measured is None:
        return None
    values = {key: getattr(found.measured, key) for key in KEY_FIGURES}
    if values["overdue_amount"]:
        values.pop("days_to_payment")
    else:
        values.pop("overdue_amount")
    return {"standing": found, "values": list(values.items())}


def tier_panel(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    """The tier in each scheme shown: the rule that gave it, what that read, what would change it,
    what to do about it."""
    found = standing(request, customer)
    context: dict[str, Any] = {"standing": found, "customer": customer}
    if found.assignment is None:
        return context
    assert found.night is not None, "an assignment is of a night"
    own, *others = explained_schemes(found, language())
    return context | {
        "own": own,
        "others": others,
        "roles": strategies_of_roles(customer.pk, found.night.as_of, language()),
        "has_facts": has_facts(found),
    }


def has_facts(found: Standing) -> bool:
    """Whether anything is known of the customer; True where that is not kept any more."""
    measured = found.measured
    if measured is None:
        return True
    known = (measured.recency_days, measured.days_since_usage, measured.contract_days)
    return bool(measured.contract_signed) or any(value is not None for value in known)


def scores_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """R, F and M with their cut points, and the segments that follow from them."""
    found = standing(request, customer)
    if found.assignment is None:
        return None
    read = {
        one.read_for: scale(one, ())
        for one in (found.explanation.read if found.explanation else ())
        if one.read_for in SLOTS
    }
    return {
        "standing": found,
        "slots": [
            {
                "letter": SCORE_COLUMNS[slot].upper(),
                "name": SLOT_WORDS[slot],
                "score": getattr(found.scored, SCORE_COLUMNS[slot], None),
                "read": read.get(slot),
            }
            for slot in SLOTS
        ],
    }


def measures_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Every measure of the catalogue, by the facts it comes from; those whose facts are announced
    apart."""
    found = standing(request, customer)
    if found.assignment is None:
        return None
    groups: dict[str, list[tuple[str, Any]]] = {}
    if found.measured is not None:
        for measure in catalogue.all_measures():
            if measure.has_facts:
                value = found.measured.further.get(measure.key)
                if hasattr(found.measured, measure.key):
                    value = getattr(found.measured, measure.key)
                groups.setdefault(str(catalogue.FACTS[measure.facts]), []).append(
                    (measure.key, value)
                )
    announced = [measure.key for measure in catalogue.all_measures() if not measure.has_facts]
    return {"standing": found, "groups": list(groups.items()), "announced": announced}


def usage_panel(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    """Events by module and month, and how many persons."""
    tenant = request.tenant
    found = standing(request, customer)
    until = found.night.as_of if found.night else tenant.last_ended_day()
    history = usage_history(customer.pk, until, tenant.zone, months=USAGE_MONTHS)
    if history.is_empty:
        return {"usage": history, "until": until}
    periods = [formats.month(period, language()) for period in history.periods]
    partial = ""
    if not is_month_end(until):
        day = formats.short_date(until, language())
        partial = _("%(month)s only up to %(day)s") % {"month": periods[-1], "day": day}
    context: dict[str, Any] = {
        "usage": history,
        "until": until,
        "chart": TimeChart(
            title=_("Usage by module"),
            periods=periods,
            series=_shown_series(history),
            area=True,
            partial=partial,
        ),
    }
    if any(history.persons):
        context["persons"] = TimeChart(
            title=_("Active persons"),
            periods=periods,
            series=[Series(_("Persons"), history.persons, "accent")],
            area=True,
            partial=partial,
        )
    return context


def _shown_series(history: UsageHistory) -> list[Series]:
    """The busiest modules, the others as one."""
    shown, rest = history.series[:SERIES_SHOWN], history.series[SERIES_SHOWN:]
    if len(rest) == 1:
        shown, rest = history.series, []
    if rest:
        sums = [sum(counts) for counts in zip(*(one.events for one in rest), strict=True)]
        name = _("%(number)s further modules") % {"number": len(rest)}
        shown = [*shown, ModuleSeries(name, sums)]
    return [
        Series(one.module or _("Without a module"), one.events, f"series-{number}")
        for number, one in enumerate(shown, start=1)
    ]


def history_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Moves with their causes, where every night placed the customer as spans, and scores."""
    spans = spans_of(customer, most=SPANS_SHOWN)
    if not spans:
        return None
    return {
        "moves": history_of(customer.pk, most=MOVES_SHOWN),
        "spans": [
            (span, [(DIMENSIONS[name], level) for name in LEVELS if (level := getattr(span, name))])
            for span in spans
        ],
        "scores": kept_scores_of(customer, most=SCORES_SHOWN),
        "customer": customer,
    }
