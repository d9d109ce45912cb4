"""A stored report as HTML: the body for a page of ours, or one file that stands alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from reports.rendering import charts
from reports.rendering.accent import accent_classes, accent_of
from reports.rendering.chart_paint import Paint, hue_of
from reports.rendering.images import image_type
from reports.rendering.marks import mark_svg
from reports.rendering.reading import Part, Reading, read
from reports.rendering.widths import is_short, step_of
from ui.qr_codes import QrCode, qr_code

# Linked by the pages that show a body, inlined into the file that stands alone.
STYLE = "css/report-1.css"
# No page of ours has a style of its own; this is a file to keep, opened without us.
_FILE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
{style}</style>
</head>
<body class="report-file">
<main>
{body}</main>
</body>
</html>
"""


def body_html(
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    audience: str,
    *,
    link_paths: bool,
    logo_url: str = "",
    answer: SafeString | str = "",
) -> SafeString:
    """The ``<article>`` of a report. Its page links ``STYLE``.

    link_paths: figures lead to the rows behind them, for readers inside the tenant. logo_url: where
    the page finds the vendor's logo. answer: the forms that stand in the place to answer.
    """
    reading = read(document, texts, audience)
    return _article(reading, link_paths=link_paths, logo=logo_url, answer=answer, code=None)


def standalone_html(
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    audience: str,
    *,
    logo: bytes | None = None,
    answer_url: str = "",
) -> str:
    """One file with its style and its images, without scripts.

    logo: the image's bytes, PNG, JPEG, GIF, WebP or SVG. answer_url: what its QR code opens.
    """
    reading = read(document, texts, audience)
    article = _article(
        reading,
        link_paths=False,
        logo=_data_address(logo) if logo else "",
        answer="",
        code=qr_code(answer_url) if answer_url else None,
        answer_url=answer_url,
    )
    named = (document["title"], document.get("customer_name", ""))
    return format_html(
        _FILE,
        language=_language(document),
        title=" · ".join(part for part in named if part),
        style=_style(),
        body=article,
    )


def _article(
    reading: Reading,
    *,
    link_paths: bool,
    logo: str,
    answer: SafeString | str,
    code: QrCode | None,
    answer_url: str = "",
) -> SafeString:
    number = 0
    for section in reading.sections:
        for block in section["blocks"]:
            number += 1
            block["id"] = f"block-{number}"
            block["template"] = f"reports/format1/{block['type']}.html"
            if block["type"] == "chart":
                _draw(block, reading.words)
            _mark(block)
            _measure(block, reading)
    return render_to_string(
        "reports/format1/body.html",
        {
            "document": reading.document,
            "words": reading.words,
            "reading": reading,
            "language": _language(reading.document),
            "accent": accent_classes(accent_of(reading.document["vendor"].get("accent", ""))),
            "made_on": reading.words[f"day:{reading.document.get('made_on') or ''}"],
            "audience": reading.words.get(f"audience_{reading.audience}", ""),
            "link_paths": link_paths,
            # A document knows the path inside its tenant only.
            "root": get_script_prefix().rstrip("/"),
            "logo": logo,
            "answer": answer,
            "code": code,
            "answer_url": answer_url,
        },
    )


def _draw(block: Part, words: Mapping[str, str]) -> None:
    block["is_empty"] = charts.is_empty(block)
    if block["is_empty"]:
        return
    paint = Paint()
    # Escaped where it is drawn.
    block["drawings"] = [
        (size.name, mark_safe(charts.draw(block, size, paint, ids=f"{block['id']}-{size.name}")))  # noqa: S308
        for size in (charts.WIDE, charts.MEDIUM, charts.NARROW)
    ]
    block["legend"] = [(hue_of(tone), label) for tone, label in charts.legend(block)]
    block["target"] = (
        (block.get("targets_label") or words["target"]) if block.get("targets") else ""
    )
    block["headings"], block["table"] = charts.table(block, words["target"])


def _mark(block: Part) -> None:
    """The marks of tiers and the like beside their words."""
    if block["type"] == "table":
        for row in (*block["rows"], block["total"]):
            for cell in row:
                cell["mark"] = mark_svg(cell["tone"])
    if block["type"] == "list":
        block["items"] = [
            {**item, "mark": mark_svg(item.get("tone", ""), news=True)} for item in block["items"]
        ]


def _measure(block: Part, reading: Reading) -> None:
    """What a table needs, and which of its cells stay on one line."""
    if block["type"] == "table":
        for column in block["columns"]:
            column["cells"] = [column["label"]]
        for row in (*block["rows"], block["total"]):
            for cell, column in zip(row, block["columns"], strict=False):
                cell["label"], cell["is_short"] = column["label"], is_short(cell["text"])
                column["cells"].append(cell["text"])
        block["step"] = step_of([column["cells"] for column in block["columns"]])
    elif block["type"] == "figures" and block["style"] == "rows":
        words, figures = reading.words, block["figures"]
        columns = [
            [words["figure"], *(f"{one['label']} 00" for one in figures)],
            [words["value"], *(one["text"] for one in figures)],
        ]
        if block["has_before"]:
            columns.append([words["before"], *(one["before_text"] for one in figures)])
        changes, years = (
            [one[name] for one in figures] for name in ("change_text", "year_change_text")
        )
        if reading.is_one_page:
            # The year stands below the change.
            columns.append([words["change"], *changes, *years])
        else:
            if block["has_change"]:
                columns.append([words["change"], *changes])
            if block["has_year"]:
                then = [f"{one['year_text']} {one['year_change_text']}" for one in figures]
                columns.append([words["year_before"], *then])
            if block["has_goal"]:
                columns.append([words["goal"], *(one["goal_text"] for one in figures)])
        block["step"] = step_of(columns)


def _language(document: Mapping[str, Any]) -> str:
    return "zh-Hans" if str(document["language"]).startswith("zh") else str(document["language"])


def _data_address(image: bytes) -> str:
    return f"data:{image_type(image)};base64,{base64.b64encode(image).decode('ascii')}"


@cache
def _style() -> SafeString:
    # Our own file.
    return mark_safe(Path(settings.BASE_DIR, "static", STYLE).read_text(encoding="utf-8"))  # noqa: S308
