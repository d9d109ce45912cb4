"""Parts of a page that can be folded: drawn as the person left them."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory

TEMPLATE = (
    '{% fold "Cases" key="cases" note=note href="/cases/" link="all" closed=closed %}'
    "<p>Rows</p>{% endfold %}"
)


def drawn(cookie: str = "", *, closed: bool = False) -> str:
    request = RequestFactory().get("/", headers={"cookie": f"folded={cookie}"} if cookie else {})
    context = Context({"request": request, "closed": closed, "note": "4 <open>"})
    return Template("{% load tenure %}" + TEMPLATE).render(context)


@pytest.mark.parametrize(
    ("cookie", "closed", "is_open"),
    [
        ("", False, True),
        ("", True, False),
        ("cases", False, False),
        ("cases", True, True),
        ("work.cases", False, False),
        ("cases2", False, True),
        ("work", True, False),
    ],
)
def test_it_is_found_as_it_was_left(cookie: str, closed: bool, is_open: bool) -> None:
    opening = re.search(r"<details[^>]*>", drawn(cookie, closed=closed))
    assert opening is not None
    assert ("open" in opening[0].split()[-1]) is is_open


def test_what_it_comes_to_and_the_way_to_all_are_read_while_it_is_folded() -> None:
    page = drawn("cases")
    summary, _body, after = page.partition("</summary>")
    assert "4 &lt;open&gt;" in summary
    assert "<a" not in summary, "a link inside of what folds cannot be reached by everybody"
    assert 'href="/cases/"' in after.partition("</details>")[2]


def test_nothing_is_folded_where_no_request_is_known() -> None:
    page = Template("{% load tenure %}" + TEMPLATE).render(Context({"closed": False}))
    assert " open>" in page
