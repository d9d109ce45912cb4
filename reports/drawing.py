"""Cells of large tables, drawn here and not in a template: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.cohort_table import Triangle, TriangleCell
from ui import formats
from ui.tags.formats import language

Drawn = list[dict[str, Any]]


def draw_triangle(found: Triangle, currency: str) -> Drawn:
    """Per row of a triangle its month, its size and its cells as HTML."""
    return [
        {
            "month": row.month,
            "size": row.size,
            "cells": _joined(_triangle_cell(cell, currency) for cell in row.cells),
        }
        for row in found.rows
    ]


def _triangle_cell(cell: TriangleCell | None, currency: str) -> SafeString:
    if cell is None:
        return SafeString('<td class="triangle-none"></td>')
    inside = format_html(
        "{}<small>{}</small>",
        formats.percent(cell.rate, language(), 0),
        formats.number(cell.count, language())
        if cell.amount is None
        else formats.compact_money(cell.amount, currency, language()),
    )
    if cell.href:
        inside = format_html('<a href="{}">{}</a>', cell.href, inside)
    return format_html('<td class="heat-{}">{}</td>', cell.heat, inside)


def draw_cells(cells: Iterable[dict[str, Any] | None]) -> SafeString:
    """A row of figures of tiers (`effect_table.cell`) as HTML."""
    return _joined(format_html('<td class="num">{}</td>', draw_figure(cell)) for cell in cells)


def draw_figure(cell: dict[str, Any] | None) -> SafeString | str:
    """A figure with its interval and its number of customers."""
    if cell is None:
        return formats.ABSENT
    value = _written(cell, cell["value"])
    shown = format_html('<a href="{}">{}</a>', cell["href"], value) if cell["href"] else value
    customers = formats.number(cell["customers"], language())
    if cell["too_few"]:
        note = _("too few customers: %(shown)s") % {"shown": customers}
    elif cell["all_equal"]:
        note = _("all equal") + f" · n {customers}"
    else:
        span = f"{_written(cell, cell['low'])}–{_written(cell, cell['high'])}"
        note = f"{span} · n {customers}"
    return format_html('{}<small class="muted">{}</small>', shown, note)


def _written(cell: dict[str, Any], value: float) -> str:
    if cell["is_share"]:
        return formats.percent(value, language(), 0)
    return formats.number(value, language(), 1)


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
