"""Gates of the demo's projects: made once, passed as far as the work is done."""

from datetime import timedelta

import pytest

from accounts.models import Colleague, Contact, Customer, Membership, Tenant
from config.demo.gates import make_example_gates
from config.demo.plans import make_example_plans
from projects.models import Gate, Project, SignOff, SignOffAnswer, SignOffLink
from projects.queries.gates import blocked_gates, satisfaction_at_acceptance, sign_offs_waiting


@pytest.fixture
def pam(scope: Tenant, alice: object, make_member) -> Membership:  # type: ignore[no-untyped-def]
    """The project manager of five projects that run and one that was accepted."""
    member = make_member(scope, "pam@acme.example", "project_manager")
    today = scope.last_ended_day(scope.created_at)
    customer = Customer.objects.create(key="c", name="C")
    Contact.objects.create(customer=customer, key="z", name="Zhou", email="z@c.example")
    for place in range(6):
        Project.objects.create(
            customer=customer,
            key=f"p{place}",
            name=f"P{place}",
            manager=Colleague.objects.get(membership=member),
            starts_on=today - timedelta(300 if place == 0 else 54),
            due_on=today + timedelta(120),
            accepted_on=today - timedelta(60) if place == 0 else None,
        )
    return member


def test_they_are_made_once_in_every_state(scope: Tenant, pam: Membership) -> None:
    make_example_plans(scope)
    make_example_gates(scope)
    count = SignOff.objects.count()
    make_example_gates(scope)
    assert SignOff.objects.count() == count

    today = scope.last_ended_day(scope.created_at)
    assert set(Gate.objects.values_list("state", flat=True)) == set(Gate.State)
    accepted = Project.objects.get(key="p0")
    assert set(Gate.objects.filter(project=accepted).values_list("state", flat=True)) == {"passed"}
    assert Gate.objects.get(project=accepted, is_acceptance=True).passed_on == accepted.accepted_on
    assert len(satisfaction_at_acceptance([accepted.pk])[accepted.pk]) == 1
    projects = list(Project.objects.values_list("pk", flat=True))
    standings = {row.standing for rows in blocked_gates(projects, today).values() for row in rows}
    assert standings == {"overdue", "returned"}
    assert sign_offs_waiting(pam)
    assert not SignOffAnswer.objects.filter(counts_on__gt=today).exists()
    assert SignOffAnswer.objects.filter(outcome="passive").exists()
    assert SignOffLink.objects.count() == SignOff.objects.filter(side="customer").count()
