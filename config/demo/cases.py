"""Cases of the demo: rows of work for those that the facts tell of, departments, and some of the last
days with what was said."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.models import Contact, Customer, Department, Membership, Role, Tenant, User
from accounts.tenancy import tenant_scope
from config.demo.case_texts import (
    AGAIN,
    DEPARTMENTS,
    SOLVED,
    STORIES,
    THANKS,
    WHY_ESCALATED,
    Story,
)
from service.actions.case_escalations import department_for, escalate_case
from service.actions.case_links import give_case_link
from service.actions.case_states import rate_case, reopen_case, solve_case
from service.actions.case_sync import sync_cases
from service.actions.case_words import answer_customer, hear_customer, note_internally
from service.actions.cases import report_case
from service.models import CaseLink, CaseRules, CaseWork

LANGUAGE = "zh-hans"
# Who answers for a department: the first member of a role.
_LEADS = (Role.PRODUCT_MANAGER, Role.PROJECT_MANAGER, Role.SERVICE_MANAGER)
_FIRST, _LATER = time(9, 40), timedelta(minutes=25)


def make_example_cases(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    now = datetime.combine(until + timedelta(days=1), time(), tenant.zone)
    with tenant_scope(tenant.id):
        if Department.objects.exists() or CaseLink.objects.exists() or CaseRules.objects.exists():
            return
    sync_cases(tenant, now=now)
    with tenant_scope(tenant.id):
        _make_departments()
        customers = _customers()
        for number, (story, contact) in enumerate(zip(STORIES, customers, strict=False)):
            start = datetime.combine(until, _FIRST, tenant.zone) + number * timedelta(minutes=70)
            _tell(tenant, story, contact, start)
        for contact in customers[:2]:
            by = _server_of(contact.customer)
            if by is not None:
                give_case_link(
                    customer=contact.customer, contact=contact, language=LANGUAGE, by=by, now=now
                )


def _make_departments() -> None:
    for position, ((name, kinds, priorities), role) in enumerate(
        zip(DEPARTMENTS, _LEADS, strict=True), start=1
    ):
        lead = Membership.objects.filter(roles__contains=[role]).order_by("pk").first()
        Department.objects.create(
            name=name, lead=lead, kinds=list(kinds), priorities=list(priorities), position=position
        )


def _customers() -> list[Contact]:
    """A contact of each customer that a member serves, Chinese customers first: one a story."""
    served = Customer.objects.filter(
        service_manager__membership__isnull=False,
        responsibilities__to_on=None,
        responsibilities__capacity="service_manager",
    ).order_by("pk")
    found = []
    for customer in served.select_related("service_manager__membership__user")[:60]:
        contact = Contact.objects.filter(customer=customer).order_by("pk").first()
        if contact is not None and not contact.name.isascii():
            contact.customer = customer
            found.append(contact)
    return found[: len(STORIES)]


def _server_of(customer: Customer) -> User | None:
    manager = customer.service_manager
    return manager.membership.user if manager is not None and manager.membership else None


def _tell(tenant: Tenant, story: Story, contact: Contact, start: datetime) -> None:
    """A case from its report to where it ends, its words some minutes apart."""
    by = _server_of(contact.customer)
    if by is None:
        return
    work = report_case(
        customer=contact.customer, title=story.title, kind=story.kind, contact=contact,
        text=story.text, tenant=tenant, by=None, now=start,
    )  # fmt: skip
    case, moment = work.case, start
    for who, words in story.talk:
        moment += _LATER
        if who == "note":
            note_internally(case=case, text=words, by=by, now=moment)
        elif who == "customer":
            hear_customer(case=case, text=words, tenant=tenant, name=contact.name, now=moment)
        else:
            waits = story.ends == "waiting"
            answer_customer(case=case, text=words, tenant=tenant, by=by, waits=waits, now=moment)
    moment += _LATER
    if story.ends in ("solved", "reopened"):
        solve_case(case=case, text=SOLVED, tenant=tenant, by=by, now=moment)
    if story.score is not None:
        rate_case(
            case=case, score=story.score, tenant=tenant, name=contact.name, text=THANKS,
            now=moment + _LATER,
        )  # fmt: skip
    if story.ends == "reopened":
        reopen_case(
            case=case, why=AGAIN, tenant=tenant, by=None, name=contact.name, now=moment + _LATER
        )
    if story.ends == "escalated":
        _escalate(tenant, work, by, moment)


def _escalate(tenant: Tenant, work: CaseWork, by: User, now: datetime) -> None:
    department = department_for(work.case.kind, "high")
    if department is not None:
        escalate_case(
            case=work.case, department=department, why=WHY_ESCALATED, tenant=tenant, by=by, now=now
        )
