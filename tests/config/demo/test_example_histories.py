"""Accepted projects of the demo: plans from a file and signed acceptances, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Colleague, Contact, Customer, Load, Tenant
from config.demo.histories import make_example_histories
from projects.compute.change_documents import hash_of
from projects.models import (
    Baseline,
    Gate,
    Plan,
    Project,
    SignOffAnswer,
    Sow,
    SowItem,
    Task,
    TaskLink,
)


@pytest.fixture
def projects(scope: Tenant) -> dict[str, Project]:
    """Accepted late, accepted on the first day, long ago, running; each with three items signed."""
    today = scope.last_ended_day(scope.created_at)
    customer = Customer.objects.create(key="c", name="C")
    Contact.objects.create(customer=customer, key="z", name="Zhang")
    manager = Colleague.objects.create(key="mia", name="Mia")
    made = {}
    for key, begun, accepted in (
        ("PJ-1", 200, 60),
        ("PJ-2", 100, 100),
        ("PJ-3", 990, 900),
        ("PJ-4", 50, None),
    ):
        start = today - timedelta(begun)
        made[key] = Project.objects.create(
            customer=customer, key=key, name=key, manager=manager, starts_on=start,
            due_on=start + timedelta(90),
            accepted_on=None if accepted is None else today - timedelta(accepted),
        )  # fmt: skip
        sow = Sow.objects.create(project=made[key])
        Baseline.objects.create(
            sow=sow, version=1, effort_days=30, starts_on=start, due_on=start + timedelta(90)
        )
        for number, phase in enumerate(("启动", "实施", "验收")):
            SowItem.objects.create(
                sow=sow, key=f"S{number}", title=phase, phase=phase, effort_days=10
            )
    return made


def test_they_are_made_once_for_what_was_accepted_of_late(
    scope: Tenant, projects: dict[str, Project]
) -> None:
    make_example_histories(scope)
    make_example_histories(scope)
    assert set(Plan.objects.values_list("project__key", flat=True)) == {"PJ-1", "PJ-2"}
    assert Load.objects.get().kind == "tasks"
    tasks = Task.objects.filter(project=projects["PJ-1"])
    assert list(tasks.order_by("number").values_list("key", "side")) == [
        ("S0", "vendor"),
        ("S1", "vendor"),
        ("S2", "customer"),
        ("A", "customer"),
    ]
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}
    assert not tasks.filter(finished_on__gt=projects["PJ-1"].accepted_on).exists()
    assert TaskLink.objects.count() == 6


def test_the_customer_signed_what_it_was_shown(scope: Tenant, projects: dict[str, Project]) -> None:
    make_example_histories(scope)
    gates = Gate.objects.select_related("project")
    assert {(gate.project.key, gate.state) for gate in gates} == {
        ("PJ-1", "passed"),
        ("PJ-2", "passed"),
    }
    assert all(gate.passed_on == gate.project.accepted_on for gate in gates)
    answers = SignOffAnswer.objects.select_related("sign_off")
    assert {answer.side for answer in answers} == {"vendor", "customer"}
    for answer in answers:
        assert hash_of(answer.document) == answer.document_hash
        assert answer.sign_off.asked_at <= answer.at
        assert answer.satisfaction in (None, 1, 2, 3, 4, 5)
