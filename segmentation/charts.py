"""Charts of the engine, for its own screens and for reports."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from segmentation.compute.schemes import Scheme
from segmentation.filter_choices import NONE
from segmentation.models import Night
from segmentation.queries.migration import Flow, History, Kind
from segmentation.queries.rules import document_of
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import is_month_end
from ui import formats
from ui.charts import Cell, Matrix, MatrixAxis, Series, TimeChart, Unit
from ui.palette import MARKS
from ui.tags.formats import language

# Coming, going and none: neither better nor worse than the others.
UNRANKED: dict[str, frozenset[str]] = {
    "tier": frozenset({"new", "potential", NONE}),
    "stage": frozenset({"potential", "onboarding", "new", NONE}),
    "segment": frozenset({*MARKS["segment"], NONE}),
}
SEGMENT_MAPS = ("eleven", "class8")


def list_url(scope: Scope, **parameters: str) -> str:
    """The list of customers behind a number; an empty ``as_of`` is the latest night."""
    asked = {"scope": scope.visibility, **parameters}
    if not asked.get("as_of"):
        asked.pop("as_of", None)
    if scope.group_id is not None:
        asked["group"] = str(scope.group_id)
    return f"{reverse('portfolio')}?{urlencode(asked)}"


def tiers_in_force(night: Night, scheme: str | None = None) -> list[str]:
    """The tiers of a scheme of the rules that a night followed, best first; None: the one picked."""
    rules = document_of(night.rule_set)
    in_force = Scheme.from_rules(rules, scheme).tiers
    return [key for key in MARKS["tier"] if key in in_force]


def history_chart(
    found: History, keys: Iterable[str], scope: Scope, kind: Kind = "tier"
) -> TimeChart:
    """Customers per tier at month-ends and last night, best tier at the bottom."""
    present = [key for key in keys if key in found.keys]
    return TimeChart(
        title=_("Customers per tier"),
        periods=[
            formats.month(day, language()) if is_month_end(day) else formats.day(day, language())
            for day in found.days
        ],
        series=[
            Series(
                MARKS["tier"][key].label,
                [found.customers.get((day, key), 0) for day in found.days],
                MARKS["tier"][key].tone,
                [list_url(scope, **{kind: key}, as_of=day.isoformat()) for day in found.days],
            )
            for key in present
        ],
    )


def migration_matrix(
    found: list[Flow],
    kind: Kind,
    *,
    start: Night,
    end: Night,
    latest: Night,
    scope: Scope,
    currency: str,
) -> Matrix:
    """Each cell opens the customers that went that way."""
    present = {key for flow in found for key in (flow.old, flow.new)}
    # A tier of whichever scheme has the marks of tiers.
    marked, _column, scheme = kind.partition("_")
    if kind in SEGMENT_MAPS:
        marked = "segment"
    keys = tiers_in_force(end, scheme or None) if marked == "tier" else []
    keys = [key for key in MARKS[marked] if key in present or key in keys]
    axes = [MatrixAxis(key, MARKS[marked][key].label, marked) for key in keys]
    if "" in present:
        word = pgettext("tier", "None")
        axes.append(MatrixAxis(NONE, word, marked))
    was = "was" if kind == "tier" else f"was_{kind}"
    as_of = {} if end == latest else {"as_of": end.as_of.isoformat()}

    def cell(flow: Flow) -> Cell:
        url = list_url(
            scope,
            **{
                "segment" if marked == "segment" else kind: flow.new or NONE,
                was: flow.old or NONE,
                "since": start.as_of.isoformat(),
            },
            **as_of,
        )
        return Cell(flow.customers, flow.arr, url)

    return Matrix(
        title=_("Migration between two nights"),
        axes=axes,
        cells={(flow.old or NONE, flow.new or NONE): cell(flow) for flow in found},
        unit=Unit("money", currency),
        unranked=UNRANKED[marked],
    )
