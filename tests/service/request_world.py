"""Customers with contacts, modules and revenue, and short ways to ask for things."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from night_facts import LONG_AGO, customer

from accounts.actions.loads import load_file
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Contact, ContactRole, Contract, ContractLine, Customer, Module, Tenant
from segmentation.models import MeasureRow, Night

D = date(2026, 6, 30)
KNOWN = datetime(2026, 7, 1, tzinfo=UTC)


def load(tenant: Tenant, text: str, *, kind: str = "requests", dry_run: bool = False) -> Any:
    """Load a text as a file; gives the load and what the command prints."""
    found = find_kind(kind)
    assert found is not None
    loaded, result = load_file(
        handle=io.BytesIO(text.encode()),
        filename=f"{kind}.csv",
        kind=found,
        options=LoadOptions(),
        tenant=tenant,
        by=None,
        dry_run=dry_run,
    )
    return loaded, result.as_json(loaded.pk if loaded else None)


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    """(created, updated, unchanged, rejected)"""
    return tuple(answer[name] for name in ("created", "updated", "unchanged", "rejected"))


def contact(whom: Customer, key: str, *roles: str, email: str | None = None) -> Contact:
    """A person with an address at example.com unless another (or none) is given."""
    found = Contact.objects.create(
        customer=whom,
        key=key,
        name=key.title(),
        email=f"{key}@{whom.key}.example" if email is None else email,
        known_from=LONG_AGO,
    )
    for role in roles:
        ContactRole.objects.create(contact=found, role=role, known_from=LONG_AGO)
    return found


def module(key: str) -> Module:
    return Module.objects.get_or_create(key=key, defaults={"name": key.upper()})[0]


def owns(
    whom: Customer, what: Module, *, until: date | None = None, is_trial: bool = False
) -> None:
    """A subscription of the module since 2026."""
    contract = Contract.objects.create(
        customer=whom, key=f"{whom.key}-{what.key}", known_from=LONG_AGO
    )
    ContractLine.objects.create(
        contract=contract,
        module=what,
        signed_on=date(2026, 1, 1),
        starts_on=date(2026, 1, 1),
        ends_on=until,
        annual_fee=Decimal(1000),
        is_trial=is_trial,
        known_from=LONG_AGO,
    )


def night(day: date = D, **arr: int) -> Night:
    """A stored night in which customers have these ARRs."""
    made = Night.objects.create(as_of=day, state=Night.State.DONE, digest="x", known_at=KNOWN)
    for key, value in arr.items():
        MeasureRow.objects.create(
            customer=Customer.objects.get(key=key), as_of=day, arr=Decimal(value), tier="high"
        )
    return made


__all__ = [
    "KNOWN",
    "LONG_AGO",
    "D",
    "contact",
    "counts",
    "customer",
    "load",
    "module",
    "night",
    "owns",
]
