"""The share of a customer's users who were trained: as of a day, as known at a moment."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from night_facts import LONG_AGO, customer, sign

from accounts.actions.contacts import remove_contact
from accounts.actions.facts import keep_versions
from accounts.models import Contact, ContactRole, Customer, RowVersion, Tenant, User
from projects.actions.training import change_session, hold_session, remove_session, take_attendance
from projects.models import Attendance, TrainingSession
from segmentation.actions.nights import run_night
from segmentation.frames.asof import AsOf
from segmentation.frames.one_customer import measure_customer
from segmentation.frames.reading import gather_facts
from segmentation.models import MeasureRow, Night

D = date(2026, 6, 30)
DAY = timedelta(1)
KNOWN = datetime(2026, 7, 1, tzinfo=UTC)


def shares(tenant: Tenant, day: date = D, known_at: datetime = KNOWN) -> dict[str, Any]:
    """Customer → share, of those that have one."""
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column("trained_share").dropna()
    return dict(zip(facts.keys[column.index], column, strict=True))


def user(
    whom: Customer,
    key: str,
    role: str = "end_user",
    from_on: date | None = None,
    to_on: date | None = None,
) -> Contact:
    contact = Contact.objects.create(customer=whom, key=key, name=key, known_from=LONG_AGO)
    ContactRole.objects.create(
        contact=contact, role=role, from_on=from_on, to_on=to_on, known_from=LONG_AGO
    )
    return contact


def session(
    whom: Customer, day: date, *present: Contact, known: datetime = LONG_AGO, **states: str
) -> TrainingSession:
    found = TrainingSession.objects.create(
        customer=whom,
        key=f"s{TrainingSession.objects.count()}",
        title="x",
        held_on=day,
        known_from=known,
    )
    for contact in present:
        Attendance.objects.create(
            session=found,
            contact=contact,
            state=states.get(contact.key, "present"),
            known_from=known,
        )
    return found


def test_who_was_present_by_the_day_counts_among_its_users(scope: Tenant) -> None:
    one, two, none = customer("one"), customer("two"), customer("none")
    key_user, end_user = user(one, "k", "key_user"), user(one, "e")
    user(one, "later", from_on=D + DAY)
    left = user(one, "left", to_on=D - DAY)
    boss = user(one, "boss", "decision_maker")
    user(two, "u")
    user(none, "b", "decision_maker")
    session(one, D, key_user, left, boss)
    session(one, D - DAY, end_user, e="absent")
    session(one, D + DAY, end_user)
    assert shares(scope) == {"one": 0.5, "two": 0}
    assert shares(scope, D + DAY) == {"one": pytest.approx(2 / 3), "two": 0}
    assert shares(scope, D - DAY) == {"one": 0, "two": 0}


def test_a_person_with_two_roles_and_two_sessions_is_one(scope: Tenant) -> None:
    one = customer("one")
    both = user(one, "k", "key_user")
    ContactRole.objects.create(contact=both, role="end_user", known_from=LONG_AGO)
    user(one, "e")
    session(one, D, both)
    session(one, D - DAY, both)
    assert shares(scope) == {"one": 0.5}


def test_unknown_while_nobody_was_ever_trained(scope: Tenant) -> None:
    one = customer("one")
    contact = user(one, "k", "key_user")
    assert shares(scope) == {}
    session(one, D + DAY, contact)
    assert shares(scope) == {}, "the first session is still to come"


def test_what_was_corrected_counts_as_it_was_known_then(scope: Tenant, alice: User) -> None:
    one = customer("one")
    trained, other = user(one, "k", "key_user"), user(one, "e")
    held = hold_session(customer=one, values={"title": "x", "held_on": D - DAY}, by=alice)
    take_attendance(session=held, said={trained.pk: "present"}, by=alice)
    moments = [now()]
    take_attendance(session=held, said={trained.pk: "absent", other.pk: "present"}, by=alice)
    take_attendance(session=held, said={trained.pk: "present"}, by=alice)
    moments.append(now())
    change_session(session=held, values={"held_on": D + DAY}, by=alice)
    moments.append(now())
    change_session(session=held, values={"held_on": D}, by=alice)
    remove_contact(contact=other, by=alice)
    moments.append(now())
    remove_session(session=held, by=alice)
    moments.append(now())
    assert [shares(scope, D, at) for at in moments] == [
        {"one": 0.5},
        {"one": 1},
        {},
        {"one": 1},
        {},
    ]
    assert not Attendance.objects.exists()


def test_a_past_night_is_computed_again_as_it_was(scope: Tenant, alice: User) -> None:
    one = customer("one")
    sign(one, D - 90 * DAY)
    trained, other = user(one, "k", "key_user"), user(one, "e")
    held = session(one, D - DAY, trained)
    at = now()
    first = run_night(tenant=scope, as_of=D, known_at=at)
    take_attendance(session=held, said={trained.pk: "", other.pk: "absent"}, by=alice)
    remove_contact(contact=trained, by=alice)
    again = run_night(tenant=scope, as_of=D, known_at=at)
    assert first.digest == again.digest
    (row,) = MeasureRow.objects.all()
    assert row.further["trained_share"] == 0.5
    found = measure_customer(
        AsOf(scope.id, D, at, scope.zone), one.pk, Night.objects.get().context["kinds"]
    )
    assert found is not None
    assert found[0].further == row.further
    assert shares(scope, D, now()) == {"one": 0}


@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_of_a_naive_computation(scope: Tenant, seed: int) -> None:
    chance = random.Random(seed)
    moments = [datetime(2026, 6, 1 + number, tzinfo=UTC) for number in range(8)]
    customers = [customer(f"c{number}") for number in range(3)]
    people = [
        user(
            chance.choice(customers),
            f"u{number}",
            chance.choice(["key_user", "end_user", "decision_maker"]),
            from_on=chance.choice([None, D - 5 * DAY]),
            to_on=chance.choice([None, D - 2 * DAY]),
        )
        for number in range(12)
    ]
    sessions = [
        session(chance.choice(customers), D - chance.randrange(8) * DAY, known=moments[1])
        for _ in range(5)
    ]
    told: dict[tuple[int, int], list[tuple[datetime, str]]] = {}
    for at in moments[2:]:
        for found in sessions:
            for person in people:
                if person.customer_id == found.customer_id and chance.random() < 0.4:
                    state = chance.choice(["present", "absent", "excused", ""])
                    told.setdefault((found.pk, person.pk), []).append((at, state))
                    tell(found, person, state, at)

    def known(found: TrainingSession, person: Contact, at: datetime) -> str:
        states = [state for since, state in told.get((found.pk, person.pk), []) if since <= at]
        return states[-1] if states else ""

    for at in moments:
        for day in (D - 3 * DAY, D):
            expected = {}
            held = [found for found in sessions if found.held_on <= day and at >= moments[1]]
            for whom in customers:
                users = [
                    person
                    for person in people
                    if person.customer_id == whom.pk
                    and any(
                        role.role != "decision_maker"
                        and (role.from_on or day) <= day <= (role.to_on or day)
                        for role in person.roles.all()
                    )
                ]
                trained = [
                    person
                    for person in users
                    if any(known(found, person, at) == "present" for found in held)
                ]
                if users and held:
                    expected[whom.key] = float(Fraction(len(trained), len(users)))
            assert shares(scope, day, at) == expected, (day, at)


def tell(found: TrainingSession, person: Contact, state: str, at: datetime) -> None:
    """Say it, known from a moment."""
    row = Attendance.objects.filter(session=found, contact=person).first()
    if row is not None:
        keep_versions([row], until=at)
        row.delete()
    if state:
        Attendance.objects.create(session=found, contact=person, state=state, known_from=at)


def now() -> datetime:
    """Just after what was done last."""
    last = RowVersion.objects.order_by("-known_to").values_list("known_to", flat=True).first()
    return last or LONG_AGO
