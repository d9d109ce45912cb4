"""The marks of tiers, stages and the like beside their words."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from ui.palette import HUES, MARKS, SHAPES, Mark


def mark_svg(tone: str) -> SafeString:
    """For a page; empty where the tone has no mark. Decoration: the word stands beside it."""
    mark = _mark(tone)
    if mark is None:
        return SafeString("")
    path, is_filled = SHAPES[mark.shape]
    style = "rm-filled" if is_filled else "rm-open"
    # From the palette alone.
    return mark_safe(  # noqa: S308
        f'<svg class="rm {style} rt-{mark.hue}" viewBox="0 0 12 12" aria-hidden="true">'
        f'<path d="{path}"/></svg>'
    )


def paper_mark(tone: str) -> str:
    """The same with literal colours; empty where there is none."""
    mark = _mark(tone)
    if mark is None:
        return ""
    path, is_filled = SHAPES[mark.shape]
    colour = HUES[mark.hue].light.hex()
    look = f'fill="{colour}"' if is_filled else f'fill="none" stroke="{colour}" stroke-width="1.5"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">'
        f'<path {look} d="{path}"/></svg>'
    )


def _mark(tone: str) -> Mark | None:
    kind, _separator, key = tone.partition("-")
    return MARKS.get(kind, {}).get(key.replace("-", "_"))
