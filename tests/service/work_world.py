"""Work of the tests: a customer with a service manager, and work that is open for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Colleague, Customer, Membership, Responsibility, Tenant
from accounts.tenancy import current_tenant_id
from service.models import Cta, CtaStep, Play, PlayVersion


def today() -> date:
    return Tenant.objects.get(pk=current_tenant_id()).local_date(timezone.now())


def colleague(member: Membership) -> Colleague:
    found: Colleague = Colleague.objects.get(membership=member)
    return found


def customer_of(member: Membership | None, key: str = "acme", name: str = "") -> Customer:
    """A customer; its face is the member where there is one."""
    customer = Customer.objects.create(key=key, name=name or f"Customer {key}")
    if member is not None:
        Responsibility.objects.create(
            customer=customer,
            colleague=colleague(member),
            capacity="service_manager",
            from_on=date(2020, 1, 1),
            why="contract",
        )
    return customer


def work_for(customer: Customer, *, steps: int = 0, due: int = 5, **fields: Any) -> Cta:
    """Open work, due in so many days."""
    day = today()
    given = {"title": "Call the customer", "opened_on": day, "reason": {"kind": "by_hand"}}
    cta = Cta.objects.create(customer=customer, due_on=day + timedelta(days=due), **given | fields)
    CtaStep.objects.bulk_create(
        CtaStep(
            cta=cta,
            position=position,
            title=f"Step {position + 1}",
            owner=cta.owner,
            due_on=cta.due_on,
        )
        for position in range(steps)
    )
    return cta


def a_play(key: str = "winback") -> Play:
    """A play that says something in both languages."""
    play = Play.objects.create(key=key, trigger_kind="date")
    PlayVersion.objects.create(
        play=play,
        version=1,
        document={
            "names": {"en": "Win back", "zh-hans": "挽回客户"},
            "purposes": {"en": "Bring the customer back.", "zh-hans": "让客户重新用起来。"},
            "trigger": {"kind": "date"},
            "steps": [{"titles": {"en": "Call", "zh-hans": "打电话"}}],
        },
    )
    return play
