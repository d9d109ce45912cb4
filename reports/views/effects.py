"""Does tiering work? Tiers over time, and around a change of rules or strategies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.views.behind import Shown, listing
from segmentation.compute.cohorts import month_number
from segmentation.compute.effects import (
    LEAST,
    MEASURES,
    SHARES,
    Difference,
    Measure,
    Share,
)
from segmentation.compute.schemes import SCHEMES
from segmentation.frames.outcomes import Outcome
from segmentation.queries.behind_figures import behind_outcome
from segmentation.queries.effects import (
    RULES,
    Change,
    Compared,
    around,
    changes_of,
    compare_around,
    effects_of,
    pairs_of,
)
from segmentation.queries.rules import current_rules
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import offered_nights, parse_day
from ui import formats
from ui.charts import Series, TimeChart, Unit
from ui.palette import MARKS
from ui.tags.formats import language

AFTER = (1, 3, 6, 12)
USUAL_AFTER = 3
Pair = tuple[date, date]


@require("view_effects")
@require_GET
def effects(request: TenantRequest) -> HttpResponse:
    """Of each tier of a scheme what became of its customers so many months later."""
    nights = offered_nights()
    scheme = scheme_asked(request.GET.get("scheme", ""))
    after = months_asked(request.GET.get("after", ""))
    pairs = pairs_of([night.as_of for night in nights], after)
    context: dict[str, Any] = {
        "scheme": scheme,
        "schemes": [(key, label) for key, label in scheme_names().items()],
        "after": after,
        "afters": AFTER,
        "least": LEAST,
        "pairs": pairs,
    }
    if not pairs:
        return render(request, "reports/effects/too_few_nights.html", context)
    scope = widest_scope(request.membership)
    found = effects_of(scope, nights[0], scheme, pairs)
    changes = changes_of(request.tenant.zone)
    change = next((one for one in changes if one.key == request.GET.get("change", "")), None)
    days = sorted({one.start for one in found})
    context |= {
        "as_of": nights[0].as_of,
        "measures": [measure_block(measure, found, days, scheme, after) for measure in MEASURES],
        "changes": [(one.key, change_words(one)) for one in changes],
        "change": change,
        "change_words": change_words(change) if change else "",
        **(compared(change, pairs, scope, scheme) if change else {}),
    }
    return render(request, "reports/effects/page.html", context)


def scheme_asked(asked: str) -> str:
    """The scheme in the address, or the one that gives the tenant its tiers."""
    return asked if asked in SCHEMES else str(current_rules()["tiers"]["scheme"])


def months_asked(asked: str) -> int:
    return next((months for months in AFTER if str(months) == asked), USUAL_AFTER)


def scheme_names() -> dict[str, str]:
    return {
        "a": _("Scheme A: value groups"),
        "b": _("Scheme B: lifecycle"),
        "c": _("Scheme C: ladder"),
    }


def measure_words(measure: Measure, after: int) -> dict[str, str]:
    """Title, question and formula of a measure."""
    later = formats.number(after, language())
    words = {
        "activity": (
            _("Activity"),
            _("Do customers of better tiers use the product more?"),
            _(
                "Mean active days (of 30) of the tier's customers, %(months)s months after the "
                "month-end at which they stood in it. Interval: mean ± t × s ÷ √n, 95 %%."
            ),
        ),
        "retention": (
            _("Retention"),
            _("Do customers of better tiers stay?"),
            _(
                "Of the tier's customers with ARR at the month-end, the share that has ARR "
                "%(months)s months later. Interval: Wilson's score, 95 %%."
            ),
        ),
        "conversion": (
            _("Conversion"),
            _("Do those who pay nothing yet, or no more, come to a contract?"),
            _(
                "Of the tier's customers without ARR at the month-end, the share that has ARR "
                "%(months)s months later. Interval: Wilson's score, 95 %%."
            ),
        ),
        "satisfaction": (
            _("Satisfaction"),
            _("Are customers of better tiers more content?"),
            _(
                "Mean CSAT of the tier's customers, %(months)s months after the month-end at "
                "which they stood in it. Interval: mean ± t × s ÷ √n, 95 %%."
            ),
        ),
    }
    title, question, formula = words[measure]
    return {"title": title, "question": question, "formula": formula % {"months": later}}


def tiers_of(found: Sequence[Outcome]) -> list[str]:
    """The tiers that somebody stood in, best first, then none."""
    present = {one.tier for one in found}
    return [key for key in MARKS["tier"] if key in present] + ([""] if "" in present else [])


def tier_label(key: str) -> str:
    return str(MARKS["tier"][key].label) if key in MARKS["tier"] else _("No tier")


def measure_block(
    measure: Measure, found: Sequence[Outcome], days: Sequence[date], scheme: str, after: int
) -> dict[str, Any]:
    """Chart and table of one measure; without any known value only what it would be."""
    by = {(one.tier, one.start): one for one in found}
    tiers = [
        tier
        for tier in tiers_of(found)
        if any((tier, day) in by and by[tier, day].figure(measure).customers for day in days)
    ]
    block: dict[str, Any] = {"key": measure, **measure_words(measure, after), "tiers": tiers}
    if not tiers:
        return block
    unit = Unit("percent", digits=1) if measure in SHARES else Unit(digits=1)
    block["chart"] = TimeChart(
        title=block["title"],
        periods=[formats.month(day, language()) for day in days],
        series=[
            Series(
                tier_label(tier),
                [_charted(by.get((tier, day)), measure) for day in days],
                MARKS["tier"][tier].tone if tier in MARKS["tier"] else "muted",
            )
            for tier in tiers
        ],
        unit=unit,
    )
    block["latest"] = days[-1]
    block["rows"] = [
        {
            "day": day,
            "cells": [cell(by.get((tier, day)), measure, scheme) for tier in tiers],
        }
        for day in reversed(days)
    ]
    return block


def _charted(one: Outcome | None, measure: Measure) -> float | None:
    """Too few customers draw no line."""
    if one is None or one.figure(measure).is_too_few:
        return None
    return one.figure(measure).value


def cell(one: Outcome | None, measure: Measure, scheme: str) -> dict[str, Any] | None:
    """A figure with its interval and number of customers; None where nobody stood."""
    if one is None or not one.figure(measure).customers:
        return None
    figure = one.figure(measure)
    interval = figure.interval
    return {
        "is_share": isinstance(figure, Share),
        "value": figure.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "customers": figure.customers,
        "too_few": figure.is_too_few,
        "href": behind_url(one, measure, scheme) if measure != "satisfaction" else "",
    }


def behind_url(one: Outcome, measure: Measure, scheme: str) -> str:
    asked = {
        "scheme": scheme,
        "tier": one.tier or "none",
        "from": one.start.isoformat(),
        "to": one.end.isoformat(),
        "measure": measure,
    }
    return f"{reverse('effects_customers')}?{urlencode(asked)}"


def change_words(change: Change) -> str:
    day = formats.short_date(change.on, language())
    if change.kind == RULES:
        words = _("%(day)s: rules, version %(version)s") % {"day": day, "version": change.version}
        return f"{words} · {change.note}" if change.note else words
    return _("%(day)s: strategies of %(tiers)s") % {
        "day": day,
        "tiers": ", ".join(change.labels),
    }


def compared(change: Change, pairs: Sequence[Pair], scope: Scope, scheme: str) -> dict[str, Any]:
    """Before and after, a block per measure; what is missing is said."""
    before, after = around(change, pairs)
    context: dict[str, Any] = {"before": before, "after_pair": after}
    if before is None or after is None:
        return context
    rows = compare_around(scope, scheme, before, after)
    by_tier = {row.tier: row for row in rows}
    tiers = [key for key in [*MARKS["tier"], ""] if key in by_tier]
    months = month_number(before[1]) - month_number(before[0])
    context["comparisons"] = [
        block
        for block in (
            _comparison(measure, [by_tier[tier] for tier in tiers], scheme, months)
            for measure in MEASURES
        )
        if block["rows"]
    ]
    return context


def _comparison(
    measure: Measure, rows: Sequence[Compared], scheme: str, months: int
) -> dict[str, Any]:
    found = []
    for row in rows:
        old, new = cell(row.before, measure, scheme), cell(row.after, measure, scheme)
        if old is None and new is None:
            continue
        change = row.difference(measure)
        found.append(
            {
                "tier": row.tier,
                "old": old,
                "new": new,
                "change": change,
                "texts": difference_texts(change, measure) if change else (),
            }
        )
    return {"key": measure, "rows": found, **measure_words(measure, months)}


def difference_texts(change: Difference, measure: Measure) -> tuple[str, str]:
    """The difference and its interval in words; shares in percentage points."""

    def written(value: float) -> str:
        if measure in SHARES:
            points = formats.signed(round(Decimal(str(value)) * 100, 1), language(), 1)
            return _("%(points)s pp") % {"points": points}
        return formats.signed(round(Decimal(str(value)), 1), language(), 1)

    interval = change.interval
    span = f"{written(interval.low)} … {written(interval.high)}" if interval else ""
    return written(change.value), span


@require("view_effects")
@require_GET
def members(request: TenantRequest) -> HttpResponse:
    """The customers that a figure of a tier is made of."""
    asked = request.GET
    scheme, tier = asked.get("scheme", ""), asked.get("tier", "")
    measure = next((name for name in MEASURES if name == asked.get("measure")), MEASURES[0])
    start, end = parse_day(asked.get("from", "")), parse_day(asked.get("to", ""))
    if scheme not in SCHEMES or start is None or end is None:
        raise Http404
    tier = "" if tier == "none" else tier
    scope = widest_scope(request.membership)
    rows = behind_outcome(scheme, tier, start, end, measure, scope)
    title = _("%(tier)s on %(start)s, as they were on %(end)s") % {
        "tier": tier_label(tier),
        "start": formats.short_date(start, language()),
        "end": formats.short_date(end, language()),
    }
    columns: list[Shown] = [
        (_("ARR at first"), "money", lambda row: row.amount),
        (_("ARR then"), "money", lambda row: row.amount_after),
        (_("Active days (30) then"), "number", lambda row: row.number),
    ]
    return listing(request, title=title, rows=rows, columns=columns, back="effects", as_of=end)
