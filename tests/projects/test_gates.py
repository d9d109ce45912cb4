"""Gates: made with the plan, asked on both sides, passed by all or returned by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from accounts.actions.contacts import remove_contact
from accounts.contact_links import LinkClosed
from accounts.models import AuditRecord, Colleague, Contact, Customer, Membership, Tenant
from projects.actions.gates import (
    GateConflict,
    add_gate,
    edit_gate,
    end_clause,
    record_clause,
    remove_gate,
)
from projects.actions.sign_off_answers import answer_by_sign_off_link, answer_on_screen
from projects.actions.sign_off_links import check_sign_off_link, revoke_sign_off_link, send_again
from projects.actions.sign_offs import ask_further, take_back
from projects.models import Gate, ManagerNotice, Project, SignOff, SignOffAnswer, SignOffLink, Task
from projects.queries.gates import blocked_gates, ran_ahead, sign_offs_waiting
from tests.projects.gate_world import GateWorld, gate_world

State = Gate.State


@pytest.fixture
def world(scope: Tenant, make_member: Callable[..., Membership]) -> GateWorld:
    return gate_world(scope, make_member)


def confirm(world: GateWorld, link: SignOffLink, outcome: str = "approved", **more: object) -> None:
    answer_by_sign_off_link(
        link=link, seen_hash=link.sign_off.document_hash, outcome=outcome, name="Zhou Min",
        ip="10.0.0.1", tenant=world.tenant, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def confirm_ours(world: GateWorld, gate: Gate | None = None, outcome: str = "approved") -> None:
    ours = world.ours(gate)
    answer_on_screen(
        sign_off=ours, seen_hash=ours.document_hash, outcome=outcome, reason="Not yet",
        tenant=world.tenant, by=world.approver.user,
    )  # fmt: skip


def test_a_plan_brings_the_gates_of_its_template(world: GateWorld) -> None:
    gates = list(Gate.objects.select_related("phase"))
    assert [gate.title for gate in gates] == [
        "Overall solution",
        "User acceptance test",
        "Go-live",
        "Acceptance",
    ]
    assert [gate.is_acceptance for gate in gates] == [False, False, False, True]
    last = Task.objects.filter(phase=gates[0].phase).order_by("-ends_on").first()
    assert last is not None
    assert gates[0].due_on == last.ends_on
    assert gates[0].vendor_approver == world.project.manager


def test_a_gate_passes_when_both_sides_have_confirmed(world: GateWorld) -> None:
    link, _secret = world.ask()
    assert world.gate().state == State.ASKED
    confirm(world, link)
    assert world.gate().state == State.ASKED
    confirm_ours(world)
    gate = world.gate()
    assert (gate.state, gate.passed_on) == (State.PASSED, world.today)
    assert Project.objects.get().accepted_on is None
    passed = AuditRecord.objects.filter(verb__in=["sign_off.approved", "gate.passed"])
    assert passed.count() == 3
    answer = SignOffAnswer.objects.get(side="customer")
    assert (answer.name, answer.ip, answer.document) == (
        "Zhou Min",
        "10.0.0.1",
        link.sign_off.document,
    )


def test_returned_it_is_mended_and_asked_again_and_the_first_round_stays(world: GateWorld) -> None:
    link, _secret = world.ask()
    with pytest.raises(ValidationError, match="mended"):
        confirm(world, link, "returned")
    confirm(world, link, "returned", reason="Chapter 3 is missing")
    gate = world.gate()
    assert gate.state == State.RETURNED
    assert gate.pk in [
        row.gate.pk for row in blocked_gates([world.project.pk], world.today)[world.project.pk]
    ]
    with pytest.raises(LinkClosed, match="decided"):
        confirm_ours(world)
    edit_gate(
        gate=gate, seen=gate.version, values={"confirms": "With chapter 3"}, by=world.manager.user
    )
    link, _secret = world.ask()
    assert "With chapter 3" in link.sign_off.document
    assert not blocked_gates([world.project.pk], world.today)
    confirm_ours(world)
    confirm(world, link)
    assert world.gate().state == State.PASSED
    assert SignOff.objects.filter(gate=gate, round=1).count() == 2
    assert SignOffAnswer.objects.get(sign_off__round=1).reason == "Chapter 3 is missing"


def test_our_approver_may_return_it_too(world: GateWorld) -> None:
    link, _secret = world.ask()
    confirm_ours(world, outcome="returned")
    assert world.gate().state == State.RETURNED
    with pytest.raises(LinkClosed, match="decided"):
        confirm(world, link)
    notice = ManagerNotice.objects.get()
    assert (notice.kind, notice.words) == ("gate_returned", "Not yet")


def test_only_who_was_asked_signs_and_once(world: GateWorld) -> None:
    world.ask()
    ours = world.ours()
    with pytest.raises(ValidationError, match="Only who was asked"):
        answer_on_screen(
            sign_off=ours, seen_hash=ours.document_hash, outcome="approved", tenant=world.tenant,
            by=world.manager.user,
        )  # fmt: skip
    with pytest.raises(LinkClosed, match="altered"):
        answer_on_screen(
            sign_off=ours, seen_hash="0" * 64, outcome="approved", tenant=world.tenant,
            by=world.approver.user,
        )  # fmt: skip
    confirm_ours(world)
    with pytest.raises(LinkClosed, match="answered"):
        confirm_ours(world)


def test_who_is_waited_for(world: GateWorld, django_assert_num_queries: Callable) -> None:
    world.ask()
    with django_assert_num_queries(1):
        assert [one.gate.title for one in sign_offs_waiting(world.approver)] == ["Overall solution"]
    assert not sign_offs_waiting(world.manager)
    SignOff.objects.update(deadline_on=world.today - timedelta(days=1))
    with django_assert_num_queries(2):
        (row,) = blocked_gates([world.project.pk], world.today)[world.project.pk]
    assert row.standing == "overdue"
    assert {one.sign_off.name for one in row.waiting} == {"vic", "Zhou Min"}


def test_bad_links(world: GateWorld) -> None:
    link, _secret = world.ask()
    later = timezone.now() + timedelta(days=90)
    with pytest.raises(LinkClosed, match="expired"):
        check_sign_off_link(link, later)
    with pytest.raises(LinkClosed, match="altered"):
        answer_by_sign_off_link(
            link=link, seen_hash="0" * 64, outcome="approved", name="Z", ip=None,
            tenant=world.tenant,
        )  # fmt: skip
    Gate.objects.update(confirms="Something else")
    with pytest.raises(LinkClosed, match="altered"):
        confirm(world, link)
    Gate.objects.update(confirms=world_text(link))
    again, _secret = send_again(sign_off=link.sign_off, tenant=world.tenant, by=world.manager.user)
    revoke_sign_off_link(link=link, by=world.manager.user)
    with pytest.raises(LinkClosed, match="revoked"):
        confirm(world, link)
    confirm(world, again)
    with pytest.raises(LinkClosed, match="answered"):
        confirm(world, again)
    with pytest.raises(ValidationError, match="answered or revoked"):
        revoke_sign_off_link(link=again, by=world.manager.user)
    with pytest.raises(ValidationError, match="has answered"):
        send_again(sign_off=link.sign_off, tenant=world.tenant, by=world.manager.user)


def world_text(link: SignOffLink) -> str:
    return str(json.loads(link.sign_off.document)["terms"]["confirms"])


def test_of_two_links_to_one_sign_off_the_second_is_over(world: GateWorld) -> None:
    link, _secret = world.ask()
    again, _secret = send_again(sign_off=link.sign_off, tenant=world.tenant, by=world.manager.user)
    confirm(world, link)
    with pytest.raises(LinkClosed, match="decided"):
        confirm(world, again)


def test_another_contact_is_asked_instead(world: GateWorld) -> None:
    link, _secret = world.ask()
    other = Contact.objects.create(customer=world.project.customer, key="li", name="Li Na")
    sign_off, second, _secret = ask_further(
        gate=world.gate(), approver=other, instead_of=link.sign_off, language="zh-hans",
        tenant=world.tenant, by=world.manager.user,
    )  # fmt: skip
    assert second is not None
    assert sign_off.deadline_on == link.sign_off.deadline_on
    link = SignOffLink.objects.select_related("sign_off__gate").get(pk=link.pk)
    with pytest.raises(LinkClosed, match="decided"):
        confirm(world, link)
    confirm(world, second)
    confirm_ours(world)
    assert world.gate().state == State.PASSED


def test_a_further_approver_is_waited_for_too(world: GateWorld) -> None:
    link, _secret = world.ask()
    further, nothing, _none = ask_further(
        gate=world.gate(), approver=Colleague.objects.get(membership=world.manager),
        instead_of=None, language="en", tenant=world.tenant, by=world.manager.user,
    )  # fmt: skip
    assert nothing is None
    with pytest.raises(ValidationError, match="asked already"):
        ask_further(
            gate=world.gate(), approver=world.contact, instead_of=None, language="en",
            tenant=world.tenant, by=world.manager.user,
        )  # fmt: skip
    confirm(world, link)
    answer_on_screen(
        sign_off=further, seen_hash=further.document_hash, outcome="approved",
        tenant=world.tenant, by=world.manager.user,
    )  # fmt: skip
    assert world.gate().state == State.ASKED


def test_a_question_taken_back_opens_nothing_any_more(world: GateWorld) -> None:
    link, _secret = world.ask()
    take_back(gate=world.gate(), by=world.manager.user)
    with pytest.raises(LinkClosed, match="decided"):
        confirm(world, link)
    with pytest.raises(LinkClosed, match="decided"):
        confirm_ours(world)
    world.ask()
    assert world.gate().round == 2


def test_what_cannot_be_asked(world: GateWorld) -> None:
    stranger = Contact.objects.create(
        customer=Customer.objects.create(key="X", name="X"), key="x", name="X"
    )
    with pytest.raises(ValidationError, match="another customer"), transaction.atomic():
        world.ask(contact=stranger)
    with pytest.raises(ValidationError, match="a day to come"):
        world.ask(days=0)
    gate = world.gate()
    world.ask(gate)
    with pytest.raises(ValidationError, match="asked or passed"):
        world.ask()
    stale = world.gate("Go-live")
    Gate.objects.filter(pk=stale.pk).update(version=7)
    with pytest.raises(GateConflict):
        world.ask(stale)
    Project.objects.update(starts_on=world.today + timedelta(days=1))
    with pytest.raises(ValidationError, match="not started"):
        world.ask(world.gate("Acceptance"))


def test_a_colleague_who_cannot_sign_in_cannot_be_asked(world: GateWorld) -> None:
    Membership.objects.filter(pk=world.approver.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="cannot sign in"):
        world.ask()


def test_gates_are_added_edited_and_removed_until_they_are_asked(world: GateWorld) -> None:
    first = world.gate()
    values = {
        "phase": first.phase, "title": "Survey", "confirms": "The survey report", "due_on":
        world.today,
    }  # fmt: skip
    added = add_gate(project=world.project, values=values, by=world.manager.user)
    with pytest.raises(ValidationError, match="accepts a project once"):
        edit_gate(gate=added, seen=1, values={"is_acceptance": True}, by=world.manager.user)
    edit_gate(gate=added, seen=1, values={"title": "Survey report"}, by=world.manager.user)
    with pytest.raises(GateConflict):
        edit_gate(gate=added, seen=1, values={"title": "Mine"}, by=world.manager.user)
    remove_gate(gate=added, by=world.manager.user)
    assert not Gate.objects.filter(pk=added.pk).exists()
    world.ask()
    with pytest.raises(ValidationError, match="Take the question back"):
        edit_gate(
            gate=first, seen=world.gate().version, values={"title": "X"}, by=world.manager.user
        )
    with pytest.raises(ValidationError, match="so it stays"):
        remove_gate(gate=first, by=world.manager.user)


def test_silence_needs_a_clause_and_its_days(world: GateWorld) -> None:
    with pytest.raises(ValidationError, match="for which the SOW says so"):
        world.ask(silence_counts=True)
    record_clause(project=world.project, days=5, words="7.3 …", by=world.manager.user)
    # The gate does not use it.
    with pytest.raises(ValidationError, match="for which the SOW says so"):
        world.ask(silence_counts=True)
    kept = world.clause()
    with pytest.raises(ValidationError, match="5 working days"):
        world.ask(silence_counts=True, days=2)
    link, _secret = world.ask(silence_counts=True)
    assert link.sign_off.clause == kept
    assert kept.words in link.sign_off.document
    assert world.ours().clause is None
    end_clause(project=world.project, by=world.manager.user)
    with pytest.raises(ValidationError, match="word by word"):
        record_clause(project=world.project, days=5, words=" ", by=world.manager.user)


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "passive", "side": "customer"},
        {"outcome": "passive", "side": "vendor"},
        {"outcome": "approved", "side": "customer", "name": "Z"},
        {"outcome": "approved", "side": "vendor", "name": ""},
        {"outcome": "returned", "side": "vendor", "name": "V", "reason": ""},
        {"outcome": "approved", "side": "vendor", "name": "V", "satisfaction": 5},
    ],
)
def test_the_database_keeps_no_answer_that_is_none(world: GateWorld, values: dict) -> None:
    world.ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        SignOffAnswer.objects.create(
            sign_off=world.ours(), counts_on=world.today, document="{}", document_hash="", **values
        )


def test_silence_of_our_side_is_never_consent(world: GateWorld) -> None:
    clause = world.clause()
    world.ask(silence_counts=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignOffAnswer.objects.create(
            sign_off=world.ours(), side="vendor", outcome="passive", clause=clause,
            counts_on=world.today, document="{}", document_hash="",
        )  # fmt: skip


def test_answers_are_never_altered(world: GateWorld) -> None:
    link, _secret = world.ask()
    confirm(world, link)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        SignOffAnswer.objects.update(name="Somebody else")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        SignOffAnswer.objects.all()._raw_delete(connection.alias)


def test_work_that_ran_ahead_of_a_gate(world: GateWorld) -> None:
    assert not ran_ahead(world.project)
    build = Task.objects.get(title="Configure the product")
    Task.objects.filter(pk=build.pk).update(state="doing", started_on=world.today)
    (gates,) = ran_ahead(world.project).values()
    assert [gate.title for gate in gates] == ["Overall solution"]
    link, _secret = world.ask()
    confirm(world, link)
    confirm_ours(world)
    assert not ran_ahead(world.project)


def test_the_manager_is_told_what_the_customer_answers(
    world: GateWorld, django_capture_on_commit_callbacks: Callable
) -> None:
    world.manager.user.language = "zh-hans"
    world.manager.user.save()
    with django_capture_on_commit_callbacks(execute=True):
        link, _secret = world.ask()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        confirm(world, link, "returned", reason="Chapter 3 is missing")
    (letter,) = mail.outbox
    assert letter.to == ["pam@acme.example"]
    assert "Chapter 3 is missing" in letter.body
    assert f"/t/acme/projects/{world.project.pk}/gates/{world.gate().pk}/" in letter.body
    notice = ManagerNotice.objects.get()
    assert (notice.kind, notice.name, notice.seen_at) == ("gate_returned", "Zhou Min", None)


def test_an_approver_of_ours_is_written(
    world: GateWorld, django_capture_on_commit_callbacks: Callable
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        world.ask()
    (letter,) = mail.outbox
    assert letter.to == ["vic@acme.example"]
    assert f"/sign-offs/{world.ours().pk}/" in letter.body


def test_who_is_no_longer_a_contact_signs_nothing(world: GateWorld) -> None:
    link, _secret = world.ask()
    remove_contact(contact=world.contact, by=world.manager.user)
    link.refresh_from_db()
    with pytest.raises(LinkClosed, match="revoked"):
        confirm(world, link)
    assert not SignOffAnswer.objects.exists()
