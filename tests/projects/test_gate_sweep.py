"""What the days bring to sign-offs: reminders once each, and consent by silence exactly once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection

from accounts.actions.contacts import remove_contact
from accounts.models import AuditRecord, Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.gates import end_clause
from projects.actions.sign_off_answers import answer_on_screen, pass_by_silence
from projects.actions.sign_off_links import mark_reached, revoke_sign_off_link
from projects.actions.sign_off_sweep import sweep_sign_offs
from projects.models import (
    Gate,
    ManagerNotice,
    Project,
    SignOff,
    SignOffAnswer,
    SignOffLink,
    SignOffReminder,
)
from projects.tasks import sweep_gates
from tests.projects.gate_world import WORDS, GateWorld, gate_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> GateWorld:
    with tenant_scope(tenant.id):
        return gate_world(tenant, make_member)


@pytest.fixture
def on_day(world: GateWorld, time_machine):  # type: ignore[no-untyped-def]
    """Goes so many days after today, to an hour in the tenant's zone, and sweeps."""
    today = world.today

    def go(days: int, hour: int = 9) -> list[tuple[str, str]]:
        """Sweep then; (to, subject) of the letters written."""
        day = today + timedelta(days=days)
        time_machine.move_to(datetime.combine(day, time(hour), tzinfo=world.tenant.zone))
        mail.outbox.clear()
        sweep_gates()
        return [(letter.to[0], letter.subject) for letter in mail.outbox]

    return go


def asked(
    world: GateWorld,
    title: str = "Overall solution",
    *,
    silence: bool = True,
    reached: bool = True,
) -> Gate:
    """Asked until the fourteenth day from now; reached: the letter with the link has left."""
    with tenant_scope(world.tenant.id):
        if silence:
            world.clause(title)
        link, _secret = world.ask(world.gate(title), silence_counts=silence)
        if reached:
            mark_reached(tenant_id=world.tenant.pk, link_id=link.pk)
        return world.gate(title)


def ours(world: GateWorld, title: str = "Overall solution") -> None:
    with tenant_scope(world.tenant.id):
        sign_off = world.ours(world.gate(title))
        answer_on_screen(
            sign_off=sign_off, seen_hash=sign_off.document_hash, outcome="approved",
            tenant=world.tenant, by=world.approver.user,
        )  # fmt: skip


def test_reminders_come_three_days_before_and_on_the_day_each_once(
    world: GateWorld, on_day
) -> None:  # type: ignore[no-untyped-def]
    asked(world, silence=False)
    assert on_day(10) == []
    assert {to for to, _subject in on_day(11)} == {"vic@acme.example", "zhou@rookcombe.example"}
    reminder = next(letter for letter in mail.outbox if "zhou" in letter.to[0])
    with tenant_scope(world.tenant.id):
        # The first link's secret is not kept, so the reminder brings a further one.
        assert SignOffLink.objects.count() == 2
    assert f"/r/{world.tenant.pk}." in reminder.body
    assert "Nothing counts as confirmed unless you confirm it." in reminder.body
    assert on_day(11, 15) == []
    cache.clear()
    assert on_day(11, 16) == []
    assert on_day(12) == []
    ours(world)
    assert [to for to, _subject in on_day(14)] == ["zhou@rookcombe.example"]
    assert [to for to, _subject in on_day(15)] == ["pam@acme.example"]
    assert on_day(16) == []
    with tenant_scope(world.tenant.id):
        assert ManagerNotice.objects.filter(kind="gate_overdue").count() == 1
        told = AuditRecord.objects.filter(verb__in=["sign_off.reminded", "sign_off.overdue"])
        assert sorted(told.values_list("data__approver", "verb")) == [
            ("Zhou Min", "sign_off.overdue"),
            ("Zhou Min", "sign_off.reminded"),
            ("Zhou Min", "sign_off.reminded"),
            ("vic", "sign_off.reminded"),
        ]
        assert Gate.objects.get(title="Overall solution").state == "asked"


def test_letters_wait_for_the_morning_of_the_tenant(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    assert on_day(11, 7) == []
    assert on_day(11, 8) != []


def test_silence_counts_once_the_day_is_over_and_says_by_which_clause(
    world: GateWorld, on_day
) -> None:  # type: ignore[no-untyped-def]
    gate = asked(world)
    ours(world)
    on_day(14)
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.filter(outcome="passive").exists()
        deadline = SignOff.objects.get(side="customer").deadline_on
    letters = on_day(15)
    assert {to for to, _subject in letters} == {"zhou@rookcombe.example", "pam@acme.example"}
    assert all(WORDS in letter.body for letter in mail.outbox)
    with tenant_scope(world.tenant.id):
        answer = SignOffAnswer.objects.get(outcome="passive")
        assert (answer.counts_on, answer.clause.words) == (deadline, WORDS)
        found = Gate.objects.get(pk=gate.pk)
        assert (found.state, found.passed_on) == ("passed", deadline)
        assert AuditRecord.objects.get(verb="sign_off.passive").data["clause"] == WORDS
    assert on_day(16) == []


def test_a_day_missed_is_made_up_for(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world, "Acceptance")
    ours(world, "Acceptance")
    on_day(33)
    with tenant_scope(world.tenant.id):
        deadline = SignOff.objects.get(side="customer").deadline_on
        assert Gate.objects.get(title="Acceptance").passed_on == deadline
        # The customer accepted with the end of the deadline, whenever we noticed.
        assert Project.objects.get().accepted_on == deadline


def test_who_was_not_reached_was_not_silent(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    gate = asked(world, reached=False)
    ours(world)
    on_day(33)
    with tenant_scope(world.tenant.id):
        assert Gate.objects.get(pk=gate.pk).state == "asked"
        notice = ManagerNotice.objects.filter(kind="gate_overdue").get()
        assert notice.gate_id == gate.pk, "the manager sees to it"
        link = SignOffLink.objects.get(sign_off__gate=gate)
        mark_reached(tenant_id=world.tenant.pk, link_id=link.pk)
        assert pass_by_silence(sign_off=link.sign_off, tenant=world.tenant) is not None


def test_silence_without_a_clause_never_counts(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world, silence=False)
    ours(world)
    on_day(40)
    with tenant_scope(world.tenant.id):
        assert Gate.objects.get(title="Overall solution").state == "asked"
        theirs = SignOff.objects.get(side="customer")
        assert pass_by_silence(sign_off=theirs, tenant=world.tenant) is None


def test_a_clause_that_was_ended_counts_for_nobody(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    with tenant_scope(world.tenant.id):
        end_clause(project=world.project, by=world.manager.user)
    on_day(20)
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.exists()


def test_who_had_no_link_was_not_silent(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    with tenant_scope(world.tenant.id):
        revoke_sign_off_link(link=SignOffLink.objects.get(), by=world.manager.user)
    assert "zhou@rookcombe.example" not in {to for to, _subject in on_day(11)}
    on_day(20)
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.exists()


def test_who_is_no_longer_a_contact_was_not_silent(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    with tenant_scope(world.tenant.id):
        remove_contact(contact=world.contact, by=world.manager.user)
    on_day(20)
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.exists()


def test_silence_of_ours_blocks_the_gate(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    on_day(20)
    with tenant_scope(world.tenant.id):
        assert SignOffAnswer.objects.get().side == "customer"
        assert Gate.objects.get(title="Overall solution").state == "asked"
        assert ManagerNotice.objects.get(kind="gate_overdue").name == "vic"


def test_one_sign_off_that_fails_keeps_no_other_waiting(
    world: GateWorld, on_day, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    asked(world, silence=False)
    real = SignOffReminder.objects.get_or_create

    def failing(**given: SignOff) -> object:
        if given["sign_off"].side == "vendor":
            raise RuntimeError
        return real(**given)

    monkeypatch.setattr(SignOffReminder.objects, "get_or_create", failing)
    assert [to for to, _subject in on_day(14)] == ["zhou@rookcombe.example"]
    monkeypatch.undo()
    # The day is not done, so the next sweep of the day tries again.
    assert [to for to, _subject in on_day(14, 10)] == ["vic@acme.example"]


def test_nobody_of_a_demo_is_written(world: GateWorld, on_day) -> None:  # type: ignore[no-untyped-def]
    asked(world)
    Tenant.objects.update(is_demo=True)
    assert on_day(20) == []


def test_two_sweeps_at_once_take_silence_once(world: GateWorld, time_machine) -> None:  # type: ignore[no-untyped-def]
    asked(world, "Acceptance")
    ours(world, "Acceptance")
    with tenant_scope(world.tenant.id):
        SignOff.objects.update(deadline_on=world.today - timedelta(days=1))
    noon = datetime.combine(world.today, time(12), tzinfo=world.tenant.zone)
    time_machine.move_to(noon, tick=False)
    start = Barrier(2)

    def sweep(_turn: int) -> bool:
        try:
            start.wait(10)
            return sweep_sign_offs(tenant_id=world.tenant.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert any(pool.map(sweep, range(2)))
    with tenant_scope(world.tenant.id):
        assert SignOffAnswer.objects.filter(outcome="passive").count() == 1
        assert AuditRecord.objects.filter(verb="sign_off.passive").count() == 1
        assert AuditRecord.objects.filter(verb="project.accepted").count() == 1
        assert ManagerNotice.objects.filter(kind="gate_silent").count() == 1
    passive = [letter for letter in mail.outbox if "counts as confirmed" in letter.subject]
    assert len(passive) == 1
