"""The executives' report of a real file set, figure by figure against a count from its files alone;
skipped where the files are not there."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from reports.models import Report
from tests.segmentation.test_ravenstack import FILES, LOADS, day_of, read, run

pytestmark = [
    pytest.mark.skipif(not FILES.is_dir(), reason="the RavenStack files are not here"),
    pytest.mark.django_db(transaction=True),
]
NIGHTS = (date(2024, 9, 30), date(2024, 11, 30), date(2024, 12, 31))
SPANS = {
    "2024-12": (date(2024, 12, 1), NIGHTS[2]),
    "2024-Q4": (date(2024, 10, 1), NIGHTS[2]),
}
# What the files say nothing of.
ABSENT = (
    "cash_received", "cash_due", "cash_overdue", "accepted_projects", "on_time_rate",
    "delivery_cycle_days", "acceptance_lead_days", "scope_creep_index", "unapproved_days",
    "signed_not_live_arr", "faces_per_customer", "nps", "ces", "survey_response_rate",
    "acceptance_rate", "active_persons", "dau_rate", "touchpoints",
)  # fmt: skip
LADDER = ("high", "mature", "mid", "low")


def tickets() -> list[dict[str, str]]:
    with (FILES / "ravenstack_supports_ticket.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def opened(row: dict[str, str]) -> datetime:
    return datetime.combine(day_of(row["submitted_at"][:10]), datetime.min.time())


def answered(row: dict[str, str]) -> datetime:
    return opened(row) + timedelta(minutes=int(row["first_response_time_minutes"]))


def closed_on(row: dict[str, str]) -> date:
    return day_of(row["closed_at"][:10])


@pytest.fixture
def raven(make_tenant: Any, tmp_path: Path) -> Tenant:
    """The files as they are; of the tickets cases with their moments, and answers to CSAT."""
    tenant: Tenant = make_tenant("raven", currency="USD", timezone="UTC")
    for kind, (file, mapping) in LOADS.items():
        more = ["--skip-bad"] if kind == "usage" else []
        pairs = [f"--map={pair}" for pair in mapping]
        run("load", kind, str(FILES / file), "--tenant=raven", "--dates=dmy", *pairs, *more)
    cases = [("key", "customer", "opened_at", "first_response_at")]
    surveys = [("key", "customer", "kind", "score", "answered_on")]
    for row in tickets():
        cases.append((row["ticket_id"], row["account_id"], opened(row).isoformat(),
                      answered(row).isoformat()))  # fmt: skip
        if row["satisfaction_score"]:
            score = str(int(float(row["satisfaction_score"])))
            surveys.append((row["ticket_id"], row["account_id"], "csat", score,
                            closed_on(row).isoformat()))  # fmt: skip
    for kind, rows in (("cases", cases), ("surveys", surveys)):
        path = tmp_path / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as written:
            csv.writer(written).writerows(rows)
        said = json.loads(run("load", kind, str(path), "--tenant=raven").splitlines()[-1])
        assert (said["rejected"], said["created"]) == (0, len(rows) - 1)
    return tenant


class Files:
    """What the files come to over a span of days; nothing of it is asked of the product."""

    def __init__(self) -> None:
        self.lines = [
            (row["account_id"], day_of(row["start_date"]),
             day_of(row["end_date"]) if row["end_date"] else date.max, Decimal(row["arr_amount"]))
            for row in read("contracts") if row["is_trial"] == "FALSE"
        ]  # fmt: skip
        self.owner = {row["subscription_id"]: row["account_id"] for row in read("contracts")}
        self.usage = list({row["usage_id"]: row for row in reversed(read("usage"))}.values())

    def arr(self, day: date) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for account, start, end, fee in self.lines:
            if start <= day <= end:
                found[account] += fee
        return {account: fee for account, fee in found.items() if fee}

    def had_before(self, day: date) -> set[str]:
        return {account for account, start, end, fee in self.lines
                if fee and start <= day and end >= start}  # fmt: skip

    def figures(self, first: date, last: date, margin: Decimal) -> dict[str, Any]:
        # A month is compared with the end of the one before, a quarter with its own first day.
        start = first if first.month != last.month else first - timedelta(1)
        was, now, known = self.arr(start), self.arr(last), self.had_before(start)
        both = was.keys() & now.keys()
        up = sum(max(now[a] - was[a], Decimal(0)) for a in both)
        down = sum(max(was[a] - now[a], Decimal(0)) for a in both)
        lost = was.keys() - now.keys()
        gone = sum((was[a] for a in lost), Decimal(0))
        begun = sum(was.values(), Decimal(0))
        came = now.keys() - was.keys()
        due = [(a, fee) for a, _s, end, fee in self.lines if first <= end <= last]
        signed: dict[str, date] = {}
        for account, day, _end, _fee in self.lines:
            signed[account] = min(day, signed.get(account, day))
        new = [a for a, day in signed.items() if first <= day <= last]
        used = [r for r in self.usage if first <= day_of(r["usage_date"]) <= last]
        cases = tickets()
        waits = [int(r["first_response_time_minutes"]) for r in cases
                 if first <= answered(r).date() <= last]  # fmt: skip
        scores = [Fraction(int(float(r["satisfaction_score"]))) for r in cases
                  if r["satisfaction_score"] and first <= closed_on(r) <= last]  # fmt: skip
        return {
            **self.over_twelve_months(last),
            "start_arr": begun,
            "end_arr": sum(now.values(), Decimal(0)),
            "new": sum((now[a] for a in came - known), Decimal(0)),
            "reactivated": sum((now[a] for a in came & known), Decimal(0)),
            "expansion": up,
            "contraction": down,
            "churned": gone,
            "grr": Fraction(begun - down - gone) / Fraction(begun),
            "nrr": Fraction(begun + up - down - gone) / Fraction(begun),
            "customers_start": len(was),
            "customers_lost": len(lost),
            "logo_churn": Fraction(len(lost), len(was)),
            "customers": len(now),
            "ltv": self.ltv(last, margin),
            "due_customers": len({a for a, _fee in due}),
            "due_arr": sum((fee for _a, fee in due), Decimal(0)),
            "renewal_rate_customers": Fraction(0) if due else None,
            "renewal_rate_arr": Fraction(0) if due else None,
            "new_customers": len(new),
            "referred_customers": 0,
            "referred_share": Fraction(0) if new else None,
            "events": sum(int(row["usage_count"]) for row in used),
            "active_customers": len({self.owner[r["subscription_id"]] for r in used} & now.keys()),
            "cases_opened": sum(first <= opened(row).date() <= last for row in cases),
            "case_response_hours": Fraction(sum(waits), 60 * len(waits)),
            "csat": sum(scores) / len(scores),
            "requests_received": None,
            "requests_adopted": None,
        }

    def over_twelve_months(self, last: date) -> dict[str, Fraction]:
        """``last`` ends a month that is as long in the year before."""
        was, now = self.arr(last.replace(year=last.year - 1)), self.arr(last)
        begun = Fraction(sum(was.values()))
        kept = sum((min(fee, now.get(a, Decimal(0))) for a, fee in was.items()), Decimal(0))
        grown = sum((now.get(a, Decimal(0)) for a in was), Decimal(0))
        return {
            "grr_12m": Fraction(kept) / begun,
            "nrr_12m": Fraction(grown) / begun,
            "logo_churn_12m": Fraction(len(was.keys() - now.keys()), len(was)),
        }

    def ltv(self, last: date, margin: Decimal) -> Fraction:
        ends, month = [], last + timedelta(1)
        for _number in range(13):
            ends.append(month - timedelta(1))
            month = (month - timedelta(1)).replace(day=1)
        arr = [self.arr(day) for day in ends]
        pairs = list(pairwise(arr))
        exposed = sum(len(was) for _now, was in pairs)
        lost = sum(len(was.keys() - now.keys()) for now, was in pairs)
        here = arr[0]
        arpa = Fraction(sum(here.values())) / len(here) / 12
        return arpa * Fraction(margin) / Fraction(lost, exposed)


def tiers(day: date) -> dict[str, str]:
    printed = run("tiers", "--tenant=raven", f"--as-of={day}")
    rows = csv.DictReader(io.StringIO(printed, newline=""))
    return {row["customer"]: row["tier"] for row in rows}


def moves(was: dict[str, str], now: dict[str, str]) -> dict[str, int]:
    found = {"moves_up": 0, "moves_down": 0}
    for customer, tier in now.items():
        old = was.get(customer, "")
        if old not in LADDER:
            continue
        if tier == "lost" or (tier in LADDER and LADDER.index(tier) > LADDER.index(old)):
            found["moves_down"] += 1
        elif tier in LADDER and LADDER.index(tier) < LADDER.index(old):
            found["moves_up"] += 1
    return found


def same(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return abs(Fraction(found) - Fraction(wanted)) < Fraction(1, 10**6)


def test_each_figure_of_the_report_is_what_the_files_come_to(raven: Tenant) -> None:
    for day in NIGHTS:
        run("run_night", "--tenant=raven", f"--as-of={day}")
    standing = {day: tiers(day) for day in NIGHTS}
    files, compared = Files(), 0
    for period, (first, last) in SPANS.items():
        run("make_reports", "--tenant=raven", f"--period={period}")
        with tenant_scope(raven.pk):
            report = Report.objects.get(kind="executive", period=period)
        said = {one["key"]: one for one in report.document["figures"]}
        before = max(day for day in NIGHTS if day < first)
        counts = Counter(tier for tier in standing[last].values() if tier)
        wanted = files.figures(first, last, raven.gross_margin)
        wanted |= moves(standing[before], standing[last])
        wanted |= {f"tier_counts.{tier}": number for tier, number in counts.items()}
        wrong = {
            key: (said[key]["value"], value)
            for key, value in wanted.items()
            if not same(said[key]["value"], value)
        }
        assert wrong == {}, period
        absent = {key for key, one in said.items() if one["value"] is None}
        assert absent <= {*ABSENT, *(key for key, value in wanted.items() if value is None)} | {
            "case_targets_met"
        }
        assert set(ABSENT) <= absent
        compared += len(wanted)
    assert compared == 76
    # Before everything in the files there is nothing, and what cannot be said then says why.
    run("make_reports", "--tenant=raven", "--period=2022-11")
    with tenant_scope(raven.pk):
        report = Report.objects.get(kind="executive", period="2022-11")
    said = {one["key"]: one for one in report.document["figures"]}
    nothing = ("start_arr", "end_arr", "churned", "customers", "new_customers", "due_customers")
    assert {key: said[key]["value"] for key in nothing} == dict.fromkeys(nothing, 0)
    for key in ("grr", "nrr_12m", "logo_churn", "ltv", "renewal_rate_arr", "events", "csat",
                "cases_opened", "tier_counts.high"):  # fmt: skip
        assert (said[key]["value"], bool(said[key]["reason"])) == (None, True), key
