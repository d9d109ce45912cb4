"""The figures that come first on the month in review: each with its change on the month before and on
the year, its goal where it has one, and the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.catalogue import FigureKind, figure
from reports.changes import Change, in_points, number_of, relative
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod
from reports.documents.figure_words import value_words
from reports.models import FigureSet
from reports.queries.figures import executive_sets
from reports.queries.goals import GoalStanding
from reports.queries.money import Cash, Renewals
from reports.queries.month import MonthInReview
from segmentation.catalogue import Unit
from segmentation.queries.scopes import Scope
from service.compute.surveys import Answers
from ui import formats
from ui.tags.formats import language

TILES = (
    "renewal_rate_customers", "renewal_rate_arr", "nrr", "grr", "logo_churn", "ltv", "end_arr",
    "cash_received", "new_customers", "referred_share",
)  # fmt: skip
VOICE = ("nps", "csat", "ces", "acceptance_rate")
DELIVERY = (
    "accepted_projects", "on_time_rate", "delivery_cycle_days", "unapproved_days",
    "signed_not_live_arr",
)  # fmt: skip
_OF_REVIEW = ("nrr", "grr", "logo_churn", "end_arr")


@dataclass(frozen=True)
class Kept:
    """The executives' figures as they are stored: of the month, the one before and a year ago. Nothing
    is stored of a part of the customers, or before the first night after the month."""

    now: FigureSet | None = None
    before: FigureSet | None = None
    year_before: FigureSet | None = None

    def url(self, key: str) -> str:
        """Of the rows behind a figure of the month; empty: none are kept."""
        if self.now is None or key not in self.now.figures:
            return ""
        return reverse("figure", args=[self.now.pk, key])


def kept_sets(scope: Scope, period: ReportPeriod) -> Kept:
    """One statement, for the whole tenant alone."""
    if not scope.is_whole:
        return Kept()
    keys = (period.key, period.before.key, period.year_before.key)
    found = executive_sets(keys)
    return Kept(*(found.get(key) for key in keys))


def month_values(
    review: MonthInReview, cash: Cash, renewals: Renewals, counts: Mapping[str, Any]
) -> dict[str, Any]:
    """Key of a figure → what the page shows of it."""
    month = review.month
    return {
        "nrr": month.nrr,
        "grr": month.grr,
        "logo_churn": month.logo_churn,
        "end_arr": month.end_arr,
        "ltv": review.ltv,
        "cash_received": cash.received,
        "renewal_rate_customers": Fraction(renewals.customers_renewed, renewals.customers)
        if renewals.customers
        else None,
        "renewal_rate_arr": Fraction(renewals.arr_renewed) / Fraction(renewals.arr)
        if renewals.arr
        else None,
        **counts,
    }


@dataclass(frozen=True)
class Teller:
    """Puts figures into words for the page."""

    review: MonthInReview
    kept: Kept
    values: Mapping[str, Any]
    goals: Sequence[GoalStanding]
    currency: str
    formulas: Mapping[str, str]

    def tiles(self, keys: Sequence[str], notes: Mapping[str, str]) -> list[dict[str, Any]]:
        return [self.tile(key, notes.get(key, "")) for key in keys]

    def tile(self, key: str, note: str) -> dict[str, Any]:
        kind = figure(ReportKind.EXECUTIVE, key)
        value = number_of(self.values[key])
        month, year = self._changes(key, kind)
        told = [note, year.text, self._goal(key, kind)]
        words = _("not estimable") if value is None and key == "ltv" else ""
        return {
            "key": key,
            "label": kind.label,
            "text": words or self._words(value, kind),
            "change": month.text,
            "tone": month.tone,
            "note": " · ".join(one for one in told if one),
            "formula": self.formulas.get(key, kind.formula),
            "source": kind.source,
            "href": self.kept.url(key),
        }

    def change(self, key: str) -> Change:
        """On the month before, of a figure that is stored."""
        kind = figure(ReportKind.EXECUTIVE, key)
        before = self.kept.before and self.kept.before.value(key)
        return _between(self.values.get(key), before, kind)

    def _changes(self, key: str, kind: FigureKind) -> tuple[Change, Change]:
        """On the month before, and on the year."""
        now = self.values[key]
        if key in _OF_REVIEW:
            before = getattr(self.review.before, key)
            year: Any = getattr(self.review.year_before, key)
        else:
            before = self.kept.before and self.kept.before.value(key)
            year = self.kept.year_before and self.kept.year_before.value(key)
        month, yearly = _between(now, before, kind), _between(now, year, kind)
        if month.text:
            words = pgettext("on the period before", "%(change)s") % {"change": month.text}
            month = Change(words, month.tone)
        if yearly.text:
            words = pgettext("on the year", "%(change)s YoY") % {"change": yearly.text}
            yearly = Change(words, yearly.tone)
        return month, yearly

    def _goal(self, key: str, kind: FigureKind) -> str:
        for one in self.goals:
            if one.goal.key == key:
                return _("goal %(target)s by %(day)s") % {
                    "target": self._words(number_of(one.goal.target), kind),
                    "day": formats.short_date(one.goal.due_on, language()),
                }
        return ""

    def _words(self, value: Any, kind: FigureKind) -> str:
        return value_words(
            value, kind.unit, currency=self.currency, language=language(), compact=True
        )


def _between(now: Any, before: Any, kind: FigureKind) -> Change:
    """Nothing where one of them is not known."""
    make = in_points if kind.unit == Unit.SHARE else relative
    found = make(now, before, better=kind.better)
    return Change("") if found.text == formats.ABSENT else found


def tile_notes(
    cash: Cash, renewals: Renewals, review: MonthInReview, currency: str
) -> dict[str, str]:
    """What stands beside the change of some figures."""
    amount = formats.compact_money(cash.due, currency, language())
    of = {"renewed": renewals.customers_renewed, "customers": renewals.customers}
    ended = (
        _("%(renewed)s of %(customers)s customers") % of
        if renewals.customers
        else _("no contract ended")
    )
    arr = formats.compact_money(renewals.arr, currency, language())
    return {
        "renewal_rate_customers": ended,
        "renewal_rate_arr": _("of %(amount)s due") % {"amount": arr} if renewals.arr else "",
        "cash_received": _("%(due)s were due") % {"due": amount},
        "ltv": _("%(customers)s customers with ARR")
        % {"customers": formats.number(review.customers, language())},
    }


def voice_notes(answers: Mapping[str, Answers], counts: Mapping[str, Any]) -> dict[str, str]:
    """How many answered, and how sure one can be; how many requests were adopted."""
    found = {kind: _answered(one) for kind, one in answers.items()}
    if counts["requests_received"]:
        found["acceptance_rate"] = _("%(adopted)s of %(received)s requests") % {
            "adopted": formats.number(counts["requests_adopted"], language()),
            "received": formats.number(counts["requests_received"], language()),
        }
    return found


def _answered(answers: Answers) -> str:
    words = ngettext("%(count)s answer", "%(count)s answers", answers.total) % {
        "count": formats.number(answers.total, language())
    }
    if answers.total and answers.is_too_few:
        return f"{words}, " + _("too few for an interval")
    if (interval := answers.interval) is None:
        return words
    return f"{words}, 95 %: " + _("%(low)s to %(high)s") % {
        "low": formats.number(interval.low, language(), 1),
        "high": formats.number(interval.high, language(), 1),
    }
