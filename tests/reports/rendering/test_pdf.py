"""A stored report as PDF."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.rendering import pdf
from reports.rendering.fonts import font_directories
from reports.rendering.pdf import FontMissing, pdf_bytes

PAGE = re.compile(rb"/Type\s*/Page\b")
MARKUP = '#panic("x") $a$ *b* <c> @d \\ `e` _f_ [g] {h} // i'


def last_used() -> Any:
    """The compiler of the document made last: it is lent first again."""
    return pdf.compiler(pdf._IDLE.queue[-1])


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("customer-month-en", "decision_maker"),
        ("customer-month-zh", "decision_maker"),
        ("customer-quarter-en", "decision_maker"),
        ("executive-month-en", ""),
        ("executive-month-zh", ""),
    ],
)
def test_decision_makers_and_executives_get_one_page(
    sample: Callable, name: str, audience: str
) -> None:
    found = sample(name)
    pdf = pdf_bytes(found.document, found.texts, audience, answer_url="https://tenure.example/r/a")
    assert len(PAGE.findall(pdf)) == 1


def test_one_page_holds_however_much_is_said(sample: Callable) -> None:
    found = sample("executive-month-zh")
    extra = found.document["sections"][2]
    found.document["sections"] += [{**extra, "key": f"more-{place}"} for place in range(1)]
    assert len(PAGE.findall(pdf_bytes(found.document, found.texts, ""))) == 1


def test_key_users_get_as_many_pages_as_it_takes(sample: Callable) -> None:
    found = sample("customer-month-en")
    assert len(PAGE.findall(pdf_bytes(found.document, found.texts, "key_user"))) == 3


def test_it_is_tagged_says_its_language_and_embeds_its_font(sample: Callable) -> None:
    found = sample("customer-month-zh")
    pdf = pdf_bytes(found.document, found.texts, "key_user")
    assert b"pdfuaid:part>1<" in pdf
    assert b"/Lang(zh-CN)" in pdf
    assert b"/FontFile" in pdf
    assert "主动服务月报 · 华东精密机械股份有限公司".encode() in pdf  # the title, in its metadata
    names = {name.split(b"+")[1] for name in re.findall(rb"/BaseFont/([^\s/]+)", pdf)}
    assert {name.split(b"-")[0] for name in names} == {b"NotoSansCJKsc"}


def test_the_same_report_is_the_same_bytes(sample: Callable) -> None:
    found = sample("customer-month-en")
    first = pdf_bytes(found.document, found.texts, "key_user")
    pdf_bytes(found.document, found.texts, "decision_maker")
    assert pdf_bytes(found.document, found.texts, "key_user") == first


def test_what_looks_like_markup_is_printed_as_it_is(sample: Callable) -> None:
    found = sample("customer-quarter-en")
    found.document["title"] = MARKUP
    found.document["figures"][3]["label"] = MARKUP
    pdf_bytes(found.document, {"summary": f"{MARKUP}\n\n= g\n\n- h"}, "key_user")
    headings = json.loads(last_used().query("heading"))
    assert headings[0]["body"]["text"] == MARKUP
    assert [one["level"] for one in headings].count(1) == 1  # the summary's "= g" is no heading
    printed = last_used().query("par")
    assert json.dumps(MARKUP, ensure_ascii=False)[1:-1] in printed


def test_threads_draw_side_by_side(sample: Callable) -> None:
    found = sample("customer-quarter-en")
    calm = pdf_bytes(found.document, found.texts, "key_user")
    drawn: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda: drawn.append(pdf_bytes(found.document, found.texts, "key_user"))
        )
        for _number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [calm] * 4


def test_one_that_takes_long_holds_up_no_other(
    sample: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, going_on = threading.Event(), threading.Event()

    class Slow:
        """A compiler that takes as long as we like for one report."""

        def compile(self, *, sys_inputs: dict[str, str], **_rest: Any) -> bytes:
            if "the long one" in sys_inputs["report"]:
                begun.set()
                going_on.wait(10)
            return b"%PDF"

    monkeypatch.setattr("reports.rendering.pdf.compiler", lambda *_place: Slow())
    found = sample("customer-month-en")
    long = {**found.document, "title": "the long one"}
    drawn: list[str] = []

    def draw(document: dict[str, Any], name: str) -> None:
        pdf_bytes(document, found.texts, "key_user")
        drawn.append(name)

    threads = [threading.Thread(target=draw, args=(long, "long"))]
    threads[0].start()
    assert begun.wait(10)
    threads.append(threading.Thread(target=draw, args=(found.document, "short")))
    threads[1].start()
    threads[1].join(5)
    assert drawn == ["short"]
    going_on.set()
    for thread in threads:
        thread.join(10)
    assert drawn == ["short", "long"]


def test_a_logo_stands_in_the_head(sample: Callable) -> None:
    found = sample("executive-month-en")
    logo = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10">'
        b'<rect width="40" height="10" fill="#123456"/></svg>'
    )
    plain = pdf_bytes(found.document, found.texts, "")
    pdf_bytes(found.document, found.texts, "", logo=logo)
    images = json.loads(last_used().query("image"))
    assert images[0]["alt"] == "Hanxin HR Cloud"
    assert plain != pdf_bytes(found.document, found.texts, "", logo=logo)


def test_letters_that_no_font_has_do_not_stop_a_report(sample: Callable) -> None:
    found = sample("customer-quarter-en")
    found.document["customer_name"] = "Smile \N{GRINNING FACE} Ltd \x07\x00"
    pdf = pdf_bytes(found.document, found.texts, "decision_maker")
    assert len(PAGE.findall(pdf)) == 1
    assert b"/StructTreeRoot" in pdf  # tagged all the same


def test_chinese_without_a_font_says_what_to_do(
    sample: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.rendering.pdf.font_directories", list)
    found = sample("customer-month-zh")
    with pytest.raises(FontMissing, match="REPORT_FONTS"):
        pdf_bytes(found.document, found.texts, "key_user")
    english = sample("customer-month-en")
    assert pdf_bytes(english.document, english.texts, "key_user").startswith(b"%PDF")


def test_fonts_of_ones_own_are_looked_into_first(settings: Any, tmp_path: Path) -> None:
    settings.REPORT_FONTS = str(tmp_path)
    assert font_directories()[0] == tmp_path
    settings.REPORT_FONTS = ""
    assert tmp_path not in font_directories()
