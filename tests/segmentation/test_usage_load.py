"""Loading usage: ids, conflicts, moments, and what becomes of rows that name a contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Module, RowVersion, Tenant
from segmentation import loads as usage_loads
from segmentation.models import UsageEvent
from tests.accounts.loads.conftest import load  # noqa: F401

HEADER = "customer,occurred_at,event,person,module,message_id,count\n"


@pytest.fixture(autouse=True)
def facts(load: Any) -> None:  # noqa: F811
    load("customers", "key,name\nA,Alpha\nB,Beta\n")
    load(
        "contracts",
        "customer,key,signed_on,starts_on,ends_on,module,annual_fee\n"
        "A,K1,,2024-01-01,2024-12-31,HR,1\n",
    )


def stored(*names: str) -> list[tuple[Any, ...]]:
    return list(UsageEvent.objects.order_by("message_id").values_list(*names))


def test_rows_are_facts_with_the_defaults_of_what_is_missing(load: Any) -> None:  # noqa: F811
    loaded = load(
        "usage", HEADER + "A,2024-01-31T10:00:00Z,open,ann,PAY,m1,3\nB,2024-02-01,close,,,m2,\n"
    )
    assert loaded.counts == (2, 0, 0, 0)
    assert loaded.answer["created_modules"] == ["PAY"]
    assert stored("customer__key", "module__key", "person", "event", "occurred_at", "count") == [
        ("A", "PAY", "ann", "open", datetime(2024, 1, 31, 10, tzinfo=UTC), 3),
        # A bare day begins in the tenant's zone, Asia/Shanghai.
        ("B", None, "", "close", datetime(2024, 1, 31, 16, tzinfo=UTC), 1),
    ]
    assert {row[0] for row in stored("load_id")} == {loaded.load.pk}


def test_moments_without_a_zone_are_the_tenants(load: Any, scope: Tenant) -> None:  # noqa: F811
    Tenant.objects.filter(pk=scope.pk).update(timezone="America/New_York")
    scope.refresh_from_db()
    load(
        "usage",
        HEADER + "A,2024-07-01 12:00:00,e,,,a,\nA,2024-07-01T12:00:00+02:00,e,,,b,\n"
        "A,2024-01-01,e,,,c,\n",
    )
    assert [row[0] for row in stored("occurred_at")] == [
        datetime(2024, 7, 1, 16, tzinfo=UTC),
        datetime(2024, 7, 1, 10, tzinfo=UTC),
        datetime(2024, 1, 1, 5, tzinfo=UTC),
    ]


def test_a_row_may_name_a_contract_also_outside_its_dates(load: Any) -> None:  # noqa: F811
    text = "contract,occurred_at,event\nK1,2024-06-01,e\nK1,2030-06-01,e\n"
    assert load("usage", text).counts == (2, 0, 0, 0)
    assert set(stored("customer__key", "contract__key")) == {("A", "K1")}


def test_customer_and_contract_must_agree_and_one_must_be_there(load: Any) -> None:  # noqa: F811
    loaded = load(
        "usage",
        "customer,contract,occurred_at,event\n"
        "A,K1,2024-06-01,e\n"
        "B,K1,2024-06-01,e\n"
        ",,2024-06-01,e\n"
        "Z,,2024-06-01,e\n"
        ",K9,2024-06-01,e\n"
        ",K1,2024-06-01,e\n",
        skip_bad=True,
    )
    assert loaded.codes == [
        (3, "contract", "contract_of_another"),
        (4, "customer", "no_subject"),
        (5, "customer", "unknown_customer"),
        (6, "contract", "unknown_contract"),
    ]
    assert loaded.counts == (2, 0, 0, 4)


def test_the_same_message_is_unchanged_and_a_different_one_rejected(load: Any) -> None:  # noqa: F811
    row = "A,2024-01-31T10:00:00Z,open,ann,HR,m1,3\n"
    load("usage", HEADER + row)
    again = row.replace("T10:00:00Z", " 18:00:00")  # the same moment, in the tenant's zone
    assert load("usage", HEADER + again).counts == (0, 0, 1, 0)
    for changed in ("ann", "HR", "A,", "open", "10:00", ",3"):
        other = row.replace(changed, {"A,": "B,", "10:00": "11:00", ",3": ",4"}.get(changed, "X"))
        loaded = load("usage", HEADER + other + "A,2024-01-31,new,,,m2,\n")
        assert loaded.codes == [(2, "message_id", "message_differs")], other
        assert loaded.refused
    assert stored("message_id", "count") == [("m1", 3)]


def test_a_message_repeated_in_the_file_names_the_first_line(load: Any) -> None:  # noqa: F811
    text = HEADER + "A,2024-01-31,e,,,m1,1\nA,2024-01-31,e,,,m1,1\nA,2024-01-31,e,,,m1,2\n"
    loaded = load("usage", text)
    assert loaded.codes == [(4, "message_id", "repeated_message")]
    assert "line 2" in loaded.answer["errors"][0]["reason"]
    assert stored("message_id") == []
    assert load("usage", text, skip_bad=True).counts == (1, 0, 1, 1)
    assert stored("message_id", "count") == [("m1", 1)]


def test_the_first_of_the_file_is_kept_whatever_was_stored(load: Any) -> None:  # noqa: F811
    load("usage", HEADER + "A,2024-01-01,e,,,m2,1\n")
    text = (
        HEADER + "A,2024-01-31,e,,,m1,1\nA,2024-01-31,e,,,m1,2\n"
        "A,2024-01-01,e,,,m2,1\nA,2024-01-01,e,,,m2,5\nA,2024-01-03,e,,,m3,1\n"
    )
    assert load("usage", text, skip_bad=True).counts == (2, 0, 1, 2)
    assert stored("message_id", "count") == [("m1", 1), ("m2", 1), ("m3", 1)]


def test_without_an_id_equal_rows_count_each_and_once_only(load: Any) -> None:  # noqa: F811
    row = "A,2024-01-31T10:00:00Z,open,ann,2\n"
    text = "customer,occurred_at,event,person,count\n" + row * 3 + row.replace("ann", "bob")
    assert load("usage", text).counts == (4, 0, 0, 0)
    assert load("usage", text).counts == (0, 0, 4, 0)
    # The same rows, otherwise written and in another order, are the same rows.
    moved = "event,count,customer,person,occurred_at,note\n" + "".join(
        f"open,2,A,{person},2024-01-31 18:00,x\n" for person in ("bob", "ann", "ann", "ann")
    )
    assert load("usage", moved).counts == (0, 0, 4, 0)
    assert load("usage", text + row).counts == (1, 0, 4, 0)


def test_a_made_id_is_the_sha256_of_the_row_and_its_ordinal(load: Any) -> None:  # noqa: F811
    load("usage", "customer,occurred_at,event\nA,2024-01-31T10:00:00Z,open\n")
    parts = ["A", "", "1706695200.000000", "open", "", "", "1", "1"]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    assert stored("message_id") == [(digest,)]


def test_rows_with_and_without_ids_may_stand_in_one_file(load: Any) -> None:  # noqa: F811
    text = HEADER + "A,2024-01-31,e,,,m1,1\nA,2024-01-31,e,,,,1\nA,2024-01-31,e,,,,1\n"
    assert load("usage", text).counts == (3, 0, 0, 0)
    assert load("usage", text).counts == (0, 0, 3, 0)


def test_a_dry_run_finds_conflicts_and_writes_nothing(load: Any) -> None:  # noqa: F811
    load("usage", HEADER + "A,2024-01-31,e,,,m1,1\n")
    text = HEADER + "A,2024-01-31,e,,,m1,1\nA,2024-01-31,e,,NEW,m2,1\nA,2024-01-31,f,,,m1,1\n"
    loaded = load("usage", text, dry_run=True)
    assert loaded.refused
    assert loaded.counts == (1, 0, 1, 1)
    (created,) = loaded.preview.created
    assert (created.cells["message_id"], created.cells["occurred_at"]) == (
        "m2",
        "2024-01-31 00:00:00",
    )
    assert stored("message_id") == [("m1",)]
    assert not Module.objects.filter(key="NEW").exists()


def test_all_faults_come_at_once(load: Any) -> None:  # noqa: F811
    load("usage", HEADER + "A,2024-01-31,e,,,m1,1\n")
    loaded = load(
        "usage",
        HEADER + "A,nonsense,e,,,m0,1\nZ,2024-01-31,e,,,m9,1\nA,2024-01-31,f,,,m1,1\n",
    )
    assert [code for *_, code in loaded.codes] == [
        "not_a_date",
        "unknown_customer",
        "message_differs",
    ]


def test_rows_are_written_in_batches(
    load: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage_loads, "BATCH_LINES", 7)
    text = HEADER + "".join(f"A,2024-01-31,e,,,m{i},{i}\n" for i in range(50))
    assert load("usage", text).counts == (50, 0, 0, 0)
    assert load("usage", text + "B,2024-01-31,e,,,x,1\n").counts == (1, 0, 50, 0)
    assert UsageEvent.objects.count() == 51


def test_further_columns_are_reported_as_ignored(load: Any) -> None:  # noqa: F811
    loaded = load("usage", "customer,occurred_at,event,beta\nA,2024-01-31,e,x\n")
    assert loaded.answer["ignored_columns"] == ["beta"]


def test_undoing_removes_the_rows_and_keeps_them_knowable(
    load: Callable[..., Any],  # noqa: F811
) -> None:
    from accounts.actions.loads import undo_load

    kept = load("usage", HEADER + "A,2024-01-31,e,,HR,m0,1\n")
    gone = load("usage", HEADER + "A,2024-01-31,e,,NEW,m1,1\nA,2024-01-31,e,,HR,m2,1\n")
    undone = undo_load(load=gone.load, by=None)
    assert undone.removed == 2
    assert stored("message_id", "load_id") == [("m0", kept.load.pk)]
    versions = RowVersion.objects.filter(table="usage_event")
    assert {version.before["message_id"] for version in versions} == {"m1", "m2"}
    assert all(version.known_from < version.known_to for version in versions)
    assert not Module.objects.filter(key="NEW").exists()
    assert load("usage", HEADER + "A,2024-01-31,e,,,m1,1\n").counts == (1, 0, 0, 0)
