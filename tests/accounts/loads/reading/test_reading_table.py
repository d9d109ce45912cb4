"""Rows and their lines: delimiters, quotes, widths, headers."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.loads.reading import FileRefused, Source, Table
from accounts.loads.reading.encoding import scan


def table_of(text: str) -> Table:
    source = Source(io.BytesIO(text.encode()))
    return Table(source, scan(source))


def rows_of(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [
        (line, row)
        for chunk in table_of(text).chunks()
        for line, row in zip(chunk.lines, zip(*chunk.columns, strict=True), strict=True)
    ]


def faults_of(text: str) -> list[tuple[int | None, str]]:
    return [
        (fault.line, fault.reason.code)
        for chunk in table_of(text).chunks()
        for fault in chunk.faults
    ]


def refusal_of(text: str) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as caught:
        rows_of(text)
    (fault,) = caught.value.faults
    return fault.reason.code, fault.line


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_told_from_the_file(delimiter: str, newline: str) -> None:
    text = newline.join(delimiter.join(row) for row in [("key", "name"), ("1", "x"), ("2", "y")])
    assert rows_of(text) == [(2, ("1", "x")), (3, ("2", "y"))]


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    assert table_of('"a;b;c;d",name\n').header == ("a;b;c;d", "name")


def test_blank_lines_and_rows_of_empty_fields_are_not_rows() -> None:
    assert rows_of("\n\nkey,name\n\n1,x\n,\n\n2,y\n") == [(5, ("1", "x")), (8, ("2", "y"))]


def test_the_line_of_a_row_is_where_it_begins_also_after_line_ends_in_quotes() -> None:
    text = 'key,name\r\n1,"two\r\nlines"\r\n2,x\r\n3,"a\nb\rc"\r\n4,y\r\n'
    assert [line for line, _ in rows_of(text)] == [2, 4, 5, 8]


def test_rows_of_the_wrong_width_are_named_and_left_out() -> None:
    text = "key,name\n1\n2,x\n3,x,y\n"
    assert faults_of(text) == [(2, "too_few_fields"), (4, "too_many_fields")]
    assert rows_of(text) == [(3, ("2", "x"))]


def test_ids_are_text_as_they_stand() -> None:
    assert rows_of("key,name\nNA,null\n007,1e5\n") == [(2, ("NA", "null")), (3, ("007", "1e5"))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('key,name\n1,x\n2,"open\n3,y\n', 3),
        ('key,name\n1,"shut"here\n', 2),
        ('key,name\n1,"open\n2,"y"\n', 2),
        ('key,name\n1,"fine\nhere"\n2,"two\nlines",\n"\n', 6),
        ('key,"name\n1,x\n', 1),
        ('key,name\n1,"' + "x\n" * 200_000, 2),
    ],
)
def test_broken_quotes_name_the_line_they_opened_on(text: str, line: int) -> None:
    assert refusal_of(text) == ("broken_quotes", line)


def test_a_quote_inside_a_plain_field_is_text() -> None:
    assert rows_of('key,name\n1,5" pipe\n') == [(2, ("1", '5" pipe'))]


def test_a_field_over_the_limit_is_named() -> None:
    assert refusal_of("key,name\n1,x\n2," + "y" * 200_000 + "\n") == ("field_too_long", 3)


def test_a_header_with_one_name_twice_is_refused() -> None:
    assert refusal_of("key,name,Name \n1,x,y\n") == ("duplicate_header", 1)


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=30))
def test_whatever_a_csv_writer_writes_is_read_back_with_its_lines(
    rows: list[tuple[str, str]],
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    lines = []
    for row in [("key", "name"), *rows]:
        lines.append(len(list(io.StringIO(out.getvalue(), newline=""))) + 1)
        writer.writerow(row)
    assert rows_of(out.getvalue()) == list(zip(lines[1:], rows, strict=True))
