"""States of a page or a part of it: empty, refused, in progress, hints, notices."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString

from ui.hints import seen_hints
from ui.tags.render import draw, fresh_id

register = Library()

STATES = {
    "empty": ("inbox", ""),
    "refused": ("circle-slash", "danger"),
    "insufficient": ("circle-question-mark", "warning"),
    "loading": ("loader-circle", ""),
    "done": ("circle-check", "good"),
}
NOTICES = {
    "info": "info",
    "good": "circle-check",
    "warning": "triangle-alert",
    "danger": "octagon-alert",
}
PROGRESS = {
    "waiting": ("clock", "neutral"),
    "running": ("loader-circle", "info"),
    "done": ("circle-check", "good"),
    "failed": ("octagon-alert", "warning"),
    "dead": ("octagon-x", "danger"),
}


@register.simple_block_tag
def state(content: str, kind: str, title: Any, *, icon: str = "") -> SafeString:
    """Nothing here, refused, too little data, loading or done: says what it is and what to do."""
    drawn, tone = STATES[kind]
    return draw(
        "state",
        {
            "kind": kind,
            "title": title,
            "icon": icon or drawn,
            "tone": tone,
            "content": content.strip() and content,
        },
    )


@register.simple_block_tag
def notice(content: str, tone: str = "info", *, title: Any = "") -> SafeString:
    return draw("notice", {"tone": tone, "icon": NOTICES[tone], "title": title, "content": content})


@register.simple_block_tag
def progress_panel(
    content: str,
    title: Any,
    *,
    value: float | None = None,
    maximum: float | None = None,
    state: str = "running",
    detail: Any = "",
    poll: str = "",
    id: str = "progress",
) -> SafeString:
    """Long work. ``poll`` answers with the same panel and is asked until the work has ended."""
    drawn, tone = PROGRESS[state]
    return draw(
        "progress_panel",
        {
            "id": id,
            "title": title,
            "value": value,
            "maximum": maximum,
            "state": state,
            "icon": drawn,
            "tone": tone,
            "detail": detail,
            "poll": poll if state in {"waiting", "running"} else "",
            "content": content.strip() and content,
        },
    )


@register.simple_block_tag(takes_context=True)
def hint(
    context: Context, content: str, key: str, title: Any, *, step: int = 0, of: int = 0
) -> SafeString:
    """Help that stays until it is dismissed on this browser."""
    request = context.get("request")
    if request is not None and key in seen_hints(request):
        return SafeString("")
    return draw(
        "hint",
        {"key": key, "title": title, "step": step, "of": of, "content": content},
        context,
    )


@register.simple_block_tag
def disclosure(content: str, summary: Any, *, open: bool = False) -> SafeString:
    """Details behind a line of text."""
    return draw(
        "disclosure",
        {"id": fresh_id("more"), "summary": summary, "open": open, "content": content},
    )
