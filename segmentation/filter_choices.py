"""The choices of filters of customers, and the words by which addresses ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from segmentation.queries.overview import PAYMENT_DAYS, RENEWAL_DAYS
from segmentation.widgets import LongSelect
from ui.palette import MARKS

NONE = "none"
NOBODY = "nobody"
OWNED, USED, UNUSED = "owned", "used", "unused"

Pairs = list[tuple[Any, Any]]


def marked(kind: str, prefix: tuple[str, ...] = ("",)) -> Pairs:
    """The choices of a tier, stage or segment, in the order of its marks."""
    return [(mark.key, mark.label) for mark in MARKS[kind].values() if mark.key.startswith(prefix)]


def without() -> tuple[str, Promise]:
    return (NONE, pgettext_lazy("tier", "None"))


def renewal_spans() -> Pairs:
    """A function, because a number put into a lazy text would fix its language at import."""
    return [(str(days), gettext("within %(days)s days") % {"days": days}) for days in RENEWAL_DAYS]


def payment_states() -> Pairs:
    """As ``renewal_spans``."""
    return [
        ("overdue", gettext("Overdue")),
        ("due", gettext("due within %(days)s days") % {"days": PAYMENT_DAYS}),
    ]


def with_asked(pairs: Pairs, asked: str) -> Pairs:
    """The choices with what is asked for, so that what nobody has (any more) finds nobody."""
    if not asked or len(asked) > 200 or any(str(key) == asked for key, _label in pairs):
        return pairs
    return [*pairs, (asked, asked)]


def group_select(groups: Mapping[int, str], everybody: str | None = None) -> LongSelect:
    """The groups to choose from; a text field's, since who asks for another finds nobody.
    ``everybody``: the words of the choice that narrows nothing."""
    first = ("", _("All") if everybody is None else everybody)
    return LongSelect(choices=[first, *((str(pk), name) for pk, name in groups.items())])
