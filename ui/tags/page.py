"""Layout of a page: header, cards, tabs, facts, timeline, steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template import Context, Library
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from ui import links
from ui.appearance import THEMES, folded_in
from ui.registry import RenderedBlock, customer_panels
from ui.tags.render import draw

register = Library()


@register.simple_block_tag
def page_header(
    content: str,
    title: Any,
    *,
    subtitle: Any = "",
    breadcrumbs: Iterable[tuple[Any, str]] = (),
    lead: Any = "",
) -> SafeString:
    """The block is for the actions on the right. ``breadcrumbs``: (label, url) from the top."""
    return draw(
        "page_header",
        {
            "title": title,
            "subtitle": subtitle,
            "breadcrumbs": breadcrumbs,
            "lead": lead,
            "actions": content.strip() and content,
        },
    )


@register.simple_block_tag
def card(
    content: str,
    title: Any = "",
    *,
    subtitle: Any = "",
    question: Any = "",
    href: str = "",
    link: Any = "",
    id: str = "",
) -> SafeString:
    """``question``: what the chart below answers. ``href``: where the whole list is."""
    return draw(
        "card",
        {
            "title": title,
            "subtitle": subtitle,
            "question": question,
            "href": href,
            "link": link,
            "id": id,
            "content": content,
        },
    )


@register.simple_block_tag(takes_context=True)
def fold(
    context: Context,
    content: str,
    title: Any,
    *,
    key: str,
    icon: str = "",
    note: Any = "",
    href: str = "",
    link: Any = "",
    wide: bool = False,
    closed: bool = False,
    id: str = "",
    swapped: bool = False,
) -> SafeString:
    """A part of a page that a person may fold, and finds again as it was left.

    ``note``: what it comes to, to be read while it is folded. ``href`` and ``link``: where all of it
    is. ``closed``: folded until somebody opens it. ``swapped``: htmx changes it beside what it asked
    for.
    """
    request = context.get("request")
    is_turned = request is not None and key in folded_in(request)
    return draw(
        "fold",
        {
            "key": key,
            "title": title,
            "icon": icon,
            "note": note,
            "href": href,
            "link": link,
            "wide": wide,
            "is_open": is_turned if closed else not is_turned,
            "id": id,
            "swapped": swapped,
            "content": content,
        },
    )


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], *, label: Any) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("components/facts.html")
def facts(items: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[Any]) -> dict[str, Any]:
    """The way to a first result; ``state`` of each is done, now or next."""
    return {"items": items}


@register.inclusion_tag("components/product_mark.html")
def product_mark(*, size: int = 24) -> dict[str, Any]:
    return {"size": size}


@register.simple_tag
def joined(*words: Any) -> str:
    """What is said of a thing, in one line."""
    return " · ".join(str(word) for word in words if word)


@register.simple_tag(takes_context=True)
def next_theme(context: Context) -> str:
    """What the theme switch goes to: system → light → dark → system."""
    current = context.get("theme") or "system"
    return THEMES[(THEMES.index(current) + 1) % len(THEMES)]


@register.simple_tag(takes_context=True)
def platform_url(context: Context, name: str) -> str:
    """``{% url %}`` for what lives outside every tenant; empty when there is no such name."""
    return links.platform_url(context.get("request"), name)


@register.simple_tag
def root_url() -> str:
    """The tenant's front door inside a tenant, the platform's outside."""
    return get_script_prefix()


@register.simple_tag
def customer_panel_url(customer_id: int, panel: str) -> str:
    """Where a panel of a customer's page stands (``ui.registry.customer_panels``)."""
    return customer_panels.url(customer_id, panel)


@register.simple_tag(takes_context=True)
def panel(context: Context, block: RenderedBlock) -> SafeString:
    """A block that an app registered (``ui.registry.Blocks``): its template with its variables, over
    those of the page."""
    assert context.template is not None  # set while a page is drawn
    template = context.template.engine.get_template(block.template)
    with context.push(**block.context):
        return template.render(context)
