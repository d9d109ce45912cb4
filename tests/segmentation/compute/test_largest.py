"""The measures that changed most, by the span that each has among the tenant's customers."""

from __future__ import annotations

import pandas as pd

from segmentation import catalogue
from segmentation.compute.comparison import Comparison
from segmentation.compute.largest import largest_changes
from segmentation.compute.measures import MeasureTable
from segmentation.compute.moves import reason_text

CUSTOMERS = list(range(11))


def nights(old: dict[str, list[int | None]], new: dict[str, list[int | None]]) -> Comparison:
    def table(columns: dict[str, list[int | None]]) -> MeasureTable:
        frame = pd.DataFrame({name: pd.array(cells, "Int64") for name, cells in columns.items()})
        return MeasureTable(frame, {"arr": 4})

    return Comparison(
        previous=pd.DataFrame(index=CUSTOMERS),
        current=pd.DataFrame(index=CUSTOMERS),
        current_measures=table(new),
        previous_measures=table(old),
        scheme=None,  # type: ignore[arg-type]
        dimensions=(),
        known_dimensions=(),
        origins=catalogue.origins(),
    )


def test_a_change_counts_by_the_span_of_the_measure() -> None:
    old = {
        "arr": [scaled * 10_000_000 for scaled in CUSTOMERS],  # spans thousands
        "active_days_30": list(CUSTOMERS),
        "events_30": [100 * number for number in CUSTOMERS],
        "tenure_days": [100 * number for number in CUSTOMERS],
        "frequency": list(CUSTOMERS),
    }
    new = {name: list(cells) for name, cells in old.items()}
    new["arr"][0] = 20_000_000  # 2,000.00 of 8,000.00
    new["active_days_30"][0] = 8  # the whole span
    new["events_30"][0] = 400  # half
    new["tenure_days"][0] = 1  # a day passed
    new["frequency"][0] = None
    [first, second] = largest_changes(nights(old, new), pd.Index([0, 5]), [{}, {}])
    assert first == [
        ["active_days_30", "0", "8"],
        ["events_30", "0", "400"],
        ["arr", "0.00", "2000.00"],
    ]
    assert second == []


def test_what_the_move_names_already_is_left_out() -> None:
    old = {"active_days_30": list(CUSTOMERS), "events_30": list(CUSTOMERS)}
    new = {"active_days_30": [9, *CUSTOMERS[1:]], "events_30": [9, *CUSTOMERS[1:]]}
    [found] = largest_changes(nights(old, new), pd.Index([0]), [{"active_days_30": ["0", "9"]}])
    assert found == [["events_30", "0", "9"]]


def test_the_reason_names_them_after_what_decided() -> None:
    detail = {
        "branch": "no_usage",
        "grounds": "silence",
        "measures": {"days_since_usage": ["59", "60"]},
        "most": [["events_30", "120", "31"], ["active_users_30", "9", "2"]],
    }
    assert reason_text("stage", detail) == (
        "no_usage (days_since_usage 59→60); most changed: events_30 120→31, active_users_30 9→2"
    )


def test_the_order_of_a_reason_survives_being_stored() -> None:
    measures = {"usage_trend": ["0.1", "1"], "events_30": ["1", "2"], "arr": ["1.00", "2.00"]}
    detail = {"branch": "in_use", "grounds": "usage", "measures": measures}
    shuffled = {**detail, "measures": dict(sorted(measures.items(), key=lambda one: len(one[0])))}
    assert reason_text("stage", detail) == reason_text("stage", shuffled)
