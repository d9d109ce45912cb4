"""Cases: reported, answered, waited for, solved, opened again, rated; with their clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from accounts.compute.working_days import MONDAY_TO_FRIDAY
from accounts.models import (
    AuditRecord,
    Customer,
    Membership,
    RowVersion,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import Assignment
from service.actions.case_escalations import answer_escalation, escalate_case
from service.actions.case_rows import CaseConflict
from service.actions.case_rules import publish_case_rules
from service.actions.case_states import (
    close_case,
    go_on,
    rate_case,
    reopen_case,
    solve_case,
    wait_for_customer,
)
from service.actions.case_words import (
    CrossedWords,
    answer_customer,
    hear_customer,
    note_internally,
)
from service.actions.cases import assign_cases, change_priority, tie_case
from service.compute.case_rules import SHIPPED
from service.models import CaseEntry, CaseOpening, CaseWork
from service.queries.cases import case_for, escalated_to
from tests.service.case_world import (
    NINE,
    at,
    colleague_of,
    make_contact,
    make_customer,
    make_department,
    report,
)


@pytest.fixture
def customer(scope: Tenant, bob: User) -> Customer:
    return make_customer(owner=Membership.objects.get(user=bob))


@pytest.fixture(autouse=True)
def plain_week(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday to Friday, whatever a new tenant's country celebrates."""
    monkeypatch.setattr("service.queries.case_rules.working_calendar", lambda: MONDAY_TO_FRIDAY)


def again(work: CaseWork) -> CaseWork:
    found: CaseWork = CaseWork.objects.select_related("case", "owner").get(pk=work.pk)
    return found


def test_a_case_starts_its_clock_and_is_its_customers_faces(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope, text="From line 7 on.")
    assert work.owner is not None
    assert work.owner.membership.user == bob
    # A problem without a tier is medium: four and forty hours, of eight a day.
    assert (work.priority, work.state, work.number) == ("medium", "open", 1)
    assert work.response_due_at == at(14)
    assert work.resolution_due_at == at(18, day=20)
    assert work.due_at == work.response_due_at
    assert work.case.priority == "medium"
    assert [entry.kind for entry in CaseEntry.objects.all()] == ["change", "customer"]
    assert RowVersion.objects.filter(table="accounts_case", before__isnull=True).count() == 1


def test_the_tier_makes_it_more_urgent_and_its_targets_shorter(
    customer: Customer, scope: Tenant
) -> None:
    Assignment.objects.create(customer=customer, valid_from="2026-01-01", tier="high")
    work = report(customer, scope)
    assert (work.tier, work.priority) == ("high", "high")
    assert work.response_due_at == at(10)


def test_another_priority_than_suggested_takes_a_reason(customer: Customer, scope: Tenant) -> None:
    with pytest.raises(ValidationError) as fault:
        report(customer, scope, priority="urgent")
    assert "priority_why" in fault.value.message_dict
    work = report(customer, scope, priority="urgent", priority_why="Payday is tomorrow")
    assert work.priority_why == "Payday is tomorrow"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title": "  "}, "title"), ({"title": "x" * 301}, "title"), ({"text": "x" * 10_001}, "text")],
)
def test_bad_input_names_its_field_and_saves_nothing(
    customer: Customer, scope: Tenant, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as fault:
        report(customer, scope, **values)
    assert field in fault.value.message_dict
    assert not CaseWork.objects.exists()


def test_another_customers_contact_is_refused(customer: Customer, scope: Tenant) -> None:
    other = make_contact(make_customer("C2"))
    with pytest.raises(ValidationError) as fault:
        report(customer, scope, contact=other)
    assert "contact" in fault.value.message_dict


def test_what_is_sent_twice_by_link_is_one_case(customer: Customer, scope: Tenant) -> None:
    contact = make_contact(customer)
    first = report(customer, scope, contact=contact, text="Line 7")
    assert report(customer, scope, contact=contact, text="Line 7", now=at(9.1)).pk == first.pk
    assert report(customer, scope, contact=contact, text="Line 8", now=at(9.1)).pk != first.pk
    assert report(customer, scope, contact=contact, text="Line 7", now=at(11)).pk != first.pk


def test_the_first_words_to_the_customer_are_the_first_response(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    note_internally(case=work.case, text="Ask the payroll team.", by=bob, now=at(9.5))
    assert again(work).responded_at is None
    answer_customer(case=work.case, text="We look at it.", tenant=scope, by=bob, now=at(10))
    answer_customer(case=work.case, text="Still looking.", tenant=scope, by=bob, now=at(11))
    found = again(work)
    assert found.responded_at == found.case.first_response_at == at(10)
    assert found.response_breached_at is None
    assert found.due_at == found.resolution_due_at
    # What was known before is kept: a night of before sees a case without an answer.
    before = RowVersion.objects.get(table="accounts_case", before__isnull=False).before
    assert before["first_response_at"] is None


def test_a_late_answer_is_a_breach_that_stays(customer: Customer, scope: Tenant, bob: User) -> None:
    work = report(customer, scope)
    answer_customer(case=work.case, text="Sorry.", tenant=scope, by=bob, now=at(16))
    assert again(work).response_breached_at == at(14)


def test_waiting_stops_the_clock_and_the_customers_words_start_it(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    answer_customer(
        case=work.case, text="Which file?", tenant=scope, by=bob, waits=True, now=at(10)
    )
    waiting = again(work)
    assert (waiting.state, waiting.due_at, waiting.waiting_since) == ("waiting", None, at(10))
    hear_customer(case=work.case, text="July's.", tenant=scope, name="Li", now=at(11))
    found = again(work)
    assert (found.state, found.waited_seconds) == ("open", 3600)
    # Friday at six, and the hour waited.
    assert found.resolution_due_at == at(10, day=23)


def test_nobody_is_waited_for_who_was_not_answered(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    with pytest.raises(ValidationError, match="Answer first"):
        wait_for_customer(case=work.case, seen=work.version, why="They look", by=bob)
    answer_customer(case=work.case, text="Hello.", tenant=scope, by=bob, now=NINE)
    work = again(work)
    with pytest.raises(ValidationError):
        wait_for_customer(case=work.case, seen=work.version, why=" ", by=bob)
    wait_for_customer(case=work.case, seen=work.version, why="They look", by=bob)
    work = again(work)
    assert work.state == "waiting"
    go_on(case=work.case, seen=work.version, why="Found it", tenant=scope, by=bob)
    assert again(work).state == "open"


def test_solving_ends_the_case_and_says_so_to_the_customer(
    customer: Customer, scope: Tenant, bob: User, django_capture_on_commit_callbacks: Any
) -> None:
    work = report(customer, scope, contact=make_contact(customer))
    with django_capture_on_commit_callbacks(execute=True):
        solve_case(case=work.case, text="Rule 3 was wrong.", tenant=scope, by=bob, now=at(12))
    found = again(work)
    assert (found.state, found.case.closed_at, found.due_at) == ("solved", at(12), None)
    assert found.case.first_response_at == at(12)
    assert found.resolution_breached_at is None
    letters = [letter for letter in mail.outbox if letter.to == ["li@customer.example"]]
    assert len(letters) <= 1
    with pytest.raises(ValidationError):
        answer_customer(case=work.case, text="More.", tenant=scope, by=bob)


def test_opening_again_keeps_the_clock_that_was(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    solve_case(case=work.case, text="Done.", tenant=scope, by=bob, now=at(16))
    rate_case(case=work.case, score=2, tenant=scope, name="Li", now=at(16.5))
    reopen_case(case=work.case, why="Again in July", tenant=scope, by=None, name="Li", now=at(17))
    found = again(work)
    assert (found.state, found.number, found.started_at) == ("reopened", 2, at(17))
    assert found.response_due_at == at(12, day=17)
    assert (found.case.closed_at, found.case.satisfaction) == (None, None)
    # The fact of the first response stays; the second clock waits for one of its own.
    assert found.case.first_response_at == at(16)
    assert found.responded_at is None
    opening = CaseOpening.objects.get()
    assert (opening.number, opening.solved_at, opening.satisfaction) == (1, at(16), 2)
    assert opening.response_breached_at == at(14)
    assert (opening.why, opening.name) == ("Again in July", "Li")
    answer_customer(case=work.case, text="On it.", tenant=scope, by=bob, now=at(17.5))
    assert again(work).responded_at == at(17.5)


def test_customers_open_again_for_as_long_as_the_tenant_says_and_ours_always(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    solve_case(case=work.case, text="Done.", tenant=scope, by=bob, now=NINE)
    later = NINE + timedelta(days=14, seconds=1)
    with pytest.raises(ValidationError, match="too long ago"):
        reopen_case(case=work.case, why="Again", tenant=scope, by=None, name="Li", now=later)
    reopen_case(case=work.case, why="Again", tenant=scope, by=bob, now=later)
    with pytest.raises(ValidationError, match="open already"):
        reopen_case(case=work.case, why="Again", tenant=scope, by=bob, now=later)


def test_the_last_satisfaction_counts_and_those_before_are_kept(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    with pytest.raises(ValidationError, match="not solved"):
        rate_case(case=work.case, score=5, tenant=scope, name="Li", now=NINE)
    solve_case(case=work.case, text="Done.", tenant=scope, by=bob, now=NINE)
    for score in (0, 6):
        with pytest.raises(ValidationError):
            rate_case(case=work.case, score=score, tenant=scope, name="Li", now=NINE)
    rate_case(case=work.case, score=5, tenant=scope, name="Li", now=at(10))
    rate_case(case=work.case, score=3, tenant=scope, name="Li", now=at(11))
    assert again(work).case.satisfaction == 3
    kept = RowVersion.objects.filter(table="accounts_case", before__satisfaction=5)
    assert kept.count() == 1


def test_closing_takes_a_reason_and_ends_an_open_case_without_a_solution(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    with pytest.raises(ValidationError):
        close_case(case=work.case, seen=1, why="", tenant=scope, by=bob)
    close_case(case=work.case, seen=1, why="Reported twice", tenant=scope, by=bob)
    found = again(work)
    assert found.state == "closed"
    assert found.case.closed_at is not None
    assert found.case.first_response_at is None


def test_two_people_at_once_see_each_other(customer: Customer, scope: Tenant, bob: User) -> None:
    work = report(customer, scope)
    change_priority(case=work.case, seen=1, priority="high", why="VIP", tenant=scope, by=bob)
    with pytest.raises(CaseConflict):
        change_priority(case=work.case, seen=1, priority="low", why="Not", tenant=scope, by=bob)
    first = answer_customer(case=work.case, text="Hello", tenant=scope, by=bob, after=0, now=NINE)
    with pytest.raises(CrossedWords) as crossed:
        answer_customer(case=work.case, text="Hi", tenant=scope, by=bob, after=0, now=NINE)
    assert crossed.value.latest == first.entry.pk
    answer_customer(
        case=work.case, text="Hi", tenant=scope, by=bob, after=crossed.value.latest, now=NINE
    )
    assert CaseEntry.objects.filter(kind="answer").count() == 2


def test_a_new_priority_sets_the_clock_and_is_a_version_of_the_fact(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    for values in ({"why": " ", "priority": "low"}, {"why": "x", "priority": "medium"}):
        with pytest.raises(ValidationError):
            change_priority(case=work.case, seen=1, tenant=scope, by=bob, **values)
    change_priority(case=work.case, seen=1, priority="low", why="Can wait", tenant=scope, by=bob)
    found = again(work)
    assert (found.priority, found.case.priority, found.priority_why) == ("low", "low", "Can wait")
    assert found.response_minutes == 480
    record = AuditRecord.objects.get(verb="case.priority_changed")
    assert record.data["after"] == {"priority": "low"}


def test_cases_are_handed_on_together(customer: Customer, scope: Tenant, alice: User) -> None:
    works = [report(customer, scope, title=title) for title in ("One", "Two")]
    owner = colleague_of(Membership.objects.get(user=alice))
    ids = [work.case_id for work in works]
    given = {"owner": owner, "why": "Holiday", "tenant": scope, "by": alice}
    assert assign_cases(case_ids=[*ids, ids[0]], **given) == 2
    assert assign_cases(case_ids=ids, **given) == 0
    assert {again(work).case.colleague for work in works} == {owner}


def test_what_a_case_concerns_belongs_to_its_customer(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work = report(customer, scope)
    values = {"kind": "question", "contact": None, "module": None, "project": None}
    tie_case(case=work.case, seen=1, title="How to", values=values, by=bob)
    assert again(work).case.kind == "question"
    values["contact"] = make_contact(make_customer("C2"))
    with pytest.raises(ValidationError):
        tie_case(case=work.case, seen=2, title="How to", values=values, by=bob)


def test_who_leads_the_department_opens_what_it_is_told_of(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    VisibilityRule.objects.update_or_create(
        role="team_member", record="customers", defaults={"visibility": "mine"}
    )
    work, department = report(customer, scope), make_department(scope)
    lead = department.lead
    assert lead is not None
    colleague_of(lead)
    assert case_for(lead, work.case_id) is None
    made = escalate_case(case=work.case, department=department, why="Data", tenant=scope, by=bob)
    assert case_for(lead, work.case_id) is not None
    assert escalated_to(lead).count() == 1
    answer_escalation(escalation=made, answer="Fixed", tenant=scope, by=bob)
    assert case_for(lead, work.case_id) is None


def test_escalating_by_hand_lies_with_the_department_until_it_answers(
    customer: Customer, scope: Tenant, bob: User
) -> None:
    work, department = report(customer, scope), make_department(scope)
    with pytest.raises(ValidationError):
        escalate_case(case=work.case, department=department, why="", tenant=scope, by=bob)
    made = escalate_case(case=work.case, department=department, why="Data", tenant=scope, by=bob)
    assert (again(work).department, made.lead) == (department, department.lead)
    with pytest.raises(ValidationError):
        escalate_case(case=work.case, department=department, why="Again", tenant=scope, by=bob)
    assert department.lead is not None
    lead = department.lead.user
    answer_escalation(escalation=made, answer="Fixed in the data", tenant=scope, by=lead)
    assert again(work).department is None
    with pytest.raises(ValidationError, match="before"):
        answer_escalation(escalation=made, answer="Twice", tenant=scope, by=lead)


def test_promises_come_in_versions_that_cannot_cross(scope: Tenant, alice: User) -> None:
    document = {**SHIPPED, "reopen_days": 7}
    made = publish_case_rules(document=document, seen=0, note="", tenant=scope, by=alice)
    assert made is not None
    with pytest.raises(ValidationError, match="meanwhile"):
        publish_case_rules(document=SHIPPED, seen=0, note="", tenant=scope, by=alice)
    same = publish_case_rules(document=document, seen=1, note="", tenant=scope, by=alice)
    assert same is None
    with pytest.raises(ValidationError) as fault:
        publish_case_rules(
            document={**document, "reopen_days": -1}, seen=1, note="", tenant=scope, by=alice
        )
    assert "reopen_days" in fault.value.message_dict


def test_another_tenants_cases_are_not_there(tenant: Tenant, bob: User, make_tenant: Any) -> None:
    with tenant_scope(tenant.id):
        report(make_customer(), tenant)
    with tenant_scope(make_tenant("other").id):
        assert not CaseWork.objects.exists()
