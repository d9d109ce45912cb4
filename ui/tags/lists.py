"""Lists: the table, its filters and its pages."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString

from ui.tables import Table
from ui.tags.render import draw

register = Library()


@register.simple_block_tag
def data_table(
    content: str,
    table: Table,
    *,
    caption: Any,
    empty: Any = "",
    target: str = "",
    cards: bool = False,
) -> SafeString:
    """Rows (``<tr>``) under the headings of ``table``; ``empty`` is said where there are none.

    ``target``: id of the element that holds table and pages; sorting then swaps only that.
    ``cards``: on a phone every row is a card; its cells say by class where they stand in it
    (``cell-title``, ``cell-end`` beside it, ``cell-line`` below, ``cell-away`` not at all).
    """
    return draw(
        "data_table",
        {
            "table": table,
            "ends": table.positions("end"),
            "centers": table.positions("center"),
            "wides": table.positions("wide"),
            "caption": caption,
            "empty": empty,
            "target": target,
            "cards": cards,
            "content": content.strip() and content,
        },
    )


@register.inclusion_tag("components/pagination.html")
def pagination(table: Table, *, target: str = "", label: Any = "") -> dict[str, Any]:
    """``label``: for one of several lists on a page; its pages then do not scroll the page up."""
    return {"table": table, "target": target, "label": label}


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: str,
    *,
    target: str = "",
    keep: str = "sort",
    summary: Any = "",
    reset: str = "?",
    label: Any = "",
) -> SafeString:
    """Fields of a GET form, applied as soon as one changes: to the element of the id ``target``, or to
    the whole page. ``keep`` names the parameters, beside the fields, that stay; ``label``
    tells it from another one of the page."""
    request = context.get("request")
    given = request.GET if request is not None else {}
    return draw(
        "filter_bar",
        {
            "content": content,
            "target": target,
            "summary": summary,
            "reset": reset,
            "label": label,
            "kept": [(name, given[name]) for name in keep.split() if given.get(name)],
        },
        context,
    )
