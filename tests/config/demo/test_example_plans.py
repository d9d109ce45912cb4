"""Plans of the demo's projects: made once, and done as far as the day says."""

from datetime import timedelta

import pytest

from accounts.models import Colleague, Customer, Tenant
from config.demo.plans import make_example_plans
from projects.models import Baseline, Plan, Project, Sow, Task, TaskBaseline


@pytest.fixture
def projects(scope: Tenant, alice: object) -> dict[str, Project]:
    """One that runs since three months with a signed SOW, one that was accepted, one to come."""
    today = scope.last_ended_day(scope.created_at)
    customer = Customer.objects.create(key="c", name="C")
    manager = Colleague.objects.create(key="mia", name="Mia")
    made = {}
    for key, begun, accepted in (("runs", 90, None), ("done", 300, 60), ("comes", -30, None)):
        made[key] = Project.objects.create(
            customer=customer,
            key=key,
            name=key,
            manager=manager,
            starts_on=today - timedelta(begun),
            due_on=today + timedelta(120),
            accepted_on=accepted and today - timedelta(accepted),
        )
    span = {"starts_on": made["runs"].starts_on, "due_on": made["runs"].due_on}
    sow = Sow.objects.create(project=made["runs"])
    Baseline.objects.create(sow=sow, version=1, effort_days=100, **span)
    return made


def test_they_are_made_once_and_as_far_as_the_day_says(
    scope: Tenant, projects: dict[str, Project]
) -> None:
    make_example_plans(scope)
    tasks = Task.objects.count()
    make_example_plans(scope)
    assert Task.objects.count() == tasks
    assert set(Plan.objects.values_list("project__key", flat=True)) == {"runs", "done"}

    today = scope.last_ended_day(scope.created_at)
    running = Task.objects.filter(project=projects["runs"])
    states = set(running.values_list("state", flat=True))
    assert {"done", "todo"} <= states
    assert not running.filter(state="done", ends_on__gte=today).exists()
    assert not running.filter(state="todo", phase__position=1).exists()
    assert not running.filter(state="done", phase__position__gt=10).exists()
    assert TaskBaseline.objects.count() == running.count()
    accepted = Task.objects.filter(project=projects["done"])
    assert set(accepted.values_list("state", flat=True)) == {"done"}
    assert not accepted.filter(finished_on__gt=projects["done"].accepted_on).exists()
