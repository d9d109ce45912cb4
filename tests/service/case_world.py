"""A customer with people, and cases of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client
from members import make_member

from accounts.models import (
    Colleague,
    Contact,
    Customer,
    Department,
    Membership,
    Responsibility,
    Tenant,
    User,
)
from service.actions.cases import report_case
from service.models import CaseWork

# A Monday, nine in the morning in Shanghai, where the tenants of tests are.
NINE = datetime(2026, 11, 16, 1, tzinfo=UTC)


def at(hour: float, day: int = 16) -> datetime:
    """A local hour of a day of November 2026."""
    minutes = round(hour * 60)
    return datetime(2026, 11, day, 0, 0, tzinfo=UTC).replace(
        hour=(minutes // 60 - 8) % 24, minute=minutes % 60
    )


def make_customer(key: str = "C1", owner: Membership | None = None) -> Customer:
    customer = Customer.objects.create(key=key, name=f"Customer {key}", known_from=NINE)
    if owner is not None:
        Responsibility.objects.create(
            customer=customer, colleague=colleague_of(owner), capacity="service_manager",
            from_on="2026-01-01", why="contract",
        )  # fmt: skip
    return customer


def colleague_of(member: Membership) -> Colleague:
    return Colleague.objects.get_or_create(
        key=member.user.email, defaults={"name": member.user.name, "membership": member}
    )[0]


def make_contact(
    customer: Customer, key: str = "P1", email: str = "li@customer.example"
) -> Contact:
    return Contact.objects.create(customer=customer, key=key, name=f"Li {key}", email=email)


def report(customer: Customer, tenant: Tenant, **values: Any) -> CaseWork:
    given = {"title": "Payroll is wrong", "kind": "problem", "by": None, "now": NINE} | values
    return report_case(customer=customer, tenant=tenant, **given)


def make_department(tenant: Tenant, name: str = "Operations", **values: Any) -> Department:
    lead = make_member(tenant, f"{name.lower()}@acme.example", "team_member")
    return Department.objects.create(name=name, lead=lead, **values)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, path: str, **asked: Any) -> str:
    answer = signed_in(user).get(f"/t/acme/{path}", asked)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def send(user: User, path: str, **values: Any) -> Any:
    return signed_in(user).post(f"/t/acme/{path}", values)
