"""What the parts of a customer's report are written from: its figures, its facts, and the words of its
language. Asks no table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Tenant
from reports.compute.customer_facts import Told
from reports.compute.documents import (
    Audience,
    ChartBlock,
    DocumentFigure,
    FiguresBlock,
    TableBlock,
    TableCell,
    TextBlock,
)
from reports.compute.report_periods import ReportPeriod
from reports.compute.report_templates import Look, filled
from reports.documents.chart_words import worded
from reports.models import FigureSet
from ui import formats

FULL = (Audience.KEY_USER,)
PAGE = (Audience.DECISION_MAKER,)


@dataclass(frozen=True)
class Draft:
    tenant: Tenant
    period: ReportPeriod
    period_label: str
    figures: FigureSet
    told: Told
    look: Look
    language: str
    shown: dict[str, DocumentFigure]

    def value(self, key: str) -> Any:
        """Of a figure; None where it is absent."""
        figure = self.shown.get(key)
        return None if figure is None else figure.value

    def count(self, key: str) -> int:
        """Of a figure that counts; 0 where it is absent."""
        return int(self.value(key) or 0)

    def details(self, key: str) -> list[Any]:
        return list(self.figures.details.get(key) or ())

    def number(self, value: Any) -> str:
        return formats.number(value, self.language)

    def share(self, value: Any) -> str:
        """Without decimals."""
        return formats.percent(value, self.language, 0)

    def day(self, day: date) -> str:
        return formats.short_date(day, self.language)

    def near_day(self, day: date) -> str:
        """Of the period: the year is known."""
        return formats.day(day, self.language)

    def listed(self, words: Iterable[str]) -> str:
        return formats.listed(words, self.language)

    def series(self, words: Iterable[str]) -> str:
        """Words one after the other, the last with "and"."""
        found = list(words)
        if len(found) < 2:
            return "".join(found)
        return _("%(first)s and %(last)s") % {
            "first": formats.listed(found[:-1], self.language), "last": found[-1],
        }  # fmt: skip

    def named(self, names: Iterable[str], most: int, more: str = "") -> str:
        """As many names as are read easily, and how many more there are (``more``: in what words)."""
        found = list(names)
        if len(found) <= most:
            return self.listed(found)
        return _("%(names)s and %(count)s more") % {
            "names": self.listed(found[:most]), "count": more or self.number(len(found) - most),
        }  # fmt: skip

    def sentences(self, *said: str) -> str:
        """Sentences of one paragraph; Chinese has no space between them."""
        between = "" if self.language.startswith("zh") else " "
        return between.join(one for one in said if one)

    def filled(self, text: str) -> str:
        """A text of the template with what it names in braces."""
        return filled(
            text,
            {
                "customer": self.told.name, "period": self.period_label,
                "vendor": self.tenant.name, "face": self.told.face or self.tenant.name,
            },
        )  # fmt: skip

    def tiles(self, keys: Iterable[str], most: int, **fields: Any) -> FiguresBlock:
        """Of the figures those that say something, the first of them."""
        return FiguresBlock(tuple(key for key in keys if self.says(key))[:most], **fields)

    def says(self, key: str) -> bool:
        return self.value(key) not in (None, 0)

    def there(self, keys: Iterable[str], **fields: Any) -> FiguresBlock:
        """Those that are known, be they nought."""
        return FiguresBlock(tuple(key for key in keys if self.value(key) is not None), **fields)

    def cell(self, value: Any, tone: str = "") -> TableCell:
        return TableCell(value, self.number(value), tone)

    def change(self, value: Any, before: Any) -> TableCell:
        """Against the period before, as a share; empty where there is nothing to compare with."""
        if not before:
            return TableCell(
                None,
                "" if not value else pgettext("change of usage", "new"),
                "good" if value else "",
            )
        change = round(Decimal(value - before) / Decimal(before), 3)
        tone = "good" if change > 0 else "bad" if change < 0 else ""
        return TableCell(change, formats.signed_percent(change, self.language), tone)

    def chart(self, block: ChartBlock) -> ChartBlock:
        return worded(block, lambda value: formats.number(value, self.language))


def line(text: str, **fields: Any) -> list[TextBlock]:
    """A text, or nothing where it is empty."""
    return [TextBlock(text, **fields)] if text else []


def filled_table(table: TableBlock) -> list[TableBlock]:
    return [table] if table.rows else []


def filled_figures(block: FiguresBlock) -> list[FiguresBlock]:
    return [block] if block.keys else []
