"""The executives' figures once more, slowly and in plain Python, from facts as rows. Nothing here is
shared with the product."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from night_oracle import Facts, Row

HOUR = timedelta(hours=1)


class Executive:
    """Of a period, over everybody."""

    def __init__(
        self, facts: Facts, first: date, last: date, zone: ZoneInfo, workdays: Callable[..., int]
    ) -> None:
        self.facts, self.first, self.last, self.zone = facts, first, last, zone
        self.workdays = workdays
        self.customers = [row["id"] for row in facts["customer"]]
        self.contracts = {row["id"]: row for row in facts["contract"]}

    def inside(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def on(self, moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(self.zone).date()

    def lines(self, customer: int) -> list[Row]:
        return [
            line for line in self.facts["line"]
            if self.contracts[line["contract_id"]]["customer_id"] == customer
            and line["kind"] == "subscription" and not line["is_trial"]
        ]  # fmt: skip

    def arr(self, customer: int, day: date) -> Any:
        return sum(
            line["annual_fee"] for line in self.lines(customer)
            if line["starts_on"] <= day and (line["ends_on"] is None or day <= line["ends_on"])
        )  # fmt: skip

    def had_arr(self, customer: int, day: date) -> bool:
        """On some day up to this one; it changes on days on which a line begins only."""
        begins = {line["starts_on"] for line in self.lines(customer)}
        return any(self.arr(customer, start) > 0 for start in begins if start <= day)

    def figures(self) -> dict[str, Any]:
        return {
            **self.retention(), **self.money(), **self.used(), **self.said(), **self.served(),
        }  # fmt: skip

    def between(self, start: date, end: date) -> dict[str, Any]:
        found: dict[str, Any] = defaultdict(int)
        for customer in self.customers:
            was, now = self.arr(customer, start), self.arr(customer, end)
            found["start_arr"] += was
            found["end_arr"] += now
            found["customers_start"] += was > 0
            found["expansion"] += max(now - was, 0) if was and now else 0
            found["contraction"] += max(was - now, 0) if was and now else 0
            found["churned"] += was if not now else 0
            found["customers_lost"] += bool(was and not now)
            if now and not was:
                found["reactivated" if self.had_arr(customer, start) else "new"] += now
        return found

    def retention(self) -> dict[str, Any]:
        # A month is compared with the end of the one before, a quarter with its own first day.
        is_month = self.first.month == self.last.month
        found = self.between(self.first - timedelta(is_month), self.last)
        start, lost = found["start_arr"], found["contraction"] + found["churned"]
        ends = []
        month = self.last + timedelta(1)
        for _number in range(13):
            ends.append(month - timedelta(1))
            month = (month - timedelta(1)).replace(day=1)
        year = [self.between(was, now) for now, was in itertools.pairwise(ends)]
        here = sum(self.arr(customer, self.last) > 0 for customer in self.customers)
        # The mean of the months: customers lost of all that were there at the starts.
        gone = Fraction(
            sum(m["customers_lost"] for m in year), sum(m["customers_start"] for m in year) or 1
        )
        names = ("start_arr", "end_arr", "new", "expansion", "contraction", "churned",
                 "reactivated", "customers_start", "customers_lost")  # fmt: skip
        over = self.between(ends[12], self.last)
        began, left = over["start_arr"], over["contraction"] + over["churned"]
        there = over["customers_start"]
        return {
            **{name: found[name] for name in names},
            "grr_12m": Fraction(began - left) / Fraction(began) if began else None,
            "nrr_12m": Fraction(began - left + over["expansion"]) / Fraction(began)
            if began else None,
            "logo_churn_12m": Fraction(over["customers_lost"], there) if there else None,
            "grr": Fraction(start - lost) / Fraction(start) if start else None,
            "nrr": Fraction(start - lost + found["expansion"]) / Fraction(start) if start else None,
            "logo_churn": Fraction(found["customers_lost"], found["customers_start"])
            if found["customers_start"] else None,
            "customers": here,
            "ltv": Fraction(found["end_arr"]) / 12 / here / gone if here and gone else None,
        }  # fmt: skip

    def money(self) -> dict[str, Any]:
        paid_on = {p["id"]: p["paid_on"] for p in self.facts["payment"]}
        instalments = self.facts["instalment"]
        unpaid = [
            i["amount"] for i in instalments if i["due_on"] <= self.last
            and not (i["paid_by_id"] and paid_on[i["paid_by_id"]] <= self.last)
        ]  # fmt: skip
        due: dict[int, list[tuple[Any, bool]]] = defaultdict(list)
        for contract in self.facts["contract"]:
            lines = [x for x in self.lines(contract["customer_id"])
                     if x["contract_id"] == contract["id"]]  # fmt: skip
            if not lines or any(line["ends_on"] is None for line in lines):
                continue
            end = max(line["ends_on"] for line in lines)
            if self.inside(end):
                worth = sum(x["annual_fee"] for x in lines if x["ends_on"] == end)
                renewed = any(
                    self.contracts[x["contract_id"]]["renewal_of_id"] == contract["id"]
                    and x["kind"] == "subscription" and not x["is_trial"]
                    and x["starts_on"] <= end + timedelta(90)
                    for x in self.facts["line"]
                )  # fmt: skip
                due[contract["customer_id"]].append((worth, renewed))
        worth = sum(amount for rows in due.values() for amount, _renewed in rows)
        kept = sum(amount for rows in due.values() for amount, renewed in rows if renewed)
        signed: dict[int, date] = {}
        for line in self.facts["line"]:
            customer = self.contracts[line["contract_id"]]["customer_id"]
            if not line["is_trial"]:
                signed[customer] = min(signed.get(customer, line["signed_on"]), line["signed_on"])
        new = sum(self.inside(day) for day in signed.values())
        return {
            "cash_received": sum(
                p["amount"] for p in self.facts["payment"] if self.inside(p["paid_on"])
            ),
            "cash_due": sum(i["amount"] for i in instalments if self.inside(i["due_on"])),
            "cash_overdue": sum(unpaid),
            "due_customers": len(due),
            "due_arr": worth,
            "renewal_rate_customers": Fraction(
                sum(any(r for _a, r in rows) for rows in due.values()), len(due)
            ) if due else None,
            "renewal_rate_arr": Fraction(kept) / Fraction(worth) if worth else None,
            "new_customers": new,
            "referred_customers": 0,
            "referred_share": Fraction(0) if new else None,
        }  # fmt: skip

    def used(self) -> dict[str, Any]:
        events = [{**e, "on": self.on(e["occurred_at"])} for e in self.facts["usage"]]
        past = [e for e in events if e["on"] <= self.last]
        now = [e for e in past if self.inside(e["on"])]
        known = {(e["customer_id"], e["person"]) for e in past if e["person"]}
        persons = {(e["customer_id"], e["person"]) for e in now if e["person"]}
        days = {(e["customer_id"], e["person"], e["on"]) for e in now if e["person"]}
        length = (self.last - self.first).days + 1
        paying = {c for c in self.customers if self.arr(c, self.last) > 0}
        return {
            "events": sum(e["count"] for e in now),
            "active_persons": len(persons) if known else None,
            "dau_rate": Fraction(len(days), length * len(known)) if known else None,
            "active_customers": len({e["customer_id"] for e in now} & paying),
        }

    def said(self) -> dict[str, Any]:
        states = {r["id"]: r["status"] for r in self.facts["request"]}
        asks = [a for a in self.facts["ask"] if self.inside(a["made_on"])]
        kept = any(a["made_on"] <= self.last for a in self.facts["ask"])
        taken = sum(states[a["request_id"]] in ("accepted", "planned", "shipped") for a in asks)
        found: dict[str, Any] = {
            "requests_received": len(asks) if kept else None,
            "requests_adopted": taken if kept else None,
            "acceptance_rate": Fraction(taken, len(asks)) if asks else None,
        }
        for kind in ("nps", "csat", "ces"):
            scores = [a["score"] for a in self.facts.get("answer", [])
                      if a["kind"] == kind and self.inside(a["answered_on"])]  # fmt: skip
            points = [100 * ((s >= 9) - (s <= 6)) for s in scores] if kind == "nps" else scores
            found[kind] = Fraction(sum(points), len(points)) if points else None
        return found

    def served(self) -> dict[str, Any]:
        met = [t for t in self.facts["touchpoint"] if self.inside(t["happened_on"])]
        cases = self.facts["case"]
        answered = [c for c in cases if self.inside(self.on(c["first_response_at"]))]
        waits = [Fraction((c["first_response_at"] - c["opened_at"]) / timedelta(microseconds=1))
                 for c in answered]  # fmt: skip
        accepted = [p for p in self.facts["project"] if self.inside(p["accepted_on"])]
        cycles = [self.workdays(p["starts_on"], p["accepted_on"]) for p in accepted]
        return {
            "touchpoints": len({(t["customer_id"], t["occasion"] or t["id"]) for t in met}),
            "cases_opened": sum(self.inside(self.on(c["opened_at"])) for c in cases),
            "case_response_hours": sum(waits) / len(waits) / 3_600_000_000 if waits else None,
            "accepted_projects": len(accepted),
            "delivery_cycle_days": Fraction(median(cycles)) if cycles else None,
        }
