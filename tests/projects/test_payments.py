"""What customers owe for milestones: due, overdue, received, held up by what is late."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    AuditRecord,
    Colleague,
    Contract,
    Customer,
    Instalment,
    Membership,
    Payment,
    Tenant,
    VisibilityRule,
)
from accounts.permissions import ALLOWED
from accounts.tenancy import tenant_scope
from projects.actions.payments import tie_payment, untie_payment
from projects.actions.tasks import remove_task
from projects.models import MilestonePayment, Phase, Project, Task
from projects.queries.payments import (
    PaymentsDue,
    instalments_of,
    milestone_payments_due,
    row_of,
    tied_to,
)

D = date(2026, 6, 30)
DAY = timedelta(days=1)
ZERO = Decimal(0)


@pytest.fixture
def manager(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "pam@acme.example", "project_manager")


@pytest.fixture
def project(tenant: Tenant) -> Project:
    with tenant_scope(tenant.id):
        return project_of(Customer.objects.create(key="W", name="Rookcombe"), "P1")


def project_of(customer: Customer, key: str) -> Project:
    made = Project.objects.create(
        customer=customer, key=key, name=key, starts_on=D - 90 * DAY, due_on=D + 90 * DAY
    )
    Phase.objects.create(project=made, position=1, title="All")
    return made


def milestone(
    project: Project, planned: date = D, reached: date | None = None, **further: Any
) -> Task:
    number = Task.objects.filter(project=project).count() + 1
    state = {"state": "done", "started_on": reached, "finished_on": reached} if reached else {}
    return Task.objects.create(
        project=project, phase=project.phases.get(), number=number, title=f"M{number}",
        starts_on=planned, ends_on=planned, **{"is_milestone": True, **state, **further},
    )  # fmt: skip


def instalment(
    project: Project, due: date = D, amount: str = "100", paid_on: date | None = None
) -> Instalment:
    contract, _made = Contract.objects.get_or_create(
        key=f"K-{project.customer.key}", customer=project.customer
    )
    payment = None
    if paid_on is not None:
        payment = Payment.objects.create(
            customer=project.customer, key=f"p{Payment.objects.count()}", paid_on=paid_on,
            amount=Decimal(amount),
        )  # fmt: skip
    return Instalment.objects.create(
        contract=contract, due_on=due, amount=Decimal(amount), paid_by=payment
    )


def tie(project: Project, by: Membership, task: Task, **values: Any) -> Instalment:
    made = instalment(project, **values)
    tie_payment(instalment=made, milestone=task, by=by.user)
    return made


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told(project: Project, instalment: Instalment, today: date = D) -> tuple[str, date, int]:
    row = row_of(instalments_of(project).get(pk=instalment.pk), today)
    return row.state, row.expected_on, row.days


def test_what_is_due_waits_for_its_day_and_for_the_milestone(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    reached, late = milestone(project, reached=D - 5 * DAY), milestone(project, D + 9 * DAY)
    overdue = tie(project, manager, reached, due=D - 9 * DAY)
    due = tie(project, manager, reached, due=D)
    to_come = tie(project, manager, reached, due=D + 3 * DAY)
    held_up = tie(project, manager, late, due=D - DAY)
    later = tie(project, manager, late, due=D + DAY)
    paid = tie(project, manager, late, due=D - 2 * DAY, paid_on=D - DAY)
    alone = instalment(project, D - 20 * DAY)
    assert told(project, overdue) == ("overdue", D - 5 * DAY, 5)
    assert told(project, due) == ("due", D, 0)
    assert told(project, to_come) == ("to_come", D + 3 * DAY, 0)
    assert told(project, held_up) == ("held_up", D + 9 * DAY, 10)
    assert told(project, later) == ("to_come", D + 9 * DAY, 8)
    assert told(project, paid) == ("received", D - DAY, 0)
    assert told(project, alone) == ("overdue", D - 20 * DAY, 20)
    # A milestone that should have been reached is expected today at the earliest.
    assert told(project, later, D + 20 * DAY) == ("held_up", D + 20 * DAY, 19)
    assert milestone_payments_due([project.pk], D) == {
        project.pk: PaymentsDue(Decimal(200), Decimal(100), Decimal(100), Decimal(100))
    }
    assert not row_of(instalments_of(project).get(pk=paid.pk), D).is_later
    assert set(instalments_of(project).filter(tied_to(project))) == {
        overdue, due, to_come, held_up, later, paid,
    }  # fmt: skip


def test_money_stays_exact(scope: Tenant, project: Project, manager: Membership) -> None:
    reached = milestone(project, reached=D)
    for number in range(3):
        tie(project, manager, reached, due=D - number * DAY, amount="0.1001")
    assert milestone_payments_due([project.pk], D)[project.pk].due == Decimal("0.3003")


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_the_rows(
    scope: Tenant, project: Project, manager: Membership, seed: int
) -> None:
    chance = random.Random(seed)

    def day() -> date:
        return D + chance.randint(-20, 20) * DAY

    projects = [project, project_of(project.customer, "P2")]
    for number in range(40):
        found = chance.choice(projects)
        task = milestone(found, day(), chance.choice([None, day()]))
        made = Instalment.objects.create(
            contract=Contract.objects.get_or_create(key=f"K{number}", customer=found.customer)[0],
            due_on=day(),
            amount=Decimal(chance.randint(0, 10_000)) / 100,
            paid_by=chance.choice(
                [
                    None,
                    Payment.objects.create(
                        customer=found.customer, key=f"q{number}", paid_on=day(), amount=1
                    ),
                ]
            ),
        )
        tie_payment(instalment=made, milestone=task, by=manager.user)
    for today in (D - 10 * DAY, D, D + 15 * DAY):
        expected = {}
        for found in projects:
            rows = [row_of(row, today) for row in instalments_of(found).filter(tied_to(found))]
            sums = {
                state: sum((row.instalment.amount for row in rows if row.state == state), ZERO)
                for state in ("due", "overdue", "received", "held_up")
            }
            expected[found.pk] = PaymentsDue(
                sums["due"] + sums["overdue"],
                sums["overdue"],
                sums["received"],
                sums["held_up"],
            )
        with CaptureQueriesContext(connection) as queries:
            assert milestone_payments_due([one.pk for one in projects], today) == expected
        assert len(queries) == 1


def test_an_instalment_is_tied_to_one_milestone_of_its_customer(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    first, second = milestone(project), milestone(project)
    made = tie(project, manager, first)
    tie_payment(instalment=made, milestone=second, by=manager.user)
    assert MilestonePayment.objects.get().milestone == second
    tie_payment(instalment=made, milestone=second, by=manager.user)
    changes = AuditRecord.objects.filter(verb="payment.tied").order_by("pk")
    assert [(entry.data["before"], entry.data["after"]) for entry in changes] == [
        ({}, {"milestone": "M1"}),
        ({"milestone": "M1"}, {"milestone": "M2"}),
    ]
    with pytest.raises(ValidationError, match="Only a milestone"):
        tie_payment(
            instalment=made, milestone=milestone(project, is_milestone=False), by=manager.user
        )
    other = project_of(Customer.objects.create(key="O", name="Other"), "P9")
    with pytest.raises(ValidationError, match="another customer"):
        tie_payment(instalment=made, milestone=milestone(other), by=manager.user)
    with pytest.raises(ValidationError, match="untie it first"):
        remove_task(task=second, seen=1, by=manager.user)
    assert untie_payment(instalment=made, by=manager.user)
    assert not untie_payment(instalment=made, by=manager.user)
    remove_task(task=second, seen=1, by=manager.user)


def test_tied_and_untied_on_screen(
    tenant: Tenant, project: Project, manager: Membership, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        task = milestone(project, D + 900 * DAY)
        made = instalment(project, D, "12345.60")
        other = instalment(project_of(Customer.objects.create(key="O", name="Other"), "P9"), D, "7")
    client, page = as_(manager), f"/t/acme/projects/{project.pk}/payments/"
    assert "¥12,345.60" in text(client.get(page))
    ties = f"{page}{made.pk}/ties/"
    shown = text(client.post(ties, {"milestone": task.pk}, follow=True))
    assert "It is due once “M1” is reached." in shown
    assert "days later" in shown
    assert client.get(page, {"show": "tied"}).status_code == 200
    assert client.post(ties, {"milestone": "9" * 30}).status_code == 404
    assert client.post(f"{page}{other.pk}/ties/", {"milestone": task.pk}).status_code == 404
    looker = as_(make_member(tenant, "eve@acme.example", "executive"))
    assert "M1" in text(looker.get(page))
    assert looker.post(ties, {"milestone": ""}).status_code == 404
    client.post(ties, {"milestone": ""})
    with tenant_scope(tenant.id):
        assert not MilestonePayment.objects.exists()


def test_what_is_owed_for_another_project_is_tied_and_untied_there(
    tenant: Tenant, project: Project, manager: Membership
) -> None:
    with tenant_scope(tenant.id):
        other = project_of(project.customer, "P2")
        task, made = milestone(project), tie(other, manager, milestone(other))
    ties = f"/t/acme/projects/{project.pk}/payments/{made.pk}/ties/"
    for chosen in ("", task.pk):
        assert as_(manager).post(ties, {"milestone": chosen}).status_code == 404
    with tenant_scope(tenant.id):
        assert MilestonePayment.objects.get().milestone.project == other


def test_the_file_of_projects_tells_no_money_to_who_may_not_see_it(
    tenant: Tenant, project: Project, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.id):
        tie(project, manager, milestone(project, D, D), amount="98765")
    file = "/t/acme/projects/?format=csv"
    assert "98765" in as_(manager).get(file).content.decode()
    monkeypatch.setitem(ALLOWED, "view_money", ("admin",))
    assert "98765" not in as_(manager).get(file).content.decode()


def test_projects_that_a_member_does_not_see_are_not_named(
    tenant: Tenant, project: Project, manager: Membership
) -> None:
    with tenant_scope(tenant.id):
        project.manager = Colleague.objects.get(membership=manager)
        project.save(update_fields=["manager"])
        other = project_of(project.customer, "Secret roll-out")
        tie(other, manager, milestone(other))
    page = f"/t/acme/projects/{project.pk}/payments/"
    assert "Secret roll-out" in text(as_(manager).get(page))
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    shown = text(as_(manager).get(page))
    assert "Secret roll-out" not in shown
    assert "Another project" in shown
