"""From a requirement to a signed amendment of the baseline, and everything that must not happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.models import AuditRecord, Contact, Customer, Membership, RowVersion, Tenant
from accounts.queries.calendars import working_calendar
from projects.actions.change_requests import (
    ChangeConflict,
    approve_change,
    draft_change,
    edit_change,
    withdraw_change,
)
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.actions.signing_answers import answer_by_link, sign_by_scan
from projects.actions.signing_links import revoke_link, send_for_signature
from projects.actions.signing_questions import answer_question, ask_question
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Classification,
    CustomerAnswer,
    Project,
    SigningLink,
    SowItem,
)
from projects.queries.change_requests import (
    changes_of,
    requirements_of,
    standing_of,
    unapproved_rows,
)
from projects.queries.delivery import deliveries
from tests.projects.change_world import (
    VALUES,
    ChangeWorld,
    approved,
    booked,
    change_world,
    drafted,
    out_of_scope,
    sent,
)

PDF = b"%PDF-1.7\n" + b"stamped"


@pytest.fixture
def world(scope: Tenant, make_member: Callable[..., Membership]) -> ChangeWorld:
    return change_world(scope, make_member)


def sign(link: SigningLink, tenant: Tenant, **values: str) -> CustomerAnswer:
    given = {"outcome": "signed", "name": "Zhou Min", "seen_hash": link.document_hash, **values}
    return answer_by_link(link=link, ip="192.0.2.7", tenant=tenant, **given)


def standing(world: ChangeWorld) -> str:
    return standing_of(changes_of(world.project, timezone.now()).first())


def test_what_nobody_classified_comes_first_and_the_history_stays(world: ChangeWorld) -> None:
    first = out_of_scope(world, "first")
    second = capture_requirement(
        project=world.project, text="second", raised_on=date(2026, 6, 1), contact=world.contact,
        by=world.author.user,
    )  # fmt: skip
    out_of_scope(world, "third")
    rows = list(requirements_of(world.project))
    assert [(row.text, row.kind) for row in rows] == [
        ("second", ""),
        ("third", "out_of_scope"),
        ("first", "out_of_scope"),
    ]
    assert (first.number, second.number) == (1, 2)
    classify_requirement(
        requirement=first, kind="in_scope", item=world.items[0], why="Item 1 says so",
        by=world.approver.user,
    )  # fmt: skip
    assert [row.kind for row in first.classifications.all()] == ["in_scope", "out_of_scope"]
    assert requirements_of(world.project).get(pk=first.pk).kind == "in_scope"
    assert AuditRecord.objects.filter(verb="requirement.classified").count() == 3


def test_in_scope_names_an_item_of_the_baseline(world: ChangeWorld) -> None:
    requirement = out_of_scope(world)
    elsewhere = SowItem.objects.create(
        sow=world.items[0].sow, key="9", title="Not agreed", effort_days=1
    )
    for item in (None, elsewhere):
        with pytest.raises(ValidationError):
            classify_requirement(
                requirement=requirement, kind="in_scope", item=item, why="so", by=world.author.user
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Classification.objects.create(requirement=requirement, kind="in_scope", why="so")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Classification.objects.update(why="something else")


def test_who_raised_it_belongs_to_the_customer(world: ChangeWorld) -> None:
    stranger = Contact.objects.create(
        customer=Customer.objects.create(key="X", name="X"), key="x", name="x"
    )
    for contact in (stranger, None):
        with pytest.raises(ValidationError):
            capture_requirement(
                project=world.project, text="a", raised_on=date(2026, 6, 1), contact=contact,
                by=world.author.user,
            )  # fmt: skip


def test_only_what_is_out_of_scope_becomes_a_change_request_and_once(world: ChangeWorld) -> None:
    requirement = out_of_scope(world)
    classify_requirement(
        requirement=requirement, kind="clarification", item=None, why="asked", by=world.author.user
    )
    given = {"values": VALUES, "raised_on": date(2026, 6, 2), "by": world.author.user}
    with pytest.raises(ValidationError):
        draft_change(requirement=requirement, **given)
    classify_requirement(
        requirement=requirement, kind="out_of_scope", item=None, why="new", by=world.author.user
    )
    change = draft_change(requirement=requirement, **given)
    with pytest.raises(ValidationError):
        draft_change(requirement=requirement, **given)
    withdraw_change(change=change, on=date(2026, 6, 3), by=world.author.user)
    again = draft_change(requirement=requirement, **given)
    assert again.key != change.key


def test_items_add_up_to_the_effort(world: ChangeWorld) -> None:
    with pytest.raises(ValidationError):
        drafted(world, replace(VALUES, effort_days=Decimal("7.499")))


def test_nobody_approves_what_they_wrote_unless_alone(world: ChangeWorld) -> None:
    change = drafted(world)
    with pytest.raises(ValidationError):
        approve_change(change=change, seen=1, by=world.author.user)
    world.approver.is_active = False
    world.approver.save()
    approve_change(change=change, seen=1, by=world.author.user)
    assert change.state == "approved_internally"
    assert change.approved_by == world.author.user


def test_what_is_not_complete_is_not_approved(world: ChangeWorld) -> None:
    for missing in ({"price": None}, {"effort_days": None, "items": ()}, {"text": " "}):
        change = drafted(world, replace(VALUES, **missing))
        with pytest.raises(ValidationError):
            approve_change(change=change, seen=1, by=world.approver.user)


def test_only_what_is_approved_is_sent(world: ChangeWorld, scope: Tenant) -> None:
    with pytest.raises(ValidationError):
        sent(world, scope, drafted(world))
    assert standing(world) == "draft"
    sent(world, scope)
    assert standing(world) == "sent"


def test_an_edit_takes_the_approval_back_and_nobody_overwrites(
    world: ChangeWorld, scope: Tenant
) -> None:
    change = approved(world)
    link, _secret = sent(world, scope, change)
    edit_change(
        change=change, seen=1, values=replace(VALUES, price=Decimal(1)), by=world.author.user
    )
    assert (change.state, change.version, change.approved_by) == ("draft", 2, None)
    with pytest.raises(ChangeConflict):
        edit_change(change=change, seen=1, values=VALUES, by=world.author.user)
    with pytest.raises(ChangeConflict):
        approve_change(change=change, seen=1, by=world.approver.user)
    approve_change(change=change, seen=2, by=world.approver.user)
    with pytest.raises(LinkClosed, match="altered"):
        sign(link, scope)
    change.refresh_from_db()
    assert change.state == "approved_internally"


def test_signing_amends_the_baseline_and_the_old_version_stays(
    world: ChangeWorld, scope: Tenant
) -> None:
    link, secret = sent(world, scope)
    booked(world, "2", change_request=link.change_request)
    today = scope.local_date(timezone.now())
    before = deliveries(today, [world.project.pk])[0]
    assert (before.unapproved_effort, before.baseline_effort) == (2000, 20000)
    assert unapproved_rows(world.project, today).count() == 1
    answer = sign(link, scope)
    change = ChangeRequest.objects.get(pk=link.change_request_id)
    assert (change.state, change.signed_on) == ("signed", today)
    old, new = Baseline.objects.order_by("version")
    assert (old.effort_days, old.due_on, old.items.count()) == (20, date(2027, 1, 8), 2)
    assert (new.version, new.change_request, new.valid_from) == (2, change, today)
    assert new.effort_days == Decimal("27.5")
    assert new.due_on == working_calendar().add_working_days(old.due_on, 5)
    # The project's own day with it, and what it was is kept.
    moved = Project.objects.get(pk=world.project.pk)
    assert moved.due_on == working_calendar().add_working_days(world.project.due_on, 5)
    (version,) = RowVersion.objects.filter(table="projects_project", row_id=moved.pk)
    assert version.before["due_on"] == world.project.due_on.isoformat()
    assert sorted(BaselineItem.objects.filter(baseline=new).values_list("item__title", flat=True)) == [
        "Import its people", "Set up", "Set up the company", "Training",
    ]  # fmt: skip
    after = deliveries(today, [world.project.pk])[0]
    assert (after.unapproved_effort, after.approved_change_effort) == (0, 2000)
    assert after.baseline_effort == 27500
    assert not unapproved_rows(world.project, today).exists()
    kept = CustomerAnswer.objects.get()
    assert (kept.name, kept.ip, kept.document_hash) == ("Zhou Min", "192.0.2.7", link.document_hash)
    assert kept.document == link.document
    assert secret not in str(AuditRecord.objects.values_list("data", flat=True))
    told = AuditRecord.objects.get(verb="change_request.signed")
    assert (told.actor, told.data["document_hash"]) == (None, answer.document_hash)
    # What was known before is known still.
    assert RowVersion.objects.filter(
        table="projects_changerequest", before__state="approved_internally"
    ).exists()


def test_the_sum_of_the_items_is_the_baseline(world: ChangeWorld, scope: Tenant) -> None:
    """Two changes one after the other, one of them without items of its own."""
    for values in (VALUES, replace(VALUES, items=(), days_later=0)):
        link, _secret = sent(world, scope, approved(world, values))
        sign(link, scope)
    latest = Baseline.objects.order_by("version").last()
    assert latest.version == 3
    assert sum(item.effort_days for item in latest.items.all()) == latest.effort_days == 35
    assert len({item.item.key for item in latest.items.select_related("item")}) == 5


def test_a_project_without_a_sow_has_nothing_to_amend(world: ChangeWorld, scope: Tenant) -> None:
    link, _secret = sent(world, scope)
    BaselineItem.objects.all().delete()
    Baseline.objects.all().delete()
    sign(link, scope)
    assert not Baseline.objects.exists()


def test_declining_says_why_and_changes_no_baseline(world: ChangeWorld, scope: Tenant) -> None:
    link, _secret = sent(world, scope)
    with pytest.raises(ValidationError):
        sign(link, scope, outcome="declined")
    sign(link, scope, outcome="declined", reason="Too dear")
    change = ChangeRequest.objects.get(pk=link.change_request_id)
    assert (change.state, change.signed_on) == ("declined", None)
    assert Baseline.objects.count() == 1
    with pytest.raises(ValidationError):
        withdraw_change(change=change, on=date(2026, 6, 3), by=world.author.user)
    with pytest.raises(ValidationError):
        edit_change(change=change, seen=1, values=VALUES, by=world.author.user)


def test_a_closed_link_signs_nothing(world: ChangeWorld, scope: Tenant) -> None:
    change = approved(world)
    expired, _s = sent(world, scope, change)
    SigningLink.objects.filter(pk=expired.pk).update(
        sent_at=timezone.now() - timedelta(days=20),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    revoked, _s = sent(world, scope, change)
    revoke_link(link=revoked, by=world.author.user)
    good, _s = sent(world, scope, change)
    other, _s = sent(world, scope, change)
    with pytest.raises(LinkClosed, match="altered"):
        sign(good, scope, seen_hash=good.document_hash[::-1])
    for link, why in ((expired, "expired"), (revoked, "revoked")):
        with pytest.raises(LinkClosed, match=why):
            sign(link, scope)
    assert not CustomerAnswer.objects.exists()
    sign(good, scope)
    for link, why in ((good, "answered"), (other, "decided")):
        with pytest.raises(LinkClosed, match=why):
            sign(link, scope)
    with pytest.raises(ValidationError):
        revoke_link(link=good, by=world.author.user)
    assert CustomerAnswer.objects.count() == 1


def test_a_withdrawn_change_cannot_be_signed(world: ChangeWorld, scope: Tenant) -> None:
    link, _secret = sent(world, scope)
    withdraw_change(change=link.change_request, on=date(2026, 6, 3), by=world.author.user)
    with pytest.raises(LinkClosed, match="decided"):
        sign(link, scope)


def test_an_answer_is_never_altered(world: ChangeWorld, scope: Tenant) -> None:
    link, _secret = sent(world, scope)
    sign(link, scope)
    with pytest.raises(ProgrammingError), transaction.atomic():
        CustomerAnswer.objects.update(name="Somebody")
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerAnswer.objects.create(
            change_request=link.change_request, outcome="signed", name="a", link=link,
            document="{}", document_hash="x",
        )  # fmt: skip


def test_a_question_keeps_the_link_open(world: ChangeWorld, scope: Tenant) -> None:
    link, _secret = sent(world, scope)
    asked = ask_question(link=link, text="Is training in it?", tenant=scope)
    assert standing(world) == "question"
    answer_question(question=asked, text="Yes", by=world.author.user)
    assert standing(world) == "sent"
    with pytest.raises(ValidationError):
        answer_question(question=asked, text="No", by=world.author.user)
    sign(link, scope)
    with pytest.raises(LinkClosed):
        ask_question(link=link, text="And now?", tenant=scope)


def scan(change: ChangeRequest, world: ChangeWorld, tenant: Tenant, **values: object):  # type: ignore[no-untyped-def]
    given = {"name": "Zhou Min", "signed_on": date(2026, 6, 5), "filename": "a.pdf", "data": PDF}
    return sign_by_scan(
        change=change, language="en", tenant=tenant, by=world.author.user, **given | values
    )


def test_a_stamped_scan_signs_too(world: ChangeWorld, scope: Tenant) -> None:
    change = approved(world)
    answer = scan(change, world, scope)
    assert (change.state, change.signed_on) == ("signed", date(2026, 6, 5))
    assert bytes(answer.scan.data) == PDF
    assert (answer.scan.content_type, answer.link, answer.uploaded_by) == (
        "application/pdf", None, world.author.user,
    )  # fmt: skip
    assert Baseline.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": b"<html>%PDF-"},
        {"data": b""},
        {"data": b"%PDF-" + b"0" * (10 * 1024 * 1024)},
        {"name": " "},
        {"signed_on": date(2999, 1, 1)},
        {"signed_on": date(2026, 6, 1)},  # the day before it was raised
    ],
)
def test_a_scan_that_cannot_be_one_is_refused(
    world: ChangeWorld, scope: Tenant, wrong: dict[str, object]
) -> None:
    change = approved(world)
    with pytest.raises(ValidationError):
        scan(change, world, scope, **wrong)
    assert not CustomerAnswer.objects.exists()


def test_a_link_goes_to_a_contact_of_the_customer(world: ChangeWorld, scope: Tenant) -> None:
    stranger = Contact.objects.create(
        customer=Customer.objects.create(key="X", name="X"), key="x", name="x"
    )
    with pytest.raises(ValidationError):
        send_for_signature(
            change=approved(world), contact=stranger, language="en", tenant=scope,
            by=world.author.user,
        )  # fmt: skip
