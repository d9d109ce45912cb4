"""One face per customer at any moment, whatever the facts, compared with an independent oracle.

The oracle asks day by day, in plain Python, who the design says is the face; the platform derives
spans in SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions.customers import change_customer
from accounts.actions.facts import keep_versions
from accounts.actions.tenants import create_tenant
from accounts.models import (
    Colleague,
    Contract,
    ContractLine,
    Customer,
    Module,
    Responsibility,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from projects.actions.responsibility import (
    SALE_TO_PROJECT_DAYS,
    derive_faces,
    turn_of_the_day,
)
from projects.models import Project
from projects.tasks import sweep_faces

ZONE = ZoneInfo("Asia/Shanghai")
START = date(2025, 1, 1)
NAMED = ("salesperson", "service_manager", "project_manager")


def noon(day: date, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, 12, minute, tzinfo=ZONE)


# --- The oracle -----------------------------------------------------------------------------------


@dataclass
class KnownProject:
    key: str
    starts_on: date
    accepted_on: date | None
    awaits_handover: bool = False
    handed_over_on: date | None = None
    # (day on which it was said, manager), in the order in which it was said.
    managers: list[tuple[date, str | None]] = field(default_factory=list)

    @property
    def passed_on(self) -> date | None:
        """When the customer passed to the service manager."""
        if not self.awaits_handover:
            return self.accepted_on
        return self.handed_over_on


@dataclass
class World:
    """The facts as they are today, and what was said when about the people named."""

    named: list[tuple[date, dict[str, str | None]]] = field(default_factory=list)
    signed: list[date] = field(default_factory=list)
    projects: list[KnownProject] = field(default_factory=list)

    def first_day(self, today: date) -> date:
        days = [self.named[0][0], *self.signed, today]
        acceptance = self.first_handover(today)
        days += [acceptance] if acceptance else []
        lead = self.leading_project(today)
        days += [lead.starts_on] if lead else []
        return min(day for day in days if day <= today)

    def first_handover(self, today: date) -> date | None:
        return min(
            (p.passed_on for p in self.projects if p.passed_on and p.passed_on <= today),
            default=None,
        )

    def leading_project(self, today: date) -> KnownProject | None:
        """The first project that starts while none is handed over."""
        acceptance = self.first_handover(today)
        open_ones = [p for p in self.projects if acceptance is None or p.starts_on < acceptance]
        return min(open_ones, key=lambda p: (p.starts_on, p.key), default=None)

    def face(self, day: date, today: date) -> tuple[str, str | None]:
        acceptance, lead = self.first_handover(today), self.leading_project(today)
        if acceptance and acceptance <= day:
            return "service_manager", said(self.named, day)["service_manager"]
        if lead and lead.starts_on <= day:
            manager = said(lead.managers, day)
            return "project_manager", manager or said(self.named, day)["project_manager"]
        signature = min((day for day in self.signed if day <= today), default=None)
        if signature and signature <= day:
            days_to_project = (lead.starts_on - signature).days if lead else 10**6
            if days_to_project > SALE_TO_PROJECT_DAYS:
                return "service_manager", said(self.named, day)["service_manager"]
        return "salesperson", said(self.named, day)["salesperson"]


def said(history: list[tuple[date, Any]], day: date) -> Any:
    """What was last said by the end of the day; before anything was said: by the end of the first."""
    first = history[0][0]
    return [what for when, what in history if when <= max(day, first)][-1]


# --- The same facts on the platform ---------------------------------------------------------------


class Stage:
    """Writes facts as people and loads do, and keeps the oracle's world in step."""

    def __init__(self, tenant: Tenant, by: User) -> None:
        self.tenant, self.by = tenant, by
        self.world = World()
        self.module = Module.objects.create(key="m", name="M")
        self.people = {name: Colleague.objects.create(key=name, name=name) for name in "abcd"}
        self.customer: Customer | None = None
        self.rows: dict[str, Project] = {}
        self.count = 0

    def found(self, today: date, **named: str | None) -> None:
        self.customer = Customer.objects.create(
            key="C",
            name="C",
            known_from=noon(today),
            **{role: self.people[who] for role, who in named.items() if who},
        )
        self.world.named.append((today, {role: named.get(role) for role in NAMED}))

    def name(self, today: date, minute: int, role: str, who: str | None) -> None:
        with time_machine.travel(noon(today, minute), tick=False):
            change_customer(
                customer=self.customer,
                values={role: self.people[who] if who else None},
                by=self.by,
            )
        self.world.named.append((today, {**self.world.named[-1][1], role: who}))

    def sign(self, day: date, *, is_trial: bool = False) -> None:
        self.count += 1
        contract = Contract.objects.create(customer=self.customer, key=f"K{self.count}")
        ContractLine.objects.create(
            contract=contract,
            module=self.module,
            signed_on=day,
            starts_on=day,
            is_trial=is_trial,
            annual_fee=1,
        )
        if not is_trial:
            self.world.signed.append(day)

    def plan(
        self, today: date, starts_on: date, manager: str | None, *, awaits_handover: bool = False
    ) -> None:
        self.count += 1
        key = f"P{self.count}"
        self.rows[key] = Project.objects.create(
            customer=self.customer,
            key=key,
            name=key,
            manager=self.people[manager] if manager else None,
            starts_on=starts_on,
            due_on=starts_on + timedelta(days=60),
            awaits_handover=awaits_handover,
            known_from=noon(today),
        )
        self.world.projects.append(
            KnownProject(key, starts_on, None, awaits_handover, None, [(today, manager)])
        )

    def change_project(self, today: date, minute: int, key: str, **values: Any) -> None:
        row = self.rows[key]
        keep_versions([row], until=noon(today, minute))
        for name, value in values.items():
            setattr(row, name, value)
        row.known_from = noon(today, minute)
        row.save()

    def accept(self, today: date, minute: int, project: KnownProject, day: date) -> None:
        self.change_project(today, minute, project.key, accepted_on=day)
        project.accepted_on = day

    def pass_on(self, today: date, minute: int, project: KnownProject, day: date) -> None:
        self.change_project(today, minute, project.key, handed_over_on=day)
        project.handed_over_on = day

    def replace_manager(
        self, today: date, minute: int, project: KnownProject, manager: str | None
    ) -> None:
        person = self.people[manager] if manager else None
        self.change_project(today, minute, project.key, manager=person)
        project.managers.append((today, manager))

    def derive(self, today: date, *, narrow: bool) -> None:
        assert self.customer is not None
        derive_faces(
            today=today,
            zone=str(ZONE),
            customer_ids=[self.customer.pk] if narrow else None,
        )

    def check(self, today: date) -> None:
        """Spans touch, never overlap, the last is open; each day has the face of the oracle."""
        spans = list(
            Responsibility.objects.filter(customer=self.customer)
            .select_related("colleague")
            .order_by("from_on")
        )
        assert spans[0].from_on == self.world.first_day(today)
        assert spans[-1].to_on is None
        for span, following in pairwise(spans):
            assert span.to_on == following.from_on
            told = [(s.capacity, s.colleague_id, s.why == "assigned") for s in (span, following)]
            assert told[0][:2] != told[1][:2] or not told[1][2], "a change changes something"
        day = spans[0].from_on
        for span in spans:
            while day < (span.to_on or today + timedelta(days=1)):
                found = span.capacity, span.colleague.key if span.colleague else None
                assert found == self.world.face(day, today), day
                day += timedelta(days=1)
        assert day == today + timedelta(days=1)


@pytest.fixture
def stage(scope: Tenant, alice: User) -> Stage:
    return Stage(scope, alice)


def spans(stage: Stage) -> list[tuple[str, str | None, date, str]]:
    return [
        (span.capacity, span.colleague.key if span.colleague else None, span.from_on, span.why)
        for span in Responsibility.objects.filter(customer=stage.customer)
        .select_related("colleague")
        .order_by("from_on")
    ]


# --- Any constellation ----------------------------------------------------------------------------

who = st.sampled_from(["a", "b", "c", None])
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["name", "sign", "trial", "plan", "plan", "accept", "pass_on", "replace", "wait"]
        ),
        st.integers(0, 60),  # days that pass before
        st.integers(-200, 120),  # the fact's own date, from that day
        st.sampled_from(NAMED),
        who,
        st.integers(0, 3),
    ),
    max_size=9,
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(named=st.tuples(who, who, who), steps=steps, narrow=st.booleans())
def test_any_facts_give_one_face_a_day(
    db: None,
    named: tuple[str | None, ...],
    steps: list[tuple[str, int, int, str, str | None, int]],
    narrow: bool,
) -> None:
    from django.db import transaction

    with transaction.atomic():
        tenant = create_tenant(slug="acme", name="Acme", by=None)
        by = User.objects.create_user("by@acme.example")
        with tenant_scope(tenant.id):
            stage = Stage(tenant, by)
            today = START
            stage.found(today, **dict(zip(NAMED, named, strict=True)))
            stage.derive(today, narrow=narrow)
            stage.check(today)
            for minute, (verb, wait, shift, role, person, pick) in enumerate(steps, start=1):
                today += timedelta(days=wait)
                _act(stage, today, minute, (verb, shift, role, person, pick))
                stage.derive(today, narrow=narrow)
                stage.check(today)
            ids = set(Responsibility.objects.values_list("pk", flat=True))
            stage.derive(today, narrow=not narrow)
            assert set(Responsibility.objects.values_list("pk", flat=True)) == ids, "nothing anew"
            history = spans(stage)
            Responsibility.objects.all().delete()
            stage.derive(today, narrow=narrow)
            assert spans(stage) == history, "the same history from nothing"
        transaction.set_rollback(True)


def _act(
    stage: Stage, today: date, minute: int, step: tuple[str, int, str, str | None, int]
) -> None:
    verb, shift, role, person, pick = step
    day = today + timedelta(days=shift)
    past = min(day, today)
    projects = stage.world.projects
    if verb == "name":
        stage.name(today, minute, role, person)
    elif verb in {"sign", "trial"}:
        stage.sign(day, is_trial=verb == "trial")
    elif verb == "plan":
        stage.plan(today, day, person, awaits_handover=pick % 2 == 1)
    elif verb in {"accept", "pass_on", "replace"} and projects:
        project = projects[pick % len(projects)]
        if verb == "replace":
            stage.replace_manager(today, minute, project, person)
        elif verb == "pass_on":
            if project.awaits_handover and project.accepted_on:
                stage.pass_on(today, minute, project, max(past, project.accepted_on))
        elif past >= project.starts_on and not project.handed_over_on:
            stage.accept(today, minute, project, past)


# --- What the design says, by example -------------------------------------------------------------


def test_the_usual_course(stage: Stage) -> None:
    stage.found(START, salesperson="a", service_manager="b", project_manager="c")
    stage.sign(START + timedelta(days=30))
    stage.plan(START, START + timedelta(days=45), "d")
    stage.accept(START, 1, stage.world.projects[0], START + timedelta(days=120))
    stage.derive(START + timedelta(days=200), narrow=True)
    assert spans(stage) == [
        ("salesperson", "a", START, "prospect"),
        ("project_manager", "d", START + timedelta(days=45), "project"),
        ("service_manager", "b", START + timedelta(days=120), "accepted"),
    ]


def test_who_awaits_a_handover_keeps_the_face_until_it_is_accepted(stage: Stage) -> None:
    accepted, handed_over = START + timedelta(days=40), START + timedelta(days=55)
    stage.found(START, service_manager="b")
    stage.plan(START, START, "c", awaits_handover=True)
    (project,) = stage.world.projects
    stage.accept(accepted, 1, project, accepted)
    stage.derive(START + timedelta(days=50), narrow=True)
    assert spans(stage) == [("project_manager", "c", START, "project")]
    stage.pass_on(handed_over, 1, project, handed_over)
    stage.derive(START + timedelta(days=200), narrow=True)
    assert spans(stage) == [
        ("project_manager", "c", START, "project"),
        ("service_manager", "b", handed_over, "accepted"),
    ]


def test_contracts_and_no_project_make_it_the_service_manager(stage: Stage) -> None:
    stage.found(START, salesperson="a", service_manager="b")
    stage.sign(START + timedelta(days=10))
    stage.derive(START + timedelta(days=20), narrow=True)
    assert spans(stage)[-1] == (
        "service_manager",
        "b",
        START + timedelta(days=10),
        "contract",
    )


@pytest.mark.parametrize(("gap", "between"), [(90, "salesperson"), (91, "service_manager")])
def test_a_project_soon_after_the_signature_keeps_the_salesperson_till_then(
    stage: Stage, gap: int, between: str
) -> None:
    signed = START + timedelta(days=10)
    stage.found(START, salesperson="a", service_manager="b")
    stage.sign(signed)
    stage.plan(START, signed + timedelta(days=gap), "c")
    for today in (signed + timedelta(days=5), signed + timedelta(days=200)):
        stage.derive(today, narrow=True)
        stage.check(today)
        assert between in [
            span.capacity
            for span in Responsibility.objects.all()
            if span.from_on <= signed + timedelta(days=5)
            and (span.to_on is None or span.to_on > signed + timedelta(days=5))
        ]


def test_a_trial_is_no_contract(stage: Stage) -> None:
    stage.found(START, salesperson="a", service_manager="b")
    stage.sign(START, is_trial=True)
    stage.derive(START + timedelta(days=20), narrow=True)
    assert [span[0] for span in spans(stage)] == ["salesperson"]


def test_nobody_named_is_unassigned_and_still_one_span(stage: Stage) -> None:
    stage.found(START)
    stage.derive(START, narrow=True)
    assert spans(stage) == [("salesperson", None, START, "prospect")]


def test_a_later_project_does_not_take_the_face_back(stage: Stage) -> None:
    stage.found(START, service_manager="b")
    stage.plan(START, START, "c")
    stage.accept(START, 1, stage.world.projects[0], START + timedelta(days=30))
    stage.plan(START, START + timedelta(days=60), "d")
    stage.derive(START + timedelta(days=90), narrow=True)
    assert spans(stage)[-1][:2] == ("service_manager", "b")


def test_naming_another_person_is_dated_and_the_past_stays(stage: Stage) -> None:
    later = START + timedelta(days=50)
    stage.found(START, salesperson="a")
    stage.derive(START, narrow=True)
    stage.name(later, 1, "salesperson", "b")
    stage.derive(later, narrow=True)
    expected = [
        ("salesperson", "a", START, "prospect"),
        ("salesperson", "b", later, "assigned"),
    ]
    assert spans(stage) == expected
    # Another edit that names nobody new, much later, moves nothing.
    much_later = later + timedelta(days=50)
    with time_machine.travel(noon(much_later), tick=False):
        change_customer(customer=stage.customer, values={"industry": "x"}, by=stage.by)
    stage.derive(much_later, narrow=True)
    assert spans(stage) == expected


def test_of_several_names_on_a_day_the_last_counts(stage: Stage) -> None:
    later = START + timedelta(days=50)
    stage.found(START, salesperson="a")
    for minute, person in enumerate("bca", start=1):
        stage.name(later, minute, "salesperson", person)
        stage.derive(later, narrow=True)
    assert spans(stage) == [("salesperson", "a", START, "prospect")]


def test_an_acceptance_that_arrives_late_counts_from_its_own_day(stage: Stage) -> None:
    stage.found(START, service_manager="b")
    stage.plan(START, START, "c")
    day = START + timedelta(days=40)
    stage.derive(day, narrow=True)
    assert spans(stage)[-1][:2] == ("project_manager", "c")
    stage.replace_manager(START + timedelta(days=35), 1, stage.world.projects[0], "d")
    stage.accept(day, 2, stage.world.projects[0], START + timedelta(days=30))
    stage.derive(day, narrow=True)
    assert spans(stage) == [
        ("project_manager", "c", START, "project"),
        ("service_manager", "b", START + timedelta(days=30), "accepted"),
    ]


def test_a_corrected_date_does_not_rewrite_who_was_named(stage: Stage) -> None:
    stage.found(START, service_manager="a")
    stage.sign(START + timedelta(days=5))
    stage.name(START + timedelta(days=60), 1, "service_manager", "b")
    stage.derive(START + timedelta(days=60), narrow=True)
    stage.sign(START + timedelta(days=3))
    stage.derive(START + timedelta(days=70), narrow=True)
    assert spans(stage)[1:] == [
        ("service_manager", "a", START + timedelta(days=3), "contract"),
        ("service_manager", "b", START + timedelta(days=60), "assigned"),
    ]


def test_other_customers_are_left_alone(stage: Stage) -> None:
    stage.found(START, salesperson="a")
    other = Customer.objects.create(key="O", name="O", known_from=noon(START))
    stage.derive(START, narrow=False)
    before = Responsibility.objects.get(customer=other).pk
    stage.name(START + timedelta(days=9), 1, "salesperson", "b")
    stage.derive(START + timedelta(days=9), narrow=True)
    assert Responsibility.objects.get(customer=other).pk == before


def test_a_day_is_the_tenants_day(scope: Tenant) -> None:
    """22:00 UTC is the next morning in Shanghai."""
    moment = datetime(2025, 1, 1, 22, tzinfo=ZoneInfo("UTC"))
    customer = Customer.objects.create(key="C", name="C", known_from=moment)
    derive_faces(today=date(2025, 2, 1), zone="Asia/Shanghai")
    assert Responsibility.objects.get(customer=customer).from_on == date(2025, 1, 2)


def test_many_customers_at_once(scope: Tenant, django_assert_max_num_queries: Callable) -> None:
    Customer.objects.bulk_create(
        Customer(key=f"C{number}", name="C", known_from=noon(START)) for number in range(1500)
    )
    with django_assert_max_num_queries(12):
        derive_faces(today=START, zone="Asia/Shanghai")
    assert Responsibility.objects.filter(to_on=None).count() == 1500


# --- Days that come -------------------------------------------------------------------------------


@pytest.fixture
def fresh_cache() -> None:
    cache.clear()


def test_a_project_that_starts_today_changes_the_face_without_any_new_fact(
    tenant: Tenant, alice: User, fresh_cache: None
) -> None:
    starts_on = START + timedelta(days=30)
    with tenant_scope(tenant.id):
        stage = Stage(tenant, alice)
        stage.found(START, salesperson="a")
        stage.plan(START, starts_on, "b")
        stage.derive(START, narrow=True)

    def capacity() -> str:
        with tenant_scope(tenant.id):
            return str(Responsibility.objects.get(to_on=None).capacity)

    with time_machine.travel(noon(starts_on - timedelta(days=1)), tick=False):
        sweep_faces()
        assert capacity() == "salesperson"
        assert not turn_of_the_day(tenant_id=tenant.id), "once a day is enough"
    # Three days passed with nothing running.
    with time_machine.travel(noon(starts_on + timedelta(days=3)), tick=False):
        sweep_faces()
        assert capacity() == "project_manager"
        with tenant_scope(tenant.id):
            assert Responsibility.objects.get(to_on=None).from_on == starts_on
