"""A stored report as JSON for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from reports.rendering.plain import report_json


def test_it_is_of_the_published_shape(sample: Callable) -> None:
    found = sample("customer-month-en")
    made = report_json(found.document, found.texts, report=17, version=2, status="sent")
    assert list(made) == ["report", "kind", "period", "customer", "language", "version", "status",
                          "figures", "sections"]  # fmt: skip
    assert (made["report"], made["kind"], made["period"], made["customer"], made["language"]) == (
        17, "customer", "2026-10", "C-0007", "en",
    )  # fmt: skip
    assert made["figures"][0] == {
        "key": "events",
        "value": 48213,
        "unit": "count",
        "formula": "Sum of the counts of all usage events in the period.",
        "as_of": "2026-10-31",
        "night": None,
        "rules": None,
    }
    json.dumps(made)


def test_the_guide_shows_that_shape(sample: Callable) -> None:
    guide = Path(settings.BASE_DIR, "docs/guide/reports.md").read_text(encoding="utf-8")
    [held] = re.findall(r"```json\n(.*?)```", guide, re.S)
    shown = json.loads(held)
    found = sample("customer-month-en")
    made = report_json(found.document, found.texts, report=17, version=2, status="sent")
    assert list(shown) == list(made)
    known = {bool(one["value"] is None): list(one) for one in made["figures"]}
    for figure in shown["figures"]:
        assert list(figure) == known[figure["value"] is None]
    types = {block["type"] for section in shown["sections"] for block in section["blocks"]}
    assert types <= {block["type"] for section in made["sections"] for block in section["blocks"]}


def test_facts_that_are_absent_have_no_value_but_a_reason(sample: Callable) -> None:
    found = sample("customer-month-en")
    made = report_json(found.document, found.texts, report=1, version=1, status="draft")
    figures = {one["key"]: one for one in made["figures"]}
    assert figures["nps"]["value"] is None
    assert figures["nps"]["reason"] == "fewer than five answers"
    assert "reason" not in figures["events"]


def test_executives_reports_are_of_no_customer(sample: Callable) -> None:
    found = sample("executive-month-zh")
    made = report_json(found.document, found.texts, report=1, version=1, status="draft")
    assert made["customer"] is None
    assert made["figures"][0]["value"] == 1.062


def test_peoples_words_stand_in_their_slots(sample: Callable) -> None:
    found = sample("customer-month-en")
    made = report_json(found.document, {"summary": "Well done."}, report=1, version=1,
                       status="sent")  # fmt: skip
    assert made["sections"][0]["blocks"][0]["text"] == "Well done."
    assert found.block("text")["text"] != "Well done."
