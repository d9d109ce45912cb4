"""Work in words: why it is there, how its rank came about, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from segmentation.strategies import language_of
from service.compute.ranks import (
    MANY_CASES,
    MOVED_DAYS,
    OVERDUE_DAYS,
    SIGNALS,
    SILENCE_DAYS,
    RankWeights,
)
from service.labels.plays import reason_words
from service.labels.work import WEIGHTS
from service.models import Cta
from service.queries.close_reasons import close_reasons
from service.queries.ranks import Arithmetic, arithmetic_of
from service.triggers import Names
from ui import formats
from ui.tags.formats import language


def title_of(cta: Cta) -> str:
    """In the reader's language where a play says it in several."""
    return cta.words(language_of(language()))


def reason_of(cta: Cta, names: Names) -> str:
    """Why the work is there, in a sentence."""
    return reason_words(cta.reason, names)


@dataclass(frozen=True)
class Factor:
    """A line of the arithmetic. value: as text; share: between 0 and 1 where the line is one of the
    signals; note: what it was made of."""

    label: str
    value: str
    note: str
    share: float | None = None
    points: int | None = None


@dataclass(frozen=True)
class RankWords:
    """A rank in words. rank: the number; formula: its three factors; stake, risk, time: a line each;
    signals: what the risk is summed of; source: where the figures come from."""

    rank: str
    formula: str
    stake: Factor
    risk: Factor
    time: Factor
    signals: list[Factor]
    source: str
    found: Arithmetic

    @property
    def factors(self) -> list[Factor]:
        return [self.stake, self.risk, self.time]


def rank_words(cta: Cta, versions: Mapping[int, RankWeights], currency: str) -> RankWords | None:
    """Of work that was ranked; None: it was not yet."""
    found = arithmetic_of(cta, dict(versions))
    if found is None:
        return None
    stake, risk, time = _stake(found, currency), _risk(found), _time(found)
    formula = _("%(stake)s at stake × %(risk)s risk × %(time)s time left") % {
        "stake": stake.value,
        "risk": risk.value,
        "time": time.value,
    }
    return RankWords(
        formats.number(round(found.rank.rank), language(), 0),
        f"{formula} = {formats.number(round(found.rank.rank), language(), 0)}",
        stake,
        risk,
        time,
        _signals(found),
        _source(found),
        found,
    )


def _stake(found: Arithmetic, currency: str) -> Factor:
    notes = {
        "own": _("What this work is about: the amount that is due or renewed."),
        "arr": _("What the customer pays a year (ARR)."),
        "ended": _("What the customer paid a year when its last contract ended."),
        "median": _("The customer pays nothing yet, or nobody knows: what customers here pay at the"
                    " middle."),
        "none": _("No customer pays anything yet, so work is compared by risk and time alone."),
    }  # fmt: skip
    value = (
        formats.number(1, language(), 0)
        if found.stake is None
        else formats.money(found.stake, currency, language(), 0)
    )
    return Factor(_("Value at stake"), value, notes[found.rank.stake_source])


def _risk(found: Arithmetic) -> Factor:
    note = _("%(floor)s that everybody carries, and the rest by the signals.") % {
        "floor": _percent(found.weights.floor / 100)
    }
    return Factor(_("Risk"), _percent(found.rank.risk), note)


def _time(found: Arithmetic) -> Factor:
    left = found.facts.days_left
    if left < 0:
        note = ngettext(
            "%(days)s working day overdue; it grows to %(limit)s at most.",
            "%(days)s working days overdue; it grows to %(limit)s at most.",
            -left,
        ) % {"days": -left, "limit": formats.number(found.weights.limit / 100, language())}
    else:
        note = ngettext(
            "%(days)s working day left; with %(pace)s left it weighs half.",
            "%(days)s working days left; with %(pace)s left it weighs half.",
            left,
        ) % {"days": left, "pace": found.weights.pace}
    return Factor(_("Time left"), formats.number(found.rank.urgency, language(), 2), note)


def _signals(found: Arithmetic) -> list[Factor]:
    facts = found.facts
    notes = {
        "moved": _since(
            facts.moved_days, _("not in the last %(most)s days") % {"most": MOVED_DAYS}
        ),
        "trend": _("not known")
        if facts.trend is None
        else _("%(share)s of the 30 days before") % {"share": _percent(facts.trend)},
        "overdue": _("nothing overdue")
        if not facts.overdue_days
        else _("%(days)s; in full from %(most)s on")
        % {"days": formats.days(facts.overdue_days, language()), "most": OVERDUE_DAYS},
        "cases": _("none")
        if not facts.open_cases
        else _("%(number)s; in full from %(most)s on")
        % {"number": facts.open_cases, "most": MANY_CASES},
        "silence": _("never, as far as is known")
        if facts.silence_days is None
        else _("%(days)s ago; in full from %(most)s on")
        % {"days": formats.days(facts.silence_days, language()), "most": SILENCE_DAYS},
    }
    return [
        Factor(
            str(WEIGHTS[name]),
            _percent(found.rank.signals[name]),
            notes[name],
            found.rank.signals[name],
            getattr(found.weights, name),
        )
        for name in SIGNALS
    ]


def _since(days: int | None, never: str) -> str:
    if days is None:
        return never
    if days == 0:
        return _("last night")
    return _("%(days)s before last night") % {"days": formats.days(days, language())}


def _source(found: Arithmetic) -> str:
    weights = (
        _("weights as shipped")
        if not found.version
        else _("weights of version %(version)s") % {"version": found.version}
    )
    if found.night is None:
        return weights
    day = formats.short_date(found.night, language())
    return _("Night of %(day)s, %(weights)s") % {"day": day, "weights": weights}


def strongest(words: RankWords) -> str:
    """The signal that adds most to the risk, for one line; empty where none adds anything."""
    adding = [factor for factor in words.signals if factor.share and factor.points]
    if not adding:
        return ""
    first = max(adding, key=lambda factor: (factor.share or 0) * (factor.points or 0))
    return f"{first.label}: {first.note}"


def reason_labels() -> dict[tuple[str, str], str]:
    """(ending, key) → words, of every reason that closed work may hold."""
    return {(one.ending, one.key): one.label for one in close_reasons()}


def ending_of(cta: Cta, labels: Mapping[tuple[str, str], str]) -> str:
    """How the work ended; empty while it is open."""
    if cta.state == Cta.State.OPEN:
        return ""
    state = str(cta.get_state_display())
    reason = labels.get((cta.state, cta.close_reason), cta.close_reason)
    return pgettext("ending: reason", "%(state)s: %(reason)s") % {
        "state": state, "reason": reason,
    } if reason else state  # fmt: skip


def _percent(share: float) -> str:
    return formats.percent(share, language(), 0)
