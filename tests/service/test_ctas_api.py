"""Work through the API: as screens list and rank it, changed by persons and by programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member

from accounts.actions.visibility import set_visibility
from accounts.models import AuditRecord, Customer, Membership, Notification, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from service.actions.ranks import refresh_ranks
from service.models import Cta, CtaStep
from service.queries.ranks import arithmetic_of, versions_by_number
from tests.service.work_world import a_play, colleague, customer_of, today, work_for

CTAS = "/api/v1/ctas"
BOTH = ("ctas:read", "ctas:write")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, *BOTH)


@pytest.fixture
def manager(tenant: Tenant) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


def ids(crm: Program, **query: Any) -> list[int]:
    answer = crm.get(CTAS, **query)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_work_is_listed_by_its_rank_with_its_arithmetic(
    tenant: Tenant, crm: Program, manager: Membership
) -> None:
    with tenant_scope(tenant.id):
        whom = customer_of(manager)
        late, soon, far = (work_for(whom, due=due, steps=2) for due in (0, 3, 40))
        by_play = work_for(whom, due=90, play=(play := a_play()), version=play.versions.get())
        refresh_ranks(ctas=[late.pk, soon.pk, far.pk, by_play.pk])
    assert ids(crm) == [late.pk, soon.pk, far.pk, by_play.pk]
    one = crm.get(f"{CTAS}/{late.pk}").json()
    with tenant_scope(tenant.id):
        late.refresh_from_db()
        told = arithmetic_of(late, versions_by_number())
    assert told is not None
    assert one["rank"] == late.rank == pytest.approx(told.rank.rank)
    said = one["arithmetic"]
    assert (said["risk"], said["urgency"]) == (told.rank.risk, told.rank.urgency)
    assert said["signals"] == told.rank.signals
    assert [step["title"] for step in one["steps"]] == ["Step 1", "Step 2"]
    assert crm.get(f"{CTAS}/{by_play.pk}").json()["title"] == "Win back"
    assert ids(crm, play="winback") == [by_play.pk]
    assert ids(crm, due_until=str(today_of(tenant) + timedelta(days=3))) == [late.pk, soon.pk]
    assert ids(crm, sort="-due_on")[0] == by_play.pk
    assert crm.get(CTAS, state="gone").status_code == 400
    assert crm.get(f"{CTAS}/{10**25}").status_code == 404


def today_of(tenant: Tenant) -> Any:
    with tenant_scope(tenant.id):
        return today()


def test_work_is_opened_by_hand(tenant: Tenant, crm: Program, manager: Membership) -> None:
    with tenant_scope(tenant.id):
        customer_of(manager)
    due = str(today_of(tenant) + timedelta(days=4))
    new = {
        "customer": "acme", "title": "Call", "due_on": due, "owner": "sam@acme.example",
        "why": "They asked.", "steps": ["One", "Two"],
    }  # fmt: skip
    made = crm.post(new, path=CTAS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert crm.get(f"{CTAS}/{one['id']}").json() == one
    assert (one["owner"], one["due_on"], one["state"]) == ("sam@acme.example", due, "open")
    assert "They asked." in one["reason"]
    assert [step["title"] for step in one["steps"]] == ["One", "Two"]
    assert crm.post(new, path=CTAS, key="k").json() == one
    with tenant_scope(tenant.id):
        assert Cta.objects.count() == 1
        assert AuditRecord.objects.get(verb="cta.opened").actor_label == "tickets"
    for wrong, field in (
        ({"customer": "none"}, "customer"),
        ({"title": " "}, "title"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"owner": "nobody"}, "owner"),
        ({"steps": ["x"] * 13}, "steps"),
        ({"rank": 1}, "rank"),
    ):
        refused = crm.post(new | wrong, path=CTAS)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"].startswith(field)


def test_work_is_put_off_handed_on_done_and_opened_again(
    tenant: Tenant, crm: Program, manager: Membership
) -> None:
    with tenant_scope(tenant.id):
        cta = work_for(customer_of(None), steps=2)
    path = f"{CTAS}/{cta.pk}"
    tag = crm.get(path)["ETag"]
    until = str(today_of(tenant) + timedelta(days=9))
    put_off = crm.post({"until": until}, path=f"{path}/snooze", if_match=tag)
    assert (put_off.status_code, put_off.json()["snoozed_until"]) == (200, until)
    late = crm.post({"until": None}, path=f"{path}/snooze", if_match=tag)
    assert late.status_code == 412
    assert crm.post({"until": "2020-01-01"}, path=f"{path}/snooze").status_code == 400
    assert crm.post({"until": None}, path=f"{path}/snooze").json()["snoozed_until"] is None
    handed = crm.post({"owner": "sam@acme.example"}, path=f"{path}/hand-on").json()
    assert handed["owner"] == "sam@acme.example"
    with tenant_scope(tenant.id):
        assert Notification.objects.get(kind="work.handed_on").values["by"] == "tickets"
    step = crm.post({"step": 0}, path=f"{path}/complete-step").json()
    assert [one["done_at"] is not None for one in step["steps"]] == [True, False]
    assert crm.post({"step": 0}, path=f"{path}/complete-step").status_code == 400
    assert crm.post({"step": 7}, path=f"{path}/complete-step").status_code == 400
    back = crm.post({"step": 0}, path=f"{path}/reopen-step").json()
    assert back["steps"][0]["done_at"] is None
    done = crm.post({"note": "All well."}, path=f"{path}/complete").json()
    assert (done["state"], done["close_note"], done["closed_by"]) == ("done", "All well.", None)
    assert crm.post({}, path=f"{path}/complete").status_code == 409
    assert crm.post({}, path=f"{path}/reopen").json()["state"] == "open"
    assert crm.post({}, path=f"{path}/reopen").status_code == 409
    assert crm.post({"reason": "nonsense"}, path=f"{path}/dismiss").status_code == 400
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(object_id=cta.pk).values_list("verb", "actor_label")
        assert set(told) == {
            (verb, "tickets")
            for verb in (
                "cta.snoozed", "cta.reassigned", "cta.step_done", "cta.step_reopened", "cta.done",
                "cta.reopened",
            )
        }  # fmt: skip


def test_who_hands_work_out_of_sight_is_answered_once_more(
    tenant: Tenant, manager: Membership
) -> None:
    with tenant_scope(tenant.id):
        set_visibility(reach={"service_manager": "mine"}, by=None, record_kind="work")
        cta = work_for(customer_of(None), owner=colleague(manager))
        make_member(tenant, "olga@acme.example", "service_manager")
    his = program(tenant, *BOTH, member=manager)
    handed = his.post({"owner": "olga@acme.example"}, path=f"{CTAS}/{cta.pk}/hand-on")
    assert (handed.status_code, handed.json()["owner"]) == (200, "olga@acme.example")
    assert his.get(f"{CTAS}/{cta.pk}").status_code == 404
    assert his.post({"owner": None}, path=f"{CTAS}/{cta.pk}/hand-on").status_code == 404
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.get(verb="cta.reassigned").data["program"] == "tickets"


def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, manager: Membership, make_tenant: Callable[..., Tenant]
) -> None:
    with tenant_scope(tenant.id):
        mine = work_for(customer_of(manager, "mine"))
        other = work_for(customer_of(None, "other"))
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *BOTH, member=manager)
    assert ids(his) == [mine.pk]
    assert his.get(f"{CTAS}/{other.pk}").status_code == 404
    assert his.post({}, path=f"{CTAS}/{other.pk}/complete").status_code == 404
    day = str(today_of(tenant))
    refused = his.post({"customer": "other", "title": "T", "due_on": day}, path=CTAS)
    assert refused.status_code == 400
    boss = program(
        tenant, *BOTH, member=make_member(tenant, "eve@acme.example", "executive")
    )  # fmt: skip
    assert len(ids(boss)) == 2
    assert boss.post({}, path=f"{CTAS}/{mine.pk}/complete").status_code == 403
    reader = program(tenant, "ctas:read")
    assert reader.post({}, path=f"{CTAS}/{mine.pk}/complete").status_code == 403
    stranger = program(make_tenant("other"), *BOTH)
    assert ids(stranger) == []
    assert stranger.get(f"{CTAS}/{mine.pk}").status_code == 404
    assert stranger.post({}, path=f"{CTAS}/{mine.pk}/complete").status_code == 404


def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        for number in range(30):
            work_for(customer_of(None, f"c{number}"), steps=number % 3)
        refresh_ranks(ctas=list(Cta.objects.values_list("pk", flat=True)))
        assert CtaStep.objects.count() == 30
        assert Customer.objects.count() == 30
    ids(crm)
    counts = []
    for limit in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(ids(crm, limit=limit)) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_plays_are_read_with_what_came_of_them(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        play = a_play()
        version = play.versions.get()
        work_for(customer_of(None), play=play, version=version)
        work_for(
            customer_of(None, "b"), play=play, version=version, state="done",
            closed_at=timezone.now(),
        )  # fmt: skip
    reader = program(tenant, "plays:read")
    one = reader.get("/api/v1/plays/winback").json()
    assert (one["open"], one["done"], one["closed"], one["fired"]) == (1, 1, 1, 0)
    assert one["document"]["names"]["en"] == "Win back"
    every = reader.get("/api/v1/plays").json()["results"]
    assert one in every
    assert len(every) > 5, "the shipped ones are there too"
    assert not reader.get("/api/v1/plays", is_on="true").json()["results"]
    assert reader.get("/api/v1/plays/none").status_code == 404
    assert crm.get("/api/v1/plays").status_code == 403
