"""Cohorts, renewals and movements of a real file set, against a count from its files alone."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from tests.segmentation.test_ravenstack import FILES, LOADS, day_of, read, run

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the RavenStack files are not here")

Line = tuple[str, date, date | None, Decimal]
MONTHS = [(year, month) for year in (2023, 2024) for month in range(1, 13)]
ENDS = [date(year + month // 12, month % 12 + 1, 1).toordinal() - 1 for year, month in MONTHS]


@pytest.fixture
def raven(make_tenant) -> None:  # type: ignore[no-untyped-def]
    make_tenant("raven", currency="USD", timezone="America/New_York")
    for kind in ("customers", "contracts"):
        file, mapping = LOADS[kind]
        arguments = ["load", kind, str(FILES / file), "--tenant=raven", "--dates=dmy"]
        run(*arguments, *(f"--map={pair}" for pair in mapping))


def lines() -> list[Line]:
    return [
        (
            row["account_id"],
            day_of(row["start_date"]),
            day_of(row["end_date"]) if row["end_date"] else None,
            Decimal(row["arr_amount"]),
        )
        for row in read("contracts")
        if row["is_trial"] == "FALSE"
    ]


def arr_at_month_ends() -> dict[str, list[Decimal]]:
    """Per account its ARR on the last day of each of the twenty-four months."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(ENDS))
    for account, start, end, fee in lines():
        for place, day in enumerate(ENDS):
            if start.toordinal() <= day and (end is None or end.toordinal() >= day):
                found[account] = [*found[account]]
                found[account][place] += fee
    return found


def rows_of(*arguments: str) -> list[dict[str, str]]:
    printed = run("retention", "--tenant=raven", "--from=2023-01", "--to=2024-12", *arguments)
    return list(csv.DictReader(io.StringIO(printed, newline="")))


@pytest.mark.usefixtures("raven")
def test_cohorts_as_counted_from_the_files() -> None:
    arr = arr_at_month_ends()
    came: dict[str, int] = {}
    for account, start, end, fee in lines():
        if fee and (end is None or end >= start):
            place = (start.year - 2023) * 12 + start.month - 1
            came[account] = min(came.get(account, place), place)
    wanted = {}
    for cohort in set(came.values()):
        members = [account for account, place in came.items() if place == cohort]
        for month in range(cohort, len(ENDS)):
            there = [account for account in members if arr[account][month]]
            money = sum((arr[account][month] for account in members), Decimal(0))
            year, number = MONTHS[cohort]
            wanted[f"{year}-{number:02}", month - cohort] = (len(members), len(there), money)
    found = {
        (row["cohort"], int(row["months_after"])): (
            int(row["customers"]),
            int(row["active"]),
            Decimal(row["amount"]),
        )
        for row in rows_of("--cohorts")
    }
    assert found == wanted
    assert sum(size for (_, k), (size, _, _) in found.items() if k == 0) == len(came)


@pytest.mark.usefixtures("raven")
def test_movements_by_month_as_counted_from_the_files() -> None:
    arr = arr_at_month_ends()
    first: dict[str, int] = {}
    for account, start, end, fee in lines():
        if fee and (end is None or end >= start):
            first[account] = min(first.get(account, start.toordinal()), start.toordinal())
    found = rows_of()
    for place, row in enumerate(found):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for account, months in arr.items():
            before, now = (months[place - 1] if place else Decimal(0)), months[place]
            if not before and now:
                start_of_month = ENDS[place - 1] if place else ENDS[0] - 31
                kind = "new" if first[account] > start_of_month else "reactivated"
                sums[kind] += now
            elif before and not now:
                sums["churned"] += before
            elif now > before:
                sums["expansion"] += now - before
            else:
                sums["contraction"] += before - now
        for kind in ("new", "reactivated", "churned", "expansion", "contraction"):
            assert Decimal(row[kind]) == sums[kind], (row["month"], kind)


@pytest.mark.usefixtures("raven")
def test_contracts_that_ended_as_counted_from_the_files() -> None:
    due: dict[str, list[Line]] = defaultdict(list)
    for line in lines():
        if line[2] is not None:
            due[f"{line[2]:%Y-%m}"].append(line)
    for row in rows_of("--renewals"):
        ended = due[row["month"]]
        assert int(row["contracts"]) == len(ended)
        assert int(row["customers"]) == len({account for account, *_ in ended})
        assert Decimal(row["arr"]) == sum((fee for *_, fee in ended), Decimal(0))
        # RavenStack does not say which subscription follows which.
        assert row["contracts_renewed"] == "0"
