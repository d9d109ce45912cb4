"""A real file set, loaded and put through a night; skipped where it is not there.

RavenStack is not part of the project. What it should say is computed here once more from its files.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

FILES = Path(settings.BASE_DIR).parent / "shared" / "data" / "ravenstack"
D = date(2024, 12, 31)
LOADS: dict[str, tuple[str, list[str]]] = {
    "customers": (
        "ravenstack_accounts.csv",
        ["account_id=key", "account_name=name", "country=region"],
    ),
    "contracts": (
        "ravenstack_subscriptions.csv",
        [
            *("subscription_id=key", "account_id=customer", "start_date=starts_on"),
            *("start_date=signed_on", "end_date=ends_on", "plan_tier=module"),
            "arr_amount=annual_fee",
        ],
    ),
    "usage": (
        "ravenstack_feature_usage.csv",
        [
            *("subscription_id=contract", "usage_date=occurred_at", "usage_id=message_id"),
            *("feature_name=event", "feature_name=module", "usage_count=count"),
        ],
    ),
}

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the RavenStack files are not here")


def read(kind: str) -> list[dict[str, str]]:
    with (FILES / LOADS[kind][0]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("-"))
    return date(year, month, day)


def run(*arguments: str, **more: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO(), **more)
    return out.getvalue()


@pytest.fixture
def loaded(make_tenant) -> None:  # type: ignore[no-untyped-def]
    make_tenant("raven", currency="USD", timezone="America/New_York")
    for kind, (file, mapping) in LOADS.items():
        arguments = ["load", kind, str(FILES / file), "--tenant=raven", "--dates=dmy"]
        arguments += [f"--map={pair}" for pair in mapping]
        if kind == "usage":
            arguments.append("--skip-bad")
        said = json.loads(run(*arguments).splitlines()[-1])
        assert said["rejected"] == (21 if kind == "usage" else 0)


def test_every_account_has_a_tier_or_the_reason_and_the_figures_of_its_files(loaded: None) -> None:
    said = json.loads(run("run_night", "--tenant=raven", f"--as-of={D}"))
    assert said["customers"] == 500
    rows = {
        row["customer"]: row
        for row in csv.DictReader(io.StringIO(run("tiers", "--tenant=raven"), newline=""))
    }
    wanted = by_hand()
    assert rows.keys() == wanted.keys()
    for key, row in rows.items():
        assert row["tier"] or row["reason"]
        figures = (row["recency_days"], row["frequency"], Decimal(row["monetary"]))
        assert figures == wanted[key], key
    again = json.loads(run("run_night", "--tenant=raven", f"--as-of={D}"))
    assert (again["digest"], again["stored"]) == (said["digest"], "unchanged")


def test_nights_in_a_row_move_and_replay(loaded: None) -> None:
    digests = {}
    for number in (3, 2, 1, 0):
        day = D - timedelta(number)
        digests[day] = json.loads(run("run_night", "--tenant=raven", f"--as-of={day}"))["digest"]
    moves = list(
        csv.DictReader(
            io.StringIO(run("moves", "--tenant=raven", "--since=2024-01-01"), newline="")
        )
    )
    assert moves
    assert {move["cause"] for move in moves} <= {"behaviour", "commercial", "calendar"}
    for day, digest in digests.items():
        assert json.loads(run("run_night", "--tenant=raven", f"--as-of={day}"))["digest"] == digest
    with pytest.raises(CommandError):
        run("tiers", "--tenant=raven", "--as-of=2024-06-30")


def by_hand() -> dict[str, tuple[str, str, Decimal]]:
    """Account → days since last use, days of use in the last ninety, ARR."""
    fees = {row["account_id"]: Decimal(0) for row in read("customers")}
    days: dict[str, set[date]] = {account: set() for account in fees}
    account_of = {}
    for row in read("contracts"):
        account_of[row["subscription_id"]] = row["account_id"]
        start, end = day_of(row["start_date"]), row["end_date"] and day_of(row["end_date"])
        runs = start <= D and (not end or end >= D)
        if runs and row["is_trial"] == "FALSE":
            fees[row["account_id"]] += Decimal(row["arr_amount"])
    seen = set()
    for row in read("usage"):
        if row["usage_id"] not in seen and day_of(row["usage_date"]) <= D:
            days[account_of[row["subscription_id"]]].add(day_of(row["usage_date"]))
        seen.add(row["usage_id"])
    return {
        account: (
            str((D - max(used)).days) if used else "",
            str(len({day for day in used if day > D - timedelta(90)})),
            fees[account],
        )
        for account, used in days.items()
    }
