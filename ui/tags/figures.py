"""Numbers that explain themselves."""

from __future__ import annotations

from typing import Any

from django.template import Library
from django.utils.safestring import SafeString

from ui.tags.render import draw, fresh_id

register = Library()


@register.simple_block_tag
def why(
    content: str,
    *,
    formula: Any = "",
    as_of: Any = None,
    source: Any = "",
    rules: Any = "",
    href: str = "",
) -> SafeString:
    """A value with its explanation: on hover, on focus, and by a button for touch.

    ``as_of``: a date or text. ``href``: the rows behind the value.
    """
    return draw("why", _explained(formula, as_of, source, rules, href) | {"value": content.strip()})


@register.simple_tag
def figure(
    label: Any,
    value: Any,
    *,
    href: str = "",
    change: Any = "",
    tone: str = "",
    note: Any = "",
    formula: Any = "",
    as_of: Any = None,
    source: Any = "",
    rules: Any = "",
) -> SafeString:
    """A figure tile. ``value`` and ``change`` are text, formatted already; ``tone`` good or bad."""
    return draw(
        "figure",
        _explained(formula, as_of, source, rules, href)
        | {"label": label, "value": value, "change": change, "tone": tone, "note": note},
    )


@register.simple_tag
def why_button(
    *, formula: Any = "", as_of: Any = None, source: Any = "", rules: Any = "", label: Any = ""
) -> SafeString:
    """Only the button and its panel, beside a word (a heading of a column)."""
    return draw("why_button", _explained(formula, as_of, source, rules, "") | {"label": label})


def _explained(formula: Any, as_of: Any, source: Any, rules: Any, href: str) -> dict[str, Any]:
    return {
        "id": fresh_id("why"),
        "formula": formula,
        "as_of": as_of,
        "source": source,
        "rules": rules,
        "href": href,
        "explained": bool(formula or as_of or source or rules),
    }
