"""Reports of years ago come out as they were, to the byte.

A change here changes what was sent. When it is meant, before the first release of a format:
``UPDATE_BYTES=1 pytest tests/reports/rendering/test_bytes.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from reports.rendering.html import standalone_html
from reports.rendering.pdf import pdf_bytes
from reports.rendering.xlsx import workbook_bytes

HELD = Path(__file__).with_name("bytes.json")
REPORTS = [
    (name, audience)
    for name in ("customer-month-en", "customer-month-zh", "customer-quarter-en")
    for audience in ("decision_maker", "key_user")
] + [("executive-month-en", ""), ("executive-month-zh", "")]


def held() -> dict[str, str]:
    return json.loads(HELD.read_text(encoding="utf-8")) if HELD.exists() else {}


def compared(key: str, made: bytes) -> None:
    digest = hashlib.sha256(made).hexdigest()
    if os.environ.get("UPDATE_BYTES"):
        HELD.write_text(json.dumps({**held(), key: digest}, indent=1, sort_keys=True) + "\n")
    assert held().get(key) == digest


def locked_versions() -> str:
    """Of the compiler and of the font, whose every release may set a letter otherwise."""
    try:
        return f"typst {version('typst')}, noto {version('noto-cjk-sans-otc')}"
    except PackageNotFoundError:
        return "without its font"


@pytest.mark.parametrize(("name", "audience"), REPORTS)
def test_html(sample: Callable, name: str, audience: str) -> None:
    found = sample(name)
    made = standalone_html(found.document, found.texts, audience)
    compared(f"{name} {audience} html", made.encode())


@pytest.mark.parametrize(("name", "audience"), REPORTS)
def test_pdf(sample: Callable, name: str, audience: str) -> None:
    if locked_versions() != "typst 0.15.2, noto 0.0.1":
        pytest.skip(locked_versions())
    found = sample(name)
    compared(f"{name} {audience} pdf", pdf_bytes(found.document, found.texts, audience))


@pytest.mark.parametrize("name", ["customer-month-zh", "executive-month-en"])
def test_xlsx(sample: Callable, name: str) -> None:
    found = sample(name)
    compared(f"{name} xlsx", workbook_bytes(found.document, found.texts))
