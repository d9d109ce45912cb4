"""What the figures of a scorecard are called, how they are computed, and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from reports.compute.scorecards import BY_KEY, FIGURES, Compared
from ui import formats
from ui.tags.formats import language

SHARE, DAYS, EXTRA, MARK = "share", "days", "extra", "mark"


@dataclass(frozen=True)
class Words:
    """``kind``: how values are written; ``formula``: what one project counts as."""

    title: str | Promise
    kind: str
    formula: str | Promise


WORDS: dict[str, Words] = {
    "on_time": Words(
        gettext_lazy("On time"),
        SHARE,
        gettext_lazy(
            "Of the accepted projects that have a baseline, the share accepted on or before its last"
            " day."
        ),
    ),
    "schedule_days": Words(
        gettext_lazy("Schedule variance"),
        DAYS,
        gettext_lazy(
            "Working days from start to acceptance, minus those of the locked baseline; above zero is"
            " late. Mean of the projects."
        ),
    ),
    "effort_over": Words(
        gettext_lazy("Effort variance"),
        EXTRA,
        gettext_lazy(
            "Effort booked minus effort of the baseline, divided by the baseline. Mean of the"
            " projects; unknown where nobody booked effort."
        ),
    ),
    "cycle_days": Words(
        gettext_lazy("Delivery cycle"),
        DAYS,
        gettext_lazy("Working days from the first day to the acceptance. Mean of the projects."),
    ),
    "acceptance_days": Words(
        gettext_lazy("Acceptance lead time"),
        DAYS,
        gettext_lazy(
            "Working days from the day on which the customer was first asked to accept until it did."
            " Mean of the projects; unknown where it was not asked on a gate."
        ),
    ),
    "scope_creep": Words(
        gettext_lazy("Scope-creep index"),
        SHARE,
        gettext_lazy(
            "Effort without a signature, on change requests that nobody signed or on items outside"
            " the baseline, divided by the baseline. Mean of the projects."
        ),
    ),
    "satisfaction": Words(
        gettext_lazy("Satisfaction at acceptance"),
        MARK,
        gettext_lazy(
            "What the customer answered when it signed the acceptance and in the survey after it,"
            " from 1 to 5. Mean of the projects; unknown where nobody answered."
        ),
    ),
    "tier_later": Words(
        gettext_lazy("Above the lowest tier"),
        SHARE,
        gettext_lazy(
            "Share of the projects whose customer stood above the lowest rung of the tier ladder six"
            " months after the handover. From the stored night of that day, or the latest within a"
            " month before; unknown until then, and without such a night."
        ),
    ),
}

COMPONENTS: dict[str, str | Promise] = {
    "delivery": gettext_lazy("Delivery"),
    "scope": gettext_lazy("Scope"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "tier": gettext_lazy("The customer's tier six months later"),
}


def figures_of(component: str) -> list[str]:
    return [figure.key for figure in FIGURES if figure.component == component]


def written(key: str, value: float | None) -> str:
    """A value of a figure; nothing known as a dash."""
    if value is None or math.isnan(value):
        return formats.ABSENT
    kind = WORDS[key].kind
    if kind == SHARE:
        return formats.percent(value, language(), 0 if BY_KEY[key].is_share else 1)
    if kind == EXTRA:
        return formats.signed_percent(value, language(), 1)
    if key == "schedule_days":
        return formats.signed(value, language(), 1)
    return formats.number(value, language(), 1)


def interval(key: str, low: float, high: float) -> str:
    """Between which bounds; empty where there are none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return _("%(low)s to %(high)s") % {"low": written(key, low), "high": written(key, high)}


def unit_words(key: str) -> str:
    """What a bare number of the figure counts; empty for shares and marks."""
    return _("working days") if WORDS[key].kind == DAYS else ""


def direction_words(key: str) -> str:
    return _("More is better.") if BY_KEY[key].is_better_high else _("Less is better.")


def method_words(key: str) -> str:
    """How sure one can be, for the explanation of the interval."""
    if BY_KEY[key].is_share:
        return _("Interval: Wilson's score, 95%.")
    return _("Interval: mean ± t × s ÷ √n, 95%; none for one project, or for equal ones.")


def allowed_words(compared: Compared) -> str:
    """What the adjusted value allows for, with the tenant's own projects."""
    names = {
        "size": _("person-days of the baseline"),
        "changes": _("number of change requests"),
        "modules": pgettext("difficulty of projects", "number of modules"),
        "customer_share": _("share of tasks that the customer does"),
    }
    if not compared.allowed_for:
        return _(
            "Too few projects to allow for size or difficulty; only the number of projects counts."
        )
    return _("Allows for %(what)s.") % {
        "what": formats.listed([names[key] for key in compared.allowed_for], language())
    }
