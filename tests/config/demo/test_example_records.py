"""Training, risks and tied payments of the demo: made once, and none of it of days to come."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import (
    Case,
    Colleague,
    Contact,
    ContactRole,
    Contract,
    Customer,
    Instalment,
    Tenant,
)
from config.demo.plans import make_example_plans
from config.demo.records import make_example_records
from projects.actions.responsibility import derive_faces
from projects.models import Attendance, MilestonePayment, Project, Risk, TrainingSession

DAY = timedelta(days=1)


@pytest.fixture
def project(scope: Tenant, alice: object) -> Project:
    """One that runs since three months, of a customer with users, a case and instalments."""
    until = scope.last_ended_day(scope.created_at)
    manager = Colleague.objects.create(key="mia", name="Mia")
    customer = Customer.objects.create(key="c", name="C", service_manager=manager)
    for number in range(12):
        contact = Contact.objects.create(customer=customer, key=f"u{number}", name=f"U{number}")
        role = "key_user" if number % 2 else "end_user"
        ContactRole.objects.create(contact=contact, role=role)
    Case.objects.create(
        customer=customer, key="k", title="权限设置问题", opened_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    contract = Contract.objects.create(customer=customer, key="K")
    for step in range(3):
        Instalment.objects.create(
            contract=contract, due_on=until - (80 - 60 * step) * DAY, amount=100
        )
    project = Project.objects.create(
        customer=customer, key="P", name="考勤", manager=manager, starts_on=until - 90 * DAY,
        due_on=until + 120 * DAY,
    )  # fmt: skip
    derive_faces(today=until, zone=scope.timezone)
    make_example_plans(scope)
    return project


def test_they_are_made_once_and_not_of_days_to_come(scope: Tenant, project: Project) -> None:
    make_example_records(scope)
    counts = [model.objects.count() for model in (TrainingSession, Attendance, Risk)]
    make_example_records(scope)
    assert [model.objects.count() for model in (TrainingSession, Attendance, Risk)] == counts
    until = scope.last_ended_day(scope.created_at)
    (session,) = TrainingSession.objects.all()
    assert (session.title, session.kind, session.trainer) == (
        "标准产品培训",
        "product",
        project.manager,
    )
    assert session.held_on <= until
    assert scope.local_date(session.known_from) == session.held_on + DAY
    came = Attendance.objects.filter(state="present")
    assert 1 <= came.count() <= 6
    assert {row.contact.roles.get().role for row in came} == {"key_user"}


def test_risks_and_payments_belong_to_the_plan(scope: Tenant, project: Project) -> None:
    make_example_records(scope)
    risks = list(Risk.objects.all())
    assert len(risks) >= 2
    assert all(risk.person in (project.manager, None) for risk in risks)
    for issue in (risk for risk in risks if risk.kind == "issue"):
        assert issue.came_of is not None
        assert issue.came_of.state == "happened"
    ties = MilestonePayment.objects.all()
    assert ties.count() == 2
    assert len({tie.milestone_id for tie in ties}) == 2
    assert all(tie.milestone.is_milestone for tie in ties)


def test_cases_say_what_they_are_and_whose(scope: Tenant, project: Project) -> None:
    make_example_records(scope)
    case = Case.objects.get()
    assert (case.kind, case.colleague is not None) == ("question", True)
