"""The marks of tiers, stages and the like beside their words."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from ui.palette import HUES, MARKS, SHAPES, Mark

# What stands before an item that is good or bad news: a shape besides the colour.
_NEWS = {
    tone: Mark(tone, "", shape, hue, "news")
    for tone, shape, hue in (
        ("good", "circle", "teal"),
        ("warning", "up", "orange"),
        ("bad", "diamond", "red"),
        ("danger", "diamond", "red"),
        ("info", "ring", "sky"),
    )
}


def mark_svg(tone: str, *, news: bool = False) -> SafeString:
    """For a page; empty where the tone has no mark. Decoration: the word stands beside it.

    news: also for good and bad.
    """
    mark = _mark(tone, news)
    if mark is None:
        return SafeString("")
    path, is_filled = SHAPES[mark.shape]
    style = "rm-filled" if is_filled else "rm-open"
    # From the palette alone.
    return mark_safe(  # noqa: S308
        f'<svg class="rm {style} rt-{mark.hue}" viewBox="0 0 12 12" aria-hidden="true">'
        f'<path d="{path}"/></svg>'
    )


def paper_mark(tone: str, *, news: bool = False) -> str:
    """The same with literal colours; empty where there is none."""
    mark = _mark(tone, news)
    if mark is None:
        return ""
    path, is_filled = SHAPES[mark.shape]
    colour = HUES[mark.hue].light.hex()
    look = f'fill="{colour}"' if is_filled else f'fill="none" stroke="{colour}" stroke-width="1.5"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">'
        f'<path {look} d="{path}"/></svg>'
    )


def _mark(tone: str, news: bool) -> Mark | None:
    if news and tone in _NEWS:
        return _NEWS[tone]
    kind, _separator, key = tone.partition("-")
    return MARKS.get(kind, {}).get(key.replace("-", "_"))
