"""Two tenants' worth of objects, to put into URLs: one of everything that a URL may name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from members import make_member

import access_worlds
from accounts.actions.audit import record
from accounts.actions.invitations import invite
from accounts.calendars.document import CalendarDocument
from accounts.models import (
    AuditRecord,
    CalendarVersion,
    Colleague,
    Contact,
    Contract,
    Customer,
    Instalment,
    Invitation,
    Load,
    Membership,
    Team,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from projects.actions.change_requests import ChangeValues, approve_change, draft_change
from projects.actions.customer_pages import give_page_link
from projects.actions.notices import tell_manager
from projects.actions.plans import make_project
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.actions.risks import raise_risk
from projects.actions.scans import keep_scan
from projects.actions.sign_offs import ask_gate
from projects.actions.signing_answers import sign_by_scan
from projects.actions.signing_links import send_for_signature
from projects.actions.signing_questions import ask_question
from projects.actions.tasks import move_task
from projects.actions.templates import change_draft, keep_shipped, make_template, publish_template
from projects.actions.training import hold_session
from projects.actions.weeklies import draft_report, send_report
from projects.compute.shipped_plan import shipped_document
from projects.models import (
    Acceptance,
    ChangeRequest,
    Gate,
    Handover,
    HandoverItem,
    HandoverRound,
    ManagerNotice,
    PlanTemplate,
    Project,
    ProjectPageLink,
    Requirement,
    Risk,
    SigningLink,
    SigningQuestion,
    SignOff,
    SignOffLink,
    Task,
    TrainingSession,
    WeeklyReport,
    WeeklyReportLink,
)
from projects.queries.templates import latest_version
from segmentation.models import CustomerGroup, Night, Replay, RuleDraft, RuleSet, SavedView
from segmentation.rules.defaults import default_rules


@dataclass
class World:
    """Objects of one tenant, to put into URLs."""

    tenant: Tenant
    customer: Customer
    contact: Contact
    member: Membership
    team: Team
    invitation: Invitation
    load: Load
    night: Night
    replay: Replay
    rule_draft: RuleDraft
    rule_set: RuleSet
    saved_view: SavedView
    group: CustomerGroup
    assignment: AuditRecord
    calendar: CalendarVersion
    project: Project
    task: Task
    task_move: AuditRecord
    template: PlanTemplate
    requirement: Requirement
    change: ChangeRequest
    signed_change: ChangeRequest
    signing_link: SigningLink
    page_link: ProjectPageLink
    weekly: WeeklyReport
    weekly_link: WeeklyReportLink
    question: SigningQuestion
    gate: Gate
    sign_off: SignOff
    sign_off_link: SignOffLink
    notice: ManagerNotice
    risk: Risk
    handover_item: HandoverItem
    session: TrainingSession
    instalment: Instalment
    further: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Worlds:
    """``sessions``: role → the session of who has it, here; ``outsider``: one of the other's."""

    here: World
    there: World
    sessions: dict[str, str]
    outsider: str


def make_plan_of(customer: Customer, name: str, member: Membership) -> dict[str, Any]:
    """A template of its own name, a project with a plan, and a move of its first task."""
    template = make_template(name=name, copy_of=None, by=member.user)
    document = shipped_document()
    change_draft(template=template, seen=1, step=lambda _old: document, words="", by=member.user)
    publish_template(template=template, seen=2, note="", by=member.user)
    version = latest_version(keep_shipped(language="en"))
    assert version is not None
    project = make_project(
        customer=customer, name=name, manager=None, starts_on=date(2026, 1, 5),
        template_version=version, language="en", by=member.user,
    )  # fmt: skip
    task = Task.objects.filter(project=project).order_by("number").first()
    assert task is not None
    move = move_task(task=task, seen=1, longer=1, by=member.user)
    return {"project": project, "task": task, "task_move": move, "template": template}


def make_changes_of(project: Project, contact: Contact, tenant: Tenant, by: User) -> dict[str, Any]:
    """A requirement, a change request on its way to a signatory, and one signed by a scan."""
    made: list[ChangeRequest] = []
    for _time in range(2):
        requirement = capture_requirement(
            project=project, text="More", raised_on=date(2026, 1, 6), contact=contact, by=by
        )
        classify_requirement(
            requirement=requirement, kind="out_of_scope", item=None, why="New", by=by
        )
        values = ChangeValues("More", "More of it", Decimal(1), Decimal(1), 0)
        change = draft_change(
            requirement=requirement, values=values, raised_on=date(2026, 1, 6), by=by
        )
        # Written by nobody that is still there, so that the one member may approve it.
        ChangeRequest.objects.filter(pk=change.pk).update(drafted_by=None)
        approve_change(change=change, seen=1, by=by)
        made.append(change)
    link, _secret = send_for_signature(
        change=made[0], contact=contact, language="en", tenant=tenant, by=by
    )
    question = ask_question(link=link, text="When?", tenant=tenant)
    sign_by_scan(
        change=made[1], name="c", signed_on=date(2026, 1, 6), filename="c.pdf", data=b"%PDF-1.7",
        language="en", tenant=tenant, by=by,
    )  # fmt: skip
    return {
        "requirement": requirement,
        "change": made[0],
        "signed_change": made[1],
        "signing_link": link,
        "question": question,
    }


def make_gate_of(
    project: Project, contact: Contact, tenant: Tenant, member: Membership
) -> dict[str, Any]:
    """A gate that both sides are asked about, an acceptance with its scan, and a notice."""
    gate = Gate.objects.filter(project=project).order_by("pk").first()
    assert gate is not None
    colleague = Colleague.objects.get(membership=member)
    link, _secret = ask_gate(
        gate=gate, seen=1, colleague=colleague, contact=contact, language="en",
        deadline_on=tenant.local_date(timezone.now()) + timedelta(days=9), silence_counts=False,
        tenant=tenant, by=member.user,
    )  # fmt: skip
    Acceptance.objects.create(
        project=project, accepted_on=date(2026, 1, 6), scan=keep_scan("a.pdf", b"%PDF-1.7")
    )
    notice = tell_manager("gate_overdue", about=gate, project=project, tenant=tenant, name="c")
    return {"gate": gate, "sign_off": link.sign_off, "sign_off_link": link, "notice": notice}


def make_handover_of(project: Project, member: Membership) -> HandoverItem:
    """An accepted handover with one thing left to do."""
    to = Colleague.objects.get(membership=member)
    handover = Handover.objects.create(project=project, state="accepted", round=1, proposed_to=to)
    HandoverRound.objects.create(
        handover=handover, number=1, to=to, to_name="c", document={"sections": []}
    )
    return HandoverItem.objects.create(handover=handover, section="promise", title="P")


def share_with(contact: Contact, project: Project, tenant: Tenant, by: User) -> dict[str, Any]:
    """A link to the project's page, and a weekly report that was sent."""
    page_link, _secret = give_page_link(project=project, contact=contact, language="en", by=by)
    weekly = draft_report(
        project=project, week=date(2026, 1, 5), language="en", tenant=tenant, by=by
    )
    [(weekly_link, _other)] = send_report(report=weekly, seen=1, contacts=[contact], by=by)
    return {"page_link": page_link, "weekly": weekly, "weekly_link": weekly_link}


def make_world(tenant: Tenant, name: str, day: date) -> World:
    """``day`` of its one night: two tenants' worlds share no name and no number."""
    member = make_member(tenant, f"somebody@{name}.example", "team_member")
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="C")
        night = Night.objects.create(as_of=day, state=Night.State.DONE, known_at=timezone.now())
        contact = Contact.objects.create(customer=customer, key="c", name="c")
        plan = make_plan_of(customer, name, member)
        world = World(
            tenant=tenant,
            customer=customer,
            contact=contact,
            member=member,
            team=Team.objects.create(name="T"),
            invitation=invite(email=f"new@{name}.example", roles=["executive"], by=None)[0],
            load=Load.objects.create(kind="customers", filename="c.csv"),
            night=night,
            replay=Replay.objects.create(night=night, facts="now"),
            rule_draft=RuleDraft.objects.create(owner=member, rules=default_rules()),
            rule_set=RuleSet.objects.create(version=day.day, rules=default_rules()),
            saved_view=SavedView.objects.create(owner=member, name="V", screen="portfolio"),
            group=CustomerGroup.objects.create(
                name="G", condition={}, owner=member, is_shared=True
            ),
            assignment=record("customer.assigned", by=member.user),
            calendar=CalendarVersion.objects.create(
                version=day.day, document=CalendarDocument().to_json()
            ),
            risk=raise_risk(
                project=plan["project"],
                kind="issue",
                values={"title": "R"},
                raised_on=day,
                by=member.user,
            ),
            session=hold_session(
                customer=customer, values={"title": "T", "held_on": day}, by=member.user
            ),
            handover_item=make_handover_of(plan["project"], member),
            instalment=Instalment.objects.create(
                contract=Contract.objects.create(customer=customer, key="K"), due_on=day, amount=1
            ),
            **plan,
            **make_changes_of(plan["project"], contact, tenant, member.user),
            **share_with(contact, plan["project"], tenant, member.user),
            **make_gate_of(plan["project"], contact, tenant, member),
        )
        for module in access_worlds.MODULES:
            world.further |= module.make(world)
        return world
