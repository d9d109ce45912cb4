"""The tables of the executives' report: what is to come, what customers said, risks, restatements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports import catalogue
from reports.changes import number_of
from reports.compute.documents import TableBlock, TableCell, TableColumn
from reports.compute.report_periods import period_of, period_with
from reports.documents.figure_words import told_apart
from reports.documents.period_words import period_label
from reports.models import FigureSet
from reports.queries.executive_facts import ExecutiveFacts, Tiers
from reports.queries.restated import Restated
from reports.queries.risks import DORMANT, MOVED, OVERDUE, RENEWAL, Risk
from segmentation.catalogue import Unit
from segmentation.labels import STAGES, TIERS
from service.models import SurveyKind
from ui import formats

SCREEN, PAPER = ("screen",), ("paper",)
MOST_MOVES = 10
MOST_ON_PAPER = 5
_EXECUTIVE = FigureSet.Kind.EXECUTIVE


@dataclass(frozen=True)
class Tables:
    """Tables of the facts, in a language."""

    facts: ExecutiveFacts
    language: str
    currency: str

    def money(self, value: Decimal | None) -> TableCell:
        return TableCell(value, formats.compact_money(value, self.currency, self.language))

    def number(self, value: Any) -> TableCell:
        return TableCell(value, formats.number(value, self.language))

    def ahead(self) -> TableBlock:
        """ARR of the contracts that end, and what is expected of them."""
        columns = (
            TableColumn("quarter", _("Quarter")),
            TableColumn("due", pgettext("renewal", "Due"), Unit.MONEY),
            TableColumn("renewed", _("Renewed so far"), Unit.MONEY),
            TableColumn("lost", _("Lost so far"), Unit.MONEY),
            TableColumn("at_risk", _("At risk"), Unit.MONEY),
            TableColumn("system", pgettext("renewal", "System"), Unit.MONEY),
            TableColumn("managers", pgettext("renewal", "Managers"), Unit.MONEY),
        )
        rows = []
        for quarter, told in self.facts.ahead.items():
            if not told.renewals:
                continue
            span = period_with(quarter.first, quarter=True)
            amounts = (told.due, told.renewed, told.lost, told.at_risk, told.system, told.manager)
            rows.append(
                (
                    TableCell(span.key, period_label(span, self.language)),
                    *(self.money(amount) for amount in amounts),
                )
            )
        return TableBlock(
            "ahead",
            columns,
            tuple(rows),
            title=_("Renewals ahead, the running quarter and the next"),
            empty=_("No contract ends in this quarter or the next."),
        )

    def moves(self, tiers: Tiers) -> TableBlock:
        """Who changed tier, customers and money."""
        columns = (
            TableColumn("from", pgettext("tier", "From")),
            TableColumn("to", pgettext("tier", "To")),
            TableColumn("customers", _("Customers"), Unit.COUNT),
            TableColumn("arr", _("ARR"), Unit.MONEY),
        )
        moved = [flow for flow in tiers.moved or () if flow.old != flow.new]
        moved.sort(key=lambda flow: (-(flow.arr or 0), -flow.customers, flow.old, flow.new))
        rows = tuple(
            (
                self.tier(flow.old), self.tier(flow.new), self.number(flow.customers),
                self.money(flow.arr),
            )
            for flow in moved[:MOST_MOVES]
        )  # fmt: skip
        return TableBlock(
            "moves", columns, rows, title=_("The largest moves between tiers"),
            empty=_("Nobody changed tier."), audiences=SCREEN,
        )  # fmt: skip

    def tier(self, key: str) -> TableCell:
        if not key:
            return TableCell("", pgettext("tier", "None"))
        return TableCell(key, str(TIERS[key]), f"tier-{key}")

    def surveys(self, figures: FigureSet) -> TableBlock:
        """The scores with how sure one can be of them."""
        columns = (
            TableColumn("survey", _("Survey")),
            TableColumn("value", pgettext("report", "Value"), Unit.POINTS),
            TableColumn("low", pgettext("interval", "from (95 %)"), Unit.POINTS),
            TableColumn("high", pgettext("interval", "to"), Unit.POINTS),
            TableColumn("answers", _("Answers"), Unit.COUNT),
            TableColumn("before", _("Period before"), Unit.POINTS),
        )
        rows = []
        for kind, (now, before) in self.facts.surveys.items():
            if not now.total and not before.total:
                continue
            interval = now.interval
            bounds = (interval.low, interval.high) if interval else (None, None)
            rows.append(
                (
                    TableCell(kind, str(SurveyKind(kind).label)),
                    self._points(figures.value(kind)),
                    *(self._points(bound) for bound in bounds),
                    self.number(now.total),
                    self._points(before.plain_value),
                )
            )
        return TableBlock(
            "surveys", columns, tuple(rows), empty=_("No survey was answered in this period.")
        )

    def _points(self, value: Any) -> TableCell:
        exact = number_of(value)
        exact = None if exact is None else round(exact, 10)
        return TableCell(exact, formats.number(exact, self.language, 1))

    def risks(self, risks: Sequence[Risk]) -> TableBlock:
        columns = (
            TableColumn("customer", _("Customer")),
            TableColumn("arr", _("ARR"), Unit.MONEY),
            TableColumn("why", pgettext("risk", "Why")),
            TableColumn("owner", pgettext("risk", "Owner")),
        )
        rows = tuple(
            (
                TableCell(risk.row["name"], risk.row["name"]),
                self.money(risk.arr),
                self._why(risk),
                TableCell(risk.row["face_name"], risk.row["face_name"] or _("Unassigned")),
            )
            for risk in risks
        )
        return TableBlock(
            "risks", columns, rows,
            empty=_("No customer with ARR is overdue, dormant, near its renewal or moved for the worse."),
        )  # fmt: skip

    def _why(self, risk: Risk) -> TableCell:
        words = {
            MOVED: lambda: _("moved for the worse"),
            DORMANT: lambda: str(STAGES["dormant"]),
            OVERDUE: lambda: (
                _("%(amount)s, %(days)s late")
                % {
                    "amount": formats.compact_money(
                        risk.row["overdue_amount"], self.currency, self.language
                    ),
                    "days": formats.days(risk.row["payment_overdue_days"], self.language),
                }
            ),
            RENEWAL: lambda: self._renewal(risk.row["days_to_renewal"]),
        }
        told = "; " if not self.language.startswith("zh") else "；"
        return TableCell(", ".join(risk.flags), told.join(words[flag]() for flag in risk.flags))

    def _renewal(self, days: int) -> str:
        if not days:
            return _("renewal due now")
        return _("renewal in %(days)s") % {"days": formats.days(days, self.language)}

    def restated(self, rows: Iterable[Restated]) -> tuple[TableBlock, ...]:
        """All of it on screen, the first on paper."""
        columns = (
            TableColumn("figure", _("Figure")),
            TableColumn("period", _("Period")),
            TableColumn("before", pgettext("restated", "Was")),
            TableColumn("after", pgettext("restated", "Is")),
            TableColumn("noticed", pgettext("restated", "Noticed"), catalogue.DATE),
        )
        told = tuple(self._restated(one) for one in rows)
        if len(told) <= MOST_ON_PAPER:
            return (TableBlock("restated", columns, told),)
        more = _("%(count)s more are in the report on screen.") % {
            "count": formats.number(len(told) - MOST_ON_PAPER, self.language)
        }
        return (
            TableBlock("restated", columns, told, audiences=SCREEN),
            TableBlock("restated", columns, told[:MOST_ON_PAPER], more=more, audiences=PAPER),
        )

    def _restated(self, one: Restated) -> tuple[TableCell, ...]:
        kind = catalogue.figure(_EXECUTIVE, one.key)
        before, after = told_apart(
            one.before, one.after, kind.unit, currency=self.currency, language=self.language
        )
        return (
            TableCell(one.key, str(kind.label)),
            TableCell(one.period, period_label(period_of(one.period), self.language)),
            TableCell(one.before, before),
            TableCell(one.after, after),
            TableCell(one.noticed_on, formats.short_date(one.noticed_on, self.language)),
        )
