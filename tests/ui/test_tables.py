"""A table's order and page come from the address and go back into it."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.tables import Column, Table
from ui.tables.ordering import absent_last

COLUMNS = (
    Column("name", "Customer", sort="name"),
    Column("arr", "ARR", sort="arr", align="end"),
    Column("touched", "Last touch", sort=("touched_on", "-name"), wide=True),
    Column("note", "Note"),
)


def read(query: str = "", **options: object) -> Table:
    return Table.read(COLUMNS, query, default="-arr", tie="id", **options)  # type: ignore[arg-type]


def test_without_a_wish_the_default_order_holds() -> None:
    table = read()
    assert (table.sort, table.descending, table.page) == ("arr", True, 1)
    assert table.order_by == ("-arr", "id")


def test_the_address_chooses_order_and_page() -> None:
    table = read("sort=name&page=3")
    assert table.order_by == ("name", "id")
    assert table.slice == slice(100, 150)


def test_descending_turns_every_field_round() -> None:
    assert read("sort=-touched").order_by == ("-touched_on", "name", "id")


@pytest.mark.parametrize("query", ["sort=note", "sort=password", "sort=-", "sort=%00"])
def test_what_cannot_be_sorted_falls_back_to_the_default(query: str) -> None:
    assert read(query).order_by == ("-arr", "id")


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "９", "99999999999999999999"])
def test_a_page_that_makes_no_sense_is_the_first(page: str) -> None:
    assert read(f"page={page}").page == 1


def test_a_page_past_the_end_is_the_last() -> None:
    table = read("page=9").counted(120)
    assert (table.page, table.pages, table.first, table.last) == (3, 3, 101, 120)


def test_an_empty_list_has_one_page_and_no_rows() -> None:
    table = read().counted(0)
    assert (table.page, table.pages, table.first, table.last) == (1, 1, 0, 0)
    assert (table.previous_url, table.next_url) == ("", "")


def test_links_keep_every_other_parameter_and_start_over_at_page_one() -> None:
    table = read("q=海&tier=high&tier=mid&page=2&sort=name").counted(500)
    assert parse_qs(table.url(sort="arr")[1:]) == {
        "q": ["海"],
        "tier": ["high", "mid"],
        "sort": ["arr"],
    }
    assert parse_qs(table.next_url[1:])["page"] == ["3"]
    assert "page" not in parse_qs(table.previous_url[1:])
    assert parse_qs(table.url(tier="low")[1:])["tier"] == ["low"]
    assert "tier" not in parse_qs(table.url(tier=None)[1:])


def test_headings_say_how_the_table_is_sorted_and_where_a_click_goes() -> None:
    by_key = {heading.column.key: heading for heading in read().headings}
    assert by_key["arr"].direction == "descending"
    assert by_key["arr"].url == "?sort=arr"
    assert by_key["name"].direction == ""
    assert by_key["name"].url == "?sort=name"
    assert by_key["note"].url == ""
    # Numbers sort largest first on the first click.
    fresh = {heading.column.key: heading for heading in read("sort=name").headings}
    assert fresh["arr"].url == "?sort=-arr"
    assert fresh["name"].url == "?sort=-name"


def test_two_tables_of_a_page_do_not_disturb_each_other() -> None:
    moves = Table.read(COLUMNS, "m-page=2&page=5&m-sort=name", prefix="m-", tie="id").counted(500)
    assert (moves.page, moves.order_by) == (2, ("name", "id"))
    assert parse_qs(moves.next_url[1:]) == {"m-page": ["3"], "m-sort": ["name"], "page": ["5"]}


@pytest.mark.parametrize(
    ("page", "pages", "expected"),
    [
        (1, 1, [1]),
        (1, 4, [1, 2, 3, 4]),
        (1, 20, [1, 2, 3, None, 20]),
        (10, 20, [1, None, 8, 9, 10, 11, 12, None, 20]),
        (5, 20, [1, 2, 3, 4, 5, 6, 7, None, 20]),
        (20, 20, [1, None, 18, 19, 20]),
    ],
)
def test_page_numbers(page: int, pages: int, expected: list[int | None]) -> None:
    assert read(f"page={page}").counted(pages * 50).page_numbers == expected


@given(page=st.integers(1, 300), pages=st.integers(1, 300))
def test_page_numbers_rise_and_hold_the_ends_and_the_current(page: int, pages: int) -> None:
    table = read(f"page={page}").counted(pages * 50)
    numbers = [number for number in table.page_numbers if number]
    assert numbers == sorted(set(numbers))
    assert {1, pages, table.page} <= set(numbers)
    # A gap stands for at least two pages.
    links = table.page_numbers
    for place, number in enumerate(links):
        if number is None:
            before, after = links[place - 1], links[place + 1]
            assert before is not None
            assert after is not None
            assert after - before > 2


def test_columns_name_their_places_for_the_style_sheet() -> None:
    table = read()
    assert table.positions("end") == "2"
    assert table.positions("wide") == "3"
    assert table.positions("center") == ""


def test_rows_without_the_value_come_last_either_way() -> None:
    up, down = absent_last(("arr", "-arr"))
    assert (up.nulls_last, up.descending) == (True, False)
    assert (down.nulls_last, down.descending) == (True, True)
