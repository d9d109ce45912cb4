"""Filters that write numbers, money and dates in the active language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.template import Context, Library
from django.utils import timezone
from django.utils.translation import get_language

from ui import formats
from ui.notes import note_words

register = Library()


def language() -> str:
    """The active language; English while translations are switched off."""
    return get_language() or "en"


def currency_of(context: Context) -> str:
    """The tenant's currency; empty outside a tenant."""
    tenant = getattr(context.get("request"), "tenant", None)
    return getattr(tenant, "currency", "") or ""


@register.filter
def number(value: Any, digits: int | None = None) -> str:
    return formats.number(_figure(value), language(), digits)


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    return formats.percent(_figure(value), language(), digits)


@register.filter(name="money")
def money_filter(value: Any, currency: str) -> str:
    return formats.money(_figure(value), currency, language())


@register.filter("listed")
def listed_filter(words: Iterable[Any]) -> str:
    return formats.listed(map(str, words), language())


@register.simple_tag
def listed(*words: Any) -> str:
    """Names one after the other, as the language parts them."""
    return listed_filter(words)


@register.simple_tag(takes_context=True)
def money(
    context: Context,
    value: Any,
    *,
    currency: str = "",
    compact: bool = False,
    digits: int | None = None,
    sign: bool = False,
) -> str:
    """An amount in the tenant's currency. ``compact``: 万元 in Chinese, K and M in English."""
    unit = currency or currency_of(context)
    figure = _figure(value)
    if not unit:
        return formats.number(figure, language(), 2 if digits is None else digits)
    if compact:
        return formats.compact_money(figure, unit, language())
    write = formats.signed_money if sign else formats.money
    return write(figure, unit, language(), digits)


@register.filter
def signed(value: Any, digits: int | None = None) -> str:
    return formats.signed(_figure(value), language(), digits)


@register.filter
def signed_percent(value: Any, digits: int = 1) -> str:
    return formats.signed_percent(_figure(value), language(), digits)


@register.filter
def days(value: Any) -> str:
    return formats.days(_figure(value), language())


@register.filter
def short_date(value: date | None) -> str:
    return formats.short_date(_local_day(value), language())


@register.filter
def long_date(value: date | None) -> str:
    return formats.long_date(_local_day(value), language())


@register.filter
def month(value: date | None) -> str:
    return formats.month(_local_day(value), language())


@register.filter
def day(value: date | None) -> str:
    return formats.day(_local_day(value), language())


@register.filter
def date_time(value: datetime | None) -> str:
    return formats.date_time(value or None, language(), timezone.get_current_timezone())


@register.filter(name="note_words")
def note_words_filter(value: Any) -> str:
    """A note of a person as it is, one of the platform in the active language."""
    return note_words(str(value or ""))


@register.filter
def ago(value: datetime | None) -> str:
    return formats.ago(value or None, timezone.now(), language())


def _figure(value: Any) -> Any:
    # Templates give "" for what is not there.
    return None if value == "" else value


def _local_day(value: date | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value or None
