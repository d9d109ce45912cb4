"""Gates, sign-offs, clauses and acceptances through the API: the same questions, answers and refusals
as on screen; nobody answers for the customer."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from api_program import Program, program

from accounts.models import Contact, OutgoingMail, Tenant, VisibilityRule
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from projects.actions.notices import tell_manager
from projects.actions.sign_off_answers import answer_by_sign_off_link
from projects.models import Acceptance, Gate, PassiveClause, SignOff, SignOffAnswer, SignOffLink
from tests.projects.gate_world import WORDS, GateWorld, gate_world

GATES, SIGN_OFFS, CLAUSES = "/api/v1/gates", "/api/v1/sign-offs", "/api/v1/passive-clauses"
ACCEPTANCES, NOTICES = "/api/v1/acceptances", "/api/v1/project-notices"
SCOPES = (
    "projects:read", "gates:write", "sign_offs:ask", "sign_offs:answer", "acceptances:write",
)  # fmt: skip


@pytest.fixture
def world(tenant: Tenant, scope: None, make_member: Any) -> GateWorld:
    return gate_world(tenant, make_member)


@pytest.fixture
def crm(tenant: Tenant, world: GateWorld) -> Program:
    return program(tenant, *SCOPES, member=world.manager)


def asking(world: GateWorld, **further: Any) -> dict[str, Any]:
    return {
        "colleague": world.colleague.key, "contact": "zhou", "language": "en",
        "deadline_on": (world.today + timedelta(days=14)).isoformat(),
        "version": world.gate().version, **further,
    }  # fmt: skip


def test_gates_are_added_changed_and_taken_away(world: GateWorld, crm: Program) -> None:
    key = world.project.key
    new = {
        "project": key, "phase": 1, "title": "Kick-off", "confirms": "Charter v1",
        "due_on": "2026-12-01", "vendor_approver": world.colleague.key,
        "customer_approver": "zhou", "answer_days": 4,
    }  # fmt: skip
    made = crm.post(new, path=GATES)
    assert made.status_code == 201, made.content
    said = made.json()
    path = f"{GATES}/{said['id']}"
    gate = Gate.objects.get(pk=said["id"])
    assert (gate.title, gate.vendor_approver, gate.customer_approver, gate.answer_days) == (
        "Kick-off", world.colleague, world.contact, 4,
    )  # fmt: skip
    assert {name: said[name] for name in new} == new
    assert (said["state"], said["standing"], said["waiting_for"]) == ("open", "open", [])
    seen = crm.get(path)["ETag"]
    changed = crm.patch(path, {"due_on": "2026-12-08"}, if_match=seen)
    assert changed.json() == said | {"due_on": "2026-12-08", "version": 2}
    assert crm.patch(path, {"due_on": "2026-12-09"}, if_match=seen).status_code == 412
    for wrong, field in (
        ({"phase": 99}, "phase"), ({"customer_approver": "x"}, "customer_approver"),
        ({"vendor_approver": "x"}, "vendor_approver"), ({"uses_silence": True}, "uses_silence"),
        ({"is_acceptance": True}, "is_acceptance"), ({"answer_days": 0}, "answer_days"),
        ({"due_on": "1999-12-31"}, "due_on"),
    ):  # fmt: skip
        refused = crm.patch(path, wrong, if_match=changed["ETag"])
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert crm.delete(path, if_match=changed["ETag"]).status_code == 204
    assert not Gate.objects.filter(pk=gate.pk).exists()
    assert crm.post(new | {"project": "none"}, path=GATES).status_code == 400


def test_both_sides_are_asked_and_ours_answers_with_its_own_token(
    tenant: Tenant, world: GateWorld, crm: Program, django_capture_on_commit_callbacks: Any
) -> None:
    gate = world.gate()
    path = f"{GATES}/{gate.pk}"
    stale = crm.post(asking(world, version=0), path=f"{path}/ask")
    assert stale.status_code == 409, "another gate than the one that was read"
    body = asking(world)
    asked = crm.post(body, key="k", path=f"{path}/ask")
    assert asked.status_code == 201, asked.content
    said = asked.json()
    secret = said["address"].rstrip("/").rpartition(f"/r/{tenant.pk}.")[2]
    link = SignOffLink.objects.select_related("sign_off").get(pk=said["link"])
    assert (link.secret_hash, link.sign_off_id) == (hash_secret(secret), said["sign_off"])
    assert crm.post(body, key="k", path=f"{path}/ask").json() == said | {"address": None}
    mail = OutgoingMail.objects.get(to=world.contact.email)
    assert mail.after_id == link.pk, "that it left is noted with the link"
    whole = crm.get(path).json()
    assert (whole["state"], whole["round"]) == ("asked", 1)
    assert {one["side"] for one in whole["waiting_for"]} == {"vendor", "customer"}
    assert crm.post(asking(world), path=f"{path}/ask").status_code == 409
    assert crm.patch(path, {"title": "x"}, if_match=crm.get(path)["ETag"]).status_code == 409
    assert crm.delete(path, if_match="*").status_code == 409

    ours = world.ours()
    own = f"{SIGN_OFFS}/{ours.pk}"
    his = program(tenant, "projects:read", "sign_offs:answer", member=world.approver)
    document = his.get(f"{own}/document")
    seen = hashlib.sha256(document.content).hexdigest()
    assert document["ETag"] == f'"{seen}"'
    told = his.get(own).json()
    assert (told["document_hash"], told["is_intact"]) == (seen, True)
    confirmed = {"outcome": "approved", "document_hash": seen}
    # Neither a program, nor somebody else, nor anybody for the customer.
    assert program(tenant, *SCOPES).post(confirmed, path=f"{own}/answer").status_code == 403
    assert crm.post(confirmed, path=f"{own}/answer").status_code == 409
    theirs = f"{SIGN_OFFS}/{said['sign_off']}"
    assert his.post(
        {"outcome": "approved", "document_hash": said["document_hash"]}, path=f"{theirs}/answer"
    ).status_code == 409  # fmt: skip
    assert not SignOffAnswer.objects.exists()
    other = his.post({"outcome": "approved", "document_hash": "0" * 64}, path=f"{own}/answer")
    assert other.status_code == 409, "another document than the one that was read"
    mute = his.post({"outcome": "returned", "document_hash": seen}, path=f"{own}/answer")
    assert [one["field"] for one in mute.json()["errors"]] == ["reason"]
    done = his.post(confirmed, path=f"{own}/answer")
    assert (done.status_code, done.json()["answer"]["outcome"]) == (200, "approved")
    assert SignOffAnswer.objects.get().answered_by == world.approver.user
    assert his.post(confirmed, path=f"{own}/answer").status_code == 409
    answer_by_sign_off_link(
        link=link, seen_hash=link.sign_off.document_hash, outcome="approved", name="Zhou Min",
        ip=None, tenant=tenant,
    )  # fmt: skip
    assert crm.get(path).json()["standing"] == "passed"
    SignOff.objects.filter(pk=ours.pk).update(document="{}")
    rows = crm.get(SIGN_OFFS, project=world.project.key).json()["results"]
    assert {row["side"]: row["is_intact"] for row in rows} == {"vendor": False, "customer": True}
    assert crm.get(f"{own}/document")["ETag"] == f'"{hashlib.sha256(b"{}").hexdigest()}"'
    assert {row["answer"]["outcome"] for row in rows} == {"approved"}
    assert [row["links"][0]["standing"] for row in rows if row["links"]] == ["answered"]
    assert secret not in str(rows)


def test_others_are_asked_links_sent_again_and_the_question_taken_back(
    tenant: Tenant, world: GateWorld, crm: Program
) -> None:
    gate = world.gate()
    world.ask(gate)
    wu = Contact.objects.create(customer=world.project.customer, key="wu", name="Wu")
    first = SignOff.objects.get(side="customer")
    path = f"{GATES}/{gate.pk}"
    both = crm.post({"contact": "wu", "colleague": world.colleague.key}, path=f"{path}/approvers")
    assert both.status_code == 400
    asked = crm.post({"contact": "wu", "instead_of": first.pk}, path=f"{path}/approvers")
    assert asked.status_code == 201, asked.content
    second = SignOff.objects.get(contact=wu)
    assert (asked.json()["sign_off"], asked.json()["address"] is None) == (second.pk, False)
    assert crm.get(f"{SIGN_OFFS}/{first.pk}").json()["withdrawn_at"] is not None
    again = crm.post({"contact": "wu", "instead_of": first.pk}, path=f"{path}/approvers")
    assert [one["field"] for one in again.json()["errors"]] == ["instead_of"]
    ours = crm.post({"colleague": crm_key(world), "language": "en"}, path=f"{path}/approvers")
    assert (ours.status_code, ours.json()["link"], ours.json()["address"]) == (201, None, None)

    own = f"{SIGN_OFFS}/{second.pk}"
    sent = crm.post({}, path=f"{own}/links").json()
    assert [one["standing"] for one in crm.get(own).json()["links"]] == ["open", "open"]
    revoke = f"{own}/links/{sent['link']}/revoke"
    assert crm.post({}, path=revoke).json()["links"][0]["standing"] == "revoked"
    assert crm.post({}, path=revoke).status_code == 409
    assert crm.post({}, path=f"{SIGN_OFFS}/{first.pk}/links").status_code == 409
    assert crm.post({}, path=f"{SIGN_OFFS}/{first.pk}/links/{sent['link']}/revoke"
                    ).status_code == 404  # fmt: skip
    taken = crm.post({}, path=f"{path}/take-back").json()
    assert (taken["state"], taken["waiting_for"]) == ("open", [])
    assert crm.post({}, path=f"{path}/take-back").status_code == 409


def crm_key(world: GateWorld) -> str:
    return str(world.manager.user.email)


def test_silence_counts_by_a_clause_alone(world: GateWorld, crm: Program) -> None:
    key = world.project.key
    gate = world.gate()
    path = f"{GATES}/{gate.pk}"
    refused = crm.post(asking(world, silence_counts=True), path=f"{path}/ask")
    assert [one["field"] for one in refused.json()["errors"]] == ["silence_counts"]
    made = crm.post({"project": key, "days": 5, "words": WORDS}, path=CLAUSES)
    assert made.status_code == 201, made.content
    assert crm.patch(path, {"uses_silence": True}, if_match="*").status_code == 200
    asked = crm.post(asking(world, silence_counts=True), path=f"{path}/ask")
    assert asked.status_code == 201, asked.content
    assert crm.get(f"{SIGN_OFFS}/{asked.json()['sign_off']}").json()["silence_counts"] is True
    later = crm.post({"project": key, "days": 9, "words": "Other words"}, path=CLAUSES).json()
    assert crm.post({}, path=f"{CLAUSES}/{made.json()['id']}/end").status_code == 409
    ended = crm.post({}, path=f"{CLAUSES}/{later['id']}/end")
    assert (ended.status_code, ended.json()["ended_by"]) == (200, crm_key(world))
    assert crm.get(CLAUSES, is_in_force="true").json()["results"] == []
    assert PassiveClause.objects.filter(ended_at=None).count() == 0


def test_an_acceptance_on_paper_is_recorded_once(
    tenant: Tenant, world: GateWorld, crm: Program
) -> None:
    data = b"%PDF-1.7 accepted"
    body = {
        "project": world.project.key, "accepted_on": world.today.isoformat(), "reason": "On paper",
        "scan": {"filename": "a.pdf", "content": base64.b64encode(data).decode()},
    }  # fmt: skip
    assert program(tenant, *SCOPES).post(body, path=ACCEPTANCES).status_code == 403
    soon = (world.today + timedelta(days=1)).isoformat()
    refused = crm.post(body | {"accepted_on": soon}, path=ACCEPTANCES)
    assert [one["field"] for one in refused.json()["errors"]] == ["accepted_on"]
    assert not Gate.objects.filter(is_acceptance=True, state="passed").exists(), "all or nothing"
    made = crm.post(body, path=ACCEPTANCES)
    assert made.status_code == 201, made.content
    kept = Acceptance.objects.get()
    world.project.refresh_from_db()
    assert world.project.accepted_on == kept.accepted_on == world.today
    assert made.json()["scan"]["sha256"] == hashlib.sha256(data).hexdigest()
    file = crm.get(f"{ACCEPTANCES}/{kept.pk}/scan")
    assert (file.content, file["Content-Type"]) == (data, "application/pdf")
    assert file["Content-Disposition"].startswith("attachment")
    assert crm.post(body, path=ACCEPTANCES).status_code == 409


def test_notices_are_read(tenant: Tenant, world: GateWorld, crm: Program) -> None:
    gate = world.gate()
    tell_manager("gate_overdue", about=gate, project=gate.project, tenant=tenant, name="Zhou")
    [row] = crm.get(NOTICES, is_unseen="true").json()["results"]
    assert (row["kind"], row["gate"], row["seen_at"]) == ("gate_overdue", gate.pk, None)
    seen = crm.post({}, path=f"{NOTICES}/{row['id']}/read").json()
    assert seen["seen_by"] == crm_key(world)
    assert crm.get(NOTICES, is_unseen="true").json()["results"] == []


def test_who_sees_no_project_has_only_the_own_sign_off(
    tenant: Tenant, world: GateWorld, crm: Program, make_member: Any
) -> None:
    world.clause()
    link, _secret = world.ask()
    theirs, gate = link.sign_off, world.gate()
    VisibilityRule.objects.create(role="executive", record="projects", visibility="mine")
    VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    his = program(tenant, "projects:read", "sign_offs:answer", member=world.approver)
    assert [row["id"] for row in his.get(SIGN_OFFS).json()["results"]] == [world.ours().pk]
    assert his.get(f"{SIGN_OFFS}/{theirs.pk}").status_code == 404
    assert his.get(f"{SIGN_OFFS}/{world.ours().pk}/document").status_code == 200
    blind = make_member(tenant, "blind@acme.example", "project_manager")
    who = program(tenant, *SCOPES, member=blind)
    for listed in (GATES, SIGN_OFFS, CLAUSES, ACCEPTANCES, NOTICES):
        assert who.get(listed).json()["results"] == [], listed
    for path in (f"{GATES}/{gate.pk}", f"{SIGN_OFFS}/{theirs.pk}"):
        assert who.get(path).status_code == 404
    for path in ("take-back", "ask", "approvers"):
        body = {"take-back": {}, "ask": asking(world), "approvers": {"contact": "zhou"}}[path]
        assert who.post(body, path=f"{GATES}/{gate.pk}/{path}").status_code == 404, path
    assert who.post({}, path=f"{SIGN_OFFS}/{theirs.pk}/links").status_code == 404
    reader = program(tenant, "projects:read", "sign_offs:answer", member=world.manager)
    assert reader.post({}, path=f"{GATES}/{gate.pk}/take-back").status_code == 403
    service = make_member(tenant, "s@acme.example", "service_manager")
    hers = program(tenant, *SCOPES, member=service)
    assert hers.post({}, path=f"{GATES}/{gate.pk}/take-back").status_code == 403
    assert hers.delete(f"{GATES}/{gate.pk}", if_match="*").status_code == 403


def test_many_are_read_in_as_many_statements_as_few(
    tenant: Tenant, world: GateWorld, crm: Program, django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for gate in Gate.objects.filter(project=world.project):
        if not gate.is_acceptance:
            world.ask(gate)
    for path in (GATES, SIGN_OFFS):
        crm.get(path)
        with django_assert_max_num_queries(25) as few:
            crm.get(path, limit=1)
        with django_assert_num_queries(len(few)):
            assert len(crm.get(path, limit=500).json()["results"]) > 2


def test_another_tenant_finds_nothing(tenant: Tenant, make_member: Any, make_tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        world = gate_world(tenant, make_member)
        link, _secret = world.ask()
        gate, sign_off = link.sign_off.gate_id, link.sign_off_id
    strange = program(make_tenant("other"), *SCOPES)
    for listed in (GATES, SIGN_OFFS, CLAUSES, ACCEPTANCES, NOTICES):
        assert strange.get(listed).json()["results"] == [], listed
    assert strange.get(f"{GATES}/{gate}").status_code == 404
    assert strange.get(f"{SIGN_OFFS}/{sign_off}/document").status_code == 404
    assert strange.post({}, path=f"{GATES}/{gate}/take-back").status_code == 404
