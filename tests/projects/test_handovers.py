"""Handing a project over: nothing open gets lost, and only an accepted handover changes the face."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from accounts.models import AuditRecord, Colleague, Customer, Membership, Responsibility, Tenant
from accounts.models.reach import colleagues_of
from accounts.tenancy import tenant_scope
from projects.actions.handover_answers import (
    accept_handover,
    propose_handover,
    return_handover,
    take_back,
)
from projects.actions.handover_items import note_item, settle_item
from projects.actions.handovers import (
    HandoverConflict,
    add_item,
    edit_item,
    remove_item,
    say_empty,
    start_handover,
    update_from_records,
)
from projects.models import (
    Handover,
    HandoverAnswer,
    HandoverItem,
    HandoverItemNote,
    HandoverRound,
    Project,
    Risk,
    Task,
)
from projects.models.projects import managed_by
from projects.queries.handovers import awaiting_acceptance, handovers_to_propose
from tests.projects.handover_world import (
    ALL_SECTIONS,
    HandoverWorld,
    accepted,
    handover_world,
    proposed,
    ready,
)


@pytest.fixture
def world(scope: Tenant, make_member: Callable[..., Membership]) -> HandoverWorld:
    return handover_world(scope, make_member)


def listed(handover: Handover) -> set[tuple[str, str]]:
    return set(HandoverItem.objects.filter(handover=handover).values_list("section", "title"))


def face(world: HandoverWorld) -> str:
    current = Responsibility.objects.get(customer=world.customer, to_on=None)
    return str(current.colleague)


def accept(world: HandoverWorld, handover: Handover, **given: Any) -> None:
    values: dict[str, Any] = {
        "seen": handover.version, "sections": ALL_SECTIONS, "membership": world.sue,
        "tenant": world.tenant,
    }  # fmt: skip
    accept_handover(handover=handover, **values | given)


def propose(world: HandoverWorld, handover: Handover) -> HandoverRound:
    return propose_handover(
        handover=handover, seen=handover.version, words="", tenant=world.tenant, by=world.pam.user
    )


def test_the_list_begins_with_what_the_records_hold(world: HandoverWorld) -> None:
    handover = start_handover(project=world.project, today=world.today, by=world.pam.user)
    assert listed(handover) == {
        ("open_item", "Import last year"),
        ("open_item", "Leave in half days"),
        ("open_item", "Slow export"),
        ("open_item", "Meet the key user Bert"),
        ("risk", "Old interface"),
        ("contact", "Ann"),
        ("contact", "Bert"),
        ("trained_user", "Ann"),
    }, "neither what is done nor the tasks of the handover itself"
    with pytest.raises(ValidationError, match="begun before"):
        start_handover(project=world.project, today=world.today, by=world.pam.user)


def test_it_keeps_in_step_with_the_records(world: HandoverWorld) -> None:
    handover = start_handover(project=world.project, today=world.today, by=world.pam.user)
    task, risk = Task.objects.get(title="Import last year"), Risk.objects.get()
    described = HandoverItem.objects.get(source="risk")
    edit_item(
        item=described, seen=1, values={"title": "Old interface, watch it"}, by=world.pam.user
    )
    Risk.objects.update(state="closed", state_why="gone", state_at=risk.changed_at)
    Task.objects.filter(pk=task.pk).update(
        state="done", started_on=world.today, finished_on=world.today
    )
    Task.objects.create(
        project=world.project, phase=task.phase, number=9, title="New one",
        starts_on=world.today, ends_on=world.today,
    )  # fmt: skip
    done = update_from_records(handover=handover, today=world.today, by=world.pam.user)
    assert (done.added, done.changed, done.removed) == (1, 1, 1)
    assert ("open_item", "New one") in listed(handover)
    assert ("open_item", "Import last year") not in listed(handover)
    described.refresh_from_db()
    assert (described.title, described.state) == ("Old interface, watch it", "done")
    again = update_from_records(handover=handover, today=world.today, by=world.pam.user)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


def test_what_comes_from_the_records_is_dropped_with_a_reason_never_removed(
    world: HandoverWorld,
) -> None:
    handover = start_handover(project=world.project, today=world.today, by=world.pam.user)
    item = HandoverItem.objects.get(source="case")
    with pytest.raises(ValidationError, match="Settle it there"):
        remove_item(item=item, seen=1, by=world.pam.user)
    with pytest.raises(ValidationError, match="Say why"):
        settle_item(item=item, seen=1, state="dropped", why=" ", by=world.pam.user)
    settle_item(item=item, seen=1, state="dropped", why="Theirs to solve", by=world.pam.user)
    assert (item.state, item.state_why, item.state_by) == (
        "dropped", "Theirs to solve", world.pam.user,
    )  # fmt: skip
    update_from_records(handover=handover, today=world.today, by=world.pam.user)
    assert HandoverItem.objects.filter(pk=item.pk, state="dropped").exists()
    written = add_item(
        handover=handover, section="promise", values={"title": "x"}, by=world.pam.user
    )
    remove_item(item=written, seen=1, by=world.pam.user)
    assert not HandoverItem.objects.filter(pk=written.pk).exists()


def test_every_section_is_spoken_of_before_it_is_proposed(world: HandoverWorld) -> None:
    handover = start_handover(project=world.project, today=world.today, by=world.pam.user)
    with pytest.raises(ValidationError) as refused:
        propose(world, handover)
    assert [text.split("”")[0] for text in refused.value.messages] == [
        "“Promises", "“Configuration notes",
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="Something is listed"):
        say_empty(handover=handover, section="risk", is_empty=True, by=world.pam.user)
    for section in ("promise", "configuration"):
        say_empty(handover=handover, section=section, is_empty=True, by=world.pam.user)
    add_item(handover=handover, section="promise", values={"title": "Free day"}, by=world.pam.user)
    assert handover.empty_sections == ["configuration"], "what is listed is not empty"
    Task.objects.filter(title="Set up").update(state="todo", started_on=None, finished_on=None)
    with pytest.raises(ValidationError, match="1 point of the project is not on the list"):
        propose(world, handover)
    update_from_records(handover=handover, today=world.today, by=world.pam.user)
    assert propose(world, handover).number == 1


def test_nothing_is_proposed_before_the_customer_accepted_or_to_nobody(
    world: HandoverWorld,
) -> None:
    handover = ready(world)
    Project.objects.update(accepted_on=None)
    with pytest.raises(ValidationError, match="customer has not accepted"):
        propose(world, handover)
    Project.objects.update(accepted_on=world.today + timedelta(days=1))
    with pytest.raises(ValidationError, match="customer has not accepted"):
        propose(world, handover)
    Project.objects.update(accepted_on=world.today)
    Customer.objects.update(service_manager=None)
    with pytest.raises(ValidationError, match="No customer-service manager"):
        propose(world, handover)


def test_the_face_changes_when_it_is_accepted_and_not_before(
    world: HandoverWorld, django_capture_on_commit_callbacks: Any
) -> None:
    pam = colleagues_of(world.pam, "mine")
    with django_capture_on_commit_callbacks(execute=True):
        handover = proposed(world)
    assert face(world) == "pam"
    assert world.customer.pk in {row["customer_id"] for row in managed_by(pam)}
    assert [one.project for one in awaiting_acceptance(world.sue, "mine")] == [world.project]
    assert [letter.to for letter in mail.outbox] == [["sue@acme.example"]]
    assert "Hollowmere" in mail.outbox[0].body
    assert "Be kind to Ann" in mail.outbox[0].body
    assert f"/t/acme/projects/{world.project.pk}/handover/" in mail.outbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        accept(world, handover)
    world.project.refresh_from_db()
    assert world.project.handed_over_on == world.today
    assert face(world) == "sue"
    span = Responsibility.objects.get(customer=world.customer, to_on=None)
    assert (span.from_on, span.why) == (world.today, "accepted")
    assert not managed_by(pam)
    assert mail.outbox[1].to == ["pam@acme.example"]
    assert awaiting_acceptance(world.sue, "mine") == []
    nobodys = HandoverItem.objects.filter(title="A second training").get()
    assert nobodys.person == Colleague.objects.get(membership=world.sue)
    assert HandoverItem.objects.get(title="Import last year").person.membership == world.pam
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"handover.started", "handover.proposed", "handover.accepted"} <= verbs


def test_a_returned_one_is_mended_and_proposed_again(
    world: HandoverWorld, django_capture_on_commit_callbacks: Any
) -> None:
    handover = proposed(world)
    given: dict[str, Any] = {"membership": world.sue, "tenant": world.tenant}
    with pytest.raises(ValidationError, match="what has to be mended"):
        return_handover(handover=handover, seen=handover.version, reason=" ", **given)
    with django_capture_on_commit_callbacks(execute=True):
        return_handover(
            handover=handover, seen=handover.version, reason="No word on the interface", **given
        )
    assert handover.state == "returned"
    assert "No word on the interface" in mail.outbox[-1].body
    assert mail.outbox[-1].to == ["pam@acme.example"]
    add_item(
        handover=handover, section="configuration", values={"title": "Interface by file"},
        by=world.pam.user,
    )  # fmt: skip
    second = propose(world, handover)
    first = HandoverRound.objects.get(number=1)
    kept = {part["section"]: part["items"] for part in first.document["sections"]}
    assert kept["configuration"] == [], "the first list stays as it was proposed"
    assert [item["title"] for item in kept["promise"]] == ["A second training"]
    accept(world, handover)
    assert list(HandoverAnswer.objects.order_by("pk").values_list("round__number", "outcome")) == [
        (1, "returned"),
        (second.number, "accepted"),
    ]


def test_a_round_and_its_answer_cannot_be_altered(world: HandoverWorld) -> None:
    accepted(world)
    for model in (HandoverRound, HandoverAnswer):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(at=world.project.known_from)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)


def test_what_is_proposed_stays_as_it_is_until_it_is_taken_back(world: HandoverWorld) -> None:
    handover = proposed(world)
    item = HandoverItem.objects.get(title="A second training")
    for attempt in (
        lambda: add_item(
            handover=handover, section="promise", values={"title": "x"}, by=world.pam.user
        ),
        lambda: edit_item(item=item, seen=1, values={"title": "x"}, by=world.pam.user),
        lambda: remove_item(item=item, seen=1, by=world.pam.user),
        lambda: update_from_records(handover=handover, today=world.today, by=world.pam.user),
        lambda: say_empty(handover=handover, section="risk", is_empty=True, by=world.pam.user),
        lambda: settle_item(item=item, seen=1, state="done", why="x", by=world.pam.user),
    ):
        with pytest.raises(ValidationError):
            attempt()
    take_back(handover=handover, by=world.pam.user)
    assert edit_item(item=item, seen=1, values={"title": "Two trainings"}, by=world.pam.user)
    with pytest.raises(HandoverConflict):
        edit_item(item=item, seen=1, values={"title": "Three"}, by=world.pam.user)
    with pytest.raises(ValidationError, match="not proposed"):
        accept(world, handover)


def test_every_section_is_gone_through_before_it_is_accepted(world: HandoverWorld) -> None:
    handover = proposed(world)
    with pytest.raises(ValidationError, match="Go through every section"):
        accept(world, handover, sections=ALL_SECTIONS[1:])
    Project.objects.update(accepted_on=None)
    with pytest.raises(ValidationError, match="customer has not accepted"):
        accept(world, handover)


def test_only_who_is_asked_answers(
    world: HandoverWorld, make_member: Callable[..., Membership]
) -> None:
    handover = proposed(world)
    other = make_member(world.tenant, "olga@acme.example", "service_manager")
    with pytest.raises(ValidationError, match="somebody else"):
        accept(world, handover, membership=other)
    with pytest.raises(ValidationError, match="somebody else"):
        return_handover(
            handover=handover, seen=handover.version, reason="x", membership=other,
            tenant=world.tenant,
        )  # fmt: skip
    # Who is named for the customer meanwhile takes over as well, and what is nobody's is theirs.
    olga = Colleague.objects.get(membership=other)
    Customer.objects.update(service_manager=olga)
    accept(world, handover, membership=other)
    assert HandoverItem.objects.get(title="A second training").person == olga


def test_nothing_is_handed_over_to_nobody(world: HandoverWorld) -> None:
    handover = proposed(world)
    Customer.objects.update(service_manager=None)
    with pytest.raises(ValidationError, match="No customer-service manager is named"):
        accept(world, handover)
    world.project.refresh_from_db()
    assert world.project.handed_over_on is None


def test_nobody_accepts_their_own_proposal_unless_nobody_else_could(
    world: HandoverWorld,
) -> None:
    handover = ready(world)
    Membership.objects.filter(pk=world.sue.pk).update(roles=["admin", "service_manager"])
    world.sue.refresh_from_db()
    propose_handover(
        handover=handover, seen=handover.version, words="", tenant=world.tenant,
        by=world.sue.user,
    )  # fmt: skip
    Membership.objects.filter(pk=world.pam.pk).update(roles=["project_manager", "admin"])
    with pytest.raises(ValidationError, match="somebody else has to accept"):
        accept(world, handover)
    Membership.objects.filter(pk=world.pam.pk).update(roles=["project_manager"])
    accept(world, handover)


def test_a_list_that_changed_since_it_was_on_screen_is_not_decided(world: HandoverWorld) -> None:
    handover = ready(world)
    seen = handover.version
    add_item(handover=handover, section="promise", values={"title": "x"}, by=world.pam.user)
    with pytest.raises(HandoverConflict):
        propose_handover(
            handover=handover, seen=seen, words="", tenant=world.tenant, by=world.pam.user
        )
    propose(world, handover)
    with pytest.raises(HandoverConflict):
        accept(world, handover, seen=seen)


def test_afterwards_items_are_settled_and_noted_and_their_words_stay(
    world: HandoverWorld,
) -> None:
    accepted(world)
    item = HandoverItem.objects.get(title="A second training")
    sue = world.sue.user
    ann = world.ann
    edit_item(
        item=item, seen=item.version, values={"title": "Other", "contact": ann, "person": None},
        by=sue,
    )  # fmt: skip
    assert (item.title, item.contact, item.person) == ("A second training", ann, None)
    note_item(item=item, text="Ann asks for May", by=sue)
    assert HandoverItemNote.objects.get().text == "Ann asks for May"
    with pytest.raises(ValidationError):
        note_item(item=item, text="  ", by=sue)
    settle_item(item=item, seen=item.version, state="done", why="Held", by=sue)
    settle_item(item=item, seen=item.version, state="open", why="Half of them missed it", by=sue)
    assert item.state == "open"
    other = Customer.objects.create(key="X", name="X")
    stranger = other.contacts.create(key="s", name="S")
    with pytest.raises(ValidationError, match="another customer"):
        edit_item(item=item, seen=item.version, values={"contact": stranger}, by=sue)


def test_a_project_that_a_file_accepted_has_been_handed_over(world: HandoverWorld) -> None:
    Project.objects.update(awaits_handover=False)
    world.project.refresh_from_db()
    with pytest.raises(ValidationError, match="has been handed over"):
        start_handover(project=world.project, today=world.today, by=world.pam.user)
    Project.objects.update(accepted_on=None)
    world.project.refresh_from_db()
    start_handover(project=world.project, today=world.today, by=world.pam.user)
    world.project.refresh_from_db()
    assert world.project.awaits_handover, "who begins a list awaits its acceptance"


def test_what_is_to_be_proposed_takes_one_statement(
    world: HandoverWorld, django_assert_num_queries: Any
) -> None:
    assert world.pam.sees("projects")
    with django_assert_num_queries(1):
        (found,) = handovers_to_propose(world.pam, world.today)
    assert (found.pk, found.handover_state) == (world.project.pk, None)
    assert handovers_to_propose(world.sue, world.today) == []
    proposed(world)
    assert handovers_to_propose(world.pam, world.today) == []


def test_another_tenant_sees_nothing_of_it(
    tenant: Tenant, make_tenant: Any, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        accepted(handover_world(tenant, make_member))
    with tenant_scope(make_tenant("globex").id):
        for model in (Handover, HandoverItem, HandoverRound, HandoverAnswer):
            assert not model.objects.exists()
