"""The charts of the executives' report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.changes import number_of
from reports.compute.documents import ChartBlock, ChartSeries
from reports.documents.chart_words import worded
from reports.queries.executive_facts import ExecutiveFacts, Tiers
from segmentation.catalogue import Unit
from segmentation.labels import TIERS
from ui import formats
from ui.palette import MARKS

Write = Callable[[Any], str]


@dataclass(frozen=True)
class Drawer:
    """Charts of the facts, in a language."""

    facts: ExecutiveFacts
    language: str
    currency: str

    def arr(self) -> ChartBlock | None:
        values = [month.end_arr for month in self.facts.trend]
        return self._chart(
            "area",
            _("Is the business growing?"),
            [ChartSeries(_("ARR"), tuple(values))],
            Unit.MONEY,
            _("ARR at month-ends: from %(first)s to %(last)s."),
            values,
        )

    def movements(self) -> ChartBlock | None:
        """What came above zero, what went below it."""
        trend = self.facts.trend
        parts: list[tuple[str, list[Decimal], str]] = [
            (pgettext("ARR", "New"), [month.new for month in trend], "series-1"),
            (_("Expansion"), [month.expansion for month in trend], "series-3"),
            (_("Reactivated"), [month.reactivated for month in trend], "series-5"),
            (_("Contraction"), [-month.contraction for month in trend], "series-2"),
            (pgettext("ARR", "Churned"), [-month.churned for month in trend], "series-4"),
        ]
        net = [
            sum((values[place] for _l, values, _t in parts), Decimal(0))
            for place in range(len(trend))
        ]
        return self._chart(
            "columns",
            _("What moved ARR, month by month?"),
            [ChartSeries(label, tuple(values), tone) for label, values, tone in parts if any(values)],
            Unit.MONEY,
            _("Net change of ARR: %(first)s in the first month shown, %(last)s in the last."),
            net,
        )  # fmt: skip

    def retention(self) -> ChartBlock | None:
        nrr = [number_of(one.nrr) for one in self.facts.yearly]
        grr = [number_of(one.grr) for one in self.facts.yearly]
        return self._chart(
            "lines",
            _("Do customers stay and grow? NRR and GRR over twelve months"),
            [ChartSeries("NRR", tuple(nrr), "series-1"), ChartSeries("GRR", tuple(grr), "series-2")],
            Unit.SHARE,
            _("NRR of the twelve months up to each month-end: from %(first)s to %(last)s."),
            nrr,
        )  # fmt: skip

    def cash(self) -> ChartBlock | None:
        due, received = zip(*self.facts.cash, strict=True)
        return self._chart(
            "lines",
            _("Does the cash come that is due?"),
            [
                ChartSeries(_("Cash received"), received, "series-1"),
                ChartSeries(_("Cash due"), due, "series-4"),
            ],
            Unit.MONEY,
            _("Cash received a month: from %(first)s to %(last)s."),
            received,
        )

    def tiers(self, tiers: Tiers) -> ChartBlock | None:
        if len(tiers.days) < 2:
            return None
        present = [
            key for key in MARKS["tier"] if any(tiers.counts.get((day, key)) for day in tiers.days)
        ]
        counts = {
            key: tuple(tiers.counts.get((day, key), 0) for day in tiers.days) for key in present
        }
        block = self._chart(
            "columns",
            _("How do customers spread over the tiers?"),
            [ChartSeries(str(TIERS[key]), counts[key], f"tier-{key}") for key in present],
            Unit.COUNT,
            _("Customers with a tier: from %(first)s to %(last)s."),
            [sum(one) for one in zip(*counts.values(), strict=True)] if counts else [],
            tiers.days,
        )  # fmt: skip
        return block

    def migration(self, tiers: Tiers) -> ChartBlock | None:
        """From (down) to (across), in customers."""
        if not tiers.moved:
            return None
        cells = {(flow.old, flow.new): flow.customers for flow in tiers.moved}
        there = {key for pair in cells for key in pair}
        keys = [key for key in MARKS["tier"] if key in there] + [""] * ("" in there)
        none = pgettext("tier", "None")
        labels = {key: str(TIERS[key]) if key else none for key in keys}
        write = formats.formatter("number", self.language)
        block = ChartBlock(
            chart="matrix",
            title=_("Who went where? Rows are the tiers before, columns the tiers at the end"),
            periods=tuple(labels[key] for key in keys),
            series=tuple(
                ChartSeries(labels[to], tuple(cells.get((was, to)) for was in keys)) for to in keys
            ),
            words={},
            unit=str(Unit.COUNT),
            description=_("Customers by tier before and at the end; off the diagonal they moved."),
        )
        return worded(block, write)

    def _chart(
        self,
        kind: str,
        title: str,
        series: Sequence[ChartSeries],
        unit: Unit,
        description: str,
        told: Sequence[Any],
        days: Sequence[Any] = (),
    ) -> ChartBlock | None:
        """None: there is nothing to draw."""
        if not any(value for one in series for value in one.values):
            return None
        kinds = {Unit.MONEY: "compact_money", Unit.SHARE: "percent"}
        write = formats.formatter(kinds.get(unit, "number"), self.language, self.currency)
        known = [value for value in told if value is not None]
        block = ChartBlock(
            chart=kind,
            title=title,
            periods=tuple(formats.month(day, self.language) for day in days or self.facts.months),
            series=tuple(series),
            words={},
            unit=str(unit),
            description=description % {"first": write(known[0]), "last": write(known[-1])}
            if known
            else "",
        )
        return worded(block, write)
