"""The screens of gates, for members and for the customer's approver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Contact, Membership, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.actions.plans import make_project
from projects.actions.templates import change_draft, keep_shipped, publish_template
from projects.compute.plan_documents import with_gate
from projects.models import (
    Acceptance,
    Gate,
    ManagerNotice,
    PassiveClause,
    PlanTemplateVersion,
    Project,
    SignOff,
    SignOffAnswer,
    SignOffLink,
    Task,
)
from tests.projects.gate_world import WORDS, GateWorld, gate_world

PDF = b"%PDF-1.7 stamped"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> GateWorld:
    with tenant_scope(tenant.id):
        return gate_world(tenant, make_member)


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page(world: GateWorld, rest: str = "") -> str:
    return f"/t/acme/projects/{world.project.pk}/{rest}"


def gate_page(world: GateWorld, rest: str = "", title: str = "Overall solution") -> str:
    with tenant_scope(world.tenant.id):
        return page(world, f"gates/{world.gate(title).pk}/{rest}")


def ask(world: GateWorld, title: str = "Overall solution", **more: object) -> str:
    """Ask; the address of the contact's link."""
    with tenant_scope(world.tenant.id):
        _link, secret = world.ask(world.gate(title), **more)  # type: ignore[arg-type]
    return f"/r/{world.tenant.pk}.{secret}/"


def form_of(world: GateWorld, act: str = "approved", **given: object) -> dict[str, object]:
    with tenant_scope(world.tenant.id):
        found = SignOff.objects.filter(side="customer").order_by("-pk").first()
    assert found is not None
    return {
        "act": act,
        "document": found.document_hash,
        **{f"{act}-{name}": value for name, value in given.items()},
    }


def test_asking_shows_the_link_once_and_both_sides_sign(world: GateWorld) -> None:
    pam = signed_in(world.manager)
    with tenant_scope(world.tenant.id):
        colleague = world.colleague.pk
    answer = pam.post(
        gate_page(world, "asks/"),
        {
            "colleague": colleague, "contact": world.contact.pk, "language": "en",
            "deadline_on": (world.today + timedelta(days=9)).isoformat(), "seen": 1,
        },
    )  # fmt: skip
    assert answer.status_code == 302
    shown = pam.get(gate_page(world))
    assert shown["Cache-Control"] == "no-store"
    assert "The link for Zhou Min" in shown.content.decode()
    assert "The link for Zhou Min" not in pam.get(gate_page(world)).content.decode()

    vic = signed_in(world.approver)
    assert "Overall solution" in vic.get("/t/acme/sign-offs/").content.decode()
    with tenant_scope(world.tenant.id):
        ours = world.ours()
    path = gate_page(world, f"sign-offs/{ours.pk}/")
    # Who was not asked reads it and cannot answer it.
    assert "SHA-256" in pam.get(path).content.decode()
    pam.post(path, {"act": "approved", "document": ours.document_hash, "approved-consent": "on"})
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.exists()
    assert vic.post(path, {"act": "approved", "document": ours.document_hash}).status_code == 200
    vic.post(path, {"act": "approved", "document": ours.document_hash, "approved-consent": "on"})
    with tenant_scope(world.tenant.id):
        assert SignOffAnswer.objects.get().answered_by == world.approver.user
    assert "Nothing to sign" in vic.get("/t/acme/sign-offs/").content.decode()


def test_an_approver_reads_what_they_sign_even_where_they_do_not_see_the_project(
    world: GateWorld,
) -> None:
    ask(world)
    with tenant_scope(world.tenant.id):
        VisibilityRule.objects.create(role="executive", record="projects", visibility="mine")
        ours, theirs = world.ours(), SignOff.objects.get(side="customer")
    vic = signed_in(world.approver)
    assert vic.get(page(world)).status_code == 404
    assert vic.get(gate_page(world, f"sign-offs/{ours.pk}/")).status_code == 200
    assert vic.get(gate_page(world, f"sign-offs/{theirs.pk}/")).status_code == 404
    assert (
        gate_page(world, f"sign-offs/{ours.pk}/") in vic.get("/t/acme/projects/").content.decode()
    )


def test_the_contact_confirms_the_acceptance_and_the_project_is_accepted(world: GateWorld) -> None:
    path = ask(world, "Acceptance")
    with tenant_scope(world.tenant.id):
        ours = world.ours(world.gate("Acceptance"))
    signed_in(world.approver).post(
        gate_page(world, f"sign-offs/{ours.pk}/", "Acceptance"),
        {"act": "approved", "document": ours.document_hash, "approved-consent": "on"},
    )
    client = Client()
    shown = client.get(path).content.decode()
    assert "How satisfied are you" in shown
    assert "Nothing counts as confirmed unless you confirm it." in shown
    answer = client.post(path, form_of(world, name="Zhou Min", consent="on", satisfaction="4"))
    assert "You have accepted the project" in answer.content.decode()
    with tenant_scope(world.tenant.id):
        project = Project.objects.get()
        assert (project.accepted_on, project.awaits_handover) == (world.today, True)
        assert SignOffAnswer.objects.get(side="customer").satisfaction == 4
        assert Acceptance.objects.get().gate == world.gate("Acceptance")
        told = ManagerNotice.objects.filter(kind="gate_approved").values_list("name", flat=True)
        assert set(told) == {"vic", "Zhou Min"}
    assert client.get(path).status_code == 410
    listed = signed_in(world.manager).get(page(world, "gates/")).content.decode()
    assert "The customer has accepted the project" in listed
    assert "4 of 5" in listed


def test_satisfaction_is_asked_at_the_acceptance_only(world: GateWorld) -> None:
    path = ask(world)
    assert "How satisfied" not in Client().get(path).content.decode()
    Client().post(path, form_of(world, name="Zhou", consent="on", satisfaction="1"))
    with tenant_scope(world.tenant.id):
        assert SignOffAnswer.objects.get().satisfaction is None


def test_the_contact_returns_with_a_reason(world: GateWorld) -> None:
    path = ask(world)
    faulty = Client().post(path, form_of(world, "returned", name="Zhou Min", reason=""))
    assert "details" in faulty.content.decode()
    answer = Client().post(path, form_of(world, "returned", name="Zhou", reason="Chapter 3"))
    assert "You have returned this" in answer.content.decode()
    told = signed_in(world.manager).get(page(world, "gates/")).content.decode()
    assert "Blocked: returned" in told
    assert "Mend it, then ask again" in told


def test_silence_is_said_with_its_clause_before_anything_is_decided(world: GateWorld) -> None:
    with tenant_scope(world.tenant.id):
        world.clause()
    path = ask(world, silence_counts=True)
    shown = Client().get(path).content.decode()
    assert "Without an answer by the end of" in shown
    assert WORDS in shown
    pam = signed_in(world.manager)
    assert pam.get(page(world, "silence/endings/")).status_code == 200
    pam.post(page(world, "silence/endings/"))
    shown = Client().get(path).content.decode()
    assert "Without an answer" not in shown
    assert "Nothing counts as confirmed unless you confirm it." in shown


def test_what_somebody_typed_as_the_clause_is_shown_and_no_markup(world: GateWorld) -> None:
    with tenant_scope(world.tenant.id):
        world.clause()
        PassiveClause.objects.update(words="<form>7.3 & so on")
    shown = signed_in(world.manager).get(gate_page(world, "asks/")).content.decode()
    assert "&lt;form&gt;7.3 &amp; so on" in shown
    assert "<form>7.3" not in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "This link has expired"),
        ({"revoked_at": timezone.now()}, "This link was taken back"),
        ({"answered_at": timezone.now()}, "This link was used already"),
    ],
)
def test_a_closed_link_says_why_and_names_nobody(
    world: GateWorld, change: dict, words: str
) -> None:
    path = ask(world)
    with tenant_scope(world.tenant.id):
        SignOffLink.objects.update(sent_at=timezone.now() - timedelta(days=40), **change)
    for answer in (
        Client().get(path),
        Client().post(path, form_of(world, name="Zhou", consent="on")),
    ):
        assert answer.status_code == 410
        text = answer.content.decode()
        assert words in text
        assert "Rookcombe" not in text
        assert "Overall solution" not in text
    with tenant_scope(world.tenant.id):
        assert not SignOffAnswer.objects.exists()


def test_an_altered_gate_is_not_confirmed(world: GateWorld) -> None:
    path = ask(world)
    with tenant_scope(world.tenant.id):
        Gate.objects.update(confirms="More than was sent")
    answer = Client().post(path, form_of(world, name="Zhou", consent="on"))
    assert answer.status_code == 410
    assert "altered" in answer.content.decode()


def test_another_tenants_link_is_unknown(
    world: GateWorld, make_tenant: Callable[..., Tenant]
) -> None:
    path, other = ask(world), make_tenant("other")
    strange = path.replace(f"/{world.tenant.pk}.", f"/{other.pk}.")
    assert Client().get(strange).status_code == 404
    assert Client().get(path[:-5] + "xxxx/").status_code == 404


def test_a_gate_is_added_edited_and_taken_away(world: GateWorld) -> None:
    pam = signed_in(world.manager)
    with tenant_scope(world.tenant.id):
        phase = world.gate().phase_id
    given = {
        "phase": phase, "title": "Survey", "confirms": "The report", "due_on": "2030-01-31",
        "answer_days": 5,
    }  # fmt: skip
    answer = pam.post(page(world, "gates/new/"), given)
    assert answer.status_code == 302
    assert pam.post(page(world, "gates/new/"), given | {"is_acceptance": "on"}).status_code == 200
    path = gate_page(world, "edit/", "Survey")
    assert pam.post(path, given | {"seen": 9}).status_code == 409
    pam.post(path, given | {"seen": 1, "confirms": "The report 2.0"})
    assert "The report 2.0" in pam.get(gate_page(world, "", "Survey")).content.decode()
    pam.post(gate_page(world, "removal/", "Survey"))
    with tenant_scope(world.tenant.id):
        assert not Gate.objects.filter(title="Survey").exists()


def test_links_are_sent_again_and_revoked_and_others_are_asked(world: GateWorld) -> None:
    ask(world)
    pam = signed_in(world.manager)
    with tenant_scope(world.tenant.id):
        link = SignOffLink.objects.get()
        li = Contact.objects.create(customer=world.project.customer, key="li", name="Li Na")
    pam.post(gate_page(world, f"sign-offs/{link.sign_off_id}/links/"))
    assert pam.get(gate_page(world, f"links/{link.pk}/revocations/")).status_code == 200
    pam.post(gate_page(world, f"links/{link.pk}/revocations/"))
    path = gate_page(world, f"approvers/?instead={link.sign_off_id}")
    assert "instead of Zhou Min" in pam.get(path).content.decode()
    pam.post(path, {"approver": f"c{li.pk}", "language": "zh-hans"})
    with tenant_scope(world.tenant.id):
        assert SignOffLink.objects.count() == 3
        assert SignOff.objects.get(contact=li).language == "zh-hans"
        assert SignOff.objects.get(contact=world.contact).withdrawn_at
    shown = pam.get(gate_page(world)).content.decode()
    assert "Replaced" in shown
    assert pam.get(gate_page(world, "withdrawals/")).status_code == 200
    pam.post(gate_page(world, "withdrawals/"))
    with tenant_scope(world.tenant.id):
        assert world.gate().state == "open"


def test_an_acceptance_on_paper_is_recorded_with_its_scan(world: GateWorld) -> None:
    path = ask(world, "Acceptance")
    pam = signed_in(world.manager)
    given = {"accepted_on": (world.today + timedelta(days=1)).isoformat(), "reason": "On paper"}
    assert "still to come" in pam.post(page(world, "acceptances/"), given).content.decode()
    given["accepted_on"] = world.today.isoformat()
    bad = SimpleUploadedFile("a.pdf", b"no pdf")
    assert (
        "Only PDF" in pam.post(page(world, "acceptances/"), given | {"scan": bad}).content.decode()
    )
    scan = SimpleUploadedFile("paper.pdf", PDF)
    assert pam.post(page(world, "acceptances/"), given | {"scan": scan}).status_code == 302
    with tenant_scope(world.tenant.id):
        assert Project.objects.get().accepted_on == world.today
        assert world.gate("Acceptance").state == "passed"
    assert Client().get(path).status_code == 410
    stored = pam.get(page(world, "acceptances/scan/"))
    assert stored.content == PDF
    assert stored["Content-Disposition"].startswith("attachment")
    assert "On paper" in pam.get(page(world, "gates/")).content.decode()


def test_only_who_may_asks_edits_and_accepts(
    world: GateWorld, make_member: Callable[..., Membership]
) -> None:
    bob = signed_in(make_member(world.tenant, "bob@acme.example", "service_manager"))
    assert bob.get(page(world, "gates/")).status_code == 200
    for path in ("gates/new/", "silence/", "acceptances/"):
        assert bob.get(page(world, path)).status_code == 404
        assert bob.post(page(world, path)).status_code == 404
    assert bob.get(gate_page(world, "asks/")).status_code == 404


def test_the_list_takes_as_many_statements_for_many_gates_as_for_few(
    world: GateWorld, django_assert_max_num_queries: Callable
) -> None:
    pam = signed_in(world.manager)
    pam.get(page(world, "gates/"))
    with tenant_scope(world.tenant.id):
        gate = world.gate()
        Gate.objects.bulk_create(
            Gate(project=world.project, phase=gate.phase, title=f"G{number}", confirms="x",
                 due_on=world.today)
            for number in range(40)
        )  # fmt: skip
    ask(world, "G0")
    with django_assert_max_num_queries(45) as few:
        pam.get(page(world, "gates/"))
    with tenant_scope(world.tenant.id):
        for title in ("G1", "G2", "G3"):
            world.ask(world.gate(title))
    with django_assert_max_num_queries(len(few)):
        pam.get(page(world, "gates/"))


def test_the_plan_says_what_ran_ahead_of_a_gate(world: GateWorld) -> None:
    with tenant_scope(world.tenant.id):
        task = Task.objects.get(title="Configure the product")
        Task.objects.filter(pk=task.pk).update(state="doing", started_on=world.today)
    pam = signed_in(world.manager)
    assert "ahead of the gate Overall solution" in pam.get(page(world)).content.decode()
    shown = pam.get(page(world, f"tasks/{task.pk}/")).content.decode()
    assert "Work on it began before the gate" in shown
    assert "Gate: Overall solution" in pam.get(page(world, "timeline/")).content.decode()


def test_a_notice_is_shown_until_somebody_has_seen_it(world: GateWorld) -> None:
    path = ask(world)
    Client().post(path, form_of(world, "returned", name="Zhou", reason="Chapter 3"))
    pam = signed_in(world.manager)
    assert "Sign-off returned" in pam.get(page(world)).content.decode()
    with tenant_scope(world.tenant.id):
        notice = ManagerNotice.objects.get()
    pam.post(page(world, f"notices/{notice.pk}/readings/"))
    assert "Sign-off returned" not in pam.get(page(world)).content.decode()


def test_a_clause_is_recorded_and_replaced(world: GateWorld) -> None:
    pam = signed_in(world.manager)
    assert "Silence never counts" in pam.get(page(world, "gates/")).content.decode()
    pam.post(page(world, "silence/"), {"days": 5, "words": WORDS})
    pam.post(page(world, "silence/"), {"days": 10, "words": f"{WORDS} (new)"})
    shown = pam.get(page(world, "gates/")).content.decode()
    assert f"{WORDS} (new)" in shown
    with tenant_scope(world.tenant.id):
        assert PassiveClause.objects.filter(ended_at=None).count() == 1


def test_gates_of_templates_are_edited_and_only_one_is_the_acceptance(world: GateWorld) -> None:
    pam = signed_in(world.manager)
    base = "/t/acme/projects/templates/standard/"
    assert "Gate: Overall solution" in pam.get(base).content.decode()
    given = {
        "title_en": "Kick-off", "confirms_en": "Goals and plan", "vendor_role_en": "PM",
        "customer_role_en": "Sponsor", "days": 3, "seen": 1, "is_acceptance": "on",
    }  # fmt: skip
    assert pam.post(f"{base}phases/kick-off/gate/", given).status_code == 302
    assert "accepts a project once" in pam.get(base).content.decode()
    del given["is_acceptance"]
    pam.post(f"{base}phases/kick-off/gate/", given | {"seen": 2})
    pam.post(f"{base}orders/", {"do": "remove_gate", "part": "go-live", "seen": 3})
    pam.post(f"{base}publications/", {"seen": 4, "note": ""})
    with tenant_scope(world.tenant.id):
        version = PlanTemplateVersion.objects.get(version=2)
    held = {phase["key"]: phase.get("gate") for phase in version.document["phases"]}
    assert held["kick-off"]["days"] == 3
    assert held["go-live"] is None


def test_a_version_from_before_there_were_gates_still_makes_plans(world: GateWorld) -> None:
    with tenant_scope(world.tenant.id):
        template = keep_shipped(language="en")

        def bare(document: dict) -> dict:
            for phase in list(document["phases"]):
                document = with_gate(document, phase["key"], None)
            return document

        change_draft(template=template, seen=1, step=bare, words="", by=world.manager.user)
        version = publish_template(template=template, seen=2, note="", by=world.manager.user)
        project = make_project(
            customer=world.project.customer, name="Old", manager=None,
            starts_on=world.today, template_version=version, language="en",
            by=world.manager.user,
        )  # fmt: skip
        assert not Gate.objects.filter(project=project).exists()
    shown = signed_in(world.manager).get(f"/t/acme/projects/{project.pk}/gates/")
    assert "No gate yet" in shown.content.decode()
