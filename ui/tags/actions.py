"""What a person can do: buttons, a question before it is done, something to copy."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString

from ui.tags.render import draw, fresh_id

register = Library()


@register.inclusion_tag("components/button.html")
def button(
    label: Any,
    *,
    href: str = "",
    kind: str = "secondary",
    icon: str = "",
    type: str = "submit",
    name: str = "",
    value: Any = "",
    form: str = "",
    small: bool = False,
    disabled: bool = False,
) -> dict[str, Any]:
    """``kind``: primary, secondary, quiet or danger. With ``href`` it is a link."""
    return {
        "label": label,
        "href": href,
        "kind": kind,
        "icon": icon,
        "type": type,
        "name": name,
        "value": value,
        "form": form,
        "small": small,
        "disabled": disabled,
    }


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    label: Any,
    url: str,
    *,
    title: Any,
    action: Any = "",
    kind: str = "danger",
    icon: str = "",
    small: bool = False,
) -> SafeString:
    """A button that asks before it posts to ``url``; the block says what will happen.

    Without scripts it is a link to ``url``, whose view answers GET with
    ``components/confirm_page.html``.
    """
    return draw(
        "confirm",
        {
            "id": fresh_id("confirm"),
            "label": label,
            "url": url,
            "title": title,
            "action": action or label,
            "kind": kind,
            "icon": icon,
            "small": small,
            "content": content,
        },
        context,
    )


@register.simple_tag
def copy_box(value: Any, *, label: Any) -> SafeString:
    return draw("copy_box", {"id": fresh_id("copy"), "value": value, "label": label})
