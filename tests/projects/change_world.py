"""A project with a signed SOW, and a change request on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Colleague, Contact, Customer, Membership, Tenant
from projects.actions.change_requests import ChangeValues, approve_change, draft_change
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.actions.signing_links import send_for_signature
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Project,
    Requirement,
    SigningLink,
    Sow,
    SowItem,
)

VALUES = ChangeValues(
    title="Second payroll company",
    text="Payroll runs for the subsidiary too.\nWith its own calendar.",
    effort_days=Decimal("7.5"),
    price=Decimal("15000.50"),
    days_later=5,
    items=(("Set up the company", Decimal(5)), ("Import its people", Decimal("2.5"))),
)


@dataclass
class ChangeWorld:
    project: Project
    contact: Contact
    items: list[SowItem]
    author: Membership
    approver: Membership


def change_world(tenant: Tenant, make_member: Any) -> ChangeWorld:
    """Inside the tenant's scope: a project on whose baseline two items of ten days stand."""
    author = make_member(tenant, f"pam@{tenant.slug}.example", "project_manager")
    approver = make_member(tenant, f"eve@{tenant.slug}.example", "executive")
    today = tenant.local_date(timezone.now())
    customer = Customer.objects.create(key="W", name="Rookcombe")
    project = Project.objects.create(
        customer=customer, key="W-P1", name="Payroll", starts_on=today - timedelta(days=30),
        due_on=today + timedelta(days=30), manager=Colleague.objects.get(membership=author),
    )  # fmt: skip
    sow = Sow.objects.create(project=project)
    baseline = Baseline.objects.create(
        sow=sow, version=1, starts_on=project.starts_on, due_on=date(2027, 1, 8),
        effort_days=Decimal(20),
    )  # fmt: skip
    items = [
        SowItem.objects.create(sow=sow, key=key, title=title, effort_days=10)
        for key, title in (("1", "Set up"), ("2", "Training"))
    ]
    for item in items:
        BaselineItem.objects.create(baseline=baseline, item=item, effort_days=10)
    contact = Contact.objects.create(
        customer=customer, key="zhou", name="Zhou Min", email="zhou@rookcombe.example"
    )
    return ChangeWorld(project, contact, items, author, approver)


def out_of_scope(world: ChangeWorld, text: str = "Payroll for the subsidiary too") -> Requirement:
    requirement = capture_requirement(
        project=world.project, text=text, raised_on=date(2026, 6, 1), contact=world.contact,
        by=world.author.user,
    )  # fmt: skip
    classify_requirement(
        requirement=requirement, kind="out_of_scope", item=None, why="The SOW names one company",
        by=world.author.user,
    )  # fmt: skip
    return requirement


def drafted(world: ChangeWorld, values: ChangeValues = VALUES) -> ChangeRequest:
    return draft_change(
        requirement=out_of_scope(world), values=values, raised_on=date(2026, 6, 2),
        by=world.author.user,
    )  # fmt: skip


def approved(world: ChangeWorld, values: ChangeValues = VALUES) -> ChangeRequest:
    change = drafted(world, values)
    approve_change(change=change, seen=change.version, by=world.approver.user)
    return change


def sent(
    world: ChangeWorld, tenant: Tenant, change: ChangeRequest | None = None, language: str = "en"
) -> tuple[SigningLink, str]:
    return send_for_signature(
        change=change or approved(world), contact=world.contact, language=language, tenant=tenant,
        by=world.author.user,
    )  # fmt: skip


def booked(world: ChangeWorld, days: str, key: str = "e1", **on: Any) -> Effort:
    person = Colleague.objects.get(membership=world.author)
    return Effort.objects.create(
        project=world.project, key=key, person=person, worked_on=world.project.starts_on,
        days=Decimal(days), **on,
    )  # fmt: skip
