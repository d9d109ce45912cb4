"""Delivery and scope in the month's review, against sums over the rows one by one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Colleague,
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    Responsibility,
    Tenant,
    Touchpoint,
)
from accounts.queries.calendars import working_calendar
from projects.models import Baseline, BaselineItem, ChangeRequest, Effort, Project, Sow, SowItem
from reports.queries.delivery import MonthOfDelivery, delivery_of_month, faces_met
from segmentation.queries.scopes import Scope

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)


@pytest.fixture
def whole(scope: Tenant, executive: object) -> Scope:
    return Scope(Membership.objects.get(user=executive), "all", ("all",))


def some_projects(chance: random.Random, number: int) -> list[Project]:
    module, _made = Module.objects.get_or_create(key="core", defaults={"name": "Core"})
    person, _made = Colleague.objects.get_or_create(key="ann", defaults={"name": "Ann"})
    found = []
    for n in range(number):
        key = f"{number}-{n}"
        customer = Customer.objects.create(key=key, name=key)
        starts = date(2026, 1, 1) + timedelta(chance.randint(0, 200))
        accepted = starts + timedelta(chance.randint(1, 120)) if chance.random() < 0.7 else None
        project = Project.objects.create(
            customer=customer, key=key, name=key, starts_on=starts, accepted_on=accepted,
            due_on=starts + timedelta(60),
        )  # fmt: skip
        contract = Contract.objects.create(customer=customer, key=key)
        ContractLine.objects.create(
            contract=contract, module=module, signed_on=starts, starts_on=starts,
            ends_on=starts + timedelta(chance.choice([30, 900])), annual_fee=chance.randint(1, 9),
            is_trial=chance.random() < 0.2,
        )  # fmt: skip
        wish = ChangeRequest.objects.create(
            project=project, key="W", title="W", raised_on=starts,
            **({"state": "signed", "signed_on": starts} if chance.random() < 0.5 else {}),
        )  # fmt: skip
        if chance.random() < 0.7:
            sow = Sow.objects.create(project=project)
            item = SowItem.objects.create(sow=sow, key="1", title="1", effort_days=8)
            baseline = Baseline.objects.create(
                sow=sow, version=1, starts_on=starts, due_on=starts + timedelta(60), effort_days=8
            )
            BaselineItem.objects.create(baseline=baseline, item=item, effort_days=8)
        for place, change in enumerate((None, wish)):
            Effort.objects.create(
                project=project, key=f"{key}-{place}", person=person, worked_on=starts,
                days=chance.choice(["0.5", "2.125"]), change_request=change,
            )  # fmt: skip
        found.append(project)
    return found


def by_hand(projects: list[Project]) -> MonthOfDelivery:
    calendar = working_calendar()
    begun = [p for p in projects if p.starts_on <= LAST]
    accepted = [p for p in begun if p.accepted_on and FIRST <= p.accepted_on <= LAST]
    running = [p for p in begun if not p.accepted_on or p.accepted_on > LAST]
    baselines = {b.sow.project_id: b for b in Baseline.objects.select_related("sow")}
    with_baseline = [p for p in accepted if p.pk in baselines]
    unsigned = {
        p.pk: sum(
            (e.days for e in Effort.objects.filter(project=p, worked_on__lte=LAST)
             if e.change_request and e.change_request.signed_on is None),
            Decimal(0),
        )
        for p in accepted + running
    }  # fmt: skip
    measured = [p for p in accepted + running if p.pk in baselines]
    days = sum((baselines[p.pk].effort_days for p in measured), Decimal(0))
    lines = [
        line
        for line in ContractLine.objects.select_related("contract__customer")
        if not line.is_trial and line.signed_on <= LAST <= (line.ends_on or LAST)
        and not any(
            p.accepted_on and p.accepted_on <= LAST
            for p in projects if p.customer_id == line.contract.customer_id
        )
    ]  # fmt: skip
    creep = sum((unsigned[p.pk] for p in measured), Decimal(0))
    return MonthOfDelivery(
        accepted=len(accepted),
        cycle_days=float(median(calendar.working_days(p.starts_on, p.accepted_on) for p in accepted)),
        on_time=sum(p.accepted_on <= baselines[p.pk].due_on for p in with_baseline),
        with_baseline=len(with_baseline),
        running=len(running),
        late=sum(p.pk in baselines and baselines[p.pk].due_on < LAST for p in running),
        unapproved=sum(unsigned.values(), Decimal(0)),
        unapproved_projects=sum(days > 0 for days in unsigned.values()),
        creep=(creep / days).quantize(Decimal(1).scaleb(-10)),
        not_live=sum((line.annual_fee for line in lines), Decimal(0)),
        not_live_customers=len({line.contract.customer_id for line in lines}),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_what_the_rows_add_up_to(whole: Scope, seed: int) -> None:
    projects = some_projects(random.Random(seed), 40)
    assert delivery_of_month(whole, FIRST, LAST) == by_hand(projects)


def test_without_projects_there_is_nothing_to_say(whole: Scope) -> None:
    assert delivery_of_month(whole, FIRST, LAST) is None


def test_many_projects_cost_as_many_statements_as_few(whole: Scope) -> None:
    counted = []
    for number in (3, 30):
        some_projects(random.Random(number), number)
        with CaptureQueriesContext(connection) as captured:
            delivery_of_month(whole, FIRST, LAST)
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_faces_are_those_of_the_projects(whole: Scope, scope: Tenant) -> None:
    assert faces_met(whole, LAST, None, scope) is None
    people = [Colleague.objects.create(key=key, name=key) for key in ("ann", "bea", "cho")]
    for key, met in (("A", people), ("B", people[:1])):
        customer = Customer.objects.create(key=key, name=key)
        Responsibility.objects.create(
            customer=customer, colleague=people[0], capacity="project_manager", from_on=FIRST,
            why="project",
        )  # fmt: skip
        for number, person in enumerate(met):
            Touchpoint.objects.create(
                customer=customer, key=f"{key}{number}", kind="visit", happened_on=FIRST,
                colleague=person,
            )  # fmt: skip
    found = faces_met(whole, LAST, None, scope)
    assert found is not None
    assert (found.customers, found.mean) == (2, 2)
