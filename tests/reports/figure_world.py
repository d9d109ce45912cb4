"""Small random tenants with all that customers' figures are made of, and the same figures once more,
slowly and in plain Python. Nothing of the latter is shared with the product."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from night_oracle import Customer as MeasuredCustomer
from night_oracle import Facts, Row, known_by
from night_world import World

from accounts.models import Case, Touchpoint
from projects.models import Attendance, ChangeRequest, Project, TrainingSession
from service.models import Ask, Request

FURTHER = {
    "touchpoint": Touchpoint,
    "case": Case,
    "session": TrainingSession,
    "attendance": Attendance,
    "request": Request,
    "ask": Ask,
    "change": ChangeRequest,
}
HOUR = timedelta(hours=1)


class ReportWorld(World):
    """A world of nights in which customers are met, trained, answered and asked for changes too."""

    def customer(self, number: int) -> None:
        super().customer(number)
        customer = self.ids_of("customer")[-1]
        mine = (row for _, _, row in self.history["contact"] if row["customer_id"] == customer)
        contacts = sorted({row["id"] for row in mine})
        self.service(customer, number, contacts)
        self.wishes(customer, number)

    def ids_of(self, kind: str) -> list[int]:
        found: list[int] = []
        for _since, _until, row in self.history[kind]:
            if row["id"] not in found:
                found.append(row["id"])
        return found

    def service(self, customer: int, number: int, contacts: list[int]) -> None:
        chance = self.chance
        for touch in range(chance.choice([0, 3, 12])):
            self.learn(
                "touchpoint",
                {
                    "id": self.next_id(), "customer_id": customer, "key": f"T{number}-{touch}",
                    "kind": "call", "happened_on": self.day(),
                    "contact_id": chance.choice([None, *contacts]),
                    "occasion": chance.choice(["", "", "a", "b"]),
                },
                occasion="",
            )  # fmt: skip
        for case in range(chance.choice([0, 2, 8])):
            opened = self.moment()
            answered = chance.choice([None, opened + chance.randrange(1, 300) * HOUR / 7])
            closed = chance.choice([None, (answered or opened) + chance.randrange(900) * HOUR])
            self.learn(
                "case",
                {
                    "id": self.next_id(), "customer_id": customer, "key": f"S{number}-{case}",
                    "opened_at": opened, "first_response_at": answered, "closed_at": closed,
                },
                closed_at=None,
            )  # fmt: skip
        for session in range(chance.choice([0, 1, 4])):
            pk = self.next_id()
            held_on = self.day()
            self.learn(
                "session",
                {"id": pk, "customer_id": customer, "key": f"L{number}-{session}", "title": "How",
                 "kind": "product", "held_on": held_on},
                held_on=held_on + timedelta(20),
            )  # fmt: skip
            for contact in [None, *contacts]:
                state = chance.choice(["present", "present", "absent"])
                self.learn(
                    "attendance",
                    {"id": self.next_id(), "session_id": pk, "contact_id": contact, "state": state},
                    state="excused",
                )

    def wishes(self, customer: int, number: int) -> None:
        chance = self.chance
        for wish in range(chance.choice([0, 2, 5])):
            pk, made_on = self.next_id(), self.day()
            status = chance.choice(["new", "review", "planned", "shipped", "shipped", "declined"])
            decided = made_on + timedelta(chance.randrange(200))
            self.learn(
                "request",
                {
                    "id": pk, "title": "More", "raised_on": made_on, "status": status,
                    "shipped_on": decided if status == "shipped" else None,
                    "decided_on": decided if status in ("shipped", "declined") else None,
                    "merged_into_id": None, "root_id": None,
                },
                status="new",
            )  # fmt: skip
            earlier = chance.choice([pk, pk, *self.ids_of("request")])
            self.learn(
                "ask",
                {"id": self.next_id(), "request_id": earlier, "customer_id": customer,
                 "key": f"A{number}-{wish}", "title": "More", "made_on": made_on},
                made_on=made_on + timedelta(3),
            )  # fmt: skip
        for _, _, project in list(self.history["project"]):
            if project["customer_id"] == customer and chance.random() < 0.7:
                raised = self.day()
                signed = chance.choice([None, raised + timedelta(chance.randrange(200))])
                self.learn(
                    "change",
                    {
                        "id": self.next_id(), "project_id": project["id"], "title": "Change",
                        "key": f"W{self.ids}", "raised_on": raised,
                        "state": "signed" if signed else "draft", "signed_on": signed,
                        "decided_on": None,
                    },
                    raised_on=raised - timedelta(9),
                )  # fmt: skip

    def known_at(self, moment: datetime) -> Facts:
        found = super().known_at(moment)
        return found | {kind: known_by(self.history[kind], moment) for kind in FURTHER}

    def save(self) -> None:
        # What a row hangs on must be there in the end, whoever took it away in between.
        for kind, holder, column in (
            ("attendance", "session", "session_id"), ("ask", "request", "request_id"),
            ("change", "project", "project_id"),
        ):  # fmt: skip
            there = {row["id"] for _, until, row in self.history[holder] if until is None}
            self.history[kind] = [
                entry for entry in self.history[kind] if entry[2][column] in there
            ]
        super().save()
        for kind, model in FURTHER.items():
            model.objects.bulk_create(
                model(**row, known_from=since)
                for since, until, row in self.history[kind]
                if until is None
            )
            self._save_versions(kind, model)
        assert Project.objects.count() <= len(self.history["project"])


def figures_of(
    facts: Facts, money: Facts, *, first: date, last: date, zone: ZoneInfo
) -> dict[str, dict[str, Any]]:
    """Customer key → figures, from facts as known then; ``money``: what contracts, instalments and
    payments were known to be."""
    return {
        customer["key"]: ReportedCustomer(facts, money, customer, first, last, zone).figures()
        for customer in facts["customer"]
    }


class ReportedCustomer:
    def __init__(
        self, facts: Facts, money: Facts, customer: Row, first: date, last: date, zone: ZoneInfo
    ) -> None:
        self.facts, self.id, self.zone = facts, customer["id"], zone
        self.first, self.last = first, last
        self.measured = MeasuredCustomer(money, customer, last, zone, None)
        self.used = MeasuredCustomer(facts, customer, last, zone, None)

    def inside(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def on(self, moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(self.zone).date()

    def mine(self, kind: str) -> list[Row]:
        return [row for row in self.facts[kind] if row.get("customer_id") == self.id]

    def some(self, kind: str, column: str) -> bool:
        """Whether the tenant has a fact of the kind, dated by the last day."""
        days = (row[column] for row in self.facts[kind])
        return any(
            (self.on(day) if isinstance(day, datetime) else day) <= self.last for day in days
        )

    def figures(self) -> dict[str, Any]:
        return {**self.usage(), **self.service(), **self.wishes(), **self.money()}

    def usage(self) -> dict[str, Any]:
        year = date(self.first.year - 1, self.first.month, 1)
        every = self.used.events(everybody=True)
        lately = [e for e in every if e["on"] >= year]
        has, says_who, says_what = (
            bool(every), any(e["person"] for e in lately), any(e["module_id"] for e in lately),
        )  # fmt: skip
        mine = self.used.events()
        now = [e for e in mine if self.inside(e["on"])]
        people = {e["person"] for e in now if e["person"]}
        before = {e["person"] for e in mine if year <= e["on"] < self.first}
        modules = {e["module_id"] for e in now if e["module_id"]}
        roles = {
            r["contact_id"] for r in self.facts["role"]
            if r["role"] == "key_user" and (r["from_on"] or self.last) <= self.last
            and (r["to_on"] or self.last) >= self.last
        }  # fmt: skip
        keys = [c for c in self.mine("contact") if c["id"] in roles]
        addresses = {person.lower() for person in people}
        active = [c for c in keys
                  if c["key"] in people or (c["email"] and c["email"].lower() in addresses)]  # fmt: skip
        owned = {
            line["module_id"] for line in self.measured.lines()
            if self.measured.runs(line) and line["kind"] == "subscription"
        }  # fmt: skip
        seats = self.measured.bound()["seats"] or None
        contracted = bool(self.measured.lines(everybody=True))
        return {
            "events": sum(e["count"] for e in now) if has else None,
            "active_users": len(people) if says_who else None,
            "active_days": len({e["on"] for e in now}) if has else None,
            "modules_used": len(modules) if says_what else None,
            "breadth": len(modules & owned) / len(owned) if owned and says_what else None,
            "seats": seats if contracted else None,
            "seat_utilisation": len(people) / seats if seats and says_who else None,
            "new_users": len(people - before) if says_who else None,
            "key_users": len(keys),
            "key_users_active": len(active) if keys and says_who else None,
            "modules_owned": len(owned) if contracted else None,
        }

    def service(self) -> dict[str, Any]:
        met = [t for t in self.mine("touchpoint") if self.inside(t["happened_on"])]
        held = [s["id"] for s in self.mine("session") if self.inside(s["held_on"])]
        present = [a for a in self.facts["attendance"]
                   if a["session_id"] in held and a["state"] == "present"]  # fmt: skip
        cases = self.mine("case")
        answered = [c for c in cases if self.inside(self.on(c["first_response_at"]))]
        waited = [(c["first_response_at"] - c["opened_at"]) / HOUR for c in answered]
        has_cases = self.some("case", "opened_at")
        trains = self.some("session", "held_on")
        return {
            "touchpoints": len({t["occasion"] or t["id"] for t in met})
            if self.some("touchpoint", "happened_on") else None,
            "training_sessions": len(held) if trains else None,
            "trained_persons": len({a["contact_id"] or -a["id"] for a in present}) if trains else None,
            "cases_opened": sum(self.inside(self.on(c["opened_at"])) for c in cases)
            if has_cases else None,
            "cases_solved": sum(self.inside(self.on(c["closed_at"])) for c in cases)
            if has_cases else None,
            "case_response_hours": sum(waited) / len(waited) if waited and has_cases else None,
        }  # fmt: skip

    def wishes(self) -> dict[str, Any]:
        requests = {r["id"]: r for r in self.facts["request"]}
        asks = [a for a in self.mine("ask")
                if a["made_on"] <= self.last and a["request_id"] in requests]  # fmt: skip
        closed: dict[int, list[Row]] = defaultdict(list)
        for ask in asks:
            request = requests[ask["request_id"]]
            on = request["shipped_on"] or request["decided_on"] or request["raised_on"]
            if request["status"] in ("shipped", "declined") and on <= self.last:
                closed[ask["id"]].append({"done": request["status"] == "shipped", "on": on})
        shipped = [c for (c,) in closed.values() if c["done"] and self.inside(c["on"])]
        asked = self.some("ask", "made_on")
        projects = {p["id"] for p in self.mine("project")}
        changes = [
            c for c in self.facts["change"]
            if c["project_id"] in projects and c["raised_on"] <= self.last
            and not (c["signed_on"] and c["signed_on"] <= self.last)
        ]  # fmt: skip
        runs = self.some("project", "starts_on")
        return {
            "requests_made": sum(self.inside(a["made_on"]) for a in asks) if asked else None,
            "requests_open": len(asks) - len(closed) if asked else None,
            "requests_done": len(shipped) if asked else None,
            "open_change_requests": len(changes) if runs else None,
        }

    def money(self) -> dict[str, Any]:
        bound, owed = self.measured.bound(), self.measured.owed()
        payments = self.measured.facts["payment"]
        paid = [p for p in payments if p["customer_id"] == self.id and self.inside(p["paid_on"])]
        settled = {p["id"] for p in payments if p["paid_on"] <= self.last}
        contracts = {line["contract_id"] for line in self.measured.lines()}
        next_on = owed["days_to_payment"] and self.last + timedelta(owed["days_to_payment"])
        due = [
            i["amount"] for i in self.measured.facts["instalment"]
            if i["contract_id"] in contracts and i["due_on"] == next_on
            and i["paid_by_id"] not in settled
        ]  # fmt: skip
        ends = bound["days_to_renewal"]
        has_payments = any(p["paid_on"] <= self.last for p in self.facts["payment"])
        return {
            "arr": bound["arr"],
            "paid": sum(p["amount"] for p in paid) if has_payments else None,
            "overdue_amount": owed["overdue_amount"],
            "next_payment_on": next_on,
            "next_payment_amount": sum(due) if due else None,
            "renewal_on": None if ends is None else self.last + timedelta(ends),
        }
