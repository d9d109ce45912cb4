"""What time does to cases: warned once, breached once, escalated once; files are followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.actions.facts import keep_versions
from accounts.compute.working_days import MONDAY_TO_FRIDAY
from accounts.models import Case, Customer, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import Assignment
from service.actions.case_rules import publish_case_rules
from service.actions.case_states import solve_case
from service.actions.case_sweep import sweep_cases
from service.actions.case_words import answer_customer, hear_customer
from service.compute.case_rules import SHIPPED
from service.models import CaseEntry, CaseEscalation, CaseWork
from tests.service.case_world import NINE, at, make_customer, make_department, report


@pytest.fixture(autouse=True)
def plain_week(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("service.queries.case_rules.working_calendar", lambda: MONDAY_TO_FRIDAY)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(who, what) of every letter to one of ours."""
    found: list[tuple[str, str]] = []

    def note(member: Any, kind: str, work: Any, tenant: Any, *, words: str = "") -> bool:
        if member is not None:
            found.append((member.user.name, kind))
        return member is not None

    for module in ("case_sweep", "case_escalations", "cases"):
        monkeypatch.setattr(f"service.actions.{module}.tell_member", note)
    return found


@pytest.fixture
def work(tenant: Tenant, bob: User) -> CaseWork:
    with tenant_scope(tenant.id):
        customer = make_customer(owner=Membership.objects.get(user=bob))
        return report(customer, tenant)


def sweep(tenant: Tenant, now: datetime) -> None:
    sweep_cases(tenant_id=tenant.pk, now=now)


def now_of(tenant: Tenant, work: CaseWork) -> CaseWork:
    with tenant_scope(tenant.id):
        return CaseWork.objects.select_related("case", "department").get(pk=work.pk)


def test_the_owner_is_warned_once_before_the_time_ends(
    tenant: Tenant, work: CaseWork, told: list[tuple[str, str]]
) -> None:
    told.clear()
    # Due at two; the warning comes an hour of work before.
    for hour in (9.5, 11.9):
        sweep(tenant, at(hour))
    assert told == []
    for hour in (13.2, 13.3):
        sweep(tenant, at(hour))
    assert told == [("bob", "soon")]


def test_a_clock_that_runs_out_goes_to_the_department_once(
    tenant: Tenant, work: CaseWork, told: list[tuple[str, str]]
) -> None:
    with tenant_scope(tenant.id):
        make_department(tenant, "Urgencies", priorities=["urgent"], position=1)
        make_department(tenant, "Payroll", kinds=["problem"], position=2)
        make_department(tenant, "Everything", position=3)
    told.clear()
    for hour in (14.05, 14.1, 15):
        sweep(tenant, at(hour))
    found = now_of(tenant, work)
    assert found.response_breached_at == at(14)
    assert found.department is not None
    assert found.department.name == "Payroll"
    assert sorted(told) == [("bob", "late_response"), ("payroll", "escalated_response")]
    with tenant_scope(tenant.id):
        escalation = CaseEscalation.objects.get()
        assert (escalation.cause, escalation.opening) == ("response", 1)
        assert CaseEntry.objects.filter(data__what="escalated").count() == 1


def test_a_breach_that_something_else_saw_first_is_passed_on_too(
    tenant: Tenant, work: CaseWork, bob: User, told: list[tuple[str, str]]
) -> None:
    told.clear()
    with tenant_scope(tenant.id):
        # Between the moment and the next look the customer writes.
        hear_customer(case=work.case, text="Hello?", tenant=tenant, name="Li", by=bob, now=at(14.1))
    assert now_of(tenant, work).response_breached_at == at(14)
    for _time in range(2):
        sweep(tenant, at(14.2))
    assert told == [("bob", "late_response")]


def test_without_a_department_the_breach_is_kept_and_the_owner_told(
    tenant: Tenant, work: CaseWork, told: list[tuple[str, str]]
) -> None:
    told.clear()
    sweep(tenant, at(15))
    assert told == [("bob", "late_response")]
    with tenant_scope(tenant.id):
        assert CaseEscalation.objects.get().department is None


def test_answered_in_time_nothing_happens_until_the_solution_is_due(
    tenant: Tenant, work: CaseWork, bob: User, told: list[tuple[str, str]]
) -> None:
    with tenant_scope(tenant.id):
        answer_customer(case=work.case, text="Yes", tenant=tenant, by=bob, now=at(10))
    told.clear()
    sweep(tenant, at(15))
    assert told == []
    sweep(tenant, at(9, day=23))
    assert now_of(tenant, work).resolution_breached_at == at(18, day=20)
    assert told == [("bob", "late_resolution")]


def test_who_waits_for_the_customer_breaks_no_promise(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    with tenant_scope(tenant.id):
        answer_customer(case=work.case, text="?", tenant=tenant, by=bob, waits=True, now=at(10))
    sweep(tenant, at(9, day=27))
    assert not now_of(tenant, work).is_breached


def test_what_was_solved_long_ago_is_closed(tenant: Tenant, work: CaseWork, bob: User) -> None:
    with tenant_scope(tenant.id):
        solve_case(case=work.case, text="Done", tenant=tenant, by=bob, now=at(10))
    sweep(tenant, at(10) + timedelta(days=14))
    assert now_of(tenant, work).state == "solved"
    sweep(tenant, at(10) + timedelta(days=14, minutes=1))
    assert now_of(tenant, work).state == "closed"


def test_two_sweeps_after_each_other_and_a_forgotten_cache_do_no_harm(
    tenant: Tenant, work: CaseWork, told: list[tuple[str, str]]
) -> None:
    told.clear()
    sweep(tenant, at(15))
    cache.clear()
    sweep(tenant, at(15))
    assert told == [("bob", "late_response")]


def load_case(customer: Customer, key: str, **values: Any) -> Case:
    found: Case = Case.objects.create(
        customer=customer, key=key, **{"opened_at": NINE, "known_from": NINE} | values
    )
    return found


def test_cases_of_files_get_their_row_and_call_nobody(
    tenant: Tenant, bob: User, told: list[tuple[str, str]]
) -> None:
    with tenant_scope(tenant.id):
        customer = make_customer(owner=Membership.objects.get(user=bob))
        make_department(tenant)
        late = load_case(customer, "late", kind="problem")
        done = load_case(
            customer, "done", priority="urgent", first_response_at=at(11), closed_at=at(12)
        )
    sweep(tenant, at(16))
    with tenant_scope(tenant.id):
        works = {work.case_id: work for work in CaseWork.objects.select_related("owner")}
        assert works[late.pk].state == "open"
        assert works[late.pk].priority == "medium"
        assert works[late.pk].response_breached_at == at(14)
        assert works[late.pk].owner is not None
        assert works[late.pk].owner.name == "bob"
        assert works[done.pk].state == "closed"
        # An hour was promised; two it took. Solved within eight.
        assert works[done.pk].response_breached_at == at(10)
        assert works[done.pk].resolution_breached_at is None
        assert not CaseEscalation.objects.exists()
    assert told == []
    # What runs out from here on is under our eyes.
    sweep(tenant, at(9, day=23))
    with tenant_scope(tenant.id):
        assert CaseEscalation.objects.get().cause == "resolution"


def test_a_fact_that_a_file_changed_changes_the_row(tenant: Tenant, work: CaseWork) -> None:
    later = at(12)
    with tenant_scope(tenant.id):
        case = Case.objects.get(pk=work.case_id)
        keep_versions([case], until=later)
        case.first_response_at, case.closed_at, case.known_from = at(10), at(11), later
        case.save()
    sweep(tenant, at(13))
    found = now_of(tenant, work)
    assert (found.state, found.responded_at, found.solved_at) == ("closed", at(10), at(11))
    assert not found.is_breached
    with tenant_scope(tenant.id):
        case.closed_at, case.known_from = None, at(13)
        case.save()
    sweep(tenant, at(13.5))
    assert now_of(tenant, work).state == "open"


def test_a_fact_that_changed_elsewhere_leaves_the_moments_that_were_given(
    tenant: Tenant, work: CaseWork, alice: User
) -> None:
    with tenant_scope(tenant.id):
        document = {**SHIPPED, "targets": {"": {"medium": [5, 10]}}}
        publish_case_rules(document=document, seen=0, note="", tenant=tenant, by=alice)
        Case.objects.update(contact=None, title="Renamed", known_from=at(10))
    sweep(tenant, at(10.5))
    found = now_of(tenant, work)
    assert (found.response_due_at, found.response_breached_at) == (at(14), None)
    with tenant_scope(tenant.id):
        Case.objects.update(priority="low", known_from=at(10.6))
    sweep(tenant, at(10.7))
    # Nothing is promised to what can wait any more.
    assert now_of(tenant, work).due_at is None


def test_our_own_verbs_leave_nothing_to_set_right(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    with tenant_scope(tenant.id):
        answer_customer(case=work.case, text="Yes", tenant=tenant, by=bob, now=at(10))
    before = now_of(tenant, work).version
    sweep(tenant, at(10.1))
    assert now_of(tenant, work).version == before


def test_another_tier_sets_the_clocks_of_open_cases(tenant: Tenant, work: CaseWork) -> None:
    with tenant_scope(tenant.id):
        Assignment.objects.create(customer=work.customer, valid_from="2026-01-01", tier="high")
    sweep(tenant, at(9.5))
    found = now_of(tenant, work)
    # Medium of the dearest: two hours from the opening.
    assert (found.tier, found.response_due_at) == ("high", at(11))
    version = found.version
    sweep(tenant, at(9.6))
    assert now_of(tenant, work).version == version


def test_one_tenants_sweep_leaves_the_others_alone(
    tenant: Tenant, work: CaseWork, make_tenant: Any
) -> None:
    other = make_tenant("other")
    sweep(other, at(15))
    assert not now_of(tenant, work).is_breached


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_escalate_once(tenant: Tenant, bob: User) -> None:
    with tenant_scope(tenant.id):
        customer = make_customer(owner=Membership.objects.get(user=bob))
        make_department(tenant)
        report(customer, tenant)
    both = threading.Barrier(2)

    def run() -> None:
        try:
            both.wait()
            sweep(tenant, at(15))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(tenant.id):
        assert CaseEscalation.objects.count() == 1
        assert CaseEntry.objects.filter(data__what="escalated").count() == 1
