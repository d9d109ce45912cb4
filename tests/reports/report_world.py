"""Customers that get reports, with somebody to read them."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from typing import Any

from django.core.management import call_command
from night_facts import LONG_AGO, customer, sign, use

from accounts.models import Contact, ContactRole, Customer, Tenant
from accounts.tenancy import tenant_scope
from reports.models import Report

MONTH = "2026-10"
# A Thursday after it, noon in Shanghai.
MORNING = datetime(2026, 11, 19, 4, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def reader(
    of: Customer,
    name: str = "Li Wei",
    role: str = "key_user",
    *,
    email: str | None = None,
    language: str = "en",
) -> Contact:
    """A contact who holds a role for ever."""
    contact: Contact = Contact.objects.create(
        customer=of,
        key=f"{of.key}-{name}",
        name=name,
        email=f"{name.split()[0].lower()}@{of.key}.example" if email is None else email,
        attributes={"language": language} if language else {},
        known_from=LONG_AGO,
    )
    ContactRole.objects.create(contact=contact, role=role, known_from=LONG_AGO)
    return contact


def served(key: str, **fields: Any) -> Customer:
    """A customer with a running contract, some usage in October, a decision maker and a key user."""
    made = customer(key)
    sign(made, date(2026, 1, 1), date(2026, 12, 31), fee=12000, seats=10)
    use(made, date(2026, 10, 5), times=3, person=f"one@{key}")
    reader(made, "Li Wei", **fields)
    reader(made, "Zhou Min", "decision_maker", **fields)
    return made


def make(tenant: Tenant, period: str = MONTH, **options: Any) -> list[dict[str, Any]]:
    """What the command prints."""
    out = io.StringIO()
    call_command("make_reports", tenant=tenant.slug, period=period, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def made(tenant: Tenant, key: str = "anna", period: str = MONTH) -> Report:
    """A customer's report of a period, made here and now."""
    make(tenant, period, customer=key)
    with tenant_scope(tenant.pk):
        found: Report = (
            Report.objects.select_related("customer")
            .filter(customer__key=key, period=period)
            .latest("version")
        )
        return found
