"""Columns by name and mapping, typed rows, and every fault by its line."""

import datetime as dt
import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.loads.reading import (
    Column,
    DateOrder,
    FileRefused,
    Reader,
    Source,
    Wanted,
    WrongMapping,
    guess_mapping,
    parse_mapping,
)
from accounts.loads.reading.values import (
    Amount,
    Choices,
    Currency,
    Day,
    Email,
    Flag,
    Moment,
    Text,
    Whole,
)

PAYMENTS = [
    Column("customer", Text(200), required=True, filled=True, synonyms=("account_id", "客户")),
    Column("key", Text(200), required=True, filled=True, synonyms=("payment_id", "id")),
    Column("paid_on", Day(), required=True, filled=True, synonyms=("date",)),
    Column("amount", Amount(), required=True, filled=True, synonyms=("金额",)),
    Column("currency", Currency()),
]


def reader_of(text: str | bytes, **wanted: object) -> Reader:
    data = text.encode() if isinstance(text, str) else text
    options: dict[str, object] = {"columns": PAYMENTS, "currency": "CNY", **wanted}
    return Reader(Source(io.BytesIO(data)), Wanted(**options))  # type: ignore[arg-type]


def everything(
    reader: Reader,
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], int, int]:
    rows: list[tuple[object, ...]] = []
    faults: list[tuple[object, ...]] = []
    read = rejected = 0
    for records in reader.records():
        rows += zip(records.lines, *records.values.values(), strict=True)
        faults += [
            (fault.line, fault.column, fault.value, fault.reason.code) for fault in records.faults
        ]
        read += records.read
        rejected += records.rejected
    return rows, faults, read, rejected


def test_good_rows_and_faults_come_apart_with_their_lines() -> None:
    text = (
        "customer,key,paid_on,amount,currency\n"
        "C1,P1,2024-01-31,100,CNY\n"
        ",P2,2024-01-31,NaN,USD\n"
        "\n"
        "C1,P3,2024-02-30,1.5\n"
        "C1,P4,20244-01-01,inf,\n"
        "C2,P5,2024-03-01,(5),\n"
    )
    rows, faults, read, rejected = everything(reader_of(text))
    assert rows == [
        (2, "C1", "P1", "2024-01-31", "100", "CNY"),
        (7, "C2", "P5", "2024-03-01", "-5.0000", None),
    ]
    assert faults == [
        (3, "customer", "", "empty"),
        (3, "amount", "NaN", "not_finite"),
        (3, "currency", "USD", "other_currency"),
        (5, "", "", "too_few_fields"),
        (6, "paid_on", "20244-01-01", "year_out_of_range"),
        (6, "amount", "inf", "not_finite"),
    ]
    assert (read, rejected) == (5, 3)


def test_missing_columns_are_named_beside_those_found() -> None:
    with pytest.raises(FileRefused) as caught:
        reader_of("client,key,when\nC1,P1,2024-01-31\n")
    (fault,) = caught.value.faults
    assert fault.reason.code == "missing_columns"
    assert fault.reason.params["missing"] == ["customer", "paid_on", "amount"]
    assert fault.reason.params["found"] == ["client", "key", "when"]


def test_one_column_may_feed_several_and_the_rest_are_extras() -> None:
    mapping = parse_mapping(["id=customer", "id=key", "Paid On=paid_on"], PAYMENTS)
    reader = reader_of(
        "id,PAID ON,Amount,country,note\n7,2024-01-31,5,US,\n", mapping=mapping, keep_extras=True
    )
    (records,) = reader.records()
    assert records.values["customer"] == records.values["key"] == ["7"]
    assert records.extras is not None
    assert json.loads(records.extras[0]) == {"country": "US", "note": None}


def test_a_mapping_to_nothing_leaves_a_column_out_and_keeps_it_as_extra() -> None:
    reader = reader_of(
        "customer,key,paid_on,amount,currency\nC1,P1,2024-01-31,5,USD\n",
        mapping={"currency": ""},
        keep_extras=True,
    )
    rows, faults, _, _ = everything(reader)
    assert (len(rows), faults) == (1, [])


def test_a_fault_names_the_column_as_the_file_does() -> None:
    reader = reader_of(
        "客户,key,paid_on,金额\nC1,P1,2024-01-31,x\n",
        mapping={"customer": "客户", "amount": "金额"},
    )
    assert everything(reader)[1] == [(2, "金额", "x", "not_an_amount")]


def test_a_mapping_of_a_column_that_is_not_in_the_file_is_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        reader_of("customer,key,paid_on,amount\n", mapping={"currency": "valuta"})
    assert caught.value.faults[0].reason.code == "unknown_source_columns"


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        (["customer"], "map_syntax"),
        (["=customer"], "map_syntax"),
        (["id=custmer"], "map_unknown_column"),
        (["id=key", "no=key"], "map_twice"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_wrong_usage(pairs: list[str], code: str) -> None:
    with pytest.raises(WrongMapping) as caught:
        parse_mapping(pairs, PAYMENTS)
    assert caught.value.code == code


def test_guesses_prefer_the_own_name_and_use_a_column_once() -> None:
    header = ["payment_id", "Account ID", "Date", "金额", "id"]
    assert guess_mapping(header, PAYMENTS) == {
        "key": "payment_id",
        "customer": "Account ID",
        "paid_on": "Date",
        "amount": "金额",
    }


def test_a_column_is_guessed_like_another_where_nothing_better_is_there() -> None:
    columns = [Column("signed_on", like="starts_on"), Column("starts_on", synonyms=("start",))]
    assert guess_mapping(["start"], columns) == {"signed_on": "start", "starts_on": "start"}
    assert guess_mapping(["start", "signed_on"], columns)["signed_on"] == "signed_on"
    assert guess_mapping(["other"], columns) == {}


def test_one_of_several_columns_is_enough_and_none_is_refused() -> None:
    columns = [Column("customer"), Column("contract"), Column("event", required=True)]
    one_of = [("customer", "contract")]
    reader = reader_of("contract,event\nK1,open\n", columns=columns, one_of=one_of)
    assert everything(reader)[0] == [(2, "K1", "open")]
    with pytest.raises(FileRefused) as caught:
        reader_of("event\nopen\n", columns=columns, one_of=one_of)
    assert caught.value.faults[0].reason.params["missing"] == ["customer|contract"]


def test_a_value_below_no_name_is_refused_and_an_empty_nameless_column_is_not() -> None:
    columns = [Column("key"), Column("name")]
    _, faults, _, _ = everything(reader_of("key,name,\n1,x,\n2,y,z\n", columns=columns))
    assert faults == [(3, "", "z", "unnamed_column")]


def test_dates_of_all_columns_and_all_rows_settle_the_order() -> None:
    columns = [Column("from", Day()), Column("to", Day())]
    text = "from,to\n" + "01/02/2024,03/02/2024\n" * 30_000 + "01/02/2024,13/02/2024\n"
    reader = reader_of(text, columns=columns)
    assert everything(reader)[0][0] == (2, "2024-02-01", "2024-02-03")
    assert reader.date_order() is DateOrder.DMY


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("where", [0, 25_000, 69_999])
def test_looking_at_the_whole_file_in_between_loses_no_row(where: int, packed: bool) -> None:
    rows = ["C,P{},{},{}\n".format(i, "2024-01-31", i) for i in range(70_000)]
    rows[where] = 'C,P,31/12/2024,"1.234,50"\n'
    data = ("customer,key,paid_on,amount\n" + "".join(rows)).encode()
    reader = reader_of(gzip.compress(data) if packed else data)
    found, faults, read, rejected = everything(reader)
    assert reader.was_surveyed
    assert (read, rejected, faults) == (70_000, 0, [])
    assert [row[0] for row in found] == list(range(2, 70_002))
    assert found[where][1:] == ("C", "P", "2024-12-31", "1234.5000")


def test_what_comes_late_in_a_file_still_speaks_for_all_of_it() -> None:
    head = "customer,key,paid_on,amount\n"
    many = "".join(f"C,P{i},2024-01-31,{i}\n" for i in range(30_000))
    late = reader_of(head + many + "C,X,03/04/2024,1\n")
    with pytest.raises(FileRefused):
        everything(late)
    both = reader_of(head + many + 'C,X,2024-01-31,12.5\nC,Y,2024-01-31,"12,5"\n')
    with pytest.raises(FileRefused) as caught:
        everything(both)
    assert caught.value.faults[0].reason.code == "decimal_marks_differ"
    plain = reader_of(head + many + "C,X,2024-01-31,12.5\n")
    assert everything(plain)[2] == 30_001
    assert not plain.was_surveyed


def test_an_order_asked_for_is_not_doubted() -> None:
    text = "customer,key,paid_on,amount\nC1,P1,03/04/2024,1\nC1,P2,13/04/2024,1\n"
    reader = reader_of(text, dates=DateOrder.MDY)
    rows, faults, _, _ = everything(reader)
    assert [row[3] for row in rows] == ["2024-03-04"]
    assert faults == [(3, "paid_on", "13/04/2024", "not_in_date_order")]


def test_words_flags_lists_and_addresses() -> None:
    columns = [
        Column("flag", Flag()),
        Column("roles", Choices(("key_user", "end_user"))),
        Column("email", Email()),
        Column("seats", Whole()),
        Column("at", Moment()),
    ]
    text = (
        "flag,roles,email,seats,at\n"
        "TRUE,Key User; end-user,a@b.c,1,2024-01-31T00:00:00Z\n"
        "否,;,,,2024-01-31\n"
        "maybe,boss,a b@c,1.5,now\n"
    )
    rows, faults, _, _ = everything(reader_of(text, columns=columns))
    assert rows == [
        (2, "true", "end_user;key_user", "a@b.c", "1", "2024-01-31 00:00:00Z"),
        (3, "false", None, None, None, "2024-01-31"),
    ]
    assert [fault[3] for fault in faults] == [
        "not_a_flag",
        "not_a_choice",
        "not_an_email",
        "not_whole",
        "not_a_date",
    ]


def test_text_keeps_what_it_is_but_its_margins_and_its_length() -> None:
    columns = [Column("key", Text(5), filled=True)]
    rows, faults, _, _ = everything(
        reader_of("key\n\u3000NA\u00a0\n007\n1e5\n123456\n\u200b\n", columns=columns)
    )
    assert rows == [(2, "NA"), (3, "007"), (4, "1e5")]
    assert [fault[3] for fault in faults] == ["too_long", "empty"]


@given(st.lists(st.sampled_from(["1", "x", "", "2.5", "NaN"]), max_size=60))
def test_what_is_read_is_either_kept_or_rejected(amounts: list[str]) -> None:
    text = "customer,key,paid_on,amount\n" + "".join(
        f"C,P{i},2024-01-31,{amount}\n" for i, amount in enumerate(amounts)
    )
    rows, faults, read, rejected = everything(reader_of(text))
    assert read == len(amounts) == len(rows) + rejected
    assert {fault[0] for fault in faults} == {
        line for line, amount in enumerate(amounts, 2) if amount in ("x", "", "NaN")
    }


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is held at once, and what is remembered of it, is a fifth of what it is in earnest.
    monkeypatch.setattr("accounts.loads.reading.table.CHUNK_ROWS", 4_000)
    monkeypatch.setattr("accounts.loads.reading.reader.REMEMBERED", 20_000)

    def peak(rows: int) -> int:
        line = "C{0},P{0},{1:%d-%m-%Y},{0}.25\n"
        day = dt.date(2020, 1, 1)
        text = "customer,key,paid_on,amount\n" + "".join(
            line.format(i, day + dt.timedelta(i % 1000)) for i in range(rows)
        )
        data = text.encode()
        del text
        tracemalloc.start()
        for _ in reader_of(data).records():
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(36_000) < 1.2 * peak(18_000)
