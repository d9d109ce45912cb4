"""Special days from a file, every fault named by its line."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from accounts.calendars.document import HOLIDAY, WORKING, SpecialDay
from accounts.calendars.files import HEADINGS, MOST_DAYS, ReadDays, read_days, rows_of
from accounts.calendars.proposals import propose
from accounts.calendars.words import fault_words
from ui.exports import write_csv, write_xlsx


def read(text: str, encoding: str = "utf-8") -> ReadDays:
    return read_days(io.BytesIO(text.encode(encoding)))


GOOD = (
    SpecialDay(date(2027, 1, 1), HOLIDAY, "元旦"),
    SpecialDay(date(2027, 1, 9), WORKING, ""),
)


def test_a_file_is_read_in_the_order_of_days() -> None:
    found = read("day,kind,name\n2027-01-09,working,\n2027-01-01,holiday,元旦\n")
    assert found == ReadDays(GOOD)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_headings_and_words(encoding: str) -> None:
    found = read("日期\t类型\t名称\n2027年1月1日\t休\t元旦\n2027/1/9\t补班\t\n", encoding)
    assert found == ReadDays(GOOD)


def test_the_name_may_be_left_out() -> None:
    assert read("day,kind\n2027-01-09,working\n").days == GOOD[1:]


def test_what_is_written_is_read_again() -> None:
    days = tuple(
        SpecialDay(special.day, special.kind, special.name) for special in propose("CN", 2026).days
    )
    for data in (
        write_csv(HEADINGS, rows_of(days)),
        write_xlsx(HEADINGS, rows_of(days), title="2026"),
    ):
        assert read_days(io.BytesIO(data)) == ReadDays(days)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("day,kind\n2027-02-30,holiday\n", 2, "no_such_day"),
        ("day,kind\n2027-01-01,holiday\n,working\n", 3, "empty"),
        ("day,kind\n2027-01-01,feast\n", 2, "not_a_choice"),
        ("day,kind\n2027-01-01,holiday\n2027-01-01,working\n", 3, "repeated_day"),
        ("day,kind,name\n2027-01-01,holiday," + "x" * 101 + "\n", 2, "too_long"),
        ("kind,name\nholiday,x\n", 1, "missing_columns"),
        ("day,kind,name\n2027-01-01,holiday,x,y\n", 2, "too_many_fields"),
        ("", None, "empty_file"),
        ("%PDF-1.4", 1, "foreign_format"),
    ],
)
def test_a_fault_is_named_by_its_line_and_no_day_is_taken(
    text: str, line: int | None, code: str
) -> None:
    found = read(text)
    assert found.days == ()
    assert (found.faults[0].line, found.faults[0].reason.code) == (line, code)
    assert (f"Line {line}: " if line else "") in fault_words(found.faults[0])


def test_every_fault_is_named() -> None:
    found = read("day,kind\nx,holiday\n2027-01-01,holiday\n2027-01-02,feast\n")
    assert [fault.line for fault in found.faults] == [2, 4]


def test_too_many_days_are_refused() -> None:
    days = (date(2000, 1, 1) + timedelta(n) for n in range(MOST_DAYS + 1))
    found = read("day,kind\n" + "".join(f"{day},holiday\n" for day in days))
    assert [fault.reason.code for fault in found.faults] == ["too_many_days"]
