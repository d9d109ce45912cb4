"""The fixed labels that a report's page is drawn with."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import translation

from reports.compute.documents import DocumentFigure, ReportDocument, ReportKind, Vendor
from reports.documents.words import RENDERED_WORDS, page_words, with_words


def document(**changes: Any) -> ReportDocument:
    last = date(2026, 10, 31)
    figure = DocumentFigure("a", "A", 1, "1", "count", "f", date(2026, 10, 30), night=last)
    return ReportDocument(
        ReportKind.CUSTOMER, "2026-10", "October", date(2026, 10, 1), last, "zh-hans", "CNY", "T",
        Vendor("V"), (figure,), (), changes.pop("words", {}), made_on=date(2026, 11, 2), **changes,
    )  # fmt: skip


def test_whatever_is_drawn_has_its_label(settings: Any) -> None:
    used = re.compile(r"words(?:\.|\[\")([a-z_]+)")
    root = Path(settings.BASE_DIR)
    files = [
        *root.glob("templates/reports/format1/*"),
        *root.glob("reports/rendering/*.py"),
    ]
    asked = {name for file in files for name in used.findall(file.read_text(encoding="utf-8"))}
    asked -= {"replace", "get", "items"}
    assert asked <= set(RENDERED_WORDS)
    assert set(RENDERED_WORDS) - asked == {"audience_decision_maker", "audience_key_user"}


def test_labels_are_in_the_reports_language_whoever_asks() -> None:
    with translation.override("en"):
        assert page_words("zh-hans")["source"] == "来源"
    with translation.override("zh-hans"):
        assert page_words("en")["source"] == "Source"


def test_every_day_of_a_report_is_written_in_its_language() -> None:
    words = with_words(document()).words
    days = {key: text for key, text in words.items() if key.startswith("day:")}
    assert set(days) == {
        "day:2026-10-01", "day:2026-10-30", "day:2026-10-31", "day:2026-11-02",
    }  # fmt: skip
    assert days["day:2026-10-31"] == "2026-10-31"
    assert page_words("en", [date(2026, 10, 31)])["day:2026-10-31"] == "31 Oct 2026"


def test_words_of_its_own_stay() -> None:
    assert with_words(document(words={"why": "Darum"})).words["why"] == "Darum"
