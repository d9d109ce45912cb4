"""Charts of the month in review."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.changes import number_of
from segmentation.queries.retention import RetentionFigures
from ui import formats
from ui.charts import Series, TimeChart, Unit
from ui.tags.formats import language


def arr_chart(trend: Sequence[RetentionFigures], currency: str) -> TimeChart:
    return TimeChart(
        title=_("ARR at month-ends"),
        periods=_periods(trend),
        series=[Series(_("ARR"), [month.end_arr for month in trend], "accent")],
        unit=Unit("money", currency, 0),
        area=True,
    )


def movements_chart(trend: Sequence[RetentionFigures], currency: str) -> TimeChart:
    """What came above zero, what went below it."""
    parts: list[tuple[str, list[Decimal], str]] = [
        (pgettext("ARR", "New"), [month.new for month in trend], "series-1"),
        (_("Expansion"), [month.expansion for month in trend], "series-3"),
        (_("Reactivated"), [month.reactivated for month in trend], "series-5"),
        (_("Contraction"), [-month.contraction for month in trend], "series-2"),
        (pgettext("ARR", "Churned"), [-month.churned for month in trend], "series-4"),
    ]
    return TimeChart(
        title=_("What moved ARR"),
        periods=_periods(trend),
        series=[Series(label, values, tone) for label, values, tone in parts if any(values)],
        unit=Unit("money", currency, 0),
    )


def retention_chart(yearly: Sequence[RetentionFigures]) -> TimeChart:
    return TimeChart(
        title=_("NRR and GRR over twelve months"),
        periods=_periods(yearly),
        series=[
            Series("NRR", [number_of(period.nrr) for period in yearly], "accent"),
            Series("GRR", [number_of(period.grr) for period in yearly], "series-2"),
        ],
        unit=Unit("percent", digits=1),
    )


def _periods(trend: Sequence[RetentionFigures]) -> list[str]:
    return [formats.month(month.last_day, language()) for month in trend]
