"""What comes from the customer reaches the project's manager, on screen and by letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Colleague, Membership, Tenant
from projects.actions.notices import mark_seen
from projects.actions.signing_answers import answer_by_link
from projects.actions.signing_questions import ask_question
from projects.models import ManagerNotice, Project, SigningLink
from projects.queries.notices import notices_for, unseen_notices
from tests.projects.change_world import ChangeWorld, change_world, sent


@pytest.fixture
def world(scope: Tenant, make_member: Callable[..., Membership]) -> ChangeWorld:
    return change_world(scope, make_member)


def answered(link: SigningLink, tenant: Tenant, outcome: str, reason: str = "") -> None:
    answer_by_link(
        link=link, seen_hash=link.document_hash, outcome=outcome, name="Zhou Min", reason=reason,
        ip=None, tenant=tenant,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "kind", "reason"),
    [("signed", "change_signed", ""), ("declined", "change_declined", "Too dear")],
)
def test_an_answer_to_a_change_request_is_told(
    scope: Tenant,
    world: ChangeWorld,
    django_capture_on_commit_callbacks: Callable,
    outcome: str,
    kind: str,
    reason: str,
) -> None:
    link, _secret = sent(world, scope)
    with django_capture_on_commit_callbacks(execute=True):
        answered(link, scope, outcome, reason)
    notice = ManagerNotice.objects.get()
    assert (notice.kind, notice.name, notice.words) == (kind, "Zhou Min", reason)
    (letter,) = mail.outbox
    assert letter.to == ["pam@acme.example"]
    assert "Second payroll company" in letter.subject
    assert reason in letter.body
    path = f"/t/acme/projects/{world.project.pk}/change-requests/{link.change_request_id}/"
    assert path in letter.body


def test_a_question_is_told_in_the_managers_language(
    scope: Tenant, world: ChangeWorld, django_capture_on_commit_callbacks: Callable
) -> None:
    world.author.user.language = "zh-hans"
    world.author.user.save()
    link, _secret = sent(world, scope)
    with django_capture_on_commit_callbacks(execute=True):
        ask_question(link=link, text="Is training in it?", tenant=scope)
    (letter,) = mail.outbox
    assert "Is training in it?" in letter.body
    assert ManagerNotice.objects.get().kind == "change_question"


@pytest.mark.parametrize("who", ["nobody", "a name in a file", "a member who left"])
def test_nobody_without_an_address_is_written(
    scope: Tenant,
    world: ChangeWorld,
    django_capture_on_commit_callbacks: Callable,
    who: str,
) -> None:
    if who == "a member who left":
        Membership.objects.filter(pk=world.author.pk).update(is_active=False)
    else:
        named = Colleague.objects.create(key="mia", name="Mia") if "file" in who else None
        Project.objects.update(manager=named)
    link, _secret = sent(world, scope)
    with django_capture_on_commit_callbacks(execute=True):
        answered(link, scope, "signed")
    assert mail.outbox == []
    assert ManagerNotice.objects.count() == 1


def test_a_notice_is_shown_to_who_manages_until_it_was_read(
    scope: Tenant, world: ChangeWorld, django_assert_num_queries: Callable
) -> None:
    link, _secret = sent(world, scope)
    answered(link, scope, "signed")
    with django_assert_num_queries(1):
        (notice,) = notices_for(world.author)
        assert notice.change_request.title == "Second payroll company"
    assert not notices_for(world.approver)
    mark_seen(notice=notice, by=world.author.user)
    seen = ManagerNotice.objects.get().seen_at
    assert seen <= timezone.now()
    mark_seen(notice=notice, by=world.approver.user)
    assert ManagerNotice.objects.get().seen_by == world.author.user
    assert not unseen_notices(world.project)
