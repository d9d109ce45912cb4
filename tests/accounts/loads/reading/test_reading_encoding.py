"""What bytes a file may have: encodings, NULs, long lines, gzip."""

import gzip
import io
import zlib

import pytest

from accounts.loads.reading import FileRefused, Limits, Source
from accounts.loads.reading.encoding import scan

NAMES = ["客户名称", "上海测试有限公司", "通", "李明", "北京中关村软件", "华"]


def encoding_of(data: bytes, **limits: int) -> str:
    with Source(io.BytesIO(data), limits=Limits(**limits)) as source:
        return scan(source).encoding


def refusal_of(data: bytes, **limits: int) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as caught:
        encoding_of(data, **limits)
    (fault,) = caught.value.faults
    return fault.reason.code, fault.line


def test_utf8_with_and_without_bom_and_gb18030_are_told_apart() -> None:
    text = "key,name\n" + "".join(f"C{i},{name}\n" for i, name in enumerate(NAMES))
    assert encoding_of(text.encode("utf-8")) == "utf-8"
    assert encoding_of(text.encode("utf-8-sig")) == "utf-8-sig"
    assert encoding_of(text.encode("gb18030")) == "gb18030"
    assert encoding_of(b"key,name\n1,plain\n") == "utf-8"


def test_a_character_across_two_blocks_is_one_character() -> None:
    line = "客户," * 100 + "\n"
    text = line * ((2 << 20) // len(line.encode()))
    assert encoding_of(b"a" + text.encode()) == "utf-8"


def test_gb18030_words_that_are_also_valid_utf8_bytes_do_not_make_a_file_mixed() -> None:
    # Each is two bytes that UTF-8 would accept as one rare letter.
    lucky = [
        character
        for lead in range(0xC4, 0xD8)
        for trail in range(0xA1, 0xBF)
        for character in [bytes([lead, trail]).decode("gb18030", errors="ignore")]
        if character
    ]
    lines = "".join(f"{i},{name}\n" for i, name in enumerate([*lucky, "客户"]))
    assert encoding_of(("key,name\n" + lines).encode("gb18030")) == "gb18030"


@pytest.mark.parametrize("name", ["客户", "客户名", "上海测试有限公司"])
def test_one_utf8_line_in_a_gb18030_file_is_named(name: str) -> None:
    data = "key,name\n1,第一个\n2,第二个\n".encode("gb18030") + f"3,{name}\n".encode()
    assert refusal_of(data) == ("mixed_encodings", 4)


def test_one_gb18030_line_in_a_utf8_file_is_named() -> None:
    data = "key,name\n1,第一个\n2,第二个\n".encode() + "3,第三个\n".encode("gb18030")
    assert refusal_of(data) == ("mixed_encodings", 4)


def test_a_utf8_mark_before_gb18030_text_is_mixed() -> None:
    data = b"\xef\xbb\xbf" + "key,name\n1,第一个客户\n".encode("gb18030")
    assert refusal_of(data)[0] == "mixed_encodings"


def test_bytes_of_no_known_encoding_are_refused_by_line() -> None:
    assert refusal_of(b"key,name\n1,x\n2,\xff\xff\n") == ("unknown_encoding", 3)


def test_nothing_and_only_blank_lines_are_an_empty_file() -> None:
    assert refusal_of(b"") == ("empty_file", None)
    assert refusal_of(b"\xef\xbb\xbf\r\n \n") == ("empty_file", None)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_nul_is_refused_by_line(newline: str) -> None:
    data = newline.join(["key,name", "1,x", "2,\0", "3,y"]).encode()
    assert refusal_of(data) == ("binary", 3)


def test_a_nul_far_into_the_file_is_refused_by_line() -> None:
    data = b"0123456789abcde\r\n" * 200_000 + b"x\0\n"
    assert refusal_of(data) == ("binary", 200_001)


@pytest.mark.parametrize(
    "start", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0abcd", b"PAR1abc"]
)
def test_other_formats_are_named(start: bytes) -> None:
    assert refusal_of(start + b"x" * 100)[0] == "foreign_format"


def test_utf16_is_named() -> None:
    assert refusal_of("key,name\n1,客户\n".encode("utf-16")) == ("utf16", 1)


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_a_ten_megabyte_line_is_refused_by_line(where: str) -> None:
    before = {"start": 0, "middle": 70_000, "end": 3}[where]
    after = {"start": 100_000, "middle": 5, "end": 0}[where]
    data = b"123456,789012345\n" * before + b"x" * 10_000_000 + b"\n1,2\n" * after
    assert refusal_of(data) == ("line_too_long", before + 1)


def test_many_lines_below_the_limit_are_no_long_line() -> None:
    assert encoding_of((b"x" * 900_000 + b"\n") * 4) == "utf-8"
    assert encoding_of((b"x" * 900_000 + b"\r") * 4) == "utf-8"


def test_gzip_is_unpacked_whatever_the_file_is_called() -> None:
    assert encoding_of(gzip.compress("键,名\n".encode("gb18030"))) == "gb18030"


def test_a_cut_or_spoilt_gzip_is_refused() -> None:
    packed = gzip.compress(b"key,name\n" + bytes(range(32, 127)) * 1000)
    assert refusal_of(packed[:-20])[0] == "broken_gzip"
    spoilt = bytearray(packed)
    spoilt[-6] ^= 0xFF
    assert refusal_of(bytes(spoilt))[0] == "broken_gzip"


def test_a_gzip_bomb_is_refused_before_it_is_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b"1,2\n" * 250_000) for _ in range(300)) + packer.flush()
    assert refusal_of(packed)[0] == "unpacks_too_large"
    assert refusal_of(gzip.compress(b"1,2\n" * 1000), unpacked_bytes=1000)[0] == "unpacks_too_large"
