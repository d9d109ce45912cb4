"""The published shape of stored reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reports.compute import documents as shape
from reports.compute.stored_documents import as_json

SCHEMA = json.loads(
    (Path(shape.__file__).parent.parent / "report-1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
NAMES = (
    "customer-month-en",
    "customer-month-zh",
    "customer-quarter-en",
    "executive-month-en",
    "executive-month-zh",
)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_of_the_published_shape(sample: Callable, name: str) -> None:
    assert not list(VALIDATOR.iter_errors(sample(name).document))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("text", {"paragraphs": []}),
        ("figures", {"style": "pie"}),
        ("chart", {"chart": "pie"}),
        ("table", {"rows": [[{"value": 1}]]}),
    ],
)
def test_blocks_of_another_shape_are_refused(sample: Callable, kind: str, change: dict) -> None:
    found = sample("customer-month-en")
    found.block(kind).update(change)
    assert list(VALIDATOR.iter_errors(found.document))


def test_whatever_the_parts_can_say_is_of_the_published_shape() -> None:
    """Every kind of block with every field set, as it is stored."""
    day = date(2026, 10, 31)
    everybody = ("key_user",)
    blocks = (
        shape.TextBlock("a", "slot", "label", audiences=everybody, tokens={"events": "3"}),
        shape.FiguresBlock(("events",), "rows", "title", audiences=everybody),
        shape.ChartBlock(
            "bars",
            "title",
            ("a",),
            (shape.ChartSeries("one", (None,), "series-1"),),
            {"1": "one"},
            {"1": "1"},
            (Decimal("1.5"),),
            "peers",
            "share",
            "said",
            audiences=everybody,
        ),
        shape.TableBlock(
            "key",
            (shape.TableColumn("a", "A", "money"),),
            ((shape.TableCell(Decimal(1), "1", "good"),),),
            "title",
            (shape.TableCell(None, "–"),),
            "more",
            "empty",
            audiences=everybody,
        ),
        shape.ListBlock((shape.ListItem("a", "b", "c", "bad"),), "title", "more", "empty"),
        shape.NoticeBlock("a", "warning"),
        shape.AnswerBlock("a", ("request", "question", "survey")),
    )
    figure = shape.DocumentFigure(
        "events", "Uses", 3, "3", "count", "formula", day, "source", day, 7, "reason", 2, "2",
        "+1", "good", Decimal("1.5"), "1.5", "+2", "good", "4", "/figures/1/events/",
    )  # fmt: skip
    document = shape.ReportDocument(
        shape.ReportKind.CUSTOMER, "2026-10", "October", day, day, "en", "CNY", "Title",
        shape.Vendor("V", "aa", "#112233", "foot"), (figure,),
        (shape.Section("key", "title", blocks, everybody),), {"a": "b"}, "C-1", "Customer",
        "subtitle", day, 3,
    )  # fmt: skip
    stored = json.loads(json.dumps(as_json(document), default=float))
    assert [error.message for error in VALIDATOR.iter_errors(stored)] == []
