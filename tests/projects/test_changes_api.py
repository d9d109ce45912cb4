"""Change requests through the API: the same drafts, refusals, links and signatures as on screen."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from api_program import program

from accounts.models import AuditRecord, OutgoingMail, Role, Tenant, VisibilityRule
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from projects.actions.signing_answers import answer_by_link
from projects.actions.signing_questions import ask_question
from projects.models import Baseline, ChangeRequest, SigningLink
from tests.projects.change_world import (
    VALUES,
    approved,
    change_world,
    drafted,
    out_of_scope,
    sent,
)

CHANGES = "/api/v1/change-requests"
ONE = f"{CHANGES}/W-P1/CR-1"
SCOPES = ("projects:read", "changes:write", "changes:approve")
TERMS = {
    "title": VALUES.title, "text": VALUES.text, "effort_days": "7.5", "price": "15000.50",
    "days_later": 5,
    "items": [{"title": title, "effort_days": str(days)} for title, days in VALUES.items],
}  # fmt: skip


@pytest.fixture
def world(tenant: Tenant, scope: None, make_member: Any) -> Any:
    return change_world(tenant, make_member)


def tag(crm: Any, path: str = ONE) -> str:
    return str(crm.get(path)["ETag"])


def test_a_program_drafts_what_a_screen_would(tenant: Tenant, world: Any) -> None:
    requirement = out_of_scope(world)
    crm = program(tenant, *SCOPES, member=world.author)
    made = crm.post({"project": "W-P1", "requirement": requirement.number, **TERMS}, path=CHANGES)
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["key"], said["state"], said["price"]) == ("CR-1", "draft", "15000.5000")
    assert said["requirements"] == [requirement.number]
    assert said["drafted_by"] == world.author.user.email
    change = ChangeRequest.objects.get()
    assert [(one.title, one.effort_days) for one in change.items.all()] == list(VALUES.items)
    assert crm.get(ONE).json() == said == crm.get(CHANGES).json()["results"][0]
    again = crm.post({"project": "W-P1", "requirement": requirement.number, **TERMS}, path=CHANGES)
    assert again.status_code == 409, "it has its change request"
    wrong = crm.post(
        {"project": "W-P1", "requirement": 99, **TERMS, "price": "1.001"}, path=CHANGES
    )
    assert wrong.json()["errors"][0]["field"] == "requirement"
    wrong = crm.post(
        {"project": "W-P1", "requirement": requirement.number, **TERMS, "price": "1.001"},
        path=CHANGES,
    )
    assert [one["field"] for one in wrong.json()["errors"]] == ["price"]


def test_terms_are_changed_against_what_was_read(tenant: Tenant, world: Any) -> None:
    approved(world)
    crm = program(tenant, *SCOPES)
    before = tag(crm)
    changed = crm.patch(ONE, {"effort_days": "3", "items": []}, if_match=before)
    assert changed.status_code == 200, changed.content
    assert changed.json() == crm.get(ONE).json()
    assert changed.json()["state"] == "draft", "what was approved is another by now"
    assert changed.json()["price"] == "15000.5000", "what is not sent stays"
    change = ChangeRequest.objects.get()
    assert (change.version, change.items.count()) == (2, 0)
    assert change.drafted_by == world.author.user, "a program takes nobody's place"
    assert crm.patch(ONE, {"effort_days": "4"}, if_match=before).status_code == 412
    assert crm.patch(ONE, {"effort_days": "4"}).status_code == 428
    odd = crm.patch(ONE, {"items": [{"title": "x", "effort_days": "1"}]}, if_match=tag(crm))
    assert [one["field"] for one in odd.json()["errors"]] == ["effort_days"]


def test_somebody_else_approves_and_nobody_without_a_name(tenant: Tenant, world: Any) -> None:
    drafted(world)
    own = program(tenant, *SCOPES, member=world.author)
    seen = {"version": own.get(ONE).json()["version"]}
    assert own.post(seen, path=f"{ONE}/approve").status_code == 409
    assert program(tenant, *SCOPES).post(seen, path=f"{ONE}/approve").status_code == 403
    his = program(tenant, "projects:read", "changes:approve", member=world.approver)
    own.patch(ONE, {"title": "Another"}, if_match="*")
    assert his.post(seen, path=f"{ONE}/approve").status_code == 409, "not what was read"
    assert ChangeRequest.objects.get().state == "draft"
    done = his.post({"version": seen["version"] + 1}, path=f"{ONE}/approve")
    assert (done.status_code, done.json()["state"]) == (200, "approved_internally")
    assert done.json()["approved_by"] == world.approver.user.email
    record = AuditRecord.objects.get(verb="change_request.approved")
    assert (record.actor, record.data["program"]) == (world.approver.user, "tickets")
    # The executive approves, and writes none.
    hers = program(tenant, *SCOPES, member=world.approver)
    assert hers.post({}, path=f"{ONE}/withdraw").status_code == 403
    gone = own.post({}, path=f"{ONE}/withdraw").json()
    assert (gone["state"], gone["decided_on"] is not None) == ("withdrawn", True)


def test_a_link_is_shown_once_and_revoked(
    tenant: Tenant, world: Any, django_capture_on_commit_callbacks: Any
) -> None:
    approved(world)
    crm = program(tenant, *SCOPES, member=world.author)
    asked = {"contact": "zhou", "language": "en", "valid_days": 9}
    made = crm.post(asked, key="once", path=f"{ONE}/signing-links")
    assert made.status_code == 201, made.content
    said = made.json()
    secret = said["address"].rstrip("/").rpartition(f"/r/{tenant.pk}.")[2]
    link = SigningLink.objects.get()
    assert link.secret_hash == hash_secret(secret)
    assert (link.expires_at - link.sent_at).days == 9
    assert OutgoingMail.objects.filter(to=world.contact.email).count() == 1
    # The same request again makes no second link, and does not tell the first.
    replayed = crm.post(asked, key="once", path=f"{ONE}/signing-links").json()
    assert replayed == said | {"address": None}
    assert SigningLink.objects.count() == 1
    whole = crm.get(ONE).json()
    assert (whole["standing"], whole["links"][0]["standing"]) == ("sent", "open")
    assert secret not in str(whole)
    assert crm.post({"contact": "nobody", "language": "en"}, path=f"{ONE}/signing-links"
                    ).json()["errors"][0]["field"] == "contact"  # fmt: skip
    revoked = crm.post({}, path=f"{ONE}/signing-links/{link.pk}/revoke")
    assert revoked.json()["links"][0]["standing"] == "revoked"
    assert crm.post({}, path=f"{ONE}/signing-links/{link.pk}/revoke").status_code == 409
    assert crm.post({}, path=f"{ONE}/signing-links/{link.pk + 1}/revoke").status_code == 404


def test_questions_are_answered_and_the_document_can_be_had(tenant: Tenant, world: Any) -> None:
    link, _secret = sent(world, tenant)
    asked = ask_question(link=link, text="When?", tenant=tenant)
    crm = program(tenant, *SCOPES, member=world.author)
    assert crm.get(CHANGES, has_question="true").json()["results"][0]["standing"] == "question"
    assert crm.get(f"{ONE}/document").status_code == 404
    path = f"{ONE}/questions/{asked.pk}/answer"
    assert program(tenant, *SCOPES).post({"answer": "Soon"}, path=path).status_code == 403
    said = crm.post({"answer": "In May"}, path=path).json()
    assert said["questions"][0]["answer"] == "In May"
    assert crm.post({"answer": "In June"}, path=path).status_code == 409
    answer_by_link(
        link=link, seen_hash=link.document_hash, outcome="signed", name="Zhou Min", ip=None,
        tenant=tenant,
    )  # fmt: skip
    answer = crm.get(ONE).json()["answer"]
    assert (answer["outcome"], answer["name"], answer["scan"]) == ("signed", "Zhou Min", None)
    assert answer["is_intact"] is True
    document = crm.get(f"{ONE}/document")
    assert hashlib.sha256(document.content).hexdigest() == answer["document_hash"]
    assert document["ETag"] == f'"{answer["document_hash"]}"'
    assert crm.get(f"{ONE}/document/scan").status_code == 404


def test_a_scan_signs_and_enters_the_baseline(tenant: Tenant, world: Any) -> None:
    change = approved(world)
    crm = program(tenant, *SCOPES, member=world.author)
    data = b"%PDF-1.7 stamped"
    body = {
        "name": "Zhou Min", "signed_on": change.raised_on.isoformat(),
        "scan": {"filename": "CR-1.pdf", "content": base64.b64encode(data).decode()},
    }  # fmt: skip
    assert program(tenant, *SCOPES).post(body, path=f"{ONE}/scan").status_code == 403
    exe = body | {"scan": {"filename": "a.pdf", "content": base64.b64encode(b"MZ").decode()}}
    assert crm.post(exe, path=f"{ONE}/scan").json()["errors"][0]["field"] == "scan"
    broken = body | {"scan": {"filename": "a.pdf", "content": "no base64"}}
    assert crm.post(broken, path=f"{ONE}/scan").json()["errors"][0]["field"] == "scan.content"
    done = crm.post(body, path=f"{ONE}/scan")
    assert (done.status_code, done.json()["state"]) == (200, "signed"), done.content
    assert done.json()["answer"]["scan"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert Baseline.objects.filter(change_request=change).exists()
    file = crm.get(f"{ONE}/document/scan")
    assert (file.content, file["Content-Type"]) == (data, "application/pdf")
    assert file["ETag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert crm.post(body, path=f"{ONE}/scan").status_code == 409
    assert crm.patch(ONE, {"title": "x"}, if_match=tag(crm)).status_code == 409


def test_who_does_not_see_the_project_finds_nothing(
    tenant: Tenant, world: Any, make_member: Any
) -> None:
    link, _secret = sent(world, tenant)
    other = make_member(tenant, "other@acme.example", "project_manager")
    VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    his = program(tenant, *SCOPES, member=other)
    assert his.get(CHANGES).json()["results"] == []
    for path in (ONE, f"{ONE}/document", f"{ONE}/document/scan"):
        assert his.get(path).status_code == 404, path
    for path in ("withdraw", "signing-links", f"signing-links/{link.pk}/revoke", "approve"):
        body = {"contact": "zhou", "language": "en"} if path == "signing-links" else {}
        assert his.post(body, path=f"{ONE}/{path}").status_code == 404, path
    made = his.post({"project": "W-P1", "requirement": 1, **TERMS}, path=CHANGES)
    assert made.json()["errors"][0]["field"] == "project"
    reader = program(tenant, "projects:read")
    assert reader.post({}, path=f"{ONE}/withdraw").status_code == 403
    for role in set(Role.values) - {"admin", "project_manager"}:
        member = make_member(tenant, f"{role}@acme.example", role)
        refused = program(tenant, *SCOPES, member=member).post({}, path=f"{ONE}/withdraw")
        assert refused.status_code == 403, role


def test_many_are_read_in_as_many_statements_as_few(
    tenant: Tenant, world: Any, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        change = approved(world)
        link, _secret = sent(world, tenant, change)
        ask_question(link=link, text="When?", tenant=tenant)
    crm = program(tenant, "projects:read")
    crm.get(CHANGES)
    with django_assert_max_num_queries(25) as few:
        crm.get(CHANGES, limit=1)
    with django_assert_num_queries(len(few)):
        assert len(crm.get(CHANGES, limit=500).json()["results"]) == 6


def test_another_tenant_finds_nothing(tenant: Tenant, make_member: Any, make_tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        drafted(change_world(tenant, make_member))
    strange = program(make_tenant("other"), *SCOPES)
    assert strange.get(CHANGES).json()["results"] == []
    assert strange.get(ONE).status_code == 404
    assert strange.post({}, path=f"{ONE}/withdraw").status_code == 404
