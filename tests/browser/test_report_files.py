"""A report as a file: read on a phone and on a desk, light and dark, without scripts, and printed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reports.rendering.html import standalone_html

SAMPLES = Path(__file__).parent.parent / "reports" / "samples"
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")
Shown = Callable[..., Page]


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    """Opens a sample report: ``shown("executive-month-en", "", width=360)``."""
    contexts = []

    def start(name: str, audience: str, *, width: int = 1440, theme: str = "light") -> Page:
        held = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        file = tmp_path / f"{name}.html"
        html = standalone_html(
            held["document"], held["texts"], audience, answer_url="https://tenure.example/r/a"
        )
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "audience", "width", "theme"),
    [
        ("customer-month-zh", "decision_maker", 1440, "light"),
        ("customer-month-en", "key_user", 1440, "dark"),
        ("customer-quarter-en", "key_user", 360, "light"),
        ("executive-month-en", "", 1440, "dark"),
        ("executive-month-zh", "", 360, "light"),
    ],
)
def test_anybody_can_read_it(
    shown: Shown,
    accessible: Callable[[Page], None],
    name: str,
    audience: str,
    width: int,
    theme: str,
) -> None:
    page = shown(name, audience, width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    accessible(page)


def test_a_figure_explains_itself_to_the_touch_and_to_the_keyboard(shown: Shown) -> None:
    page = shown("customer-month-en", "key_user", width=390)
    button = page.get_by_role("button", name="Why this value: Seats in use")
    panel = page.locator("#block-2-why-4")
    assert not panel.is_visible()
    button.click()
    assert panel.is_visible()
    assert "Active persons divided by the seats" in panel.inner_text()
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert not panel.evaluate("panel => panel.matches(':popover-open')")


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("customer-month-en", "decision_maker"),
        ("customer-month-zh", "decision_maker"),
        ("executive-month-en", ""),
        ("executive-month-zh", ""),
    ],
)
def test_one_page_is_one_page_when_the_browser_prints_it(
    shown: Shown, name: str, audience: str
) -> None:
    page = shown(name, audience)
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(PDF_PAGE.findall(printed)) == 1
