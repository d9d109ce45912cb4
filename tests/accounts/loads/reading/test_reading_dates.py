"""The order of dates is a matter of the whole file."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.loads.reading import DateOrder, FileRefused, Reason, dates
from accounts.loads.reading.dates import DateSurvey, are_plain_days, are_plain_moments

FORMATS = {
    DateOrder.ISO: ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"],
    DateOrder.DMY: ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"],
    DateOrder.MDY: ["%m/%d/%Y", "%m-%d-%Y"],
}
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def order_of(values: list[str]) -> DateOrder | None:
    survey = DateSurvey()
    for start in range(0, len(values), 3):
        chunk = values[start : start + 3]
        survey.observe("paid_on", range(start + 2, start + 2 + len(chunk)), chunk)
    return survey.order()


def parse_day(text: str, order: DateOrder | None) -> str | Reason:
    return dates.parse_day(text, lambda: order)


def parse_moment(text: str, order: DateOrder | None) -> str | Reason:
    return dates.parse_moment(text, lambda: order)


def code_of(result: object) -> str:
    assert isinstance(result, Reason), result
    return result.code


@given(st.lists(days, min_size=1, max_size=40), st.sampled_from(list(DateOrder)), st.data())
def test_a_file_in_one_order_is_read_right_or_asked_about(
    written: list[dt.date], order: DateOrder, data: st.DataObject
) -> None:
    values = [day.strftime(data.draw(st.sampled_from(FORMATS[order]))) for day in written]
    decisive = any(day.day > 12 for day in written)
    if order is not DateOrder.ISO and not decisive:
        with pytest.raises(FileRefused) as caught:
            order_of(values)
        assert caught.value.faults[0].reason.code == "date_order_unclear"
        assert (caught.value.faults[0].line, caught.value.faults[0].value) == (2, values[0])
        found: DateOrder | None = order
    else:
        found = order_of(values)
        assert found == (None if order is DateOrder.ISO else order)
    assert [parse_day(value, found) for value in values] == [day.isoformat() for day in written]


@given(st.lists(days, min_size=1, max_size=20), st.randoms())
def test_the_order_found_does_not_depend_on_the_order_of_rows(
    written: list[dt.date], random: object
) -> None:
    values = [day.strftime("%d/%m/%Y") for day in written] + ["31/12/2024"]
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert order_of(values) == order_of(shuffled) == DateOrder.DMY


def test_one_decisive_date_settles_a_file_wherever_it_stands() -> None:
    assert order_of(["03/04/2024"] * 50 + ["12/31/2024"]) is DateOrder.MDY
    assert order_of(["31-12-2024"] + ["03-04-2024"] * 50) is DateOrder.DMY


def test_a_file_that_fits_no_single_order_is_refused_with_both_lines() -> None:
    with pytest.raises(FileRefused) as caught:
        order_of(["01/02/2024", "31/12/2024", "", "12/31/2024"])
    assert [(fault.line, fault.reason.code) for fault in caught.value.faults] == [
        (3, "date_orders_differ"),
        (5, "date_orders_differ"),
    ]


def test_what_is_no_date_decides_nothing() -> None:
    assert order_of(["2024-01-31", "hello", "", "31-02-2024", "13/13/2024", "31-01-20244"]) is None


def test_year_first_dates_leave_the_others_to_decide() -> None:
    assert order_of(["2024-03-04", "13/04/2024"]) is DateOrder.DMY


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("20244-01-31", None, "year_out_of_range"),
        ("31-01-20244", DateOrder.DMY, "year_out_of_range"),
        ("1899-12-31", None, "year_out_of_range"),
        ("2101-01-01", None, "year_out_of_range"),
        ("0000-01-01", None, "year_out_of_range"),
        ("2023-02-29", None, "no_such_day"),
        ("2024-00-10", None, "no_such_day"),
        ("31-02-2024", DateOrder.DMY, "no_such_day"),
        ("12/31/2024", DateOrder.DMY, "not_in_date_order"),
        ("31/12/2024", DateOrder.MDY, "not_in_date_order"),
        ("31/12/2024", DateOrder.ISO, "not_in_date_order"),
        ("31/12/24", DateOrder.DMY, "two_digit_year"),
        ("45292", None, "not_a_date"),
        ("2024-1/2", None, "not_a_date"),
        ("tomorrow", None, "not_a_date"),
        ("2024-01-31x", None, "not_a_date"),
        ("2024-01-31T10:00:00Z", None, "day_with_zone"),
        ("1" * 10_000, None, "not_a_date"),
    ],
)
def test_bad_days_say_what_is_wrong(text: str, order: DateOrder | None, code: str) -> None:
    assert code_of(parse_day(text, order)) == code


def test_days_in_forms_seen_in_the_wild() -> None:
    assert parse_day("２０２４－０１－３１", None) == "2024-01-31"
    assert parse_day("2024年1月3日", None) == "2024-01-03"
    assert parse_day("2024/1/3 00:00:00", None) == "2024-01-03"
    assert parse_day("3.1.2024", DateOrder.DMY) == "2024-01-03"
    assert parse_day("2024-02-29", None) == "2024-02-29"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31T10:11:12", "2024-01-31 10:11:12"),
        ("2024-01-31 10:11:12.123456+08:00", "2024-01-31 10:11:12.123456+08:00"),
        ("2024-01-31T10:11:12Z", "2024-01-31 10:11:12Z"),
        ("2024-01-31T10:11:12.123456789Z", "2024-01-31 10:11:12.123456Z"),
        ("2024-01-31 9:05", "2024-01-31 09:05:00"),
        ("2024-01-31 10:11:12+0800", "2024-01-31 10:11:12+08:00"),
        ("2024-01-31 10:11:12 UTC", "2024-01-31 10:11:12Z"),
        ("2024-01-31 10:11:12-03", "2024-01-31 10:11:12-03:00"),
        ("31/01/2024 10:11", "2024-01-31 10:11:00"),
        ("20240131T10:11:12Z", "2024-01-31 10:11:12Z"),
    ],
)
def test_moments_keep_their_zone_or_have_none(text: str, expected: str) -> None:
    assert parse_moment(text, DateOrder.DMY) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-01-31T24:00:00", "no_such_time"),
        ("2024-01-31T10:60:00", "no_such_time"),
        ("2024-01-31 10:11:12+19:00", "no_such_time"),
        ("2024-02-30T10:00:00", "no_such_day"),
        ("20244-01-31T10:00:00Z", "year_out_of_range"),
        ("1850-01-31T10:00:00Z", "year_out_of_range"),
        ("1706659200", "not_a_date"),
    ],
)
def test_bad_moments_say_what_is_wrong(text: str, code: str) -> None:
    assert code_of(parse_moment(text, None)) == code


@given(st.lists(st.one_of(days.map(str), st.text("0123456789-T:.Z \n", max_size=26))))
def test_the_quick_look_at_days_finds_only_what_the_slow_one_leaves_alone(texts: list[str]) -> None:
    assert not are_plain_days(texts) or [parse_day(text, None) for text in texts] == texts


moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2099, 12, 31))


@given(st.lists(st.one_of(moments.map(str), st.text("0123456789-T:.Z+ \n", max_size=30))))
def test_the_quick_look_at_moments_finds_only_moments(texts: list[str]) -> None:
    if are_plain_moments(texts):
        for text in texts:
            parsed = parse_moment(text, None)
            assert isinstance(parsed, str)
            assert dt.datetime.fromisoformat(parsed) == dt.datetime.fromisoformat(text)


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31)), st.booleans())
def test_iso_moments_come_through_unchanged_in_value(moment: dt.datetime, zone: bool) -> None:
    text = moment.isoformat() + ("Z" if zone else "")
    parsed = parse_moment(text, None)
    assert isinstance(parsed, str)
    assert dt.datetime.fromisoformat(parsed) == dt.datetime.fromisoformat(text)
