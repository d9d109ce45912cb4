"""What people do with work: put off, handed on, closed, opened again, ticked off, undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import AuditRecord, Membership, Tenant, User
from service.actions.close_reasons import Said, set_close_reasons
from service.actions.cta_changes import WorkConflict
from service.actions.cta_steps import complete_step, reopen_step, undo_change
from service.actions.cta_work import close, reassign, reopen, snooze
from service.models import Cta, CtaStep, WorkChange
from service.queries.close_reasons import close_reasons, offered
from tests.service.work_world import a_play, colleague, customer_of, today, work_for

Make = Callable[..., Membership]


@pytest.fixture
def manager(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def other(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "olga@acme.example", "service_manager")


def seen(*ctas: Cta) -> dict[int, int]:
    return {cta.pk: cta.version_seen for cta in ctas}


def test_work_is_put_off_until_a_day_and_brought_back(scope: Tenant, manager: Membership):
    cta = work_for(customer_of(manager))
    until = today() + timedelta(days=9)
    done = snooze(seen=seen(cta), until=until, today=today(), by=manager.user)
    cta.refresh_from_db()
    assert (cta.snoozed_until, cta.state, cta.version_seen, done.count) == (until, "open", 2, 1)
    told = AuditRecord.objects.get(verb="cta.snoozed")
    assert (told.object_id, told.data["until"], told.actor) == (
        cta.pk,
        until.isoformat(),
        manager.user,
    )
    snooze(seen=seen(cta), until=None, today=today(), by=manager.user)
    cta.refresh_from_db()
    assert cta.snoozed_until is None


@pytest.mark.parametrize("days", [0, -3, 400])
def test_a_day_that_is_over_or_too_far_off_is_refused(
    scope: Tenant, manager: Membership, days: int
):
    cta = work_for(customer_of(manager))
    with pytest.raises(ValidationError) as refused:
        snooze(seen=seen(cta), until=today() + timedelta(days=days), today=today(), by=manager.user)
    assert "until" in refused.value.message_dict
    assert Cta.objects.get().version_seen == 1


def test_handing_on_takes_the_open_steps_of_who_had_it(
    scope: Tenant, manager: Membership, other: Membership
):
    mine, theirs = colleague(manager), colleague(other)
    cta = work_for(customer_of(manager), steps=3, owner=mine)
    first, second, third = cta.steps.all()
    CtaStep.objects.filter(pk=first.pk).update(done_at=timezone.now())
    CtaStep.objects.filter(pk=third.pk).update(owner=None)
    done = reassign(seen=seen(cta), owner=theirs, by=manager.user)
    cta.refresh_from_db()
    assert cta.owner == theirs
    assert list(cta.steps.values_list("owner", flat=True)) == [mine.pk, theirs.pk, None]
    assert done.change is not None
    assert undo_change(change=done.change, by=manager.user) == 1
    cta.refresh_from_db()
    assert cta.owner == mine
    assert list(cta.steps.values_list("owner", flat=True)) == [mine.pk, mine.pk, None]
    assert second.pk


def test_dismissing_says_why_and_done_may(scope: Tenant, manager: Membership):
    cta = work_for(customer_of(manager), steps=1)
    for reason, fault in (("", "why"), ("agreed", "list")):
        with pytest.raises(ValidationError, match=fault):
            close(seen=seen(cta), ending="dismissed", reason=reason, by=manager.user)
    close(seen=seen(cta), ending="dismissed", reason="wrong_data", note=" Test ", by=manager.user)
    cta.refresh_from_db()
    assert (cta.state, cta.close_reason, cta.close_note, cta.closed_by) == (
        "dismissed",
        "wrong_data",
        "Test",
        manager.user,
    )
    another = work_for(customer_of(manager, "b"))
    close(seen=seen(another), ending="done", by=manager.user)
    assert Cta.objects.get(pk=another.pk).state == "done"


def test_who_saw_an_older_version_changes_nothing(scope: Tenant, manager: Membership):
    cta = work_for(customer_of(manager))
    close(seen=seen(cta), ending="done", by=manager.user)
    with pytest.raises(WorkConflict):
        snooze(seen=seen(cta), until=today() + timedelta(days=1), today=today(), by=manager.user)
    cta.refresh_from_db()
    # Of the right version, but closed.
    with pytest.raises(WorkConflict):
        close(seen=seen(cta), ending="done", by=manager.user)


def test_many_at_once_leave_alone_what_somebody_changed(scope: Tenant, manager: Membership):
    ctas = [work_for(customer_of(manager, key)) for key in "abc"]
    on_screen = seen(*ctas)
    close(seen=seen(ctas[0]), ending="done", by=manager.user)
    done = close(seen=on_screen, ending="dismissed", reason="no_time", by=manager.user)
    assert (done.count, done.passed_over) == (2, 1)
    assert Cta.objects.get(pk=ctas[0].pk).state == "done"
    assert AuditRecord.objects.filter(verb="cta.dismissed").count() == 2
    assert done.change is not None
    assert undo_change(change=done.change, by=manager.user) == 2
    assert Cta.objects.filter(state="open", close_reason="", closed_at=None).count() == 2


def test_undoing_twice_or_after_another_change_is_refused(scope: Tenant, manager: Membership):
    one, two = (work_for(customer_of(manager, key)) for key in "ab")
    done = close(seen=seen(one, two), ending="done", by=manager.user)
    assert done.change is not None
    one.refresh_from_db()
    reopen(seen=seen(one), by=manager.user)
    with pytest.raises(ValidationError, match="changed since"):
        undo_change(change=done.change, by=manager.user)
    assert Cta.objects.get(pk=two.pk).state == "done"
    again = WorkChange.objects.latest("pk")
    undo_change(change=again, by=manager.user)
    with pytest.raises(ValidationError, match="already"):
        undo_change(change=again, by=manager.user)


def test_of_a_play_only_one_is_opened_again(scope: Tenant, manager: Membership):
    customer, play = customer_of(manager), a_play()
    old = work_for(customer, play=play, state="expired", closed_at=timezone.now())
    new = work_for(customer, play=play)
    with pytest.raises(ValidationError, match="same play"):
        reopen(seen=seen(old), by=manager.user)
    done = close(seen=seen(new), ending="done", by=manager.user)
    reopen(seen=seen(old), by=manager.user)
    old.refresh_from_db()
    assert (old.state, old.closed_at) == ("open", None)
    assert done.change is not None
    with pytest.raises(ValidationError, match="same play"):
        undo_change(change=done.change, by=manager.user)


def test_the_last_step_ends_the_work(scope: Tenant, manager: Membership):
    cta = work_for(customer_of(manager), steps=2)
    first, second = cta.steps.all()
    complete_step(step=first, seen=1, by=manager.user)
    cta.refresh_from_db()
    assert cta.state == "open"
    with pytest.raises(ValidationError, match="done already"):
        complete_step(step=first, seen=2, by=manager.user)
    last = complete_step(step=second, seen=2, by=manager.user)
    cta.refresh_from_db()
    assert (cta.state, cta.closed_by) == ("done", manager.user)
    assert last.change is not None
    undo_change(change=last.change, by=manager.user)
    cta.refresh_from_db()
    second.refresh_from_db()
    assert (cta.state, second.done_at) == ("open", None)
    reopen_step(step=first, seen=cta.version_seen, by=manager.user)
    first.refresh_from_db()
    assert first.done_at is None


def test_reasons_are_said_in_own_words_hidden_and_added(scope: Tenant, alice: User):
    said = [Said("done", "agreed", "They said yes", True), Said("done", "solved", "", False)]
    assert set_close_reasons(said=said, new={"dismissed": "Competitor  won"}, by=alice) == 3
    done = {one.key: one.label for one in offered("done")}
    assert done["agreed"] == "They said yes"
    assert "solved" not in done
    added = [one for one in offered("dismissed") if not one.is_shipped]
    assert [one.label for one in added] == ["Competitor won"]
    assert set_close_reasons(said=said, new={}, by=alice) == 0
    hidden = [Said("done", one.key, one.label, False) for one in close_reasons()]
    with pytest.raises(ValidationError, match="at least one"):
        set_close_reasons(said=hidden, new={}, by=alice)
    assert AuditRecord.objects.filter(verb="close_reason.changed").count() == 3
