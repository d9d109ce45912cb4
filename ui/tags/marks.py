"""Marks and words: icons, badges, chips of tier and stage, avatars, the one face, changes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from lucide.templatetags.lucide import lucide

from ui.palette import SHAPES, Mark, mark_for

register = Library()

TONES = {"neutral", "accent", "good", "warning", "danger", "info"}
CHANGE_MARKS = {
    "added": ("+", "good"),
    "removed": ("−", "danger"),
    "changed": ("~", "warning"),
    "same": ("", "neutral"),
}


@register.simple_tag
def icon(name: str, *, size: int = 16, label: str = "") -> SafeString:
    """A Lucide icon; without ``label`` it is decoration that screen readers skip."""
    return _icon(str(name), size, str(label))


@lru_cache(maxsize=512)
def _icon(name: str, size: int, label: str) -> SafeString:
    described = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return mark_safe(  # noqa: S308 - lucide's own SVG, its attributes escaped by ElementTree
        lucide(name, size=size, **{"class": "icon"}, focusable="false", **described)
    )


@register.simple_tag
def badge(label: Any, *, tone: str = "neutral", icon: str = "") -> SafeString:
    drawn = _icon(icon, 12, "") if icon else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', _tone(tone), drawn, label)


@register.simple_tag
def mark(kind: str, key: str) -> SafeString:
    """Only the shape of a mark; the word has to stand somewhere near it."""
    found = mark_for(kind, key or "")
    return draw_mark(found) if found else SafeString("")


def draw_mark(found: Mark) -> SafeString:
    return _mark(found.tone, found.shape)


@lru_cache(maxsize=128)
def _mark(tone: str, shape: str) -> SafeString:
    path, filled = SHAPES[shape]
    if shape == "half":
        outer, inner = path.split("Z")
        body = format_html(
            '<path d="{}Z" fill="currentColor"/>'
            '<path d="{}" fill="none" stroke="currentColor" stroke-width="1.4"/>',
            outer,
            inner,
        )
    elif filled:
        body = format_html('<path d="{}" fill="currentColor"/>', path)
    else:
        width = "2.4" if shape == "cross" else "1.5"
        body = format_html(
            '<path d="{}" fill="none" stroke="currentColor" stroke-width="{}"'
            ' stroke-linecap="round"/>',
            path,
            width,
        )
    return format_html(
        '<svg class="mark tone-{}" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        "{}</svg>",
        tone,
        body,
    )


def _chip(kind: str, key: Any, soft: bool, reason: str) -> SafeString:
    text = str(key or "")
    found = mark_for(kind, text) if text else None
    if found is None:
        return _without_mark(text, reason)
    if soft:
        return format_html(
            '<span class="chip chip-soft tone-{}">{}{}</span>',
            found.tone,
            draw_mark(found),
            found.label,
        )
    return format_html('<span class="chip">{}{}</span>', draw_mark(found), found.label)


def _without_mark(text: str, reason: str) -> SafeString:
    if text:  # a tier that the tenant named: its own word, no shape of ours
        return format_html('<span class="chip">{}</span>', text)
    if reason:
        return format_html(
            '<span class="chip chip-none" title="{}">{}<span class="visually-hidden">: {}</span>'
            "</span>",
            reason,
            gettext("None"),
            reason,
        )
    return format_html('<span class="chip chip-none">{}</span>', gettext("None"))


@register.simple_tag
def tier(key: Any, *, soft: bool = False, reason: str = "") -> SafeString:
    return _chip("tier", key, soft, reason)


@register.simple_tag
def stage(key: Any, *, soft: bool = False, reason: str = "") -> SafeString:
    return _chip("stage", key, soft, reason)


@register.simple_tag
def segment(key: Any, *, soft: bool = False, reason: str = "") -> SafeString:
    return _chip("segment", key, soft, reason)


@register.simple_tag
def level(key: Any, *, soft: bool = False, reason: str = "") -> SafeString:
    return _chip("level", key, soft, reason)


@register.simple_tag
def avatar(name: Any, *, large: bool = False) -> SafeString:
    """Initials of a person; a dashed ring where there is nobody."""
    text = initials(str(name or ""))
    classes = "avatar" + (" avatar-large" if large else "") + ("" if text else " avatar-none")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, text or "?")


@register.inclusion_tag("components/face.html")
def face(name: Any, *, role: str = "", href: str = "", since: date | None = None) -> dict[str, Any]:
    """The one person who faces the customer; without a name, nobody does yet."""
    return {"name": name, "role": role, "href": href, "since": since}


@register.simple_tag
def change(old: Any, new: Any, *, kind: str = "") -> SafeString:
    """The old value struck through above the new one. None or "" means there was none."""
    return render_change(old, new, kind)


def render_change(old: Any, new: Any, kind: str = "") -> SafeString:
    was, now = ("" if value is None else value for value in (old, new))
    if not kind:
        if was == now:
            kind = "same"
        else:
            kind = "changed" if was != "" and now != "" else ("added" if was == "" else "removed")
    sign, tone = CHANGE_MARKS[kind]
    return SafeString(
        render_to_string(
            "components/change.html",
            {"old": was, "new": now, "kind": kind, "sign": sign, "tone": tone},
        ).strip()
    )


def initials(name: str) -> str:
    """Two letters of a Western name, the last two characters of a Chinese one."""
    name = name.partition("@")[0].replace(".", " ").replace("_", " ").strip()
    if not name:
        return ""
    chinese = "".join(character for character in name if "\u4e00" <= character <= "\u9fff")
    if chinese:
        return chinese[-2:]
    words = name.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def _tone(tone: str) -> str:
    return tone if tone in TONES else "neutral"
