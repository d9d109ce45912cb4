"""Every URL is tried as nobody, as an outsider, as each role, and with another tenant's objects.

The test walks the resolvers. A new URL inside a tenant needs an ability on its view
(``accounts.permissions.require``) and, where it takes arguments, a line in ``OBJECTS``; a new one
outside needs nothing when it asks for a sign-in, and a line in ``PUBLIC`` when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import access_worlds
import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from members import make_member
from pytest_django import DjangoDbBlocker

from accounts.actions.audit import record
from accounts.actions.invitations import invite
from accounts.actions.tenants import create_tenant
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
    Role,
    Team,
    Tenant,
    User,
)
from accounts.permissions import ALLOWED
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


@dataclass(frozen=True)
class Url:
    """``path`` has placeholders such as ``<int:pk>``; ``arguments`` are their names."""

    name: str
    path: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.name}"


def urls_of(urlconf: str) -> list[Url]:
    def walk(resolver: URLResolver, prefix: str, arguments: tuple[str, ...]) -> Iterator[Url]:
        for found in resolver.url_patterns:
            path = prefix + str(found.pattern)
            named = arguments + tuple(found.pattern.converters or found.pattern.regex.groupindex)
            if isinstance(found, URLPattern):
                yield Url(found.name or path, path, named, found.callback)
            else:
                yield from walk(found, path, named)

    return list(walk(get_resolver(urlconf), "", ()))


INSIDE = urls_of("config.tenant_urls")
OUTSIDE = urls_of("config.urls")

# Inside a tenant, for every member whatever the role: it only leads on to another page.
FOR_EVERY_MEMBER = {"landing"}

# Outside every tenant, for people who have not signed in. Each is a decision.
PUBLIC = {
    "accept_invitation",  # the secret in the link is the right
    "account_email",  # only leads on to one's own account
    "account_login",
    "account_signup",  # says that people come by invitation
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",  # the secret in the link is the right
    "account_email_verification_sent",
    "account_inactive",
    "components",  # development only
    "demo_sign_in",  # on loopback and as the demo's people only
    "dismiss_hint",  # a cookie
    "healthz",
    "metrics",
    "readyz",
    "rule_schema",  # the same for every tenant; editors fetch it
    "api_case",  # a token is the right
    "api_case_words",
    "api_cases",
    "api_nothing",  # says that nothing is there
    "api_schema",  # the same for every tenant
    "contact_page",  # the secret in the link is the right
    "mail_bounces",  # a token of the operator's is the right
    "unsubscribe",  # the signed address is the right
    "set_language",  # a cookie
    "set_theme",  # a cookie
}


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


# URL name → what stands in its path.
OBJECTS: dict[str, Callable[[World], dict[str, object]]] = {
    "acceptance_scan": lambda w: {"pk": w.project.pk},
    "acceptances": lambda w: {"pk": w.project.pk},
    "edit_gate": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "gate": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "gate_approvers": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "gate_asks": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "gate_removal": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "gate_withdrawals": lambda w: {"pk": w.project.pk, "gate_pk": w.gate.pk},
    "new_gate": lambda w: {"pk": w.project.pk},
    "notice_readings": lambda w: {"pk": w.project.pk, "notice_pk": w.notice.pk},
    "passive_clause_endings": lambda w: {"pk": w.project.pk},
    "passive_clauses": lambda w: {"pk": w.project.pk},
    "project_gates": lambda w: {"pk": w.project.pk},
    "sign_off": lambda w: {
        "pk": w.project.pk,
        "gate_pk": w.gate.pk,
        "sign_off_pk": w.sign_off.pk,
    },
    "sign_off_link_revocations": lambda w: {
        "pk": w.project.pk,
        "gate_pk": w.gate.pk,
        "link_pk": w.sign_off_link.pk,
    },
    "sign_off_links": lambda w: {
        "pk": w.project.pk,
        "gate_pk": w.gate.pk,
        "sign_off_pk": w.sign_off.pk,
    },
    "sign_off_text": lambda w: {
        "pk": w.project.pk,
        "gate_pk": w.gate.pk,
        "sign_off_pk": w.sign_off.pk,
    },
    "assignment_undoings": lambda w: {"pk": w.assignment.pk},
    "calendar_version": lambda w: {"number": w.calendar.version},
    "calendar_version_days": lambda w: {"number": w.calendar.version},
    "contact": lambda w: {"pk": w.customer.pk, "contact_pk": w.contact.pk},
    "contact_removal": lambda w: {"pk": w.customer.pk, "contact_pk": w.contact.pk},
    "change_request": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "change_request_approvals": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "change_request_withdrawals": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "customer": lambda w: {"pk": w.customer.pk},
    "date_locks": lambda w: {"pk": w.project.pk},
    "customer_group": lambda w: {"pk": w.group.pk},
    "customer_group_archivals": lambda w: {"pk": w.group.pk},
    "customer_group_restorals": lambda w: {"pk": w.group.pk},
    "edit_change_request": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "edit_customer_group": lambda w: {"pk": w.group.pk},
    "edit_customer": lambda w: {"pk": w.customer.pk},
    "invitation_renewals": lambda w: {"pk": w.invitation.pk},
    "invitation_revocations": lambda w: {"pk": w.invitation.pk},
    "load": lambda w: {"pk": w.load.pk},
    "load_errors": lambda w: {"pk": w.load.pk},
    "load_mapping": lambda w: {"pk": w.load.pk},
    "load_removal": lambda w: {"pk": w.load.pk},
    "load_runs": lambda w: {"pk": w.load.pk},
    "load_undoings": lambda w: {"pk": w.load.pk},
    "move_undoings": lambda w: {"pk": w.project.pk, "record_pk": w.task_move.pk},
    "new_change_request": lambda w: {
        "pk": w.project.pk,
        "requirement_pk": w.requirement.pk,
    },
    "new_requirement": lambda w: {"pk": w.project.pk},
    "new_task": lambda w: {"pk": w.project.pk},
    "new_template_phase": lambda w: {"key": w.template.key},
    "new_template_task": lambda w: {"key": w.template.key},
    "plan_template": lambda w: {"key": w.template.key},
    "project": lambda w: {"pk": w.project.pk},
    "project_board": lambda w: {"pk": w.project.pk},
    "project_effort": lambda w: {"pk": w.project.pk},
    "project_effort_rows": lambda w: {"pk": w.project.pk},
    "project_handover": lambda w: {"pk": w.project.pk},
    "handover_starts": lambda w: {"pk": w.project.pk},
    "handover_updates": lambda w: {"pk": w.project.pk},
    "handover_sections": lambda w: {"pk": w.project.pk},
    "handover_proposals": lambda w: {"pk": w.project.pk},
    "handover_withdrawals": lambda w: {"pk": w.project.pk},
    "handover_acceptances": lambda w: {"pk": w.project.pk},
    "handover_returns": lambda w: {"pk": w.project.pk},
    "handover_round": lambda w: {"pk": w.project.pk, "number": 1},
    "handover_items": lambda w: {"pk": w.project.pk},
    "handover_item": lambda w: {"pk": w.project.pk, "item_pk": w.handover_item.pk},
    "handover_item_states": lambda w: {"pk": w.project.pk, "item_pk": w.handover_item.pk},
    "handover_item_removal": lambda w: {"pk": w.project.pk, "item_pk": w.handover_item.pk},
    "carried_item": lambda w: {"pk": w.customer.pk, "item_pk": w.handover_item.pk},
    "carried_item_states": lambda w: {"pk": w.customer.pk, "item_pk": w.handover_item.pk},
    "carried_item_notes": lambda w: {"pk": w.customer.pk, "item_pk": w.handover_item.pk},
    "project_risks": lambda w: {"pk": w.project.pk},
    "new_risk": lambda w: {"pk": w.project.pk},
    "project_training": lambda w: {"pk": w.project.pk},
    "project_payments": lambda w: {"pk": w.project.pk},
    "payment_ties": lambda w: {"pk": w.project.pk, "instalment_pk": w.instalment.pk},
    "new_session": lambda w: {"pk": w.customer.pk},
    "training_session": lambda w: {"pk": w.customer.pk, "session_pk": w.session.pk},
    "edit_session": lambda w: {"pk": w.customer.pk, "session_pk": w.session.pk},
    "session_attendance": lambda w: {"pk": w.customer.pk, "session_pk": w.session.pk},
    "session_people": lambda w: {"pk": w.customer.pk, "session_pk": w.session.pk},
    "session_removal": lambda w: {"pk": w.customer.pk, "session_pk": w.session.pk},
    "risk": lambda w: {"pk": w.project.pk, "risk_pk": w.risk.pk},
    "risk_states": lambda w: {"pk": w.project.pk, "risk_pk": w.risk.pk},
    "project_plans": lambda w: {"pk": w.project.pk},
    "project_scope": lambda w: {"pk": w.project.pk},
    "question_answers": lambda w: {
        "pk": w.project.pk,
        "change_pk": w.change.pk,
        "question_pk": w.question.pk,
    },
    "requirement": lambda w: {"pk": w.project.pk, "requirement_pk": w.requirement.pk},
    "requirement_classifications": lambda w: {
        "pk": w.project.pk,
        "requirement_pk": w.requirement.pk,
    },
    "signed_document": lambda w: {"pk": w.project.pk, "change_pk": w.signed_change.pk},
    "signed_document_text": lambda w: {"pk": w.project.pk, "change_pk": w.signed_change.pk},
    "signed_scan": lambda w: {"pk": w.project.pk, "change_pk": w.signed_change.pk},
    "signed_scans": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "signing_link_revocations": lambda w: {
        "pk": w.project.pk,
        "change_pk": w.change.pk,
        "link_pk": w.signing_link.pk,
    },
    "signing_links": lambda w: {"pk": w.project.pk, "change_pk": w.change.pk},
    "project_timeline": lambda w: {"pk": w.project.pk},
    "task": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "task_line": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "task_moves": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "task_removal": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "task_row": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "task_states": lambda w: {"pk": w.project.pk, "task_pk": w.task.pk},
    "template_gate": lambda w: {"key": w.template.key, "part": "solution"},
    "template_orders": lambda w: {"key": w.template.key},
    "template_phase": lambda w: {"key": w.template.key, "part": "kick-off"},
    "template_publications": lambda w: {"key": w.template.key},
    "template_resets": lambda w: {"key": w.template.key},
    "template_task": lambda w: {"key": w.template.key, "part": "configure"},
    "template_version": lambda w: {"key": w.template.key, "number": 1},
    "member": lambda w: {"pk": w.member.pk},
    "member_deactivations": lambda w: {"pk": w.member.pk},
    "member_reactivations": lambda w: {"pk": w.member.pk},
    "new_contact": lambda w: {"pk": w.customer.pk},
    "night": lambda w: {"day": w.night.as_of},
    "night_retries": lambda w: {"day": w.night.as_of},
    "night_replays": lambda w: {"day": w.night.as_of},
    "replay": lambda w: {"day": w.night.as_of, "pk": w.replay.pk},
    "replay_restatements": lambda w: {"day": w.night.as_of, "pk": w.replay.pk},
    "replay_retries": lambda w: {"day": w.night.as_of, "pk": w.replay.pk},
    "rule_draft": lambda w: {"pk": w.rule_draft.pk},
    "rule_draft_removal": lambda w: {"pk": w.rule_draft.pk},
    "rule_file": lambda w: {"version": w.rule_set.version},
    "rule_orders": lambda w: {"pk": w.rule_draft.pk, "section": "scheme-a"},
    "rule_preview": lambda w: {"pk": w.rule_draft.pk},
    "rule_preview_customers": lambda w: {"pk": w.rule_draft.pk},
    "rule_publications": lambda w: {"pk": w.rule_draft.pk},
    "rule_section": lambda w: {"pk": w.rule_draft.pk, "section": "stages"},
    "rule_tier": lambda w: {"pk": w.rule_draft.pk, "section": "scheme-a", "tier": "high"},
    "rule_updates": lambda w: {"pk": w.rule_draft.pk},
    "rule_version": lambda w: {"version": w.rule_set.version},
    "saved_view_removals": lambda w: {"pk": w.saved_view.pk},
    "strategy": lambda w: {"scheme": "a", "tier": "high"},
    "strategy_returns": lambda w: {"scheme": "a", "tier": "high"},
    "team": lambda w: {"pk": w.team.pk},
    "team_removal": lambda w: {"pk": w.team.pk},
}

WEEKLY = ("weekly", "weekly_refreshes", "weekly_recipients", "weekly_corrections", "weekly_removal")
PAGE_LINK = ("page_link_renewals", "page_link_revocations")
OBJECTS |= {
    name: lambda w: {"pk": w.project.pk}
    for name in ("project_shared", "project_page_preview", "new_page_link", "new_weekly")
}
OBJECTS |= {name: lambda w: {"pk": w.project.pk, "report_pk": w.weekly.pk} for name in WEEKLY}
OBJECTS |= {name: lambda w: {"pk": w.project.pk, "link_pk": w.page_link.pk} for name in PAGE_LINK}
OBJECTS["weekly_link_revocations"] = lambda w: {
    "pk": w.project.pk,
    "report_pk": w.weekly.pk,
    "link_pk": w.weekly_link.pk,
}

for _module in access_worlds.MODULES:
    OBJECTS |= _module.OBJECTS

# What stands in these paths is no object of a tenant: every tenant has the same schemes and tiers.
SAME_EVERYWHERE = {"strategy", "strategy_returns"}


def path_of(url: Url, world: World, slug: str) -> str:
    given = OBJECTS[url.name](world) if url.arguments else {}
    assert set(given) == set(url.arguments), f"OBJECTS[{url.name!r}] names other arguments"
    path = url.path
    for name, value in given.items():
        start = path.index(f":{name}>") if f":{name}>" in path else path.index(f"<{name}>")
        path = (
            path[: path.rindex("<", 0, start + 1)] + str(value) + path[path.index(">", start) + 1 :]
        )
    return f"/t/{slug}/{path}"


def ability_of(url: Url) -> str:
    return str(getattr(url.view, "ability", ""))


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def worlds(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[World, World]]:
    """Those of two tenants, made once: what a test does to them is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        tenants = [
            create_tenant(slug=slug, name=slug.title(), by=None) for slug in ("acme", "other")
        ]
        days = (date(2026, 1, 31), date(2026, 1, 30))
        here, there = (
            make_world(tenant, tenant.slug, day) for tenant, day in zip(tenants, days, strict=True)
        )
        yield here, there
        transaction.set_rollback(True)


@pytest.fixture
def world(worlds: tuple[World, World], db: None) -> World:
    return worlds[0]


@pytest.fixture
def elsewhere(worlds: tuple[World, World], db: None) -> World:
    return worlds[1]


@pytest.fixture
def tenant(world: World) -> Tenant:
    return world.tenant


@pytest.fixture
def charlie(elsewhere: World) -> User:
    """Administrator of the other tenant."""
    return make_member(elsewhere.tenant, "charlie@other.example", "admin").user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


each_inside = pytest.mark.parametrize("url", INSIDE, ids=str)
each_outside = pytest.mark.parametrize("url", OUTSIDE, ids=lambda url: f"{url.name} {url.path}")


def test_the_walk_finds_what_is_there() -> None:
    assert {"landing", "customer", "people", "projects"} <= {url.name for url in INSIDE}
    assert {"account_login", "healthz", "profile"} <= {url.name for url in OUTSIDE}


@each_inside
def test_a_url_inside_a_tenant_has_its_rule(url: Url) -> None:
    assert (url.name in FOR_EVERY_MEMBER) != (ability_of(url) in ALLOWED), (
        f"{url.path}: put @require(…) on its view"
    )
    assert bool(url.arguments) == (url.name in OBJECTS), (
        f"{url.path}: say in OBJECTS which object it takes"
    )


@each_inside
def test_nobody_is_sent_to_sign_in(url: Url, world: World) -> None:
    path = path_of(url, world, "acme")
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/t/acme/")


@each_inside
def test_an_outsider_finds_nothing(url: Url, world: World, charlie: User) -> None:
    client, path = signed_in(charlie), path_of(url, world, "acme")
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@each_inside
def test_each_role_finds_what_it_is_allowed(url: Url, world: World) -> None:
    path = path_of(url, world, "acme")
    for role in Role.values:
        client = signed_in(make_member(world.tenant, f"{role}@acme.example", role).user)
        allowed = url.name in FOR_EVERY_MEMBER or role in ALLOWED[ability_of(url)]
        answer = client.get(path)
        if allowed:
            assert answer.status_code in {200, 302, 405}, (role, answer.status_code)
        else:
            assert answer.status_code == 404, (role, answer.status_code)
            assert client.post(path).status_code == 404, role


@each_inside
def test_another_tenants_objects_are_not_there(
    url: Url, world: World, elsewhere: World, alice: User
) -> None:
    """404, never 403: a stranger does not learn that something exists."""
    if not url.arguments or url.name in SAME_EVERYWHERE:
        return
    client, path = signed_in(alice), path_of(url, elsewhere, "acme")
    answers = [client.get(path), client.post(path)]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}


# Parameters that tables read from the whole query string.
TABLE_PARAMETERS = {"page", "sort"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the parameters that a view looks for, as it looks."""
    names: set[str] = set()
    urlencode = QueryDict.urlencode

    def encoded(self: QueryDict, *rest: Any, **further: Any) -> str:
        # Tables read the whole of it.
        names.update(TABLE_PARAMETERS)
        return urlencode(self, *rest, **further)

    monkeypatch.setattr(QueryDict, "urlencode", encoded)

    def watch(method: str) -> None:
        real = getattr(MultiValueDict, method)

        def spied(self: MultiValueDict, key: str, *rest: Any) -> Any:
            if isinstance(self, QueryDict):
                names.add(key)
            return real(self, key, *rest)

        monkeypatch.setattr(MultiValueDict, method, spied)

    for method in ("get", "getlist", "__getitem__"):
        watch(method)
    return names


@each_inside
def test_no_parameter_breaks_a_page(url: Url, world: World, alice: User, asked: set[str]) -> None:
    """Not what no database can hold, not what is far too long, not a number beyond all."""
    client, path = signed_in(alice), path_of(url, world, "acme")
    if client.get(path, {"q": "x"}).status_code == 405:
        return
    names = sorted(asked)
    assert client.get(path, {"q": "\0"}).status_code == 400
    assert client.get(f"{path}?%00=1").status_code == 400
    for value in ("x" * 10_000, "9" * 30, "-1", "＊", "\ufffe\x01", "2026-02-30", "["):
        for name in names:
            answer = client.get(path, {name: value})
            assert answer.status_code < 500, (name, value[:20])


@pytest.mark.parametrize("path", ["/t/ac%00me/customers/", "/t/acme/%00/", "/%00", "/accounts/%00"])
def test_a_path_that_is_not_text_is_refused(path: str, bob: User) -> None:
    answer = signed_in(bob).get(path)
    assert answer.status_code == 400
    assert b"Tenure" in answer.content


def test_a_form_that_is_not_text_is_refused(alice: User) -> None:
    client = signed_in(alice)
    assert client.post("/t/acme/people/teams/", {"name": "a\0b"}).status_code == 400
    assert Client().post("/accounts/login/", {"login": "a\0b"}).status_code == 400


def test_a_cookie_that_is_not_text_counts_as_none(tenant: Tenant) -> None:
    client = Client()
    client.cookies["sessionid"] = "a\0bcdefghij"
    assert client.get("/t/acme/people/").status_code == 302


@each_outside
def test_outside_a_tenant_what_is_not_public_asks_for_a_sign_in(url: Url, db: None) -> None:
    if url.name in PUBLIC:
        return
    assert not url.arguments, f"{url.path}: an address with an object is public by its secret only"
    answer = Client().get(f"/{url.path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_what_is_public_exists() -> None:
    assert {url.name for url in OUTSIDE} >= PUBLIC


def test_a_member_of_two_tenants_is_in_one_at_a_time(
    world: World, elsewhere: World, alice: User
) -> None:
    make_member(elsewhere.tenant, alice.email, "admin")
    client = signed_in(alice)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 200
    assert client.get(f"/t/other/customers/{elsewhere.customer.pk}/").status_code == 200
    assert client.get(f"/t/other/customers/{world.customer.pk}/").status_code == 404


def test_a_right_ends_with_the_membership(world: World, bob: User) -> None:
    client = signed_in(bob)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 200
    with tenant_scope(world.tenant.id):
        Membership.objects.filter(user=bob).update(is_active=False)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 404


def test_unknown_tenants_look_like_those_of_others(charlie: User, tenant: Tenant) -> None:
    client = signed_in(charlie)
    theirs, none = client.get("/t/acme/people/"), client.get("/t/nowhere/people/")
    assert theirs.status_code == none.status_code == 404
    assert theirs.content == none.content


def test_a_lapsed_session_is_nobody(world: World, bob: User) -> None:
    client = signed_in(bob)
    session = client.session
    session.set_expiry(timedelta(seconds=-1))
    session.save()
    assert client.get("/t/acme/people/").status_code == 302
