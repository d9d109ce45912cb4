"""The drawing of a plan: where days lie, what is shaded, and which lines connect what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import Gantt, GanttRow, lay_out_gantt
from ui.charts.gantt import HEAD, ROW, days_shown

MONDAY = date(2026, 6, 1)


def layout_of(*rows: GanttRow, **values):  # type: ignore[no-untyped-def]
    values.setdefault("today", MONDAY)
    return lay_out_gantt(Gantt(rows, **values), month=lambda day: f"{day:%b %Y}")


def row(key: str, first: int, last: int, **values) -> GanttRow:  # type: ignore[no-untyped-def]
    return GanttRow(key, key, MONDAY + timedelta(first), MONDAY + timedelta(last), **values)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=1, max_size=20))
def test_bars_lie_inside_and_are_as_long_as_their_days(spans: list[tuple[int, int]]) -> None:
    rows = [row(str(n), start, start + length) for n, (start, length) in enumerate(spans)]
    layout = layout_of(*rows, day_width=10)
    assert layout.height == HEAD + ROW * len(rows)
    for bar, (_start, length) in zip(layout.bars, spans, strict=True):
        assert bar.bar is not None
        assert float(bar.bar.width) == 10 * (length + 1)
        assert float(bar.bar.x) >= 0
        assert float(bar.bar.x) + float(bar.bar.width) <= layout.width


def test_days_off_beside_each_other_are_one_shade() -> None:
    saturday = MONDAY + timedelta(5)
    layout = layout_of(
        row("a", 0, 13),
        off=[saturday, saturday + timedelta(1), MONDAY + timedelta(9)],
        day_width=10,
    )
    assert [(shade.x, shade.width) for shade in layout.shades] == [("80", "20"), ("120", "10")]


def test_a_connector_leads_from_the_end_to_the_start() -> None:
    layout = layout_of(row("a", 0, 1), row("b", 5, 6, after=("a", "elsewhere")), day_width=10)
    first, second = (bar.bar for bar in layout.bars)
    end = float(first.x) + float(first.width)
    assert len(layout.connectors) == 1, "what is on another page has no line"
    assert layout.connectors[0].startswith(f"M{end:g} ")
    assert layout.connectors[0].endswith(f"H{second.x}")


def test_actual_work_runs_to_its_end_or_today_and_locked_days_stay() -> None:
    layout = layout_of(
        row("a", 0, 1, started=MONDAY, finished=MONDAY + timedelta(3),
            locked=(MONDAY, MONDAY + timedelta(1))),
        row("b", 0, 9, started=MONDAY),
        today=MONDAY + timedelta(4), day_width=10,
    )  # fmt: skip
    finished, running = layout.bars
    assert finished.done.width == "40"
    assert finished.locked.width == "20"
    assert running.done.width == "50"
    assert layout.today == "75"


def test_a_milestone_is_a_diamond_at_the_end_of_its_day() -> None:
    (bar,) = layout_of(row("a", 2, 2, is_milestone=True), day_width=10).bars
    assert bar.bar is None
    assert bar.diamond.split()[0] == "40,44"


def test_a_day_outside_has_no_line_and_nothing_is_refused() -> None:
    assert layout_of(row("a", 0, 5), today=date(2020, 1, 1)).today == ""
    with pytest.raises(ValueError, match="no rows"):
        layout_of()


def test_everything_drawn_is_in_sight() -> None:
    found = days_shown([row("a", 5, 6, started=MONDAY, locked=(MONDAY, MONDAY + timedelta(30)))])
    assert found[0] < MONDAY
    assert found[1] > MONDAY + timedelta(30)


def test_months_and_mondays_head_the_drawing() -> None:
    layout = layout_of(row("a", 0, 40), day_width=10)
    assert [mark.label for mark in layout.months] == ["", "Jun 2026", "Jul 2026"]
    assert [mark.label for mark in layout.days] == ["1", "8", "15", "22", "29", "6", "13"]
