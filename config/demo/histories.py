"""Accepted projects of the demo as a vendor would bring them: their plans loaded from a file of another
tool, and the customers' sign-offs of the acceptance, with how content they were."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.actions.loads import load_file
from accounts.contact_links import new_secret
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Contact, Tenant
from accounts.tenancy import tenant_scope
from config.demo.chance import Chance
from projects.compute.change_documents import Parties, hash_of
from projects.compute.gate_documents import Asking, sign_off_document
from projects.models import (
    Gate,
    Phase,
    Project,
    Side,
    SignOff,
    SignOffAnswer,
    SignOffLink,
    SowItem,
)
from projects.queries.gates import terms_of_gate

# Accepted so long ago; what is older stays without a plan, as at many a vendor.
REACH = timedelta(days=540)
SEED = 2
LANGUAGE = "zh-hans"
TITLE, CONFIRMS = "项目验收", "项目范围内的全部交付物已完成并可投入使用。"
HEADER = (
    "project", "key", "title", "phase", "starts_on", "ends_on", "effort_days", "started_on",
    "finished_on", "person", "side", "after", "is_milestone",
)  # fmt: skip
# Phases of the demo's SOWs whose work is the customer's.
TESTED_BY_CUSTOMER = ("验收", "Acceptance")
# Of customers who sign an acceptance so many say how content they are.
ANSWERING = 0.8


def make_example_histories(tenant: Tenant) -> None:
    """Make them once: projects that have a plan are left alone."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        found = list(
            Project.objects.filter(
                accepted_on__range=(until - REACH, until), plans=None, sows__isnull=False
            )
            .select_related("customer", "manager")
            .prefetch_related("sows")
            .order_by("key")
        )
        if not found:
            return
        _load_plans(tenant, found)
        _sign_acceptances(tenant, found)


def _load_plans(tenant: Tenant, found: Sequence[Project]) -> None:
    items = defaultdict(list)
    for item in SowItem.objects.filter(sow__project__in=found).order_by("key"):
        items[item.sow_id].append(item)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for project in found:
        for sow in project.sows.all():
            writer.writerows(_tasks(project, items[sow.pk]))
    kind = find_kind("tasks")
    assert kind is not None
    load_file(
        handle=io.BytesIO(text.getvalue().encode()), filename="tasks.csv", kind=kind,
        options=LoadOptions(), tenant=tenant, by=None,
    )  # fmt: skip


def _tasks(project: Project, items: Sequence[SowItem]) -> Iterator[tuple[object, ...]]:
    """A task per item of the SOW, one after the other, planned until the due day and done by the day of
    acceptance; then the acceptance."""
    accepted = project.accepted_on
    assert accepted is not None
    whole = float(sum(item.effort_days for item in items)) or 1.0
    planned, taken = (project.due_on - project.starts_on).days, (accepted - project.starts_on).days
    done, before = 0.0, ""
    for item in items:
        first, done = done, done + float(item.effort_days) / whole
        days = [
            project.starts_on + timedelta(days=round(share * length))
            for length in (planned, taken)
            for share in (first, done)
        ]
        theirs = item.phase in TESTED_BY_CUSTOMER
        yield (
            project.key, item.key, item.title, item.phase, days[0], max(days[0], days[1]),
            item.effort_days, days[2], max(days[2], days[3]),
            "" if theirs else project.manager and project.manager.key,
            "customer" if theirs else "vendor", before, "",
        )  # fmt: skip
        before = item.key
    phase = items[-1].phase if items else ""
    yield (
        project.key, "A", TITLE, phase, project.due_on, project.due_on, 0, accepted, accepted, "",
        "customer", before, "yes",
    )  # fmt: skip


def _sign_acceptances(tenant: Tenant, found: Sequence[Project]) -> None:
    contacts: dict[int, Contact] = {}
    wanted = [project.customer_id for project in found]
    for contact in Contact.objects.filter(customer__in=wanted).order_by("-pk"):
        contacts[contact.customer_id] = contact
    phases: dict[int, Phase] = {}
    for phase in Phase.objects.filter(project__in=found).order_by("position"):
        phases[phase.project_id] = phase
    signed = [one for one in found if one.customer_id in contacts and one.pk in phases]
    gates = Gate.objects.bulk_create(
        Gate(
            project=project, phase=phases[project.pk], title=TITLE, confirms=CONFIRMS,
            due_on=project.due_on, is_acceptance=True, state=Gate.State.PASSED, round=1,
            passed_on=project.accepted_on, vendor_approver=project.manager,
            customer_approver=contacts[project.customer_id],
        )
        for project in signed
    )  # fmt: skip
    waited = _waited(signed)
    asked = [
        _at(tenant, project.accepted_on or project.due_on, -days)
        for project, days in zip(signed, waited, strict=True)
    ]
    sign_offs = SignOff.objects.bulk_create(
        _sign_off(tenant, gate, project, contacts[project.customer_id].name, moment, side)
        for gate, project, moment in zip(gates, signed, asked, strict=True)
        for side in (Side.VENDOR, Side.CUSTOMER)
        if side == Side.CUSTOMER or project.manager
    )
    links = SignOffLink.objects.bulk_create(
        SignOffLink(
            sign_off=one, signatory=one.name, contact=one.contact, language=LANGUAGE,
            secret_hash=new_secret()[1], sent_at=one.asked_at,
            expires_at=one.asked_at + timedelta(days=60), answered_at=one.asked_at,
        )
        for one in sign_offs
        if one.side == Side.CUSTOMER
    )  # fmt: skip
    by_sign_off = {link.sign_off_id: link for link in links}
    content = dict(zip([project.pk for project in signed], _content(signed), strict=True))
    SignOffAnswer.objects.bulk_create(
        _answer(tenant, one, by_sign_off.get(one.pk), content) for one in sign_offs
    )


def _sign_off(
    tenant: Tenant, gate: Gate, project: Project, contact: str, moment: datetime, side: Side
) -> SignOff:
    is_customer = side == Side.CUSTOMER
    manager = project.manager
    name = contact if is_customer or manager is None else manager.name
    day = moment.astimezone(tenant.zone).date()
    last = max(day + timedelta(days=14), gate.passed_on or day)
    document = sign_off_document(
        terms_of_gate(gate),
        Asking(round=1, asked_on=day, deadline_on=last, silence=None),
        Parties(
            vendor=tenant.name, customer=project.customer.name, project=project.name,
            face=manager.name if manager else "", signatory=name, language=LANGUAGE,
        ),
    )  # fmt: skip
    return SignOff(
        gate=gate, round=1, side=side, name=name, language=LANGUAGE, asked_at=moment,
        deadline_on=last, document=document, document_hash=hash_of(document),
        colleague=None if is_customer else manager,
        contact=gate.customer_approver if is_customer else None,
    )  # fmt: skip


def _answer(
    tenant: Tenant, one: SignOff, link: SignOffLink | None, content: dict[int, int | None]
) -> SignOffAnswer:
    passed = one.gate.passed_on
    assert passed is not None
    is_customer = one.side == Side.CUSTOMER
    return SignOffAnswer(
        sign_off=one, side=one.side, outcome="approved", name=one.name, link=link,
        satisfaction=content[one.gate.project_id] if is_customer else None,
        at=_at(tenant, passed, 0, hour=15 if is_customer else 11), counts_on=passed,
        document=one.document, document_hash=one.document_hash,
    )  # fmt: skip


def _waited(found: Sequence[Project]) -> list[int]:
    """Days from the first question to the acceptance, never before the start."""
    chance = Chance(SEED)
    drawn = chance.between(1, 12, "acceptance asked", [_number(one) for one in found]).tolist()
    return [
        min(days, ((one.accepted_on or one.due_on) - one.starts_on).days)
        for days, one in zip(drawn, found, strict=True)
    ]


def _content(found: Sequence[Project]) -> list[int | None]:
    """From 1 to 5: the later the less, and not everybody says."""
    chance = Chance(SEED)
    numbers = [_number(one) for one in found]
    mood = chance.uniform("acceptance mood", numbers).tolist()
    says = chance.happens(ANSWERING, "acceptance says", numbers).tolist()
    return [
        max(1, min(5, round(5.2 - 1.8 * mood - max(0, _late(one)) / 15))) if told else None
        for one, mood, told in zip(found, mood, says, strict=True)
    ]


def _late(project: Project) -> int:
    return ((project.accepted_on or project.due_on) - project.due_on).days


def _number(project: Project) -> int:
    return int("".join(filter(str.isdigit, project.key)) or 0)


def _at(tenant: Tenant, day: date, days: int, *, hour: int = 10) -> datetime:
    moment = datetime.combine(day + timedelta(days=days), time(hour), tenant.zone)
    return min(moment, timezone.now())
