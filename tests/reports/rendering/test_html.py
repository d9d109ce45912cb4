"""A stored report as a page, and as a file that stands alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation
from django.utils.safestring import SafeString

from reports.rendering.accent import accent_classes, accent_of, accent_rules
from reports.rendering.html import STYLE, body_html, standalone_html
from reports.rendering.pdf import pdf_bytes
from reports.rendering.xlsx import workbook_bytes
from ui.colour import Oklch, contrast

PNG = b"\x89PNG\r\n\x1a\nrest"
VOID = {"meta", "link", "img", "br", "path", "line", "rect", "circle", "input"}


class Outline(HTMLParser):
    """Tags that are opened and closed in order, headings, ids, and what is forbidden on our pages."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag == "script" or "style" in held or any(name.startswith("on") for name in held):
            self.faults.append(f"{tag} {held}")
        if tag == "th" and "scope" not in held:
            self.faults.append("th without scope")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("customer-month-en", "decision_maker"),
        ("customer-month-zh", "key_user"),
        ("customer-quarter-en", "key_user"),
        ("executive-month-en", ""),
    ],
)
def test_a_report_is_sound_and_keeps_to_the_products_policy(
    sample: Callable, name: str, audience: str
) -> None:
    found = sample(name)
    body = outline(body_html(found.document, found.texts, audience, link_paths=True))
    assert body.faults == []
    assert body.open == []
    assert len(body.ids) == len(set(body.ids))
    assert body.headings[0] == 1
    assert body.headings.count(1) == 1
    steps = zip(body.headings, body.headings[1:], strict=False)
    assert all(below - above <= 1 for above, below in steps)


def test_names_are_shown_as_they_are_written(sample: Callable) -> None:
    found = sample("customer-quarter-en")
    shown = body_html(found.document, found.texts, "key_user", link_paths=False)
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_report_reads_the_same_in_whatever_language_its_reader_is(sample: Callable) -> None:
    found = sample("customer-month-zh")
    shown = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            shown.append(standalone_html(found.document, found.texts, "key_user"))
    assert shown[0] == shown[1]
    assert '<html lang="zh-Hans">' in shown[0]


def test_peoples_words_take_the_place_of_the_drafted_ones(sample: Callable) -> None:
    found = sample("customer-month-en")
    drafted = found.block("text")["text"].splitlines()[0]
    shown = body_html(found.document, {"summary": "Dear all,\n\nwell done."}, "key_user",
                      link_paths=False)  # fmt: skip
    assert "<p>Dear all,</p><p>well done.</p>" in shown
    assert drafted not in shown


def test_words_that_were_emptied_leave_nothing_behind(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = body_html(found.document, {"summary": "  "}, "key_user", link_paths=False)
    assert 'id="section-summary"' not in shown


def test_each_audience_reads_its_own(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = {
        audience: body_html(found.document, found.texts, audience, link_paths=False)
        for audience in ("decision_maker", "key_user")
    }
    assert "Who used it most" in shown["key_user"]
    assert "Who used it most" not in shown["decision_maker"]
    assert "is-one-page" in shown["decision_maker"]
    assert "is-one-page" not in shown["key_user"]


def test_what_is_for_paper_is_not_on_screens_and_the_other_way_round(sample: Callable) -> None:
    found = sample("executive-month-en")
    found.document["sections"][0]["audiences"] = ["paper"]
    found.document["sections"][2]["audiences"] = ["screen"]
    shown = body_html(found.document, found.texts, "", link_paths=False)
    assert 'id="section-top"' not in shown
    assert 'id="section-retention"' in shown


def test_every_figure_says_how_it_is_made(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = body_html(found.document, found.texts, "key_user", link_paths=False)
    figure = found.document["figures"][2]
    assert shown.count(figure["formula"]) == 2  # where it stands, and in the notes
    panel = shown[shown.index('id="block-2-why-3"') :][:900]
    for said in ("Modules used", figure["formula"], "As of 31 Oct 2026", "Night of 31 Oct 2026",
                 "Source usage facts", "Rules, version 7"):  # fmt: skip
        assert said in panel, said


def test_what_is_not_known_says_why(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = body_html(found.document, found.texts, "key_user", link_paths=False)
    assert "–<small>fewer than five answers</small>" in shown


def test_figures_lead_to_their_rows_only_for_those_inside(sample: Callable) -> None:
    found = sample("customer-month-en")
    found.document["figures"][0]["path"] = "/figures/12/events/"
    inside = body_html(found.document, found.texts, "key_user", link_paths=True)
    outside = body_html(found.document, found.texts, "key_user", link_paths=False)
    assert '<a href="/figures/12/events/">48,213</a>' in inside
    assert "/figures/12/" not in outside


def test_forms_stand_in_the_place_to_answer(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = body_html(found.document, found.texts, "key_user", link_paths=False,
                      answer=SafeString("<form></form>"))  # fmt: skip
    assert "<form></form>" in shown.split('class="report-answer')[1]


def test_a_file_stands_alone(sample: Callable) -> None:
    found = sample("customer-month-en")
    shown = standalone_html(found.document, found.texts, "key_user", logo=PNG,
                            answer_url="https://tenure.example/r/a")  # fmt: skip
    assert shown.count("<style>") == 1
    assert "<link" not in shown
    assert 'src="data:image/png;base64,iVBORw0KGgpyZXN0" alt="Hanxin HR Cloud"' in shown
    assert not re.search(r'(?:src|url\()\s*=?\s*"?https?:', shown)
    assert 'aria-label="https://tenure.example/r/a"' in shown


def test_an_image_that_is_none_is_refused(sample: Callable) -> None:
    found = sample("customer-month-en")
    with pytest.raises(ValueError, match="image"):
        standalone_html(found.document, found.texts, "key_user", logo=b"GARBAGE")


def test_a_document_of_another_format_is_refused(sample: Callable) -> None:
    found = sample("customer-month-en")
    found.document["format"] = 2
    with pytest.raises(ValueError, match="format 2"):
        body_html(found.document, found.texts, "key_user", link_paths=False)


def test_numbers_held_exactly_and_as_floats_are_drawn_alike(sample: Callable) -> None:
    found = sample("executive-month-en")

    def exact(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: exact(held) for key, held in part.items()}
        if isinstance(part, list):
            return [exact(held) for held in part]
        return Decimal(str(part)) if isinstance(part, float) else part

    for make in (pdf_bytes, workbook_bytes):
        assert make(exact(found.document), {}, "") == make(found.document, {}, "")
    assert standalone_html(exact(found.document), {}, "") == standalone_html(found.document, {}, "")


class TestAccent:
    def test_the_style_sheet_knows_every_step(self, settings: Any) -> None:
        style = (settings.BASE_DIR / "static" / STYLE).read_text(encoding="utf-8")
        assert style.endswith(accent_rules())

    @pytest.mark.parametrize(
        "text", ["#ffff00", "#ffffff", "#000000", "#b4552d", "#1f6f8b", "#00ff00", "#ff00ff", "no"]
    )
    def test_whatever_the_colour_it_can_be_read_on_white(self, text: str) -> None:
        assert contrast(accent_of(text), Oklch(1, 0, 0)) >= 4.5

    def test_its_classes_are_rules(self) -> None:
        for number in range(0, 0xFFFFFF, 0x01F3D5):
            for name in accent_classes(accent_of(f"#{number:06x}")).split():
                assert f".{name}{{" in accent_rules()

    def test_a_colour_stays_what_it_is(self) -> None:
        assert accent_of("#1f6f8b").hue == pytest.approx(225, abs=5)
        assert accent_of("no colour") == accent_of("")
