"""What waits for a member, first on the list of projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Customer, Membership, Tenant
from projects.actions.change_requests import approve_change
from projects.actions.requirements import capture_requirement
from projects.actions.signing_questions import ask_question
from projects.models import ChangeRequest, Effort, Gate, Phase, Project, Risk
from projects.queries.attention import needing
from projects.queries.decisions import Decision, decisions
from projects.queries.portfolio import projects as projects_of
from tests.projects.change_world import ChangeWorld, approved, booked, change_world, drafted, sent


@pytest.fixture
def today(tenant: Tenant) -> date:
    return tenant.local_date(timezone.now())


@pytest.fixture
def world(scope: Tenant, make_member: Callable) -> ChangeWorld:
    return change_world(scope, make_member)


def waiting(membership: Membership, today: date, width: str = "mine") -> list[Decision]:
    member = Membership.objects.get(pk=membership.pk)
    return decisions(
        member,
        looked_after=projects_of(member, "mine", today),
        shown=projects_of(member, width, today),
        today=today,
    ).every


def whats(membership: Membership, today: date, width: str = "mine") -> set[str]:
    """Without the weekly reports, which wait every week."""
    return {one.what for one in waiting(membership, today, width)} - {"Send weekly reports"}


def test_a_change_request_waits_for_one_after_the_other(
    world: ChangeWorld, scope: Tenant, today: date
) -> None:
    change = drafted(world)
    assert whats(world.author, today) == set(), "who wrote it cannot approve it"
    assert whats(world.approver, today, "all") == {"Approve a change request"}
    approve_change(change=change, seen=change.version, by=world.approver.user)
    assert whats(world.approver, today, "all") == set()
    assert whats(world.author, today) == {"Send for signature"}
    link, _secret = sent(world, scope, change)
    assert whats(world.author, today) == set(), "it is the customer's turn"
    ask_question(link=link, text="By when?", tenant=scope)
    assert whats(world.author, today) == {"Answer a question"}


def test_where_nobody_else_could_the_author_approves(
    world: ChangeWorld, scope: Tenant, today: date
) -> None:
    drafted(world)
    Membership.objects.exclude(pk=world.author.pk).update(is_active=False)
    assert "Approve a change request" in whats(world.author, today)


def test_a_wish_waits_until_it_is_classified(world: ChangeWorld, today: date) -> None:
    capture_requirement(
        project=world.project, text="A second calendar", raised_on=today, contact=world.contact,
        by=None,
    )  # fmt: skip
    (one,) = [d for d in waiting(world.author, today) if d.what == "Classify a requirement"]
    assert one.title == "A second calendar"
    assert one.since == today
    assert (one.url_name, one.args[0]) == ("requirement", world.project.pk)


def test_an_accepted_project_waits_for_its_handover(world: ChangeWorld, today: date) -> None:
    Project.objects.filter(pk=world.project.pk).update(
        awaits_handover=True, accepted_on=today - timedelta(days=2)
    )
    assert "Propose the handover" in whats(world.author, today)


def test_a_returned_gate_comes_first(world: ChangeWorld, today: date) -> None:
    approved(world)
    phase = Phase.objects.create(project=world.project, position=1, title="Solution")
    Gate.objects.create(
        project=world.project, phase=phase, title="Solution signed", confirms="All", due_on=today,
        state="returned", round=1,
    )  # fmt: skip
    first = waiting(world.author, today)[0]
    assert (first.what, first.is_late) == ("Mend a returned gate", True)


def test_weekly_reports_are_one_line(world: ChangeWorld, today: date) -> None:
    (line,) = [d for d in waiting(world.author, today) if d.what == "Send weekly reports"]
    assert line.project is None
    assert "1" in line.title


def test_what_others_manage_is_not_asked_of_an_onlooker(world: ChangeWorld, today: date) -> None:
    approved(world)
    assert whats(world.approver, today, "all") == set()


def test_statements_do_not_grow_with_what_waits(
    world: ChangeWorld, scope: Tenant, today: date
) -> None:
    counted = []
    for number in (1, 12):
        for _ in range(number):
            capture_requirement(
                project=world.project, text="More", raised_on=today, contact=world.contact, by=None
            )
            approved(world)
        member = Membership.objects.get(pk=world.author.pk)
        with CaptureQueriesContext(connection) as captured:
            found = decisions(
                member,
                looked_after=projects_of(member, "mine", today),
                shown=projects_of(member, "mine", today),
                today=today,
            )
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert found.total >= 26
    assert found.further == found.total - len(found.first)


def test_the_page_shows_it_above_the_projects(
    client: Client, world: ChangeWorld, tenant: Tenant
) -> None:
    approved(world)
    client.force_login(world.author.user)
    page = client.get(f"/t/{tenant.slug}/projects/").content.decode()
    assert "Waiting for you" in page
    assert page.index("Send for signature") < page.index('id="list"')


def test_projects_that_need_attention_can_be_listed(
    world: ChangeWorld, today: date, tenant: Tenant
) -> None:
    quiet = Project.objects.create(
        customer=Customer.objects.create(key="Q", name="Quiet"), key="Q", name="Quiet",
        starts_on=today, due_on=today,
    )  # fmt: skip
    every = Project.objects.all()

    def keys(why: str) -> list[str]:
        return sorted(needing(every, why, today).values_list("key", flat=True))

    assert keys("unapproved") == keys("gates") == keys("risks") == []
    assert keys("") == sorted([world.project.key, quiet.key])
    booked(world, "2", item=world.items[0])
    assert keys("unapproved") == [], "an item of the baseline is in scope"
    wish = ChangeRequest.objects.create(
        project=world.project, key="W", title="Wish", raised_on=today
    )
    booked(world, "1", "e2", change_request=wish)
    assert keys("unapproved") == [world.project.key]
    ChangeRequest.objects.filter(pk=wish.pk).update(state="signed", signed_on=today)
    assert keys("unapproved") == []
    Effort.objects.all().delete()
    phase = Phase.objects.create(project=quiet, position=1, title="Solution")
    Gate.objects.create(
        project=quiet, phase=phase, title="Solution", confirms="All", due_on=today,
        state="returned", round=1,
    )  # fmt: skip
    Risk.objects.create(project=quiet, number=1, kind="issue", title="Late data", raised_on=today)
    assert keys("gates") == keys("risks") == [quiet.key]
