"""The measures once more, slowly and in plain Python: what the night's SQL is compared with.

Facts are dictionaries as `night_world.World` holds them. Nothing here is shared with the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Facts = dict[str, list[Row]]


def measures_of(
    facts: Facts, *, day: date, zone: ZoneInfo, window_days: int | None
) -> dict[str, Row]:
    """Customer key → measures, from facts as known then."""
    return {
        customer["key"]: Customer(facts, customer, day, zone, window_days).measures()
        for customer in facts["customer"]
    }


class Customer:
    def __init__(
        self, facts: Facts, customer: Row, day: date, zone: ZoneInfo, window_days: int | None
    ) -> None:
        self.facts, self.id, self.day, self.zone = facts, customer["id"], day, zone
        self.first = date(1, 1, 1) if window_days is None else day - timedelta(window_days - 1)

    def last(self, days: int) -> set[date]:
        return {self.day - timedelta(n) for n in range(days)}

    def measures(self) -> Row:
        return {
            **self.paid(),
            **self.bound(),
            **self.owed(),
            **self.used(),
            **self.stage_facts(),
        }

    def paid(self) -> Row:
        payments = [p for p in self.facts["payment"] if p["paid_on"] <= self.day]
        mine = [p for p in payments if p["customer_id"] == self.id]
        real = [p for p in mine if p["amount"] >= 0]
        recent = [p for p in real if p["paid_on"] >= self.first]
        total = sum((p["amount"] for p in mine if p["paid_on"] >= self.first), Decimal(0))
        return {
            "recency_days": (self.day - max(p["paid_on"] for p in real)).days if real else None,
            "frequency": len(recent) or None,
            "monetary": total if recent else None,
        }

    def lines(self, *, everybody: bool = False) -> list[Row]:
        contracts = {c["id"]: c for c in self.facts["contract"]}
        found = []
        for line in self.facts["line"]:
            contract = contracts.get(line["contract_id"])
            if contract is None or min(line["signed_on"], line["starts_on"]) > self.day:
                continue
            if everybody or contract["customer_id"] == self.id:
                found.append({**line, "renewal_of": contract["renewal_of_id"]})
        return found

    def runs(self, line: Row) -> bool:
        return (
            not line["is_trial"]
            and line["starts_on"] <= self.day
            and (line["ends_on"] is None or line["ends_on"] >= self.day)
        )

    def bound(self) -> Row:
        known = bool(self.lines(everybody=True))
        real = [line for line in self.lines() if not line["is_trial"]]
        running = [line for line in real if self.runs(line)]
        subscribed = [line for line in running if line["kind"] == "subscription"]
        fees = sum((line["annual_fee"] for line in subscribed), Decimal(0))
        owned = {line["module_id"] for line in subscribed}
        seats = []
        for module in owned:
            mine = [line["seats"] for line in subscribed if line["module_id"] == module]
            given = [number for number in mine if number is not None]
            if given:
                seats.append(sum(given))
        started = [line["starts_on"] for line in real]
        tenure = None
        if started and min(started) <= self.day:
            tenure = (self.day - min(started)).days
        used = self.modules_used()
        return {
            "arr": fees if known else None,
            "tenure_days": tenure,
            "days_to_renewal": self.renewal(real, bool(running)),
            "modules_owned": len(owned) if known else None,
            "renewals": len({x["contract_id"] for x in real if x["renewal_of"]}) if known else None,
            "seats": max(seats, default=None),
            "breadth": len(owned & used) / len(owned) if owned and self.some("module_id") else None,
            "seat_utilisation": self.persons(30) / max(seats)
            if seats and max(seats) and self.some("person")
            else None,
        }

    def renewal(self, real: list[Row], runs: bool) -> int | None:
        renewed = {
            line["renewal_of"] for line in self.lines(everybody=True) if not line["is_trial"]
        }
        ends = []
        subscriptions = [line for line in real if line["kind"] == "subscription"]
        for contract, module in {(x["contract_id"], x["module_id"]) for x in subscriptions}:
            term = [
                x for x in subscriptions if (x["contract_id"], x["module_id"]) == (contract, module)
            ]
            if contract in renewed or any(x["ends_on"] is None for x in term):
                continue
            begun = min(x["starts_on"] for x in term) <= self.day or term[0]["renewal_of"]
            end = max(x["ends_on"] for x in term)
            if begun and end >= self.day:
                ends.append((end - self.day).days)
        return min(ends, default=None) if runs else None

    def owed(self) -> Row:
        contracts = {line["contract_id"] for line in self.lines()}
        payments = {p["id"] for p in self.facts["payment"] if p["paid_on"] <= self.day}
        mine = [i for i in self.facts["instalment"] if i["contract_id"] in contracts]
        open_ones = [i for i in mine if i["paid_by_id"] not in payments]
        overdue = [i for i in open_ones if i["due_on"] <= self.day]
        coming = [i["due_on"] for i in open_ones if i["due_on"] > self.day]
        since = (self.day - min(i["due_on"] for i in overdue)).days if overdue else 0
        return {
            "days_to_payment": (min(coming) - self.day).days if coming else None,
            "payment_overdue_days": since if mine else None,
            "overdue_amount": sum((i["amount"] for i in overdue), Decimal(0)) if mine else None,
        }

    def events(self, *, everybody: bool = False) -> list[Row]:
        found = []
        for event in self.facts["usage"]:
            on = event["occurred_at"].astimezone(self.zone).date()
            if on <= self.day and (everybody or event["customer_id"] == self.id):
                found.append({**event, "on": on})
        return found

    def some(self, column: str) -> bool:
        """Whether any event of the tenant says it."""
        return any(event[column] for event in self.events(everybody=True))

    def persons(self, days: int) -> int:
        window = self.last(days)
        return len({e["person"] for e in self.events() if e["person"] and e["on"] in window})

    def modules_used(self) -> set[int]:
        window = self.last(30)
        return {e["module_id"] for e in self.events() if e["module_id"] and e["on"] in window}

    def used(self) -> Row:
        known = bool(self.facts["usage"]) and bool(self.events(everybody=True))
        events = self.events()
        days = {e["on"] for e in events}
        month, before = self.last(30), self.last(60) - self.last(30)
        now = sum(e["count"] for e in events if e["on"] in month)
        then = sum(e["count"] for e in events if e["on"] in before)
        work = [len([d for d in span if d.isoweekday() <= 5]) for span in (month, before)]
        people = {e["person"] for e in events if e["person"]}
        daily = {(e["person"], e["on"]) for e in events if e["person"] and e["on"] in month}
        weeks = []
        for week in range(11, -1, -1):
            span = {self.day - timedelta(7 * week + n) for n in range(7)}
            weeks.append(sum(e["count"] for e in events if e["on"] in span))
        return {
            "active_days_30": len(days & month) if known else None,
            "active_days_90": len(days & self.last(90)) if known else None,
            "active_users_30": self.persons(30) if self.some("person") else None,
            "events_30": now if known else None,
            "events_previous_30": then if known else None,
            "usage_trend": (now / work[0]) / (then / work[1]) if then else None,
            "modules_used_30": len(self.modules_used()) if self.some("module_id") else None,
            "days_since_usage": (self.day - max(days)).days if days else None,
            "dau_rate": len(daily) / 30 / len(people) if people else None,
            "key_user_coverage": self.coverage(),
            "weekly_events": weeks if known else None,
        }

    def coverage(self) -> float | None:
        holders = {
            role["contact_id"]
            for role in self.facts["role"]
            if role["role"] == "key_user"
            and (role["from_on"] is None or role["from_on"] <= self.day)
            and (role["to_on"] is None or role["to_on"] >= self.day)
        }
        keys = [
            c for c in self.facts["contact"] if c["customer_id"] == self.id and c["id"] in holders
        ]
        if not keys or not self.some("person"):
            return None
        window = self.last(90)
        seen = {e["person"] for e in self.events() if e["person"] and e["on"] in window}
        addresses = {person.lower() for person in seen}
        active = [
            c for c in keys if c["key"] in seen or (c["email"] and c["email"].lower() in addresses)
        ]
        return len(active) / len(keys)

    def stage_facts(self) -> Row:
        real = [line for line in self.lines() if not line["is_trial"]]
        projects = [p for p in self.facts["project"] if p["customer_id"] == self.id]
        # A project that awaits a handover is accepted when the service manager accepts it.
        ends = [p["handed_over_on"] if p["awaits_handover"] else p["accepted_on"] for p in projects]
        accepted = [end for end in ends if end and end <= self.day]
        return {
            "contract_signed": bool(real),
            "contract_active": any(self.runs(line) for line in real),
            "contract_to_start": any(line["starts_on"] > self.day for line in real),
            "renewed": any(line["renewal_of"] for line in real),
            "contract_days": (self.day - min(x["starts_on"] for x in real)).days if real else None,
            "project_running": any(
                p["starts_on"] <= self.day and not (end and end <= self.day)
                for p, end in zip(projects, ends, strict=True)
            ),
            "accepted_days": (self.day - min(accepted)).days if accepted else None,
        }


def known_by(rows: Iterable[tuple[datetime, datetime | None, Row]], moment: datetime) -> list[Row]:
    """Of (known from, known to, row), the rows in force at a moment."""
    return [
        row for since, until, row in rows if since <= moment and (until is None or moment < until)
    ]
