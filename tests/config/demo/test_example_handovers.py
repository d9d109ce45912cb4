"""Handovers of the demo: something of every kind to look at, and nobody's face moves by them."""

from datetime import date, timedelta

import pytest
from django.core import mail

from accounts.models import Colleague, Customer, Responsibility, Tenant
from accounts.signals import customer_facts_changed
from config.demo.handovers import make_example_handovers
from config.demo.plans import make_example_plans
from projects.models import Handover, HandoverItem, Project
from projects.queries.handovers import section_rows


@pytest.fixture
def projects(scope: Tenant, alice: object) -> list[Project]:
    """Two customers with one accepted project, two with two, and two whose first one runs."""
    today = scope.last_ended_day(scope.created_at)
    mia = Colleague.objects.create(key="mia", name="Mia")
    sue = Colleague.objects.create(key="sue", name="Sue")
    made = []
    for number, accepted in enumerate(((60,), (40,), (200, 20), (220, 30), (None,), (None,))):
        customer = Customer.objects.create(key=f"c{number}", name="C", service_manager=sue)
        for place, days in enumerate(accepted):
            made.append(
                Project.objects.create(
                    customer=customer,
                    key=f"p{number}-{place}",
                    name="P",
                    manager=mia,
                    starts_on=today - timedelta(300 - number - place),
                    due_on=today + timedelta(30),
                    accepted_on=today - timedelta(days) if days else None,
                )
            )
    make_example_plans(scope)
    customer_facts_changed.send(sender=Project, customer_ids=None)
    return made


def faces() -> list[tuple[int, date, str, str | None]]:
    return list(
        Responsibility.objects.order_by("customer", "from_on").values_list(
            "customer", "from_on", "capacity", "colleague__key"
        )
    )


def test_every_state_is_there_once_and_no_face_moves(
    scope: Tenant, projects: list[Project]
) -> None:
    before = faces()
    make_example_handovers(scope)
    customer_facts_changed.send(sender=Project, customer_ids=None)
    assert faces() == before
    states = list(Handover.objects.values_list("state", flat=True))
    assert sorted(states) == [*["accepted"] * 4, "proposed", "returned"]
    to_propose = Project.objects.filter(
        awaits_handover=True, handed_over_on=None, accepted_on__isnull=False, handovers=None
    )
    assert to_propose.count() == 1
    assert HandoverItem.objects.filter(handover__state="accepted", state="open").exists()
    for handover in Handover.objects.exclude(state="accepted"):
        assert not any(row.is_missing for row in section_rows(handover))
    assert not mail.outbox

    rows = HandoverItem.objects.count()
    make_example_handovers(scope)
    assert HandoverItem.objects.count() == rows
