"""Figures of tiers as a screen shows them: charts, cells with their intervals, differences in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.drawing import draw_cells
from segmentation.compute.effects import BOUNDS, SHARES, Difference, Mean, Measure, Share
from segmentation.frames.outcomes import Outcome
from segmentation.queries.effects import RULES, Change, Compared
from ui import formats
from ui.charts import Series, TimeChart, Unit
from ui.notes import note_words
from ui.palette import MARKS
from ui.tags.formats import language


def measure_words(measure: Measure, after: int) -> dict[str, str]:
    """Title, question and formula of a measure."""
    later = formats.number(after, language())
    words = {
        "activity": (
            _("Activity"),
            _("Do customers of better tiers use the product more?"),
            _(
                "Mean active days (of 30) of the tier's customers, %(months)s months after the "
                "month-end at which they stood in it. Interval: mean ± t × s ÷ √n, 95 %%, cut off "
                "at 0 and 30 days."
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
    measure: Measure,
    found: Sequence[Outcome],
    days: Sequence[date],
    scheme: str,
    after: int,
    *,
    group: int | None = None,
) -> dict[str, Any]:
    """Chart and table of one measure; without any known value only what it would be. ``group``: the
    customer group that the figures are of."""
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
                MARKS["tier"][tier].tone if tier in MARKS["tier"] else "none",
            )
            for tier in tiers
        ],
        unit=unit,
        names_ends=True,
    )
    block["latest"] = days[-1]
    block["rows"] = [
        {"day": day, "cells": cells, "drawn": draw_cells(cells)}
        for day, cells in (
            (day, [cell(by.get((tier, day)), measure, scheme, group) for tier in tiers])
            for day in reversed(days)
        )
    ]
    return block


def _charted(one: Outcome | None, measure: Measure) -> float | None:
    """Too few customers draw no line."""
    if one is None or one.figure(measure).is_too_few:
        return None
    return one.figure(measure).value


def cell(
    one: Outcome | None, measure: Measure, scheme: str, group: int | None = None
) -> dict[str, Any] | None:
    """A figure with its interval and number of customers; None where nobody stood."""
    if one is None or not one.figure(measure).customers:
        return None
    figure = one.figure(measure)
    interval = figure.interval
    if interval and measure in BOUNDS:
        interval = interval.within(*BOUNDS[measure])
    return {
        "is_share": isinstance(figure, Share),
        "value": figure.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "customers": figure.customers,
        "too_few": figure.is_too_few,
        "all_equal": isinstance(figure, Mean) and figure.is_all_equal,
        "href": behind_url(one, measure, scheme, group) if measure != "satisfaction" else "",
    }


def behind_url(one: Outcome, measure: Measure, scheme: str, group: int | None = None) -> str:
    asked = {
        "scheme": scheme,
        "tier": one.tier or "none",
        "from": one.start.isoformat(),
        "to": one.end.isoformat(),
        "measure": measure,
    }
    if group is not None:
        asked["group"] = str(group)
    return f"{reverse('effects_customers')}?{urlencode(asked)}"


def comparison_block(
    measure: Measure,
    rows: Sequence[Compared],
    scheme: str,
    months: int,
    *,
    group: int | None = None,
) -> dict[str, Any]:
    found = []
    for row in rows:
        old = cell(row.before, measure, scheme, group)
        new = cell(row.after, measure, scheme, group)
        if old is None and new is None:
            continue
        change = row.difference(measure)
        found.append(
            {
                "tier": row.tier,
                "old": old,
                "new": new,
                "drawn": draw_cells([old, new]),
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


def change_words(change: Change) -> str:
    day = formats.short_date(change.on, language())
    if change.kind == RULES:
        words = _("%(day)s: rules, version %(version)s") % {"day": day, "version": change.version}
        return f"{words} · {note_words(change.note)}" if change.note else words
    return _("%(day)s: strategies of %(tiers)s") % {
        "day": day,
        "tiers": formats.listed(change.labels, language()),
    }
