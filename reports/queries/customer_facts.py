"""What customers' reports say besides their figures, read for many customers at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from accounts.models import Customer, Module, Tenant
from reports.compute.customer_facts import (
    CustomerFacts,
    Happened,
    Planned,
    Reached,
    Running,
    SolvedCase,
    Suggested,
    Told,
    Training,
    Update,
    Waiting,
    Wish,
)
from reports.compute.report_periods import ReportPeriod
from reports.frames import customer_records as frames
from reports.frames.known_facts import Known, revised_since
from segmentation.models import Night
from segmentation.queries.stored import stored_nights
from service.queries.peer_groups import peer_groups, suggested_to

HORIZON_DAYS = 92
"""So many days after the period are looked at for what comes next."""

Rows = dict[int, list[Any]]


def gather(
    *, tenant: Tenant, period: ReportPeriod, customer_ids: Collection[int], known_at: datetime
) -> CustomerFacts:
    """A fixed number of statements, however many customers; two more where nobody has asked yet what
    peers own on the night of the last day."""
    known = Known(revised_since(known_at, frames.TABLES), narrowed=True)
    parameters = _parameters(tenant, period, customer_ids, known_at)
    night = stored_nights().filter(as_of=period.last).first()

    def read(query: str, make: Callable[..., Any]) -> Rows:
        found: Rows = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            for customer, *row in cursor.fetchall():
                found[customer].append(make(*row))
        return found

    named = read(frames.CUSTOMERS, lambda *row: row)
    lists: dict[str, Rows] = {
        "happened": read(frames.happened(known), _happened),
        "cases": read(frames.cases(known), _case),
        "wishes": read(
            frames.asked_for(known),
            lambda title, status, on, planned_for: Wish(title, status, on, planned_for),
        ),
        "reached": read(
            frames.reached(known),
            lambda on, title, project, is_gate, _pk: Reached(on, title, project, is_gate),
        ),
        "running": read(frames.running(known), Running),
        "waiting": read(frames.waiting(known), Waiting),
        "updates": read(frames.updates(known), _update),
        "planned": read(frames.planned(known), Planned),
        "suggested": _suggested(customer_ids, night, period),
    }
    sessions = read(frames.trainings(known), _training)
    told = {}
    for customer in customer_ids:
        key, name, face, capacity = named[customer][0]
        held = [one for one in sessions[customer] if one.on <= period.last]
        coming = [one for one in sessions[customer] if one.on > period.last]
        told[customer] = Told(
            key, name, face, capacity,
            trainings=tuple(held), coming_trainings=tuple(reversed(coming)),
            **{list_: tuple(rows.get(customer, ())) for list_, rows in lists.items()},
        )  # fmt: skip
    return CustomerFacts(told)


def _parameters(
    tenant: Tenant, period: ReportPeriod, customer_ids: Collection[int], known_at: datetime
) -> dict[str, Any]:
    after = period.last + timedelta(days=1)
    return {
        "tenant": tenant.pk,
        "customers": list(customer_ids),
        "first": period.first,
        "day": period.last,
        "today": tenant.local_date(known_at),
        "horizon": period.last + timedelta(days=HORIZON_DAYS),
        "zone": tenant.zone.key,
        "start": datetime.combine(period.first, time(), tenant.zone),
        "end": datetime.combine(after, time(), tenant.zone),
        "known_at": known_at,
    }


def _happened(on: Any, kind: str, who: Iterable[str], whom: Iterable[str]) -> Happened:
    return Happened(on, kind, tuple(who), tuple(whom))


def _training(on: Any, title: str, modules: Iterable[str], present: int) -> Training:
    return Training(on, title, tuple(modules), present)


def _case(on: Any, title: str, hours: Any) -> SolvedCase:
    return SolvedCase(on, title, None if hours is None else float(hours))


def _update(
    on: Any, titles: Any, texts: Any, language: str, modules: Iterable[str], asked: bool
) -> Update:
    return Update(on, _words(titles), _words(texts), language, tuple(modules), asked)


def _words(held: Any) -> dict[str, str]:
    """JSON comes from a cursor as text or as what it holds."""
    return dict(json.loads(held) if isinstance(held, str) else held)


def _suggested(customer_ids: Collection[int], night: Night | None, period: ReportPeriod) -> Rows:
    """Modules that peers own on the night of the last day and the customer never had."""
    groups = peer_groups(night)
    keys = dict(Module.objects.values_list("pk", "key"))
    customers = Customer.objects.filter(pk__in=customer_ids)
    owned: dict[int, set[int]] = defaultdict(set)
    for customer, module in (
        customers.filter(contracts__lines__starts_on__lte=period.last)
        .values_list("pk", "contracts__lines__module_id")
        .distinct()
    ):
        owned[customer].add(module)
    found: Rows = {}
    for customer, industry, size in customers.values_list("pk", "industry", "size"):
        found[customer] = [
            Suggested(keys[one.module_id], one.name, one.peers, one.owners)
            for one in suggested_to(customer, groups.get((industry, size)), owned[customer])
        ]
    return found
