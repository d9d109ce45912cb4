"""Training: sessions, who took part, who is trained, and what is still asked afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    AuditRecord,
    Case,
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Membership,
    Module,
    Tenant,
)
from accounts.tenancy import tenant_scope
from projects.actions.training import add_attendant, change_session, hold_session, take_attendance
from projects.models import Attendance, Project, TrainingSession
from projects.queries.training import how_to_cases, how_to_questions, trained_of
from service.actions.case_sync import sync_cases

DAY = timedelta(days=1)
ACCEPTED = date(2026, 3, 31)


@pytest.fixture
def manager(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "pam@acme.example", "project_manager")


@pytest.fixture
def project(tenant: Tenant, manager: Membership) -> Project:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="W", name="Rookcombe")
        return Project.objects.create(
            customer=customer, key="W-P1", name="Payroll", starts_on=date(2026, 1, 5),
            due_on=ACCEPTED, accepted_on=ACCEPTED,
            manager=Colleague.objects.get(membership=manager),
        )  # fmt: skip


def person(project: Project, key: str, role: str = "key_user") -> Contact:
    contact = Contact.objects.create(customer=project.customer, key=key, name=key.title())
    if role:
        ContactRole.objects.create(contact=contact, role=role)
    return contact


def held(project: Project, by: Membership, **values: Any) -> TrainingSession:
    given = {"title": "Basics", "held_on": ACCEPTED - 9 * DAY, "project": project} | values
    return hold_session(customer=project.customer, values=given, by=by.user)


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_only_what_changed_is_written_and_told(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    one, two = person(project, "ann"), person(project, "ben")
    session = held(project, manager)
    said = {one.pk: "present", two.pk: "absent"}
    assert take_attendance(session=session, said=said, by=manager.user) == {
        "present": 1,
        "absent": 1,
    }
    assert take_attendance(session=session, said=said, by=manager.user) == {}
    assert take_attendance(session=session, said={two.pk: ""}, by=manager.user) == {"": 1}
    assert Attendance.objects.get().contact == one
    told = [entry.data for entry in AuditRecord.objects.filter(verb="training.attended")]
    assert sorted(len(data) for data in told) == [2, 3]


def test_contacts_and_projects_of_others_take_no_part(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    other = Customer.objects.create(key="O", name="Other")
    stranger = Contact.objects.create(customer=other, key="c", name="c")
    session = held(project, manager)
    with pytest.raises(ValidationError, match="another customer"):
        take_attendance(session=session, said={stranger.pk: "present"}, by=manager.user)
    with pytest.raises(ValidationError, match="another customer"):
        hold_session(
            customer=other,
            values={"title": "x", "held_on": ACCEPTED, "project": project},
            by=manager.user,
        )
    with pytest.raises(ValidationError, match="what it is about"):
        change_session(session=session, values={"title": " "}, by=manager.user)


def test_who_is_added_by_name_is_a_contact_and_was_present(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    session = held(project, manager)
    today = ACCEPTED + DAY
    contact = add_attendant(
        session=session, name=" Zhou Min ", role="end_user", today=today, by=manager.user
    )
    assert (contact.name, contact.customer) == ("Zhou Min", project.customer)
    assert contact.roles.get().from_on == session.held_on
    assert trained_of(project.customer, today).share == 1
    assert trained_of(project.customer, session.held_on - DAY).share is None
    with pytest.raises(ValidationError, match="name"):
        add_attendant(session=session, name=" ", role="", today=today, by=manager.user)


def question(project: Project, at: datetime, kind: str = "question") -> Case:
    number = Case.objects.count()
    return Case.objects.create(
        customer=project.customer, key=f"C{number}", title=f"How {number}", kind=kind, opened_at=at
    )


def midnight(day: date) -> datetime:
    """In Shanghai, the tenant's zone."""
    return datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=8)


def test_questions_of_ninety_days_after_the_acceptance_count(
    scope: Tenant, project: Project, manager: Membership
) -> None:
    ask, second = timedelta(hours=12), timedelta(seconds=1)
    question(project, midnight(ACCEPTED) + ask)
    inside = [
        question(project, midnight(ACCEPTED + DAY)),
        question(project, midnight(ACCEPTED + 91 * DAY) - second),
    ]
    question(project, midnight(ACCEPTED + 91 * DAY))
    question(project, midnight(ACCEPTED + 9 * DAY), kind="problem")
    late = ACCEPTED + 200 * DAY
    found = how_to_questions([project.pk], late, scope)[project.pk]
    assert (found.questions, found.trained, found.per_trained) == (2, 0, None)
    assert found.until == ACCEPTED + 90 * DAY
    assert set(how_to_cases(project, found, scope)) == set(inside)
    session = held(project, manager)
    people = {person(project, key).pk: "present" for key in ("ann", "ben", "cid", "dan")}
    take_attendance(session=session, said=people, by=manager.user)
    after = held(project, manager, held_on=late)
    take_attendance(session=after, said={person(project, "eve").pk: "present"}, by=manager.user)
    found = how_to_questions([project.pk], late, scope)[project.pk]
    assert (found.trained, found.per_trained) == (4, Decimal("0.5"))
    early = how_to_questions([project.pk], ACCEPTED + DAY, scope)[project.pk]
    assert (early.questions, early.until) == (1, ACCEPTED + DAY)
    assert list(how_to_cases(project, early, scope)) == [inside[0]]
    assert how_to_questions([project.pk], ACCEPTED - DAY, scope) == {}


def test_nobody_knows_while_no_case_says_its_kind(scope: Tenant, project: Project) -> None:
    case = question(project, midnight(ACCEPTED + 2 * DAY), kind="")
    late = ACCEPTED + 200 * DAY
    assert how_to_questions([project.pk], late, scope) == {}
    Case.objects.filter(pk=case.pk).update(kind="other")
    assert how_to_questions([project.pk], late, scope)[project.pk].questions == 0


def test_questions_of_many_projects_cost_one_statement(scope: Tenant, project: Project) -> None:
    question(project, midnight(ACCEPTED + DAY))
    ids = [project.pk] + [
        Project.objects.create(
            customer=project.customer, key=f"P{number}", name="P", starts_on=ACCEPTED,
            due_on=ACCEPTED, accepted_on=ACCEPTED,
        ).pk
        for number in range(3)
    ]  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        found = how_to_questions(ids, ACCEPTED + 99 * DAY, scope)
    assert len(queries) == 1
    assert [found[pk].questions for pk in ids] == [1, 1, 1, 1]


def test_from_a_session_to_who_is_trained_on_screen(
    tenant: Tenant, project: Project, manager: Membership
) -> None:
    client, base = as_(manager), f"/t/acme/customers/{project.customer_id}/training/"
    with tenant_scope(tenant.id):
        people = {key: person(project, key).pk for key in ("ann", "ben", "cid")}
        module = Module.objects.create(key="pay", name="Payroll module")
    page = f"/t/acme/projects/{project.pk}/training/"
    assert "No session was held yet" in text(client.get(page))
    given = {
        "title": "Basics <1>", "kind": "end_user", "held_on": "2026-03-20", "minutes": "90",
        "trainer": "", "place": "Room 1", "project": project.pk, "modules": [module.pk],
    }  # fmt: skip
    assert "This field is required" in text(client.post(f"{base}new/", given | {"title": ""}))
    assert client.post(f"{base}new/", given | {"minutes": "0"}).status_code == 200
    shown = client.post(f"{base}new/", given, follow=True)
    assert "Payroll module" in text(shown)
    with tenant_scope(tenant.id):
        session = TrainingSession.objects.get()
    own = f"{base}{session.pk}/"
    ticks = {f"said-{people['ann']}": "present", f"said-{people['ben']}": "absent"}
    shown = client.post(f"{own}attendance/", ticks, follow=True)
    assert "Kept for 2 persons." in text(shown)
    assert "1 of 2" in text(shown)
    # Somebody else has a page of before: what is not touched there stays.
    stale = {f"said-{people['cid']}": "excused", f"was-{people['ann']}": ""}
    client.post(f"{own}attendance/", stale)
    with tenant_scope(tenant.id):
        assert dict(Attendance.objects.values_list("contact__key", "state")) == {
            "ann": "present",
            "ben": "absent",
            "cid": "excused",
        }
    client.post(f"{own}people/", {"name": "Zhou <b>Min", "role": "end_user"})
    rest = {f"was-{pk}": "" for pk in people.values()}
    shown = text(client.get(page))
    assert re.search(r"Trained users .{0,400}50(\.0)?% .{0,400}2 of 4", shown)
    assert "Ben" in shown.partition("Not trained yet")[2]
    assert client.post(f"{own}attendance/", rest | {"rest": "1"}).status_code == 302
    with tenant_scope(tenant.id):
        assert set(Attendance.objects.values_list("state", flat=True)) == {"present"}
        question(project, timezone.now(), kind="problem")
        sync_cases(tenant)
    panel = client.get(f"/t/acme/customers/{project.customer_id}/?part=delivery")
    assert "Basics &lt;1&gt;" in panel.content.decode()
    cases = client.get(f"/t/acme/customers/{project.customer_id}/?part=service")
    assert "Problem" in text(cases)
    assert client.get(f"{own}removal/").status_code == 200
    assert client.post(f"{own}removal/").status_code == 302
    with tenant_scope(tenant.id):
        assert not TrainingSession.objects.exists()


def test_who_may_only_look_keeps_no_session(
    tenant: Tenant, project: Project, manager: Membership, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        session = held(project, manager)
        ann = person(project, "ann")
    looker = as_(make_member(tenant, "eve@acme.example", "executive"))
    own = f"/t/acme/customers/{project.customer_id}/training/{session.pk}/"
    assert "Everybody else was present" not in text(looker.get(own))
    for rest in ("attendance/", "people/", "removal/", "edit/"):
        assert looker.post(f"{own}{rest}", {f"said-{ann.pk}": "present"}).status_code == 404
    with tenant_scope(tenant.id):
        assert not Attendance.objects.exists()


def test_a_session_is_its_customers(tenant: Tenant, project: Project, manager: Membership) -> None:
    with tenant_scope(tenant.id):
        session = held(project, manager)
        other = Customer.objects.create(key="O", name="Other")
    assert (
        as_(manager).get(f"/t/acme/customers/{other.pk}/training/{session.pk}/").status_code == 404
    )
