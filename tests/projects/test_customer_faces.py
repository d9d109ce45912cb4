"""How many of our people a customer has to do with, in each phase."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Case,
    Colleague,
    Customer,
    Membership,
    Responsibility,
    Tenant,
    Touchpoint,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.models import TrainingSession
from projects.queries.customer_faces import (
    Face,
    PhaseMean,
    faces_of,
    faces_per_customer,
    mean_faces,
)

D = date(2026, 6, 30)
DAY = timedelta(days=1)
PHASE_OF = {
    "salesperson": "prospect",
    "project_manager": "project",
    "service_manager": "after_handover",
}


class World:
    """Customers with a history of faces, and meetings of every kind."""

    def __init__(self) -> None:
        self.number = 0
        self.people = [Colleague.objects.create(key=key, name=key.title()) for key in "abcde"]

    def customer(self, *spans: tuple[str, date]) -> Customer:
        self.number += 1
        made = Customer.objects.create(key=f"c{self.number}", name=f"C{self.number}")
        ends = [day for _capacity, day in spans[1:]] + [None]
        for (capacity, day), end in zip(spans, ends, strict=True):
            Responsibility.objects.create(
                customer=made, capacity=capacity, from_on=day, to_on=end, why="assigned"
            )
        return made

    def meet(self, kind: str, whom: Customer, person: Colleague | None, day: date) -> None:
        self.number += 1
        key = f"m{self.number}"
        if kind == "touchpoint":
            Touchpoint.objects.create(
                customer=whom, key=key, kind="call", happened_on=day, colleague=person
            )
        elif kind == "case":
            # A quarter past midnight in Shanghai, the tenant's zone, is the day before in UTC.
            opened = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=7.75)
            Case.objects.create(customer=whom, key=key, opened_at=opened, colleague=person)
        else:
            TrainingSession.objects.create(
                customer=whom, key=key, title="x", held_on=day, trainer=person
            )


def test_a_person_is_one_face_in_each_phase(scope: Tenant) -> None:
    world = World()
    ann, ben, *_others = world.people
    one = world.customer(
        ("salesperson", D - 90 * DAY), ("project_manager", D - 60 * DAY),
        ("service_manager", D - 30 * DAY),
    )  # fmt: skip
    world.meet("touchpoint", one, ann, D - 200 * DAY)
    world.meet("touchpoint", one, ann, D - 61 * DAY)
    world.meet("training", one, ann, D - 60 * DAY)
    world.meet("case", one, ben, D - 31 * DAY)
    world.meet("case", one, ben, D - 30 * DAY)
    world.meet("touchpoint", one, None, D)
    world.meet("touchpoint", one, ann, D + DAY)
    assert faces_of(one, D, scope) == {
        "prospect": [Face("A", 2, D - 200 * DAY, D - 61 * DAY)],
        "project": [
            Face("A", 1, D - 60 * DAY, D - 60 * DAY),
            Face("B", 1, D - 31 * DAY, D - 31 * DAY),
        ],
        "after_handover": [Face("B", 1, D - 30 * DAY, D - 30 * DAY)],
    }
    two = world.customer(("service_manager", D))
    world.meet("touchpoint", two, ann, D - DAY)
    world.meet("touchpoint", two, ben, D)
    world.meet("touchpoint", two, world.people[2], D)
    assert mean_faces(D, scope) == {
        "prospect": PhaseMean(1, 1),
        "project": PhaseMean(1, 2),
        "after_handover": PhaseMean(2, 4),
    }
    assert mean_faces(D, scope)["after_handover"].mean == 2
    assert faces_per_customer(D, scope, [two.pk]) == {two.pk: {"after_handover": 3}}


@pytest.mark.parametrize("seed", range(4))
def test_all_customers_at_once_are_those_of_a_naive_computation(scope: Tenant, seed: int) -> None:
    chance, world = random.Random(seed), World()
    capacities = list(PHASE_OF)
    spans: dict[int, list[tuple[str, date]]] = {}
    customers = []
    for _number in range(6):
        days = sorted({D - chance.randint(1, 90) * DAY for _time in range(chance.randint(1, 3))})
        own = [(chance.choice(capacities), day) for day in days]
        customers.append(world.customer(*own))
        spans[customers[-1].pk] = own
    met: dict[tuple[int, str], set[int]] = defaultdict(set)
    for _time in range(80):
        whom, person = chance.choice(customers), chance.choice([*world.people, None])
        day = D + chance.randint(-100, 5) * DAY
        world.meet(chance.choice(["touchpoint", "case", "training"]), whom, person, day)
        if person is not None and day <= D:
            begun = [capacity for capacity, since in spans[whom.pk] if since <= day]
            capacity = begun[-1] if begun else spans[whom.pk][0][0]
            met[whom.pk, PHASE_OF[capacity]].add(person.pk)
    expected: dict[int, dict[str, int]] = defaultdict(dict)
    for (whom_id, phase), people in met.items():
        expected[whom_id][phase] = len(people)
    with CaptureQueriesContext(connection) as queries:
        found = faces_per_customer(D, scope)
    assert found == expected
    assert sum("accounts_touchpoint" in query["sql"] for query in queries) == 1
    for phase, mean in mean_faces(D, scope).items():
        numbers = [faces[phase] for faces in expected.values() if phase in faces]
        assert (mean.customers, mean.faces) == (len(numbers), sum(numbers))
        assert float(mean.mean) == pytest.approx(float(Fraction(sum(numbers), len(numbers))))
    for whom in customers:
        counted = {phase: len(faces) for phase, faces in faces_of(whom, D, scope).items()}
        assert counted == expected.get(whom.pk, {})


def test_the_customers_page_names_them(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        world = World()
        one = world.customer(("service_manager", D))
        world.people[0].name = "<i>Ann"
        world.people[0].save()
        for person in world.people[:2]:
            world.meet("case", one, person, D)
    member = make_member(tenant, "sue@acme.example", "service_manager")
    client = Client()
    client.force_login(member.user)
    page = client.get(f"/t/acme/customers/{one.pk}/?part=people").content.decode()
    assert "&lt;i&gt;Ann" in page
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "After the handover 2" in words
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(
            role="service_manager", record="touchpoints", visibility="mine"
        )
    # Who looks after its cases stands beside them all the same.
    page = client.get(f"/t/acme/customers/{one.pk}/?part=people").content.decode()
    assert "After the handover 2" not in " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_meeting_with_several_contacts_is_one(scope: Tenant) -> None:
    world = World()
    whom = world.customer(("service_manager", D - 10 * DAY))
    for key in ("one", "two"):
        Touchpoint.objects.create(
            customer=whom, key=key, kind="call", happened_on=D, colleague=world.people[0],
            occasion="together",
        )  # fmt: skip
    ((face,),) = faces_of(whom, D, scope).values()
    assert face.meetings == 1
