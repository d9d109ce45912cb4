"""What the template of paper is given: the report as one reader has it, every word as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.rendering import charts
from reports.rendering.accent import accent_of
from reports.rendering.chart_paint import Paint, Size
from reports.rendering.marks import paper_mark
from reports.rendering.reading import Part, read
from ui.qr_codes import qr_code


def payload(
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    audience: str,
    *,
    logo: bytes | None,
    answer_url: str,
) -> Part:
    """Plain JSON. logo as numbers of its bytes; charts and marks as SVG with literal colours."""
    reading = read(document, texts, audience, paper=True)
    accent = accent_of(document["vendor"].get("accent", ""))
    size = charts.HALF_PAGE if reading.is_one_page else charts.FULL_PAGE
    drawer = _Drawer(Paint(accent), size, reading.words)
    vendor = document["vendor"]
    language = str(document["language"])
    made_on = reading.words[f"day:{document.get('made_on') or ''}"]
    return {
        "words": dict(reading.words),
        "accent": accent.hex(),
        "lang": "zh" if language.startswith("zh") else language[:2],
        "region": "cn" if language.startswith("zh") else "gb",
        "title": document["title"],
        "customer_name": document.get("customer_name", ""),
        "subtitle": document.get("subtitle", ""),
        "audience": reading.words.get(f"audience_{reading.audience}", ""),
        "period_label": document["period_label"],
        "vendor": vendor["name"],
        "footer": " · ".join(
            part
            for part in (
                vendor.get("footer") or vendor["name"],
                f"{reading.words['made_on']} {made_on}" if made_on else "",
            )
            if part
        ),
        "logo": list(logo or b""),
        "code": _code(answer_url),
        "answer_url": answer_url,
        "is_one_page": reading.is_one_page,
        "lead": [drawer.section(one) for one in reading.lead],
        "body": [drawer.section(one) for one in reading.body],
        "notes": [_note(note) for note in reading.notes],
        "notes_common": " · ".join(f"{label} {text}" for label, text in reading.common),
    }


class _Drawer:
    def __init__(self, paint: Paint, size: Size, words: Mapping[str, str]) -> None:
        self.paint = paint
        self.size = size
        self.words = words

    def section(self, section: Part) -> Part:
        return {
            "title": section["title"],
            "blocks": [self.block(block) for block in section["blocks"]],
        }

    def block(self, block: Part) -> Part:
        kind = block["type"]
        made: Part = {
            "type": kind,
            "title": block.get("title") or block.get("label", ""),
            "more": block.get("more", ""),
            "empty": block.get("empty", ""),
            "tone": block.get("tone", ""),
        }
        if kind == "figures":
            made.update({key: block[key] for key in ("style", "has_before", "has_change",
                                                     "has_year", "has_goal")})  # fmt: skip
            made["figures"] = [_figure(one) for one in block["figures"]]
        elif kind == "chart":
            made.update(self.chart(block))
        elif kind == "table":
            made["header"] = [column["label"] for column in block["columns"]]
            made["aligned"] = [column["is_number"] for column in block["columns"]]
            made["rows"] = [[_cell(cell) for cell in row] for row in block["rows"]]
            made["total"] = [cell["text"] for cell in block["total"]]
        elif kind == "list":
            made["items"] = [_item(item) for item in block["items"]]
        else:
            made["paragraphs"] = block["paragraphs"]
        return made

    def chart(self, block: Part) -> Part:
        is_empty = charts.is_empty(block)
        return {
            "svg": "" if is_empty else charts.draw(block, self.size, self.paint),
            "alt": block.get("description") or block["title"],
            "target": (block.get("targets_label") or self.words["target"])
            if block.get("targets")
            else "",
            "legend": [(self.paint.colour(tone), label) for tone, label in charts.legend(block)],
        }


def _figure(figure: Part) -> Part:
    return {
        "label": figure["label"],
        "number": figure["note"]["number"],
        "text": figure["text"],
        "absent": figure["is_absent"],
        "reason": figure["reason"],
        "before": figure["before_text"],
        "change": figure["change_text"],
        "tone": figure["tone"],
        "year": figure["year_text"],
        "year_change": figure["year_change_text"],
        "year_tone": figure["year_tone"],
        "goal": figure["goal_text"],
    }


def _cell(cell: Part) -> Part:
    return {"text": cell["text"], "tone": cell["tone"], "mark": paper_mark(cell["tone"])}


def _item(item: Mapping[str, Any]) -> Part:
    tone = item.get("tone", "")
    return {
        "title": item["title"],
        "text": item.get("text", ""),
        "when": item.get("when", ""),
        "mark": paper_mark(tone, news=True),
    }


def _note(note: Part) -> Part:
    facts = [f"{label} {text}" for label, text in note["own_facts"]]
    return {
        "number": note["number"],
        "label": note["label"],
        "formula": note["formula"],
        "facts": "".join(f" · {part}" for part in (*facts, note["rules"], note["reason"]) if part),
    }


def _code(url: str) -> str:
    if not url:
        return ""
    code = qr_code(url)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.size} {code.size}">'
        f'<path fill="#000000" d="{code.path}"/></svg>'
    )
