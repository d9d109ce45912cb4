"""Handovers on screen: from the first list to what the service manager finds with the customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import Handover, HandoverItem, HandoverItemNote, Project, Task
from tests.projects.handover_world import (
    ALL_SECTIONS,
    HandoverWorld,
    accepted,
    handover_world,
    proposed,
    ready,
)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> HandoverWorld:
    with tenant_scope(tenant.id):
        return handover_world(tenant, make_member)


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(world: HandoverWorld, rest: str = "") -> str:
    return f"/t/acme/projects/{world.project.pk}/handover/{rest}"


def in_(world: HandoverWorld) -> Any:
    return tenant_scope(world.tenant.id)


def version(world: HandoverWorld) -> int:
    with in_(world):
        return int(Handover.objects.get().version)


def test_from_the_first_list_to_the_customer_page(world: HandoverWorld) -> None:
    pam, sue = as_(world.pam), as_(world.sue)
    assert "No handover yet" in text(pam.get(page(world)))
    shown = text(pam.post(page(world, "starts/"), follow=True))
    assert "Import last year" in shown
    assert "“Promises”: list something, or say that there is nothing." in shown
    pam.post(
        page(world, "items/"),
        {"section": "promise", "promise-title": "A <b>cake</b>", "promise-seen": "0"},
    )
    nothing = {"section": "configuration", "is_empty": "1"}
    shown = text(pam.post(page(world, "sections/"), nothing, follow=True))
    assert "there is nothing here" in shown
    assert "Propose to sue" in shown
    refused = pam.post(page(world, "proposals/"), {"seen": "1"})
    assert refused.status_code == 409
    given = {"seen": version(world), "words": "Ann is new"}
    assert "Waits for sue" in text(pam.post(page(world, "proposals/"), given, follow=True))

    shown = text(sue.get(page(world)))
    assert "proposes to hand this customer over to you" in shown
    assert "Ann is new" in shown
    assert "&lt;b&gt;cake" in sue.get(page(world)).content.decode()
    refused = sue.post(page(world, "returns/"), {"seen": version(world), "reason": ""})
    assert refused.status_code == 200
    with in_(world):
        assert Handover.objects.get().state == "proposed"
    words = {"seen": version(world), "reason": "Who is Bert?"}
    sue.post(page(world, "returns/"), words)
    shown = text(pam.get(page(world)))
    assert "Returned by sue" in shown
    assert "Who is Bert?" in shown
    pam.post(page(world, "proposals/"), {"seen": version(world), "words": ""})
    some = {"seen": version(world), "sections": ALL_SECTIONS[1:]}
    assert "Go through every section" in text(sue.post(page(world, "acceptances/"), some))
    done = sue.post(page(world, "acceptances/"), some | {"sections": ALL_SECTIONS}, follow=True)
    shown = text(done)
    assert "Open from the implementation" in shown
    assert "Import last year" in shown
    assert "Meet the key user Bert" in shown
    assert "took the customer over" in text(pam.get(page(world)))


def test_what_is_left_is_done_with_the_customer(world: HandoverWorld) -> None:
    with in_(world):
        accepted(world)
        item = HandoverItem.objects.get(title="A second training")
    sue = as_(world.sue)
    url = f"/t/acme/customers/{world.customer.pk}/handover-items/{item.pk}/"
    sue.post(f"{url}notes/", {"text": "Ann asks for May"})
    assert "Ann asks for May" in text(sue.get(url))
    owner = {"who": f"c{world.ann.pk}", "due_on": "2026-05-04", "seen": item.version}
    sue.post(url, owner)
    stale = sue.post(f"{url}states/", {"state": "done", "why": "Held", "seen": item.version})
    assert stale.status_code == 409
    with in_(world):
        item.refresh_from_db()
        assert (item.state, item.contact, str(item.due_on)) == ("open", world.ann, "2026-05-04")
    assert "Say why" in text(
        sue.post(f"{url}states/", {"state": "done", "why": " ", "seen": item.version})
    ) or "required" in text(
        sue.post(f"{url}states/", {"state": "done", "why": " ", "seen": item.version})
    )
    sue.post(f"{url}states/", {"state": "done", "why": "Held on 4 May", "seen": item.version})
    assert "Held on 4 May" in text(sue.get(f"/t/acme/customers/{world.customer.pk}/?part=service"))
    with in_(world):
        assert HandoverItemNote.objects.count() == 1
        item.refresh_from_db()
        assert (item.state, item.state_by) == ("done", world.sue.user)


def test_the_record_behind_an_item_tells_how_it_stands_by_now(world: HandoverWorld) -> None:
    with in_(world):
        accepted(world)
        task = Task.objects.get(title="Import last year")
        task.state, task.started_on, task.finished_on = "done", world.today, world.today
        task.save()
    shown = as_(world.sue).get(f"/t/acme/customers/{world.customer.pk}/?part=service")
    assert "now: Done" in text(shown)
    assert f"/projects/{world.project.pk}/tasks/{task.pk}/" in shown.content.decode()
    with in_(world):
        Task.objects.filter(pk=task.pk).delete()
    assert "no longer there" in text(
        as_(world.sue).get(f"/t/acme/customers/{world.customer.pk}/?part=service")
    )


def test_the_list_stays_to_be_read_as_it_was_proposed(world: HandoverWorld) -> None:
    with in_(world):
        accepted(world)
        HandoverItem.objects.filter(title="A second training").update(title="Altered")
    shown = text(as_(world.sue).get(page(world, "rounds/1/")))
    assert "A second training" in shown
    assert "Altered" not in shown
    assert as_(world.sue).get(page(world, "rounds/2/")).status_code == 404


def test_without_a_service_manager_the_page_asks_for_one(world: HandoverWorld) -> None:
    with in_(world):
        ready(world)
        world.customer.service_manager = None
        world.customer.save()
    shown = text(as_(world.pam).get(page(world)))
    assert "No customer-service manager is named" in shown
    assert "Name a customer-service manager" in shown
    assert "Propose to" not in shown


def test_a_project_accepted_by_its_file_has_no_handover(world: HandoverWorld) -> None:
    with in_(world):
        Project.objects.update(awaits_handover=False)
    shown = text(as_(world.pam).get(page(world)))
    assert "has been handed over" in shown
    assert "Begin the list" not in shown


def test_each_does_only_their_part(
    world: HandoverWorld, make_member: Callable[..., Membership]
) -> None:
    with in_(world):
        proposed(world)
        item = HandoverItem.objects.get(title="A second training")
    pam, sue = as_(world.pam), as_(world.sue)
    eve = as_(make_member(world.tenant, "eve@acme.example", "executive"))
    for path in ("starts/", "updates/", "sections/", "proposals/", "withdrawals/", "items/"):
        assert sue.post(page(world, path)).status_code == 404
    for path in ("acceptances/", "returns/"):
        assert pam.post(page(world, path)).status_code == 404
    assert "Accept the handover" not in text(eve.get(page(world)))
    with in_(world):
        olga = make_member(world.tenant, "olga@acme.example", "service_manager")
    given = {"seen": version(world), "sections": ALL_SECTIONS}
    refused = as_(olga).post(page(world, "acceptances/"), given)
    assert "Accept the handover" not in text(refused)
    carried = f"/t/acme/customers/{world.customer.pk}/handover-items/{item.pk}/"
    assert sue.get(carried).status_code == 404, "nothing was handed over yet"
    assert "can no longer be altered" in text(pam.get(page(world, f"items/{item.pk}/")))
    with in_(world):
        assert Project.objects.get(pk=world.project.pk).handed_over_on is None


def test_who_takes_over_sees_the_list_even_where_projects_are_hidden(
    world: HandoverWorld,
) -> None:
    with in_(world):
        VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
    assert as_(world.sue).get(page(world)).status_code == 404
    with in_(world):
        proposed(world)
    shown = as_(world.sue).get(page(world))
    assert "Accept the handover" in text(shown)
    assert f"/projects/{world.project.pk}/board/" not in shown.content.decode()


def test_the_first_screen_says_what_waits_and_what_is_left(world: HandoverWorld) -> None:
    from projects.views.handover_panels import handovers_block

    class Request:
        tenant, membership = world.tenant, world.sue

    with in_(world):
        assert handovers_block(Request, "mine") is None  # type: ignore[arg-type]
        proposed(world)
        (waiting,) = handovers_block(Request, "mine")["waiting"]  # type: ignore[arg-type,index]
        assert (waiting.project, waiting.items_open) == (world.project, 6)
        assert (
            handovers_block(  # type: ignore[index]
                type("Other", (), {"tenant": world.tenant, "membership": world.pam}), "mine"
            )
            is None
        ), "who proposed it does not wait for themselves"
        Handover.objects.update(state="accepted")
        HandoverItem.objects.filter(source="task").update(due_on=world.today - timedelta(days=1))
        found = handovers_block(Request, "mine")  # type: ignore[arg-type]
        assert found is not None
        assert found["waiting"] == []
        assert found["left"] == [
            {"pk": world.customer.pk, "name": "Hollowmere", "open": 6, "late": 1}
        ]


def test_a_long_list_takes_no_more_statements(world: HandoverWorld) -> None:
    with in_(world):
        handover = ready(world)
    pam = as_(world.pam)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert pam.get(page(world)).status_code == 200
        return len(found)

    statements()
    few = statements()
    with in_(world):
        task = Task.objects.get(title="Import last year")
        more = Task.objects.bulk_create(
            Task(
                project=world.project, phase=task.phase, number=100 + number, title=f"T{number}",
                starts_on=world.today, ends_on=world.today,
            )
            for number in range(60)
        )  # fmt: skip
        HandoverItem.objects.bulk_create(
            HandoverItem(
                handover=handover, section="open_item", title=one.title, source="task",
                source_id=one.pk,
            )
            for one in more
        )  # fmt: skip
    assert statements() <= few


def test_what_is_to_be_known_is_settled_by_nobody(world: HandoverWorld) -> None:
    with in_(world):
        ready(world)
        item = HandoverItem.objects.filter(section="contact").first()
        assert item is not None
    given = {"state": "dropped", "why": "Gone", "seen": item.version}
    assert as_(world.pam).post(page(world, f"items/{item.pk}/states/"), given).status_code == 404
