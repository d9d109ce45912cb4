"""The measures that changed most between two nights, of customers that moved.

A change is measured by the span of the measure among tonight's customers: from the tenth to the
ninetieth percentile (type 7), or from the least to the greatest value where these are equal. What
becomes known or unknown is no change of size.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.comparison import Comparison
from segmentation.compute.exact import quantile_cuts
from segmentation.compute.formats import format_column
from segmentation.compute.measures import MeasureTable

MOST = 3
AT_LEAST = 0.1
"""Changes of less than a tenth of the span are not named: days pass for everybody."""

Sizes = npt.NDArray[np.float64]
Named = list[list[str | None]]


def largest_changes(
    nights: Comparison, customers: pd.Index, told: list[dict[str, list[str | None]]]
) -> list[Named]:
    """Per customer at most MOST of [measure, old, new], the largest change first, numbers canonical.

    told: per customer the measures that its move names already; they are left out. Empty when the
    earlier measures are not kept any more.
    """
    old_rows, new_rows = nights.previous_rows(customers), nights.current_measures.rows(customers)
    found: list[Named] = [[] for _ in customers]
    if old_rows is None or not len(customers):
        return found
    names = sorted(set(nights.current_measures.frame.columns) & set(nights.origins))
    sizes = np.column_stack(
        [_sizes(nights.current_measures, old_rows, new_rows, name) for name in names]
    )
    for column, name in enumerate(names):
        already = np.fromiter((name in one for one in told), dtype=bool, count=len(told))
        sizes[already, column] = 0
    # Equal sizes stay in the order of the names.
    order = np.argsort(-sizes, axis=1, kind="stable")[:, :MOST]
    picked = np.take_along_axis(sizes, order, axis=1) >= AT_LEAST
    texts: dict[tuple[int, int], list[str | None]] = {}
    for column, name in enumerate(names):
        rows = np.flatnonzero(((order == column) & picked).any(axis=1))
        cells = zip(_cells(old_rows, name, rows), _cells(new_rows, name, rows), strict=True)
        for row, (old, new) in zip(rows, cells, strict=True):
            texts[int(row), column] = [name, old, new]
    for (row, place), is_picked in np.ndenumerate(picked):
        if is_picked:
            found[row].append(texts[row, int(order[row, place])])
    return found


def _sizes(all_rows: MeasureTable, old: MeasureTable, new: MeasureTable, name: str) -> Sizes:
    """How far the measure changed, in spans; 0 where it is not known twice."""
    (before, was_known), (now, is_known) = old.values(name), new.values(name)
    span = _span(all_rows, name)
    if not span:
        return np.zeros(len(now))
    change = np.abs(now.astype(np.float64) - before.astype(np.float64)) / span
    return np.where(was_known & is_known, change, 0.0)


def _span(table: MeasureTable, name: str) -> float:
    values, known = table.values(name)
    values = values[known]
    if not len(values):
        return 0.0
    cuts = quantile_cuts(values, 10)
    middle = float(cuts[-1] - cuts[0])
    return middle or float(values.max()) - float(values.min())


def _cells(table: MeasureTable, name: str, rows: npt.NDArray[np.intp]) -> list[str]:
    return format_column(table.column(name).iloc[rows], table.places_of(name))
