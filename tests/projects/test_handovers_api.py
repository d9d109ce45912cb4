"""Handovers through the API: put together, proposed and answered as on screen, and what they leave."""

from __future__ import annotations

from typing import Any

import pytest
from api_program import Program, program

from accounts.models import Colleague, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import Handover, HandoverAnswer, HandoverItem, HandoverItemNote
from tests.projects.handover_world import (
    ALL_SECTIONS,
    HandoverWorld,
    accepted,
    handover_world,
    proposed,
    ready,
)

HANDOVERS, ITEMS = "/api/v1/handovers", "/api/v1/handover-items"
ONE = f"{HANDOVERS}/H-P1"
SCOPES = ("projects:read", "handovers:write", "handovers:accept", "handover_items:write")


def seen(**further: Any) -> dict[str, Any]:
    """A body about the list as it stands."""
    handover = Handover.objects.filter(project__key="H-P1").first()
    return {"version": handover.version if handover else 0, **further}


@pytest.fixture
def world(tenant: Tenant, scope: None, make_member: Any) -> HandoverWorld:
    return handover_world(tenant, make_member)


@pytest.fixture
def pam(tenant: Tenant, world: HandoverWorld) -> Program:
    return program(tenant, *SCOPES, member=world.pam)


@pytest.fixture
def sue(tenant: Tenant, world: HandoverWorld) -> Program:
    return program(tenant, *SCOPES, member=world.sue)


def test_a_handover_goes_from_its_beginning_to_its_acceptance(
    tenant: Tenant, world: HandoverWorld, pam: Program, sue: Program
) -> None:
    assert pam.get(ONE).status_code == 404
    begun = pam.post({"project": "H-P1"}, path=HANDOVERS)
    assert (begun.status_code, begun.json()["state"]) == (201, "draft")
    assert pam.post({"project": "H-P1"}, path=HANDOVERS).status_code == 409
    whole = pam.get(ONE).json()
    assert len(whole["missing"]) == 2, "promises and configuration"
    early = pam.post(seen(words=""), path=f"{ONE}/propose")
    assert early.status_code == 409
    assert "Promises" in early.json()["detail"]
    said = pam.post(
        {"project": "H-P1", "section": "promise", "title": "A second training",
         "person": world.sue.user.email, "due_on": "2026-12-11"},
        path=ITEMS,
    )  # fmt: skip
    assert said.status_code == 201, said.content
    assert HandoverItem.objects.get(section="promise").person.key == world.sue.user.email
    assert pam.post({"section": "other"}, path=f"{ONE}/say-empty").status_code == 400
    assert pam.post({"section": "promise"}, path=f"{ONE}/say-empty").status_code == 409
    empty = pam.post({"section": "configuration"}, path=f"{ONE}/say-empty").json()
    assert (empty["missing"], empty["empty_sections"]) == ([], ["configuration"])
    assert program(tenant, *SCOPES).post(seen(), path=f"{ONE}/propose").status_code == 403
    stale = pam.post(seen() | {"version": 0}, path=f"{ONE}/propose")
    assert stale.status_code == 409, "not the list that was read"
    done = pam.post(seen(words="Be kind"), path=f"{ONE}/propose").json()
    assert (done["state"], done["proposed_to"]) == ("proposed", world.sue.user.email)
    [one] = sue.get(f"{ONE}/rounds").json()["results"]
    assert (one["words"], one["outcome"]) == ("Be kind", None)
    assert one["sections"][1]["items"][0]["title"] == "A second training"

    assert pam.post(seen(reason="x"), path=f"{ONE}/return").status_code == 403, "she proposes"
    assert program(tenant, *SCOPES).post(seen(reason="x"), path=f"{ONE}/return").status_code == 403
    returned = sue.post(seen(reason="No days"), path=f"{ONE}/return")
    assert (returned.status_code, HandoverAnswer.objects.get().reason) in ((200, "No days"),
                                                                          (204, "No days"))  # fmt: skip
    pam.post(seen(), path=f"{ONE}/propose")
    assert pam.post({}, path=f"{ONE}/take-back").json()["state"] == "draft"
    assert pam.post({}, path=f"{ONE}/take-back").status_code == 409
    pam.post(seen(), path=f"{ONE}/propose")
    part = sue.post(seen(sections=["promise"]), path=f"{ONE}/accept")
    assert [one["field"] for one in part.json()["errors"]] == ["sections"]
    taken = sue.post(seen(sections=list(ALL_SECTIONS)), path=f"{ONE}/accept")
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted")
    world.project.refresh_from_db()
    assert world.project.handed_over_on == world.today
    assert [one["outcome"] for one in sue.get(f"{ONE}/rounds").json()["results"]] == [
        "accepted", "taken_back", "returned",
    ]  # fmt: skip


def test_the_list_follows_the_records(world: HandoverWorld, pam: Program) -> None:
    ready(world)
    project = world.project
    before = pam.get(ONE).json()
    task = project.tasks.get(title="Import last year")
    task.state, task.started_on, task.finished_on = "done", world.today, world.today
    task.save()
    after = pam.post({}, path=f"{ONE}/update").json()
    count = {one["section"]: one["items"] for one in before["sections"]}
    now = {one["section"]: one["items"] for one in after["sections"]}
    assert now["open_item"] == count["open_item"] - 1
    assert (before["not_listed"], after["not_listed"]) == (0, 0)


def test_items_are_changed_settled_and_taken_off(world: HandoverWorld, pam: Program) -> None:
    ready(world)
    mine = HandoverItem.objects.get(section="promise")
    path = f"{ITEMS}/{mine.pk}"
    seen = pam.get(path)["ETag"]
    changed = pam.patch(path, {"title": "Two trainings", "contact": "ann"}, if_match=seen)
    assert (changed.json()["title"], changed.json()["contact"]) == ("Two trainings", "ann")
    over = pam.patch(path, {"person": world.pam.user.email}, if_match=changed["ETag"])
    assert (over.json()["person"], over.json()["contact"]) == (world.pam.user.email, None)
    assert pam.patch(path, {"title": "x"}, if_match=seen).status_code == 412
    both = {"person": world.pam.user.email, "contact": "ann"}
    assert pam.patch(path, both, if_match="*").status_code == 400
    known = HandoverItem.objects.filter(section="contact").first()
    assert known is not None
    wrong = pam.patch(f"{ITEMS}/{known.pk}", {"contact": "ann"}, if_match="*")
    assert [one["field"] for one in wrong.json()["errors"]] == ["section"]
    settle = {"state": "dropped", "why": "Not wanted"}
    assert pam.post(settle, path=f"{ITEMS}/{known.pk}/settle").status_code == 409
    assert pam.post(settle, path=f"{path}/settle").json()["state_why"] == "Not wanted"
    assert pam.post(settle, path=f"{path}/settle").status_code == 409
    assert pam.post({"text": "x"}, path=f"{path}/notes").status_code == 409, "nothing is left yet"
    loaded = HandoverItem.objects.exclude(source="").first()
    assert loaded is not None
    assert pam.delete(f"{ITEMS}/{loaded.pk}", if_match="*").status_code == 409
    assert pam.delete(path, if_match="*").status_code == 204
    assert not HandoverItem.objects.filter(pk=mine.pk).exists()


def test_what_was_accepted_stays_with_the_customer(
    world: HandoverWorld, sue: Program, pam: Program
) -> None:
    accepted(world)
    rows = sue.get(ITEMS, customer="H", handover_state="accepted", state="open").json()["results"]
    assert rows
    assert {row["is_carried"] for row in rows} == {True}
    path = f"{ITEMS}/{HandoverItem.objects.get(section='promise').pk}"
    later = sue.patch(path, {"due_on": "2027-01-08"}, if_match="*")
    assert later.json()["due_on"] == "2027-01-08"
    assert sue.patch(path, {"title": "Other"}, if_match="*").status_code == 409
    noted = sue.post({"text": "Ann asks for a morning"}, path=f"{path}/notes").json()
    assert [one["text"] for one in noted["notes"]] == ["Ann asks for a morning"]
    assert HandoverItemNote.objects.get().by == world.sue.user
    assert sue.post({"state": "done", "why": "Held"}, path=f"{path}/settle").json()["state"] == (
        "done"
    )
    assert sue.delete(path, if_match="*").status_code == 409


def test_each_sees_and_does_what_the_screens_let_them(
    tenant: Tenant, world: HandoverWorld, sue: Program, make_member: Any
) -> None:
    ready(world)
    promise = HandoverItem.objects.get(section="promise")
    # Sue sees all projects, and puts no list together.
    assert sue.post({}, path=f"{ONE}/update").status_code == 403
    assert sue.patch(f"{ITEMS}/{promise.pk}", {"title": "x"}, if_match="*").status_code == 403
    VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
    assert sue.get(ONE).status_code == 404
    assert sue.get(ITEMS).json()["results"] == []
    blind = make_member(tenant, "blind@acme.example", "project_manager")
    VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    who = program(tenant, *SCOPES, member=blind)
    assert who.get(HANDOVERS).json()["results"] == []
    assert who.get(ITEMS).json()["results"] == []
    assert who.get(f"{ONE}/rounds").json()["results"] == []
    assert who.get(f"{ITEMS}/{promise.pk}").status_code == 404
    for verb in ("update", "take-back", "propose"):
        assert (
            who.post(seen() if verb == "propose" else {}, path=f"{ONE}/{verb}").status_code == 404
        ), verb
    assert who.post({"project": "H-P1"}, path=HANDOVERS).status_code == 400


def test_who_takes_over_sees_what_is_proposed_to_them(
    tenant: Tenant, world: HandoverWorld, sue: Program
) -> None:
    VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
    proposed(world)
    assert sue.get(ONE).json()["state"] == "proposed"
    assert len(sue.get(f"{ONE}/rounds").json()["results"]) == 1
    # Theirs to answer, not to change.
    admin = program(tenant, *SCOPES, member=world.sue)
    assert admin.post({}, path=f"{ONE}/take-back").status_code == 403
    gone = sue.post(seen(reason="Mend it"), path=f"{ONE}/return")
    assert gone.status_code == 204, "a list that is mended is not theirs to see"
    assert Colleague.objects.filter(membership=world.sue).exists()


def test_many_are_read_in_as_many_statements_as_few(
    world: HandoverWorld, pam: Program, django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    ready(world)
    pam.get(ITEMS)
    with django_assert_max_num_queries(25) as few:
        pam.get(ITEMS, limit=1)
    with django_assert_num_queries(len(few)):
        assert len(pam.get(ITEMS, limit=500).json()["results"]) > 4


def test_another_tenant_finds_nothing(tenant: Tenant, make_member: Any, make_tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        ready(handover_world(tenant, make_member))
        item = HandoverItem.objects.get(section="promise").pk
    strange = program(make_tenant("other"), *SCOPES)
    for listed in (HANDOVERS, ITEMS, f"{ONE}/rounds"):
        assert strange.get(listed).json()["results"] == [], listed
    assert strange.get(ONE).status_code == 404
    assert strange.delete(f"{ITEMS}/{item}", if_match="*").status_code == 404
    assert strange.post({}, path=f"{ONE}/propose").status_code == 404
