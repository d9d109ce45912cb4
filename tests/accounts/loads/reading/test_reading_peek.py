"""What the beginning of a file shows."""

from __future__ import annotations

import gzip
import io

import openpyxl
import pytest

from accounts.loads.reading import FileRefused, Peek, Source, peek


def peeked(data: bytes) -> Peek:
    handle = io.BytesIO(data)
    with Source(handle, keep_open=True) as source:
        found = peek(source, rows=2)
    assert not handle.closed
    return found


def test_header_and_first_rows() -> None:
    found = peeked(b"\xef\xbb\xbf\n key ;name;\n1;x\n\n2; ;z;w\n3;y\n")
    assert found.header == ["key", "name", ""]
    assert found.rows == [["1", "x", ""], ["2", " ", "z"]]
    assert found.samples("name") == ["x"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_large_file_is_cut_between_characters(encoding: str) -> None:
    text = "编号,名称\n" + "1,甲乙丙丁\n" * 50_000
    for shift in ("", "x"):
        found = peeked((shift + text).encode(encoding))
        assert found.header == [shift + "编号", "名称"]
        assert found.samples("名称") == ["甲乙丙丁"] * 2


def test_packed_files_and_workbooks() -> None:
    assert peeked(gzip.compress(b"key\n1\n")).rows == [["1"]]
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["key", "a;b"])  # type: ignore[union-attr]
    book.save(out)
    assert peeked(out.getvalue()).header == ["key", "a;b"]


def test_a_quote_that_never_closes_does_not_matter_yet() -> None:
    assert peeked(b'key,name\n1,x\n2,"' + b"y\n" * 200_000).rows == [["1", "x"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\n \n", "empty_file"),
        (b"a\n\0", "binary"),
        ("key".encode("utf-16"), "utf16"),
        (b"  ,\n,\n", "no_header"),
    ],
)
def test_hopeless_beginnings_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        peeked(data)
    assert caught.value.faults[0].reason.code == code
