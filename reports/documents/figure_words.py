"""Figures as a document holds them: with label, words, change and where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports import catalogue
from reports.compute.documents import DocumentFigure
from reports.models import FigureSet
from segmentation.catalogue import Unit
from ui import formats

MOST_DIGITS = 10
"""As many as stored figures have."""


def document_figures(
    keys: Iterable[str],
    figures: FigureSet,
    before: FigureSet | None,
    *,
    currency: str,
    language: str,
    year_before: FigureSet | None = None,
    compact: bool = False,
) -> tuple[DocumentFigure, ...]:
    """Those of the keys that the set's kind knows, in the active language.

    year_before: the set of the same period a year ago, where a report tells the change since then too;
        changes then say which they are. compact: amounts as executives read them.
    """
    found = tuple(
        _figure(key, figures, before, currency=currency, language=language, compact=compact)
        for key in keys
        if key in figures.figures or key in figures.reasons
    )
    if year_before is None:
        return found
    return tuple(
        _with_year(one, figures, year_before, currency=currency, language=language, compact=compact)
        for one in found
    )


def with_rows(found: Iterable[DocumentFigure], figures: FigureSet) -> tuple[DocumentFigure, ...]:
    """Each with the page of the rows behind it: for readers inside the tenant."""
    return tuple(replace(one, path=f"/figures/{figures.pk}/{one.key}/") for one in found)


def value_words(
    value: Any, unit: str, *, currency: str, language: str, compact: bool = False
) -> str:
    """A value with its unit; a dash where it is absent. compact: amounts in thousands and millions,
    万元 in Chinese."""
    if value is None:
        return formats.ABSENT
    if isinstance(value, date):
        return formats.short_date(value, language)
    if unit == Unit.MONEY and compact:
        return formats.compact_money(value, currency, language)
    if unit == Unit.MONEY:
        return formats.money(value, currency, language)
    if unit == Unit.SHARE:
        return formats.percent(value, language)
    if unit == Unit.DAYS:
        return formats.days(value, language)
    if unit == Unit.HOURS:
        return _("%(hours)s h") % {"hours": formats.number(value, language, 1)}
    return formats.number(value, language)


def told_apart(
    before: Any, after: Any, unit: str, *, currency: str, language: str
) -> tuple[str, str]:
    """Two values that differ, as executives read them; where both would read the same, in as many
    decimals as it takes to see that they do."""
    told = tuple(
        value_words(one, unit, currency=currency, language=language, compact=True)
        for one in (before, after)
    )
    for digits in range(MOST_DIGITS + 1):
        if told[0] != told[1]:
            break
        told = tuple(_in_full(one, unit, currency, language, digits) for one in (before, after))
    return told[0], told[1]


def _in_full(value: Any, unit: str, currency: str, language: str, digits: int) -> str:
    if unit == Unit.MONEY:
        return formats.money(value, currency, language, digits)
    if unit == Unit.SHARE:
        return formats.percent(value, language, digits)
    return formats.number(value, language, digits)


def _with_year(
    found: DocumentFigure, figures: FigureSet, year_before: FigureSet, **words: Any
) -> DocumentFigure:
    """The figure with what it was a year ago, and with both changes told apart."""
    kind = catalogue.figure(figures.kind, found.key)
    earlier = year_before.value(found.key)
    change, tone = _change(found.value, earlier, kind, words["language"])
    told = found.change_text
    if told:
        told = pgettext("on the period before", "%(change)s") % {"change": told}
    if change:
        change = pgettext("on the year", "%(change)s YoY") % {"change": change}
    return replace(
        found,
        change_text=told,
        year_before=earlier,
        year_text=value_words(earlier, kind.unit, **words) if earlier is not None else "",
        year_change_text=change,
        year_tone=tone,
    )


def _figure(
    key: str,
    figures: FigureSet,
    before: FigureSet | None,
    *,
    currency: str,
    language: str,
    compact: bool,
) -> DocumentFigure:
    kind = catalogue.figure(figures.kind, key)
    value = figures.value(key)
    earlier = before.value(key) if before is not None else None
    change, tone = _change(value, earlier, kind, language)
    reason = figures.reasons.get(key, "")
    return DocumentFigure(
        key=key,
        label=str(kind.label),
        value=value,
        text=value_words(value, kind.unit, currency=currency, language=language, compact=compact),
        unit=str(kind.unit),
        formula=str(kind.formula),
        as_of=figures.as_of,
        source=str(kind.source),
        night=figures.as_of if kind.by_night and figures.night_id else None,
        rules=figures.rules if kind.by_night else None,
        reason=str(catalogue.REASONS.get(reason, reason)) if value is None else "",
        before=earlier,
        before_text=value_words(
            earlier, kind.unit, currency=currency, language=language, compact=compact
        )
        if earlier is not None
        else "",
        change_text=change,
        tone=tone,
    )


def _change(value: Any, earlier: Any, kind: catalogue.FigureKind, language: str) -> tuple[str, str]:
    """In words, and whether it is good or bad; nothing between days, or where one is absent."""
    if not isinstance(value, int | Decimal) or not isinstance(earlier, int | Decimal):
        return "", ""
    difference = value - earlier
    if kind.unit == Unit.SHARE:
        shown = round(Decimal(difference) * 100, 1)
        text = _("%(points)s pp") % {"points": formats.signed(shown, language, 1)}
    elif not earlier:
        return "", ""
    else:
        shown = round(Decimal(difference) / Decimal(earlier), 3)
        text = formats.signed_percent(shown, language)
    # What reads as no change is none.
    if not shown or kind.better == "neither":
        return text, ""
    return text, "good" if (difference > 0) == (kind.better == "more") else "bad"
