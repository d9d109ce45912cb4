"""Cells and tables of the reports that stay inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reports.compute.documents import TableBlock, TableCell, TableColumn
from segmentation.catalogue import Unit
from ui import formats


@dataclass(frozen=True)
class Writer:
    """Cells in a language."""

    language: str
    currency: str

    def text(self, text: str) -> TableCell:
        return TableCell(text, text)

    def number(self, value: Any, digits: int | None = None) -> TableCell:
        exact = None if value is None else round(Decimal(repr(float(value))), 6)
        shown = exact if digits else value
        return TableCell(shown, formats.number(shown, self.language, digits))

    def money(self, value: str | Decimal | None) -> TableCell:
        amount = None if value is None else Decimal(value)
        return TableCell(amount, formats.compact_money(amount, self.currency, self.language))

    def share(self, part: int | None, whole: int) -> TableCell:
        """A dash where there is nothing to have a share of, or where it is too early."""
        if part is None or not whole:
            return TableCell(None, formats.ABSENT)
        share = Fraction(part, whole)
        exact = round(Decimal(share.numerator) / Decimal(share.denominator), 10)
        return TableCell(exact, formats.percent(exact, self.language, 0))

    def day(self, day: Any) -> TableCell:
        return TableCell(day, formats.short_date(day, self.language))


def table(
    key: str,
    columns: Iterable[tuple[str, str, str]],
    rows: Iterable[Sequence[TableCell]],
    *,
    title: str,
    empty: str,
    total: Sequence[TableCell] = (),
) -> TableBlock:
    """columns: key, label, unit."""
    return TableBlock(
        key,
        tuple(TableColumn(name, label, unit) for name, label, unit in columns),
        tuple(tuple(row) for row in rows),
        title=title,
        total=tuple(total),
        empty=empty,
    )


TEXT, COUNT, SHARE, MONEY = "text", str(Unit.COUNT), str(Unit.SHARE), str(Unit.MONEY)
