"""Small random tenants whose facts were changed, removed and came late, and their way into tables."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from night_oracle import Facts, Row, known_by

from accounts.models import (
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Module,
    Payment,
    RowVersion,
)
from config.moving.numbering import count_on
from projects.models import Project
from segmentation.models import UsageEvent

MODELS: dict[str, type[models.Model]] = {
    "customer": Customer,
    "contact": Contact,
    "role": ContactRole,
    "contract": Contract,
    "line": ContractLine,
    "payment": Payment,
    "instalment": Instalment,
    "project": Project,
    "usage": UsageEvent,
}
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2026, 6, 30)
# Days and a moment that the tests ask for; facts often fall on them or on a border counted from them.
DAYS = (date(2025, 3, 1), date(2025, 12, 31), date(2026, 5, 17))
BORDERS = (-1, 0, 1, 29, 30, 59, 60, 83, 84, 89, 90)
MOMENT = datetime(2025, 11, 5, 13, 30, tzinfo=UTC)


FIRST_ID, MOST_IDS = 200_000, 10_000


class World:
    """Facts with everything that was ever known of them: kind → (known from, known to, row)."""

    def __init__(self, seed: int, *, customers: int = 8, without: tuple[str, ...] = ()) -> None:
        self.chance = random.Random(seed)
        self.ids = FIRST_ID
        self.modules = [self.next_id() for _ in range(3)]
        self.history: dict[str, list[tuple[datetime, datetime | None, Row]]] = defaultdict(list)
        for number in range(customers):
            self.customer(number)
        for kind in without:
            self.history[kind] = []
        if "payment" in without:
            for _, _, instalment in self.history["instalment"]:
                instalment["paid_by_id"] = None

    def next_id(self) -> int:
        self.ids += 1
        return self.ids

    def day(self) -> date:
        if self.chance.random() < 0.5:
            return self.chance.choice(DAYS) - timedelta(self.chance.choice(BORDERS))
        return FIRST_DAY + timedelta(self.chance.randrange((LAST_DAY - FIRST_DAY).days))

    def moment(self) -> datetime:
        if self.chance.random() < 0.1:
            return MOMENT
        seconds = self.chance.randrange(24 * 3600)
        return datetime.combine(self.day(), datetime.min.time(), UTC) + timedelta(seconds=seconds)

    def later(self, start: date) -> list[date]:
        """Days after one, some of them borders."""
        return [start + timedelta(self.chance.randrange(400)), max(start, self.day())]

    def money(self) -> Decimal:
        return Decimal(self.chance.randrange(-20000, 90000)) / 100

    def learn(self, kind: str, row: Row, **changed: Any) -> None:
        """A fact becomes known; it may be corrected later (`changed`), and may then be removed."""
        since = self.moment()
        versions = [row]
        if self.chance.random() < 0.35 and kind != "usage":
            versions.append({**row, **changed})
        moments = [since]
        for _ in versions:
            later = moments[-1] + timedelta(hours=self.chance.randrange(1, 4000))
            exact = moments[-1] < MOMENT < later and self.chance.random() < 0.3
            moments.append(MOMENT if exact else later)
        for number, version in enumerate(versions):
            is_last = number == len(versions) - 1
            stays = kind in ("customer", "contract", "contact", "payment")
            until = (
                None if is_last and (stays or self.chance.random() < 0.7) else moments[number + 1]
            )
            self.history[kind].append((moments[number], until, version))

    def customer(self, number: int) -> None:
        chance = self.chance
        customer = self.next_id()
        self.learn("customer", {"id": customer, "key": f"C{number}", "name": f"Customer {number}"})
        contacts = []
        for contact in range(chance.randrange(3)):
            key, email = f"u{contact}", f"U{contact}@C{number}.example"
            contacts.append(self.next_id())
            row = {"id": contacts[-1], "customer_id": customer, "key": key, "email": email}
            self.learn("contact", {**row, "name": key}, email="")
            start, end = sorted((self.day(), self.day()))
            self.learn(
                "role",
                {
                    "id": self.next_id(),
                    "contact_id": contacts[-1],
                    "role": chance.choice(["key_user", "key_user", "end_user"]),
                    "from_on": chance.choice([None, start]),
                    "to_on": chance.choice([None, None, end]),
                },
                role="decision_maker",
            )
        payments = []
        for payment in range(chance.randrange(6)):
            payments.append(self.next_id())
            row = {"id": payments[-1], "customer_id": customer, "key": f"P{number}-{payment}"}
            amount = chance.choice([self.money(), self.money(), Decimal("0.00")])
            self.learn(
                "payment", {**row, "paid_on": self.day(), "amount": amount}, amount=self.money()
            )
        self.contracts(customer, number, payments)
        for project in range(chance.randrange(3)):
            start = self.day()
            self.learn(
                "project",
                {
                    "id": self.next_id(),
                    "customer_id": customer,
                    "key": f"J{number}-{project}",
                    "name": "Project",
                    "starts_on": start,
                    "due_on": start + timedelta(90),
                    **self.acceptance(chance.choice([None, start])),
                },
                **self.acceptance(start),
            )
        self.usage(customer, number)

    def acceptance(self, start: date | None) -> Row:
        """When a project was accepted; some await a handover besides, which may be accepted."""
        accepted = start and start + timedelta(self.chance.randrange(200))
        awaits = self.chance.random() < 0.4
        handed_over = awaits and accepted and self.chance.random() < 0.7
        return {
            "accepted_on": accepted,
            "awaits_handover": awaits,
            "handed_over_on": accepted + timedelta(self.chance.randrange(40))
            if accepted and handed_over
            else None,
        }

    def contracts(self, customer: int, number: int, payments: list[int]) -> None:
        chance = self.chance
        earlier: int | None = None
        for contract in range(chance.randrange(4)):
            identity = self.next_id()
            row = {"id": identity, "customer_id": customer, "key": f"K{number}-{contract}"}
            renewal_of = chance.choice([None, earlier, earlier])
            self.learn("contract", {**row, "renewal_of_id": renewal_of}, renewal_of_id=None)
            # Sorted: the order of a set is another one in every process, and so would the world be.
            for module, start in sorted(
                {(chance.choice(self.modules), self.day()) for _ in range(chance.randrange(1, 4))}
            ):
                self.learn(
                    "line",
                    {
                        "id": self.next_id(),
                        "contract_id": identity,
                        "module_id": module,
                        "kind": chance.choice(["subscription", "subscription", "one_off"]),
                        "signed_on": start + timedelta(chance.randrange(-60, 20)),
                        "starts_on": start,
                        "ends_on": chance.choice([None, *self.later(start), *self.later(start)]),
                        "annual_fee": abs(self.money()),
                        "amount": Decimal("0.00"),
                        "seats": chance.choice([None, 0, 3, 10]),
                        "is_trial": chance.random() < 0.2,
                    },
                    annual_fee=abs(self.money()),
                    ends_on=start + timedelta(100),
                )
            for due in sorted({self.day() for _ in range(chance.randrange(4))}):
                paid_by = chance.choice([None, *payments])
                self.learn(
                    "instalment",
                    {
                        "id": self.next_id(),
                        "contract_id": identity,
                        "due_on": due,
                        "amount": abs(self.money()),
                        "paid_by_id": paid_by,
                    },
                    paid_by_id=None,
                )
            earlier = identity

    def usage(self, customer: int, number: int) -> None:
        chance = self.chance
        people = ["", "u0", f"u1@c{number}.EXAMPLE", "somebody"]
        for event in range(chance.choice([0, 5, 60])):
            self.learn(
                "usage",
                {
                    "message_id": f"M{number}-{event}",
                    "customer_id": customer,
                    "module_id": chance.choice([None, *self.modules]),
                    "person": chance.choice(people),
                    "event": "opened",
                    "occurred_at": self.moment(),
                    "count": chance.randrange(4),
                },
            )

    def known_at(self, moment: datetime) -> Facts:
        """The facts as known then; contracts, contacts … of rows not known yet do not count."""
        return {kind: known_by(self.history[kind], moment) for kind in MODELS}

    def save(self) -> None:
        """Write the tables as they stand in the end, and the versions that were superseded."""
        Module.objects.bulk_create(
            [Module(id=pk, key=f"m{pk}", name=f"M{pk}") for pk in self.modules]
        )
        count_on(Module._meta.db_table, "id", FIRST_ID + MOST_IDS)
        for kind, model in MODELS.items():
            moment = "received_at" if kind == "usage" else "known_from"
            rows = [
                model(**row, **{moment: since})
                for since, until, row in self.history[kind]
                if until is None
            ]
            self.chance.shuffle(rows)
            model.objects.bulk_create(rows)  # type: ignore[attr-defined]
            if kind != "usage":
                # Rows that are made beside them are given none of their numbers.
                count_on(model._meta.db_table, "id", FIRST_ID + MOST_IDS)
        for kind, model in MODELS.items():
            self._save_versions(kind, model)

    def _save_versions(self, kind: str, model: type[models.Model]) -> None:
        table = model._meta.db_table
        moment = "received_at" if kind == "usage" else "known_from"
        history = self.history[kind]
        RowVersion.objects.bulk_create(
            RowVersion(
                table=table, row_id=row.get("id"), before=None, known_from=None, known_to=since
            )
            for since, _until, row in history
        )
        superseded = [(since, until, row) for since, until, row in history if until is not None]
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to) '
                "SELECT %s, given.row_id, to_jsonb(was), given.since, given.until FROM unnest("
                "%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[]) "
                "AS given (row_id, since, until, before), "
                f"LATERAL jsonb_populate_record(NULL::{table}, given.before) AS was",
                [
                    table,
                    [row.get("id") for _since, _until, row in superseded],
                    [since for since, _until, _row in superseded],
                    [until for _since, until, _row in superseded],
                    [
                        json.dumps({**row, moment: since}, default=str)
                        for since, _until, row in superseded
                    ],
                ],
            )
