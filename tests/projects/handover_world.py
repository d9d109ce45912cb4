"""A project that the customer accepted, with something of every kind still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import (
    Case,
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Membership,
    Tenant,
    Touchpoint,
)
from accounts.signals import customer_facts_changed
from projects.actions.handover_answers import accept_handover, propose_handover
from projects.actions.handovers import add_item, say_empty, start_handover
from projects.actions.requirements import capture_requirement
from projects.actions.risks import raise_risk
from projects.models import (
    Attendance,
    Gate,
    Handover,
    Phase,
    Project,
    Task,
    TrainingSession,
)

ALL_SECTIONS = ("open_item", "promise", "risk", "contact", "trained_user", "configuration")


@dataclass
class HandoverWorld:
    tenant: Tenant
    project: Project
    today: date
    pam: Membership
    sue: Membership
    ann: Contact
    bert: Contact
    customer: Customer


def handover_world(tenant: Tenant, make_member: Any) -> HandoverWorld:
    """Inside the tenant's scope. Pam manages the project, Sue is to take over. Open are a task of
    ours, a wish that nobody classified, a case, a risk, and a key user whom nobody met."""
    pam = make_member(tenant, f"pam@{tenant.slug}.example", "project_manager")
    sue = make_member(tenant, f"sue@{tenant.slug}.example", "service_manager")
    now = timezone.now()
    today: date = tenant.local_date(now)
    people = {one: Colleague.objects.get(membership=one) for one in (pam, sue)}
    customer = Customer.objects.create(
        key="H", name="Hollowmere", service_manager=people[sue], project_manager=people[pam],
        known_from=now - timedelta(days=90),
    )  # fmt: skip
    project = Project.objects.create(
        customer=customer, key="H-P1", name="Payroll", manager=people[pam],
        starts_on=today - timedelta(days=60), due_on=today, accepted_on=today - timedelta(days=3),
        awaits_handover=True, known_from=now - timedelta(days=90),
    )  # fmt: skip
    ann = Contact.objects.create(customer=customer, key="ann", name="Ann", email="ann@h.example")
    bert = Contact.objects.create(customer=customer, key="bert", name="Bert")
    ContactRole.objects.create(contact=ann, role="key_user")
    ContactRole.objects.create(contact=bert, role="key_user")
    Touchpoint.objects.create(
        customer=customer, key="t", kind="call", happened_on=today, contact=ann
    )
    session = TrainingSession.objects.create(
        customer=customer, key="s", title="Basics", held_on=today - timedelta(days=9)
    )
    Attendance.objects.create(session=session, contact=ann, state="present")
    Attendance.objects.create(session=session, contact=bert, state="absent")
    build = Phase.objects.create(project=project, position=1, title="Build")
    last = Phase.objects.create(project=project, position=2, title="Handover")
    Gate.objects.create(
        project=project, phase=build, title="Acceptance", confirms="All", due_on=today,
        is_acceptance=True, state="passed", passed_on=project.accepted_on,
    )  # fmt: skip
    days = {"starts_on": today, "ends_on": today + timedelta(days=4)}
    for number, (title, phase, state) in enumerate(
        (
            ("Import last year", build, "todo"),
            ("Set up", build, "done"),
            ("Hand over", last, "todo"),
        ),
        1,
    ):
        done = {"started_on": today, "finished_on": today} if state == "done" else {}
        Task.objects.create(
            project=project, phase=phase, number=number, title=title, state=state,
            person=people[pam], **days, **done,
        )  # fmt: skip
    capture_requirement(
        project=project, text="Leave in half days", raised_on=today, contact=ann, by=pam.user
    )
    opened = datetime.combine(today, datetime.min.time(), now.tzinfo) - timedelta(days=2)
    Case.objects.create(customer=customer, key="c1", title="Slow export", opened_at=opened)
    Case.objects.create(
        customer=customer, key="c2", title="Solved", opened_at=opened, closed_at=opened
    )
    raise_risk(
        project=project, kind="issue", values={"title": "Old interface"}, raised_on=today,
        by=pam.user,
    )  # fmt: skip
    customer_facts_changed.send(sender=Project, customer_ids=[customer.pk])
    return HandoverWorld(tenant, project, today, pam, sue, ann, bert, customer)


def ready(world: HandoverWorld) -> Handover:
    """A list of which nothing is missing: one promise, and nothing on the configuration."""
    handover = start_handover(project=world.project, today=world.today, by=world.pam.user)
    add_item(
        handover=handover, section="promise", values={"title": "A second training"},
        by=world.pam.user,
    )  # fmt: skip
    say_empty(handover=handover, section="configuration", is_empty=True, by=world.pam.user)
    return handover


def proposed(world: HandoverWorld) -> Handover:
    handover = ready(world)
    propose_handover(
        handover=handover, seen=handover.version, words="Be kind to Ann", tenant=world.tenant,
        by=world.pam.user,
    )  # fmt: skip
    return handover


def accepted(world: HandoverWorld) -> Handover:
    handover = proposed(world)
    accept_handover(
        handover=handover, seen=handover.version, sections=ALL_SECTIONS, membership=world.sue,
        tenant=world.tenant,
    )  # fmt: skip
    world.project.refresh_from_db()
    return handover
