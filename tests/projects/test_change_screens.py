"""Requirements and change requests on screen, for members."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.requirements import capture_requirement
from projects.actions.signing_questions import ask_question
from projects.models import ChangeRequest, CustomerAnswer, Requirement, SigningLink
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


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> ChangeWorld:
    with tenant_scope(tenant.id):
        return change_world(tenant, make_member)


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def url(world: ChangeWorld, rest: str) -> str:
    return f"/t/acme/projects/{world.project.pk}/{rest}"


def text(response) -> str:  # type: ignore[no-untyped-def]
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_from_a_wish_to_a_link(
    tenant: Tenant, world: ChangeWorld, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    author, approver = as_(world.author), as_(world.approver)
    wish = {"text": "Payroll for the <b>subsidiary</b>", "raised_on": "2026-06-01"}
    assert "Name who raised it" in text(author.post(url(world, "requirements/new/"), wish))
    answer = author.post(
        url(world, "requirements/new/"), wish | {"contact": world.contact.pk}, follow=True
    )
    assert "&lt;b&gt;subsidiary" in answer.content.decode()
    assert "Not classified" in text(author.get(url(world, "scope/")))
    with tenant_scope(tenant.id):
        found = Requirement.objects.get()
    page = url(world, f"requirements/{found.pk}/")
    refused = author.post(f"{page}classifications/", {"kind": "in_scope", "why": "so"})
    assert "Name the item of the signed scope" in text(refused)
    author.post(f"{page}classifications/", {"kind": "out_of_scope", "why": "One company only"})
    assert "One company only" in text(author.get(page))
    terms = {
        "title": "Second company", "text": "It runs", "effort_days": "7.5", "price": "15000.50",
        "days_later": "5", "item_title_0": "Set up", "item_days_0": "7",
    }  # fmt: skip
    refused = author.post(f"{page}change-requests/new/", terms)
    assert "add up to 7.000 person-days" in text(refused) or "add up to 7 " in text(refused)
    terms["item_days_0"] = "7.5"
    shown = author.post(f"{page}change-requests/new/", terms, follow=True)
    assert "¥15,000.50" in text(shown)
    assert "somebody else has to approve it" in text(shown)
    with tenant_scope(tenant.id):
        change = ChangeRequest.objects.get()
    change_page = url(world, f"change-requests/{change.pk}/")
    refused = author.post(f"{change_page}approvals/", {"seen": "1"}, follow=True)
    assert "somebody else has to approve it" in text(refused)
    assert "Approved by" in text(
        approver.post(f"{change_page}approvals/", {"seen": "1"}, follow=True)
    )
    with django_capture_on_commit_callbacks(execute=True):
        shown = author.post(
            f"{change_page}signing-links/",
            {"contact": world.contact.pk, "language": "zh-hans", "valid_days": "7"},
            follow=True,
        )
    link = re.search(r"http[^\"\s]+/r/\d+\.[\w-]{43}/", shown.content.decode())
    assert link is not None
    assert '<svg class="signing-code"' in shown.content.decode()
    (letter,) = mail.outbox
    assert letter.to == ["zhou@rookcombe.example"]
    assert link.group() in letter.body
    # Once: the page does not know it again.
    assert link.group() not in author.get(change_page).content.decode()
    with tenant_scope(tenant.id):
        kept = SigningLink.objects.get()
        assert link.group().rsplit(".", 1)[1].strip("/") not in (kept.secret_hash, kept.document)
        assert kept.expires_at - kept.sent_at == timedelta(days=7)


def test_unapproved_effort_is_on_the_projects_page_with_its_rows(
    tenant: Tenant, world: ChangeWorld
) -> None:
    with tenant_scope(tenant.id):
        change = drafted(world)
        booked(world, "1.25", "e1", change_request=change)
        booked(world, "4", "e2", item=world.items[0])
    shown = text(as_(world.author).get(url(world, "scope/")))
    assert re.search(r"Unapproved effort .{0,200}?1\.25", shown)
    assert "CR-1 Second payroll company 1.25" in shown
    assert "6.2%" in shown  # 1.25 of 20 days
    with tenant_scope(tenant.id):
        ChangeRequest.objects.update(state="signed", signed_on=world.project.starts_on)
    assert "Nothing was booked without a signature" in text(
        as_(world.author).get(url(world, "scope/"))
    )


def test_who_edits_an_old_version_is_told(tenant: Tenant, world: ChangeWorld) -> None:
    with tenant_scope(tenant.id):
        change = drafted(world)
    page = url(world, f"change-requests/{change.pk}/edit/")
    terms = {"title": "A", "text": "B", "effort_days": "1", "price": "1", "days_later": "0"}
    assert as_(world.author).post(page, terms | {"seen": "1"}).status_code == 302
    answer = as_(world.author).post(page, terms | {"title": "Mine", "seen": "1"})
    assert answer.status_code == 409
    assert "altered this change request meanwhile" in text(answer)
    with tenant_scope(tenant.id):
        assert ChangeRequest.objects.get().title == "A"


@pytest.mark.parametrize("price", ["0.001", "-1", "1e400", "NaN"])
def test_a_price_that_nobody_can_pay_is_refused(
    tenant: Tenant, world: ChangeWorld, price: str
) -> None:
    with tenant_scope(tenant.id):
        found = out_of_scope(world)
    terms = {"title": "A", "text": "B", "effort_days": "1", "price": price, "days_later": "0"}
    page = url(world, f"requirements/{found.pk}/change-requests/new/")
    assert as_(world.author).post(page, terms).status_code == 200
    with tenant_scope(tenant.id):
        assert not ChangeRequest.objects.exists()


def test_a_stamped_scan_is_uploaded_and_had_again_by_members_only(
    tenant: Tenant, world: ChangeWorld
) -> None:
    with tenant_scope(tenant.id):
        change = approved(world)
    client, page = as_(world.author), url(world, f"change-requests/{change.pk}/")
    form = {"name": "Zhou Min", "signed_on": "2026-06-10"}
    html = SimpleUploadedFile("scan.pdf", b"<script>alert(1)</script>", "application/pdf")
    assert "Only PDF, JPEG and PNG" in text(client.post(f"{page}scans/", form | {"scan": html}))
    data = b"%PDF-1.7 stamped"
    scan = SimpleUploadedFile("盖章 1.pdf", data, "text/html")
    shown = client.post(f"{page}scans/", form | {"scan": scan}, follow=True)
    assert "Signed by the customer" in text(shown)
    had = client.get(f"{page}document/scan/")
    assert (had.content, had["Content-Type"]) == (data, "application/pdf")
    assert had["Content-Disposition"].startswith("attachment")
    assert had["X-Content-Type-Options"] == "nosniff"
    document = client.get(f"{page}document/")
    assert hashlib.sha256(data).hexdigest() in document.content.decode()
    kept = client.get(f"{page}document/text/").content
    assert hashlib.sha256(kept).hexdigest() in document.content.decode()
    assert Client().get(f"{page}document/scan/").status_code == 302


def test_the_document_stays_as_it_was_signed(tenant: Tenant, world: ChangeWorld) -> None:
    with tenant_scope(tenant.id):
        link, secret = sent(world, tenant)
    Client().post(
        f"/r/{tenant.pk}.{secret}/",
        {"act": "sign", "document": link.document_hash, "sign-name": "Zhou", "sign-consent": "on"},
    )
    with tenant_scope(tenant.id):
        assert CustomerAnswer.objects.get().name == "Zhou"
        ChangeRequest.objects.update(title="Something else", price=Decimal(1))
    page = url(world, f"change-requests/{link.change_request_id}/document/")
    shown = text(as_(world.author).get(page))
    assert VALUES.title in shown
    assert "¥15,000.50" in shown
    assert link.document_hash in shown


def test_a_question_is_answered_on_the_change_request(tenant: Tenant, world: ChangeWorld) -> None:
    with tenant_scope(tenant.id):
        link, secret = sent(world, tenant)
        asked = ask_question(link=link, text="Is training in it?", tenant=tenant)
    page = url(world, f"change-requests/{link.change_request_id}/")
    client = as_(world.author)
    assert "Question asked" in text(client.get(page))
    client.post(f"{page}questions/{asked.pk}/answers/", {"answer": "Yes, two days."})
    assert "Yes, two days." in text(client.get(page))
    assert "Yes, two days." in text(Client().get(f"/r/{tenant.pk}.{secret}/"))


def test_the_scope_costs_the_same_however_much_there_is(tenant: Tenant, world: ChangeWorld) -> None:
    client = as_(world.author)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(world, "scope/")).status_code == 200
        return len(queries)

    with tenant_scope(tenant.id):
        booked(world, "1", "e0", change_request=drafted(world))
    cost()
    few = cost()
    with tenant_scope(tenant.id):
        for number in range(1, 12):
            booked(world, "1", f"e{number}", change_request=drafted(world))
            capture_requirement(
                project=world.project, text=f"wish {number}", raised_on=world.project.starts_on,
                contact=world.contact, by=world.author.user,
            )  # fmt: skip
    assert cost() == few


def test_a_project_that_a_member_does_not_see_has_no_change_requests(
    tenant: Tenant, world: ChangeWorld, charlie: object
) -> None:
    with tenant_scope(tenant.id):
        change = drafted(world)
    client = Client()
    client.force_login(charlie)
    for path in ("scope/", f"change-requests/{change.pk}/"):
        assert client.get(url(world, path)).status_code == 404
    assert as_(world.author).get(url(world, "change-requests/999999/")).status_code == 404
