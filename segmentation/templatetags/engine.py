"""Words and marks of the engine in templates: ``{% load engine %}``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.template import Context, Library
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Responsibility
from segmentation import catalogue, reasons
from segmentation.catalogue import Unit
from segmentation.charts import list_url
from segmentation.gaps import gaps_of, refusal_words
from segmentation.labels import BRANCHES
from segmentation.measure_words import formula_of, source_of, why_missing
from segmentation.models import Move, Night
from segmentation.queries.moved import Moved
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import is_kept, neighbours_of
from ui import formats
from ui.tables import Table
from ui.tags.formats import currency_of, language
from ui.tags.marks import badge, icon, tier

register = Library()

CAUSE_ICONS: Mapping[str, str] = {
    "behaviour": "activity",
    "commercial": "receipt-text",
    "project": "hammer",
    "calendar": "calendar-days",
    "rules": "scale",
    "late_data": "history",
}
DIRECTION_ICONS: Mapping[str, tuple[str, str]] = {
    "worse": ("arrow-down-right", "danger"),
    "better": ("arrow-up-right", "good"),
    "other": ("arrow-right", "neutral"),
}


@register.simple_tag
def capacity(key: Any) -> str:
    """As what somebody is the face."""
    return str(Responsibility.Capacity(key).label) if key else ""


@register.simple_tag
def no_tier(reason: Any) -> SafeString:
    """The chip of a customer without a tier; the reason is its explanation."""
    return tier("", reason=reasons.tier_sentence(str(reason or "")))


@register.filter
def tier_reason(reason: Any) -> str:
    return capfirst(reasons.tier_sentence(str(reason or "")))


@register.simple_tag(takes_context=True)
def move_reason(context: Context, move: Moved) -> str:
    return capfirst(reasons.move_sentence(move.kind, move.reason, currency_of(context)))


@register.simple_tag(takes_context=True)
def move_most(context: Context, move: Moved) -> str:
    """What changed most beside what decided the move."""
    return reasons.most_sentence(move.reason, currency_of(context))


@register.simple_tag
def move_rule(move: Moved) -> str:
    """The rule that gave the new tier; of a stage, the condition that decided it."""
    if move.kind == "tier":
        rule = reasons.tier_sentence(move.reason.get("rule", ""))
        return _("Rule that fired: %(rule)s") % {"rule": rule}
    branch = str(BRANCHES.get(move.reason.get("branch", ""), ""))
    return _("Condition that decided: %(condition)s") % {"condition": branch}


@register.simple_tag
def cause(key: str) -> SafeString:
    """The mark of a cause: its icon and word."""
    return badge(Move.Cause(key).label, icon=CAUSE_ICONS[key])


@register.simple_tag
def direction(key: str) -> SafeString:
    """For the worse, for the better, or neither: an arrow with its word."""
    drawn, tone = DIRECTION_ICONS[key]
    words = {
        "worse": _("For the worse"),
        "better": _("For the better"),
        "other": _("Neither better nor worse"),
    }
    return format_html('<span class="tone-{}">{}</span>', tone, icon(drawn, label=words[key]))


@register.simple_tag
def since_days(days: Any) -> str:
    """How long ago, in days up to the night."""
    if days is None:
        return formats.ABSENT
    return _("that day") if days == 0 else formats.days(days, language())


@register.simple_tag(takes_context=True)
def measure_value(context: Context, key: str, value: Any) -> str:
    """A measure's value in its unit."""
    unit = catalogue.get(key).unit
    if unit is Unit.MONEY:
        return formats.money(value, currency_of(context), language(), 0)
    if unit is Unit.DAYS:
        return formats.days(value, language())
    if unit is Unit.SHARE:
        return formats.percent(value, language(), 0)
    if unit is Unit.TIMES and value is not None:
        return f"× {formats.number(value, language(), 2)}"
    return formats.number(value, language())


@register.simple_tag(takes_context=True)
def measure_cut(context: Context, key: str, value: Any) -> str:
    """A cut point under its scale: as short as it can be read; the unit stands beside it."""
    unit = catalogue.get(key).unit
    if unit is Unit.MONEY:
        return formats.compact_money(value, currency_of(context), language())
    if unit is Unit.SHARE:
        return formats.percent(value, language(), 0)
    return formats.number(value, language())


@register.filter
def measure_title(key: str) -> str:
    return str(catalogue.get(key).title)


@register.filter
def measure_definition(key: str) -> str:
    """The formula with its unit."""
    return formula_of(key)


@register.filter
def measure_source(key: str) -> str:
    return source_of(key)


@register.filter
def measure_missing(key: str) -> str:
    """Why there is no value."""
    return why_missing(key)


@register.filter
def missing_scores(reason: Any) -> list[str]:
    return reasons.missing_scores(str(reason or ""))


@register.filter
def refusal(found: Mapping[str, Any]) -> str:
    """What a night refused, in words."""
    return refusal_words(dict(found))


@register.filter
def gaps(night: Night) -> list[str]:
    """What a night could not know, a sentence each."""
    return gaps_of(night)


@register.simple_tag
def table_url(table: Table, **changes: Any) -> str:
    """The page with some parameters changed; None takes one away."""
    return table.url(**changes)


@register.filter
def iso(day: Any) -> str:
    return str(day.isoformat())


@register.filter
def plain(number: Any) -> str:
    """A number for an attribute: a point, whatever the language."""
    return f"{float(number):g}"


@register.simple_tag
def duration(seconds: Any) -> str:
    """How long something took: 0.4 s, 12 s, 3 min 5 s."""
    if seconds is None:
        return formats.ABSENT
    if seconds < 60:
        digits = 1 if seconds < 10 else 0
        return _("%(number)s s") % {"number": formats.number(round(seconds, 1), language(), digits)}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


@register.simple_tag
def list_of(scope: Scope, **parameters: str) -> str:
    """The list of customers behind a number."""
    return list_url(scope, **parameters)


@register.inclusion_tag("segmentation/nights/looking_back.html", takes_context=True)
def looking_back(context: Context, night: Night, *, of_customer: bool = False) -> dict[str, Any]:
    """Says that a page shows a past night, with ways to the ones beside it."""
    asked = context["request"].GET.copy()
    for name in ("as_of", "night", "page"):
        asked.pop(name, None)
    before, after = neighbours_of(night)

    def url(day: date | None) -> str:
        changed = asked.copy()
        if day is not None:
            changed["as_of"] = day.isoformat()
        return f"?{changed.urlencode()}"

    return {
        "night": night,
        "before": before and (before, url(before)),
        "after": after and (after, url(after)),
        "latest_url": url(None),
        "is_kept": is_kept(night),
        "is_page_of_customer": of_customer,
    }


@register.simple_tag
def night_list_url(night: Night) -> str:
    """The customers as a stored night saw them."""
    return f"{reverse('portfolio')}?{urlencode({'scope': 'all', 'as_of': night.as_of.isoformat()})}"
