"""The list of work, its page, its settings, and what other screens show of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    AuditRecord,
    Membership,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from service.actions.ranks import refresh_ranks
from service.models import Cta, RankVersion, WorkChange
from service.queries.work import visible_work
from service.views.work_blocks import work_block
from tests.service.work_world import a_play, colleague, customer_of, today, work_for

Make = Callable[..., Membership]


@pytest.fixture
def manager(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def other(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "olga@acme.example", "service_manager")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def titles(response: Any) -> list[str]:
    return re.findall(r'<a data-row href="[^"]*/work/\d+/">([^<]*)</a>', response.content.decode())


@pytest.fixture
def works(tenant: Tenant, manager: Membership, other: Membership) -> dict[str, Cta]:
    """Of two managers and of nobody, ranked."""
    with tenant_scope(tenant.id):
        mine, theirs = customer_of(manager, "m", "Meadow"), customer_of(other, "t", "Thorn")
        found = {
            "late": work_for(mine, title="Late", due=-3, owner=colleague(manager), steps=2),
            "soon": work_for(mine, title="Soon", due=1, owner=colleague(manager)),
            "nobody": work_for(mine, title="Nobody's", due=30),
            "theirs": work_for(theirs, title="Theirs", owner=colleague(other)),
            "handed": work_for(mine, title="Handed on", owner=colleague(other)),
        }
        refresh_ranks()
        return found


def test_mine_is_what_i_own_and_what_is_nobodys_of_my_customers(
    works: dict[str, Cta], manager: Membership
):
    page = as_(manager.user).get("/t/acme/work/")
    assert titles(page) == ["Late", "Soon", "Nobody&#x27;s"]
    everything = as_(manager.user).get("/t/acme/work/?view=all&sort=due")
    assert titles(everything)[0] == "Late"
    assert len(titles(everything)) == 5
    assert re.findall(r"Mine \(?3", text(page)) or "Mine 3" in text(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("due=overdue", {"Late"}),
        ("due=week", {"Soon"}),
        ("q=meadow+soon", {"Soon"}),
        ("q=thorn", set()),
        ("owner=nobody", {"Nobody&#x27;s"}),
        ("state=closed", set()),
        ("state=nonsense", {"Late", "Soon", "Nobody&#x27;s"}),
        ("tier=none", set()),
        ("play=999", {"Late", "Soon", "Nobody&#x27;s"}),
    ],
)
def test_filters(works: dict[str, Cta], manager: Membership, query: str, found: set[str]):
    assert set(titles(as_(manager.user).get(f"/t/acme/work/?{query}"))) == found


def test_what_is_put_off_is_found_and_comes_back_on_its_day(
    tenant: Tenant, works: dict[str, Cta], manager: Membership
):
    client = as_(manager.user)
    with tenant_scope(tenant.id):
        day = today()
    put_off = {
        "do": "snooze",
        "until": (day + timedelta(days=3)).isoformat(),
        "cta": [f"{works['late'].pk}.1", f"{works['soon'].pk}.1"],
        "next": "/t/acme/work/",
    }
    told = client.post("/t/acme/work/changes/", put_off, follow=True)
    assert titles(told) == ["Nobody&#x27;s"]
    assert "Work put off: 2." in text(told)
    assert set(titles(client.get("/t/acme/work/?state=snoozed"))) == {"Late", "Soon"}
    back = {"do": "back", "cta": f"{works['soon'].pk}.2"}
    client.post("/t/acme/work/changes/", back)
    assert set(titles(client.get("/t/acme/work/?state=snoozed"))) == {"Late"}
    with tenant_scope(tenant.id):
        Cta.objects.update(snoozed_until=day)
    assert "Late" in titles(client.get("/t/acme/work/"))


def test_a_change_of_many_is_undone_from_where_it_was_told(
    tenant: Tenant, works: dict[str, Cta], manager: Membership, other: Membership
):
    client = as_(manager.user)
    chosen = {
        "do": "done",
        "done_reason": "solved",
        "cta": [f"{works['soon'].pk}.1"],
        "next": "/t/acme/work/",
    }
    told = client.post("/t/acme/work/changes/", chosen, follow=True)
    undo = re.search(r'action="(/t/acme/work/undoings/\d+/)"', told.content.decode())
    assert undo is not None
    assert as_(other.user).post(undo[1]).status_code == 404
    client.post(undo[1], {"next": "/t/acme/work/"})
    with tenant_scope(tenant.id):
        assert Cta.objects.get(pk=works["soon"].pk).state == "open"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"do": "snooze", "until": "tomorrow"}, "valid date"),
        ({"do": "snooze"}, "until when"),
        ({"do": "enter"}, "what is to be done"),
        ({"do": "enter", "until": "nonsense"}, "valid date"),
        ({"do": "enter", "until": "2999-01-01", "done_reason": "solved"}, "what is to be done"),
        ({"do": "snooze", "until": "2001-01-01"}, "after today"),
        ({"do": "dismissed"}, "Say why"),
        ({"do": "dismissed", "dismissed_reason": "nonsense"}, "not on the list"),
        ({"do": "reassign"}, "to whom"),
        ({"do": "reassign", "owner": "999999"}, "not one of the"),
        ({"do": "explode"}, "not one of the"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(
    tenant: Tenant, works: dict[str, Cta], manager: Membership, data: dict, fault: str
):
    sent = {**data, "cta": f"{works['soon'].pk}.1", "next": "/t/acme/work/"}
    told = as_(manager.user).post("/t/acme/work/changes/", sent, follow=True)
    assert fault in text(told)
    with tenant_scope(tenant.id):
        assert Cta.objects.get(pk=works["soon"].pk).version_seen == 1


def test_who_is_none_of_the_colleagues_is_told_once(works: dict[str, Cta], manager: Membership):
    sent = {"do": "reassign", "owner": "999999", "cta": f"{works['soon'].pk}.1"}
    client = as_(manager.user)
    client.post("/t/acme/work/changes/", sent)
    (told,) = get_messages(client.get("/t/acme/work/").wsgi_request)
    assert "not one of the" in str(told)


@pytest.mark.parametrize("rows", ["", "x.1", "1", "99999999999999999999.1", "0.0"])
def test_rows_that_are_none_are_told(tenant: Tenant, works: dict, manager: Membership, rows: str):
    told = as_(manager.user).post("/t/acme/work/changes/", {"do": "done", "cta": rows}, follow=True)
    assert told.status_code == 200
    with tenant_scope(tenant.id):
        assert not Cta.objects.exclude(version_seen=1).exists()


def test_who_sees_only_their_own_neither_lists_nor_opens_nor_changes_others(
    tenant: Tenant, works: dict[str, Cta], manager: Membership
):
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", record="work", visibility="mine")
        names = set(visible_work(manager).values_list("title", flat=True))
    # Also what was handed on, of a customer whose face one is.
    assert names == {"Late", "Soon", "Nobody's", "Handed on"}
    client = as_(manager.user)
    assert len(titles(client.get("/t/acme/work/?view=all"))) == 3
    pk = works["theirs"].pk
    assert client.get(f"/t/acme/work/{pk}/").status_code == 404
    client.post("/t/acme/work/changes/", {"do": "done", "cta": f"{pk}.1"})
    with tenant_scope(tenant.id):
        assert Cta.objects.get(pk=pk).state == "open"


def test_who_hands_work_out_of_their_sight_is_told_and_may_take_it_back(
    tenant: Tenant, works: dict[str, Cta], manager: Membership, other: Membership
):
    with tenant_scope(tenant.id):
        for record in ("work", "customers"):
            VisibilityRule.objects.create(role="service_manager", record=record, visibility="mine")
        Cta.objects.filter(pk=works["theirs"].pk).update(owner=colleague(manager))
        pk, heir = works["theirs"].pk, colleague(other).pk
    client, page = as_(manager.user), f"/t/acme/work/{works['theirs'].pk}/"
    assert client.get(page).status_code == 200
    chosen = {"do": "reassign", "owner": heir, "cta": f"{pk}.1", "next": page}
    told = client.post("/t/acme/work/changes/", chosen, follow=True)
    assert told.status_code == 200, "not the page that is out of sight"
    assert client.get(page).status_code == 404
    undo = re.search(r'action="(/t/acme/work/undoings/\d+/)"', told.content.decode())
    assert undo is not None
    with tenant_scope(tenant.id):
        made = WorkChange.objects.get()
        WorkChange.objects.update(at=made.at - timedelta(days=2))
    assert client.post(undo[1]).status_code == 404, "by then it is no longer offered"
    with tenant_scope(tenant.id):
        WorkChange.objects.update(at=made.at)
    assert client.post(undo[1], {"next": "/t/acme/work/"}, follow=True).status_code == 200
    assert client.get(page).status_code == 200


def test_another_tenants_work_is_not_there(works: dict[str, Cta], charlie: User):
    assert as_(charlie).get(f"/t/other/work/{works['soon'].pk}/").status_code == 404
    assert as_(charlie).get("/t/acme/work/").status_code == 404
    assert titles(as_(charlie).get("/t/other/work/?view=all")) == []


def test_an_executive_reads_and_changes_nothing(
    tenant: Tenant, works: dict[str, Cta], make_member: Make
):
    client = as_(make_member(tenant, "eve@acme.example", "executive").user)
    page = client.get(f"/t/acme/work/{works['soon'].pk}/")
    assert page.status_code == 200
    assert "work-changes" not in page.content.decode()
    sent = {"do": "done", "cta": f"{works['soon'].pk}.1"}
    assert client.post("/t/acme/work/changes/", sent).status_code == 404


def test_the_page_says_why_and_how_the_rank_came_about(
    tenant: Tenant, works: dict[str, Cta], manager: Membership
):
    page = text(as_(manager.user).get(f"/t/acme/work/{works['late'].pk}/"))
    assert "Opened by hand" in page
    assert "No customer pays anything yet" in page
    assert "working days overdue" in page or "working day overdue" in page
    assert "weights as shipped" in page
    client = as_(manager.user)
    with tenant_scope(tenant.id):
        first, second = works["late"].steps.all()
    url = f"/t/acme/work/{works['late'].pk}/steps/"
    client.post(f"{url}{first.pk}/", {"seen": "1", "is_done": "1"})
    told = client.post(f"{url}{second.pk}/", {"seen": "1", "is_done": "1"}, follow=True)
    assert "Changed by somebody" in text(told)
    told = client.post(f"{url}{second.pk}/", {"seen": "2", "is_done": "1"}, follow=True)
    assert "That was the last step: the work is done." in text(told)
    with tenant_scope(tenant.id):
        assert Cta.objects.get(pk=works["late"].pk).state == "done"


def test_a_plays_work_is_said_in_the_readers_language(tenant: Tenant, manager: Membership):
    with tenant_scope(tenant.id):
        play = a_play()
        cta = work_for(
            customer_of(manager), play=play, version=play.versions.get(), title="Win back", steps=1
        )
        Cta.objects.filter(pk=cta.pk).update(state="expired", closed_at=timezone.now())
    client = as_(manager.user)
    history = text(client.get(f"/t/acme/work/{cta.pk}/")).partition("What was done to it")[2]
    assert history.index("Expired The platform") < history.index("Work opened The platform")
    assert "Bring the customer back." in text(client.get(f"/t/acme/work/{cta.pk}/"))
    chinese = text(client.get(f"/t/acme/work/{cta.pk}/", headers={"accept-language": "zh-hans"}))
    assert "让客户重新用起来。" in chinese
    assert "打电话" in chinese


def test_work_is_opened_by_hand_from_the_customer(tenant: Tenant, manager: Membership):
    with tenant_scope(tenant.id):
        customer, day = customer_of(manager), today()
        owner = colleague(manager).pk
    client, url = as_(manager.user), f"/t/acme/customers/{customer.pk}/work/new/"
    given = {
        "title": "Send the offer",
        "due_on": day.isoformat(),
        "owner": owner,
        "why": "Asked for it",
        "steps": "Write\n\n Send ",
    }
    assert client.post(url, {**given, "due_on": "2001-01-01"}).status_code == 200
    with tenant_scope(tenant.id):
        assert not Cta.objects.exists()
    page = text(client.post(url, given, follow=True))
    assert "Asked for it" in page
    with tenant_scope(tenant.id):
        cta = Cta.objects.get()
        assert [step.title for step in cta.steps.all()] == ["Write", "Send"]
        assert cta.rank > 0
    shown = text(client.get(f"/t/acme/customers/{customer.pk}/"))
    assert "Send the offer" in shown
    assert "Work opened: Send the offer" in text(
        client.get(f"/t/acme/customers/{customer.pk}/timeline/")
    )


def test_the_file_holds_what_is_shown(works: dict[str, Cta], manager: Membership):
    answer = as_(manager.user).get("/t/acme/work/?due=overdue&export=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Meadow,m,Late,Opened by hand,")
    assert as_(manager.user).get("/t/acme/work/?export=pdf").status_code == 404


@pytest.mark.parametrize("path", ["work/?view=all", "work/?view=all&state=all&sort=work"])
def test_the_list_asks_as_often_whatever_the_number(tenant: Tenant, manager: Membership, path: str):
    client = as_(manager.user)

    def asked(number: int) -> int:
        with tenant_scope(tenant.id):
            play = a_play(f"p{number}")
            for each in range(number):
                work_for(
                    customer_of(manager, f"{number}-{each}"), steps=2, play=play,
                    version=play.versions.get(), owner=colleague(manager),
                )  # fmt: skip
            refresh_ranks()
        client.get(f"/t/acme/{path}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/t/acme/{path}")
        return len(captured)

    assert asked(2) == asked(25)


def test_weights_are_tried_before_they_hold(
    tenant: Tenant, works: dict[str, Cta], alice: User, manager: Membership
):
    client, url = as_(alice), "/t/acme/work/ranks/"
    assert as_(manager.user).get(url).status_code == 404
    shown = {
        "moved": 0,
        "trend": 0,
        "overdue": 0,
        "cases": 0,
        "silence": 50,
        "floor": 0,
        "pace": 5,
        "limit": 300,
        "seen": 0,
        "note": "",
    }
    tried = text(client.get(url, shown))
    assert "Today's first ten with these numbers" in tried or "first ten with these" in tried
    with tenant_scope(tenant.id):
        assert not RankVersion.objects.exists()
    for wrong, fault in (
        ({"limit": 50}, "greater than or equal to 100"),
        ({"silence": 0}, "at least one signal"),
        ({"pace": "x"}, "whole number"),
    ):
        assert fault in text(client.post(url, {**shown, **wrong}))
    assert "ranked again" in text(client.post(url, shown, follow=True))
    assert "meanwhile" in text(client.post(url, {**shown, "floor": 5}))
    with tenant_scope(tenant.id):
        assert RankVersion.objects.get().weights["limit"] == 300
        assert AuditRecord.objects.filter(verb="rank_weights.changed").count() == 1


def test_reasons_are_set_on_screen(tenant: Tenant, alice: User):
    client, url = as_(alice), "/t/acme/work/reasons/"
    page = client.get(url)
    names = re.findall(
        r'name="((?:label|offered|new)_[^"]+)"(?:[^>]*value="([^"]*)")?', page.content.decode()
    )
    given = {name: value or "on" for name, value in names if not name.startswith("new_")}
    assert client.post(url, {**given, "new_done": "They bought more"}).status_code == 302
    assert "They bought more" in client.get(url).content.decode()


def test_the_first_screen_shows_what_to_do_first(
    works: dict[str, Cta], manager: Membership, rf: Any, settings: Any
):
    settings.ROOT_URLCONF = "config.tenant_urls"
    request, request_tenant = rf.get("/"), manager_tenant(manager)
    request.tenant, request.membership = request_tenant, manager
    with tenant_scope(request.tenant.pk):
        block = work_block(request, None)
    assert block is not None
    assert [row.title for row in block["rows"]] == ["Late", "Soon", "Nobody's"]
    assert all(row.rank for row in block["rows"])
    assert block["url"].endswith("?view=mine")


def manager_tenant(manager: Membership) -> Tenant:
    return Tenant.objects.get(pk=manager.tenant_id)


def test_a_list_is_kept_under_a_name(works: dict[str, Cta], manager: Membership):
    client = as_(manager.user)
    given = {"screen": "work", "name": "Overdue ones", "query": "due=overdue&view=all"}
    page = client.post("/t/acme/customers/views/", given, follow=True)
    assert titles(page) == ["Late"]
    assert "Overdue ones" in text(client.get("/t/acme/work/"))
