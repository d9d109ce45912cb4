"""A project's page by link: what the customer sees, what it never sees, and links that open nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.models import AuditRecord, Contact, Customer, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.customer_pages import (
    MOST_WISHES_A_DAY,
    give_page_link,
    revoke_page_link,
    send_wish,
)
from projects.actions.requirements import capture_requirement
from projects.models import Project, ProjectPageLink, Requirement
from tests.projects.change_world import approved, booked, drafted, sent
from tests.projects.weekly_world import WeeklyWorld, weekly_world


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> WeeklyWorld:
    with tenant_scope(tenant.id):
        return weekly_world(tenant, make_member)


def given(world: WeeklyWorld, **values: object) -> tuple[ProjectPageLink, str]:
    with tenant_scope(world.tenant.id):
        link, secret = give_page_link(
            project=world.project, contact=world.contact, by=world.manager.user,
            **{"language": "en"} | values,
        )  # fmt: skip
    return link, f"/r/{world.tenant.pk}.{secret}/"


def text(response) -> str:  # type: ignore[no-untyped-def]
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_says_where_the_project_stands_and_whom_to_turn_to(world: WeeklyWorld) -> None:
    _link, path = given(world)
    response = Client().get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    shown = text(response)
    for part in ("Payroll", "Rookcombe", "pam", "pam@acme.example", "1 of 2", "Build",
                 "Customer is at it", "Under way", "Zhou Min", "Accepted"):  # fmt: skip
        assert part in shown
    # The day that was agreed is struck through above the one that is planned now.
    assert re.search(r"<del>.*11 Dec 2026</del>", response.content.decode())


def test_internal_things_are_not_on_the_page(world: WeeklyWorld) -> None:
    user = world.manager.user
    with tenant_scope(world.tenant.id):
        booked(world.changes, "12.345")
        draft = drafted(world.changes)
        change = approved(world.changes)
        sent(world.changes, world.tenant, change)
        capture_requirement(
            project=world.project, text="Between colleagues", raised_on=world.project.starts_on,
            colleague=world.project.manager, by=user,
        )  # fmt: skip
        Customer.objects.create(key="X", name="Somebody Else")
    _link, path = given(world)
    page = Client().get(path).content.decode()
    assert change.key in page
    for part in ("12.345", "12.35", "15,000", "15000", draft.key + "<", "Between colleagues",
                 "Somebody Else", "The SOW names one company"):  # fmt: skip
        assert part not in page


def test_a_face_that_is_no_member_has_no_address(world: WeeklyWorld) -> None:
    with tenant_scope(world.tenant.id):
        manager = world.project.manager
        assert manager is not None
        manager.membership = None
        manager.save()
    _link, path = given(world)
    shown = text(Client().get(path))
    assert "pam" in shown
    assert "@" not in shown


def test_that_it_was_opened_is_kept_and_nothing_else(world: WeeklyWorld) -> None:
    link, path = given(world)
    for _time in range(2):
        Client(headers={"user-agent": "WeChat"}).get(path)
    with tenant_scope(world.tenant.id):
        link.refresh_from_db()
    assert link.opened_count == 2
    assert link.opened_at is not None
    assert link.last_opened_at is not None
    assert link.opened_at <= link.last_opened_at


def test_the_language_is_the_links(world: WeeklyWorld) -> None:
    _link, path = given(world, language="zh-hans")
    response = Client(headers={"accept-language": "en"}).get(path)
    assert '<html lang="zh-Hans"' in response.content.decode()


def test_a_wish_becomes_a_requirement_that_nobody_has_classified(
    world: WeeklyWorld, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    _link, path = given(world)
    client = Client()
    wish = {"text": "Please <script>alert(1)</script> us too"}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(path, wish, follow=True)
    assert "has it now" in text(response)
    assert "<script>alert" not in response.content.decode()
    with tenant_scope(world.tenant.id):
        made = Requirement.objects.get()
        assert (made.contact, made.captured_by) == (world.contact, None)
        assert not made.classifications.exists()
        record = AuditRecord.objects.get(verb="requirement.captured")
        assert record.data["contact"] == "Zhou Min"
        assert record.actor is None
    assert [letter.to for letter in mail.outbox] == [["pam@acme.example"]]
    assert "Zhou Min" in mail.outbox[0].subject
    assert f"/requirements/{made.pk}/" in mail.outbox[0].body
    # The manager finds it first on the list.
    client.force_login(world.manager.user)
    scope = client.get(f"/t/acme/projects/{world.project.pk}/scope/").content.decode()
    assert "Please &lt;script&gt;" in scope


def test_an_empty_wish_is_not_taken(world: WeeklyWorld) -> None:
    _link, path = given(world)
    assert Client().post(path, {"text": "  "}).status_code == 200
    with tenant_scope(world.tenant.id):
        assert not Requirement.objects.exists()


def test_wishes_of_a_day_are_limited(world: WeeklyWorld) -> None:
    link, _path = given(world)
    with tenant_scope(world.tenant.id):
        for n in range(MOST_WISHES_A_DAY):
            send_wish(link=link, text=f"Wish {n}", tenant=world.tenant)
        # A further link of the same person brings no further wishes.
        other, _secret = give_page_link(
            project=world.project, contact=world.contact, language="en", by=world.manager.user
        )
        with pytest.raises(ValidationError, match="all for today"):
            send_wish(link=other, text="One more", tenant=world.tenant)
        Requirement.objects.update(captured_at=timezone.now() - timedelta(days=2))
        send_wish(link=other, text="The day after", tenant=world.tenant)


@pytest.mark.parametrize("how", ["revoked", "expired", "contact gone", "sent again"])
def test_a_link_that_is_over_opens_nothing_and_takes_nothing(world: WeeklyWorld, how: str) -> None:
    link, path = given(world)
    with tenant_scope(world.tenant.id):
        if how == "revoked":
            revoke_page_link(link=link, by=world.manager.user)
        elif how == "expired":
            past = timezone.now() - timedelta(days=200)
            ProjectPageLink.objects.update(sent_at=past, expires_at=past + timedelta(days=180))
        elif how == "contact gone":
            ProjectPageLink.objects.update(contact=None)
        else:
            give_page_link(
                project=world.project, contact=world.contact, language="en",
                by=world.manager.user,
            )  # fmt: skip
    for response in (Client().get(path), Client().post(path, {"text": "Still here?"})):
        assert response.status_code == 410
        assert "Payroll" not in response.content.decode()
        assert "Nothing was signed" not in response.content.decode()
    with tenant_scope(world.tenant.id):
        assert not Requirement.objects.exists()
        with pytest.raises(LinkClosed):
            send_wish(link=link, text="Still here?", tenant=world.tenant)


def test_a_link_may_end_thirty_days_after_acceptance(world: WeeklyWorld) -> None:
    _link, path = given(world, ends_after_acceptance=True)
    today = timezone.localdate()
    for days, status in ((29, 200), (40, 410)):
        with tenant_scope(world.tenant.id):
            Project.objects.filter(pk=world.project.pk).update(
                starts_on=today - timedelta(days=90), accepted_on=today - timedelta(days=days)
            )
        assert Client().get(path).status_code == status


def test_a_link_opens_in_its_own_tenant_alone(world: WeeklyWorld, charlie: User) -> None:
    link, path = given(world)
    other = Tenant.objects.get(slug="other")
    secret = path.split(".")[1]
    assert Client().get(f"/r/{other.pk}.{secret}").status_code == 404
    assert Client().get(path.replace(secret, "x" * 43 + "/")).status_code == 404
    assert link.pk


def test_another_customers_contact_gets_no_link(world: WeeklyWorld) -> None:
    with tenant_scope(world.tenant.id):
        stranger = Contact.objects.create(
            customer=Customer.objects.create(key="X", name="X"), key="x", name="X"
        )
        with pytest.raises(ValidationError), transaction.atomic():
            give_page_link(
                project=world.project, contact=stranger, language="en", by=world.manager.user
            )


def test_the_manager_gives_sends_again_and_takes_back(
    world: WeeklyWorld, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    client = Client()
    client.force_login(world.manager.user)
    base = f"/t/acme/projects/{world.project.pk}/shared/"
    form = {"contact": world.contact.pk, "language": "zh-hans", "ends": "acceptance"}
    with django_capture_on_commit_callbacks(execute=True):
        with_link = client.post(f"{base}links/new/", form, follow=True)
    path = re.search(r"/r/\d+\.[\w-]+/", with_link.content.decode())
    assert path is not None
    assert with_link["Cache-Control"] == "no-store"
    assert [letter.to for letter in mail.outbox] == [["zhou@rookcombe.example"]]
    assert path[0] in mail.outbox[0].body
    assert path[0] not in client.get(base).content.decode()
    assert Client().get(path[0]).status_code == 200
    assert "opened once" in text(client.get(base))
    with tenant_scope(world.tenant.id):
        link = ProjectPageLink.objects.get()
    again = client.post(f"{base}links/{link.pk}/renewals/", follow=True)
    second = re.search(r"/r/\d+\.[\w-]+/", again.content.decode())
    assert second is not None
    assert second[0] != path[0]
    assert Client().get(path[0]).status_code == 410
    with tenant_scope(world.tenant.id):
        kept = ProjectPageLink.objects.get(revoked_at=None)
    assert (kept.language, kept.ends_after_acceptance) == ("zh-hans", True)
    client.post(f"{base}links/{kept.pk}/revocations/")
    assert Client().get(second[0]).status_code == 410
    preview = client.get(f"{base}preview/")
    assert "Nothing can be sent from this preview" in text(preview)


def test_opening_a_page_takes_as_many_statements_for_a_long_plan(
    world: WeeklyWorld, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    _link, path = given(world)
    with django_assert_max_num_queries(60) as few:
        Client().get(path)
    with tenant_scope(world.tenant.id):
        for n in range(15):
            capture_requirement(
                project=world.project, text=f"Wish {n}", raised_on=world.project.starts_on,
                contact=world.contact, by=world.manager.user,
            )  # fmt: skip
            task = world.tasks["Under way"]
            task.pk, task.number = None, 100 + n
            task.effort_days = Decimal(1)
            task.save()
    cache.clear()
    with django_assert_max_num_queries(60) as many:
        Client().get(path)
    # One more, which counts what is not shown.
    assert len(many) <= len(few) + 1
