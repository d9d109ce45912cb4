"""My customers: whose they are, what narrows and orders the list, what it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.actions.teams import create_team
from accounts.models import (
    Contract,
    ContractLine,
    Membership,
    Module,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.actions.rules import change_rules
from segmentation.models import Assignment, MeasureRow, UsageEvent
from segmentation.views.columns import all_columns
from tests.segmentation.screens.screen_world import (
    LAST,
    MONTH_END,
    customer,
    faced,
    listed,
    moved,
    night,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/customers/"


@pytest.fixture
def member(bob: User, tenant: Tenant) -> Membership:
    with tenant_scope(tenant.id):
        return Membership.objects.get(user=bob)


@pytest.fixture
def client_of_bob(bob: User) -> Client:
    return signed_in(bob)


def names(client: Client, **asked: Any) -> list[str]:
    response = client.get(URL, {"scope": "all", **asked})
    assert response.status_code == 200
    return listed(response)


def test_a_service_manager_starts_with_their_own(
    tenant: Tenant, member: Membership, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        for name in ("Mine", "Other"):
            stands(customer(name), tonight)
        mine = tonight.tenant_id and Assignment.objects.get(customer__name="Mine").customer
        faced(mine, "Bob", date(2025, 1, 1), membership=member)
    assert listed(client_of_bob.get(URL)) == ["Mine"]
    assert sorted(names(client_of_bob)) == ["Mine", "Other"]


def test_what_a_role_may_not_see_no_address_shows(
    tenant: Tenant, member: Membership, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        mine, other = customer("Mine"), customer("Other")
        for one in (mine, other):
            stands(one, tonight, tier="low")
            moved(one, tonight, "mid", "low")
        faced(mine, "Bob", date(2025, 1, 1), membership=member)
        VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
    for asked in ({}, {"scope": "all"}, {"scope": "team"}, {"q": "other"}, {"tier": "low"}):
        page = client_of_bob.get(URL, asked)
        assert "Other" not in text_of(page).replace("Other moves", "")
    assert "Other" not in client_of_bob.get(URL, {"export": "csv", "scope": "all"}).content.decode()
    assert "Other" not in text_of(client_of_bob.get("/t/acme/moves/", {"scope": "all"}))


def test_a_lead_starts_with_the_teams(
    tenant: Tenant, make_member: Callable[..., Membership], alice: User
) -> None:
    with tenant_scope(tenant.id):
        team = create_team(name="North", by=alice)
    lead = make_member(tenant, "lead@acme.example", "service_manager", team=team, leads_team=True)
    mate = make_member(tenant, "mate@acme.example", "service_manager", team=team)
    with tenant_scope(tenant.id):
        tonight = night()
        for name, whose in (("Lead's", lead), ("Mate's", mate), ("Nobody's", None)):
            one = customer(name)
            stands(one, tonight)
            if whose:
                faced(one, name, date(2025, 1, 1), membership=whose)
    client = signed_in(lead.user)
    assert sorted(listed(client.get(URL))) == ["Lead's", "Mate's"]
    assert listed(client.get(URL, {"scope": "mine"})) == ["Lead's"]


@pytest.fixture
def world(tenant: Tenant) -> None:
    """Five customers that differ in everything a filter asks for."""
    with tenant_scope(tenant.id):
        before, tonight = night(MONTH_END), night()
        group = customer("Alpha Group", industry="Retail", region="North", key="A-1")
        sub = customer("Beta 北京", industry="Finance", region="South", parent=group, key="B-2")
        gamma = customer("Gamma 100%", industry="Retail", region="South", key="C-3")
        delta = customer("Delta", industry="Health", region="North", key="D-4")
        prospect = customer("Epsilon", key="E-5")
        stands(group, before, tier="mid")
        stands(sub, before, tier="mature", stage="loyal", kept=True)
        stands(gamma, before, tier="mid")
        stands(group, tonight, tier="high", stage="loyal", eleven="champions", arr=Decimal(5000))
        stands(
            sub,
            tonight,
            tier="low",
            stage="dormant",
            eleven="at_risk",
            class8="general_keep",
            arr=Decimal(700),
            days_to_renewal=20,
            days_since_usage=61,
        )
        stands(
            gamma,
            tonight,
            tier="mid",
            arr=Decimal(900),
            days_to_renewal=90,
            payment_overdue_days=12,
            overdue_amount=Decimal(300),
        )
        stands(delta, tonight, tier="new", stage="onboarding", days_to_payment=30, arr=None)
        stands(
            prospect,
            tonight,
            tier="",
            stage="potential",
            eleven="",
            class8="",
            reason="prospect;no_recency=no_value",
            **dict.fromkeys(("arr", "days_to_renewal", "days_to_payment", "days_since_usage")),
        )
        moved(group, tonight, "mid", "high")
        moved(sub, tonight, "mature", "low")
        moved(sub, tonight, "loyal", "dormant", kind="stage")
        moved(delta, tonight, "", "new", cause="commercial")
        faced(group, "Ann", date(2025, 1, 1))
        faced(sub, "Ben", date(2025, 1, 1), LAST - timedelta(days=3), capacity="project_manager")
        faced(sub, "Ann", LAST - timedelta(days=3))
        core, plus = Module.objects.create(key="core", name="Core"), None
        for one in (group, gamma):
            contract = Contract.objects.create(customer=one, key=f"k-{one.key}")
            ContractLine.objects.create(
                contract=contract,
                module=core,
                signed_on=date(2025, 1, 1),
                starts_on=date(2025, 1, 1),
                annual_fee=100,
            )
        assert plus is None
        UsageEvent.objects.create(
            message_id="m1",
            customer=group,
            module=core,
            event="open",
            occurred_at=tonight.known_at - timedelta(days=5),
            received_at=tonight.known_at,
        )


FILTERS = [
    ({}, ["Alpha Group", "Gamma 100%", "Beta 北京", "Delta", "Epsilon"]),
    ({"tier": "high"}, ["Alpha Group"]),
    ({"tier": "none"}, ["Epsilon"]),
    ({"stage": "dormant"}, ["Beta 北京"]),
    ({"segment": "champions"}, ["Alpha Group"]),
    ({"segment": "general_keep"}, ["Beta 北京"]),
    ({"segment": "none"}, ["Epsilon"]),
    ({"industry": "Retail"}, ["Alpha Group", "Gamma 100%"]),
    ({"region": "South"}, ["Gamma 100%", "Beta 北京"]),
    ({"region": "South", "industry": "Retail"}, ["Gamma 100%"]),
    ({"renewal": "30"}, ["Beta 北京"]),
    ({"renewal": "90"}, ["Gamma 100%", "Beta 北京"]),
    ({"payment": "overdue"}, ["Gamma 100%"]),
    ({"payment": "due"}, ["Delta"]),
    ({"face": "nobody"}, []),
    ({"silent": "true"}, ["Beta 北京"]),
    ({"parent": "A-1"}, ["Alpha Group", "Beta 北京"]),
    ({"module": "core"}, ["Alpha Group", "Gamma 100%"]),
    ({"module": "core", "use": "used"}, ["Alpha Group"]),
    ({"module": "core", "use": "unused"}, ["Gamma 100%"]),
    ({"was": "mid", "since": MONTH_END.isoformat()}, ["Alpha Group", "Gamma 100%"]),
    ({"was": "mid", "since": MONTH_END.isoformat(), "tier": "high"}, ["Alpha Group"]),
    ({"was": "none", "since": MONTH_END.isoformat()}, []),  # not known yet is not without a tier
    ({"was": "none", "since": LAST.isoformat()}, ["Epsilon"]),
    ({"was_stage": "loyal", "since": MONTH_END.isoformat()}, ["Beta 北京"]),
    ({"moved": "worse"}, ["Beta 北京"]),
    ({"moved": "better"}, ["Alpha Group"]),
    ({"moved": "other"}, ["Delta"]),
    ({"reason": "prospect"}, ["Epsilon"]),
    ({"q": "alpha"}, ["Alpha Group"]),
    ({"q": "北京"}, ["Beta 北京"]),
    ({"q": "c-3"}, ["Gamma 100%"]),
    ({"q": "group ALPHA"}, ["Alpha Group"]),
    ({"q": "100%"}, ["Gamma 100%"]),
    ({"q": "1_0"}, []),
    ({"q": "nobody has this name"}, []),
]


@pytest.mark.parametrize(("asked", "expected"), FILTERS, ids=str)
def test_filters(
    world: None, client_of_bob: Client, asked: dict[str, str], expected: list[str]
) -> None:
    """By ARR, the largest first; those without any last, in the order they came."""
    assert names(client_of_bob, **asked) == expected


def test_filters_offer_their_choices_in_the_readers_language(
    world: None, client_of_bob: Client
) -> None:
    def choices(name: str) -> dict[str, str]:
        page = client_of_bob.get(URL, {"scope": "all", "renewal": "30"})
        return dict(page.context["listing"].filter.form.fields[name].choices)

    assert choices("renewal")["30"] == "within 30 days"
    assert choices("payment")["due"] == "due within 30 days"
    with override("zh-hans"):
        assert choices("renewal")["30"] == "30 天内"
        assert "30" in choices("payment")["due"]
        assert "due" not in choices("payment")["due"]


def test_the_face_narrows_by_person(world: None, client_of_bob: Client, tenant: Tenant) -> None:
    from accounts.models import Colleague

    with tenant_scope(tenant.id):
        ann, ben = (Colleague.objects.get(name=name).pk for name in ("Ann", "Ben"))
    assert names(client_of_bob, face=ann) == ["Alpha Group", "Beta 北京"]
    assert names(client_of_bob, face=ben) == []  # is the face no more


@pytest.mark.parametrize(
    "asked",
    [
        {"tier": "golden"},
        {"renewal": "soon"},
        {"renewal": "-1"},
        {"face": "x"},
        {"face": "9" * 30},
        {"segment": "'; DROP TABLE"},
        {"was": "mid", "since": "yesterday"},
        {"was": "mid"},
        {"moved": "sideways"},
        {"page": "99999999"},
        {"page": "x", "sort": "nothing", "columns": "none-such"},
        {"as_of": "2026-13-40"},
        {"scope": "universe"},
    ],
    ids=str,
)
def test_nonsense_in_an_address_narrows_nothing(
    world: None, client_of_bob: Client, asked: dict[str, str]
) -> None:
    given = {"scope": "all", **asked}
    if asked.get("scope"):
        given["scope"] = "all"
        assert client_of_bob.get(URL, asked).status_code == 200
    assert len(listed(client_of_bob.get(URL, given))) == 5


@pytest.mark.parametrize("key", [shown.key for shown in all_columns()])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_column_orders_every_row(
    world: None, client_of_bob: Client, key: str, sign: str
) -> None:
    found = names(client_of_bob, sort=f"{sign}{key}", columns=key)
    assert len(found) == len(set(found)) == 5
    # What has no value comes last whichever way one looks.
    measured = {"arr", "renewal", "payment", "usage", "tier", "eleven", "class8"}
    if key in measured:
        assert found[-1] == "Epsilon" or key == "payment"


def test_orders(world: None, client_of_bob: Client) -> None:
    assert names(client_of_bob, sort="arr")[:3] == ["Beta 北京", "Gamma 100%", "Alpha Group"]
    assert names(client_of_bob, sort="name")[0] == "Alpha Group"
    assert names(client_of_bob, sort="-name")[0] == "Gamma 100%"
    by_tier = names(client_of_bob, sort="tier")
    assert by_tier == ["Alpha Group", "Gamma 100%", "Beta 北京", "Delta", "Epsilon"]
    assert names(client_of_bob, sort="-payment")[:2] == ["Gamma 100%", "Delta"]


def test_pages_show_every_customer_once(tenant: Tenant, client_of_bob: Client) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        for number in range(120):
            stands(customer(f"N{number:03}"), tonight, arr=Decimal(1000 + number % 3))
    pages = [names(client_of_bob, page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({name for page in pages for name in page}) == 120
    assert names(client_of_bob, page=7) == pages[2]
    assert "120" in text_of(client_of_bob.get(URL, {"scope": "all"})).partition("Portfolio")[0]


def test_the_title_counts_what_a_live_filter_leaves(world: None, client_of_bob: Client) -> None:
    asked = {"scope": "all", "region": "South"}
    page = client_of_bob.get(URL, asked).content.decode()
    part = client_of_bob.get(URL, asked, headers={"HX-Target": "list"}).content.decode()
    assert "<title>All customers (2) · Acme · Tenure</title>" in page
    # htmx reads the title of a part where it stands before everything else.
    assert part.startswith("<title>All customers (2) · Acme · Tenure</title><div")


def test_columns_are_chosen(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(URL, {"scope": "all", "columns": "arr,industry"}).content.decode()
    table = page.partition('id="list"')[2]
    assert table.count("<th ") == 3
    assert "Retail" in table
    assert "Loyal" not in table


def test_boxes_of_columns_become_one_word(world: None, client_of_bob: Client) -> None:
    answer = client_of_bob.get(URL, {"scope": "all", "columns": ["arr", "industry"], "tier": "low"})
    assert answer["Location"] == f"{URL}?scope=all&columns=arr,industry&tier=low"
    assert client_of_bob.get(answer["Location"]).context["keys"] == {"name", "arr", "industry"}


def rows_of_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_an_export_holds_exactly_what_is_shown(world: None, client_of_bob: Client) -> None:
    asked = {"scope": "all", "region": "South", "sort": "arr", "columns": "tier,arr,payment"}
    shown = names(client_of_bob, **asked)
    csv_file = client_of_bob.get(URL, asked | {"export": "csv"})
    rows = rows_of_csv(csv_file.content)
    assert "attachment" in csv_file["Content-Disposition"]
    assert LAST.isoformat() in csv_file["Content-Disposition"]
    assert rows[0][:3] == ["Key", "Customer", "Parent company"]
    assert [row[1] for row in rows[1:]] == shown == ["Beta 北京", "Gamma 100%"]
    assert rows[1][:5] == ["B-2", "Beta 北京", "Alpha Group", "Low value", "700"]
    xlsx = client_of_bob.get(URL, asked | {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in cells[1:]] == shown
    assert cells[1][4] == 700
    assert client_of_bob.get(URL, asked | {"export": "exe"}).status_code == 404


def test_an_export_has_all_pages(tenant: Tenant, client_of_bob: Client) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        for number in range(60):
            stands(customer(f"N{number}"), tonight)
    content = client_of_bob.get(URL, {"scope": "all", "export": "csv", "page": 2}).content
    assert len(rows_of_csv(content)) == 61


def test_a_name_that_looks_like_a_formula_is_text_in_an_export(
    tenant: Tenant, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        stands(customer('=HYPERLINK("http://x")', key="@k"), night())
    asked = {"scope": "all", "export": "csv"}
    row = rows_of_csv(client_of_bob.get(URL, asked).content)[1]
    assert row[0] == "'@k"
    assert row[1].startswith("'=")
    xlsx = client_of_bob.get(URL, asked | {"export": "xlsx"})
    cell = openpyxl.load_workbook(io.BytesIO(xlsx.content)).active["B2"]
    assert cell.data_type == "s"


def test_a_group_rolls_up_its_companies(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(URL, {"scope": "all", "group": "parent"})
    text = text_of(page).partition("Portfolio")[2]
    assert listed(page)[0] == "Alpha Group"
    assert "¥5,700" in text  # 5,000 and the subsidiary's 700
    assert "Beta" not in text
    by_name = client_of_bob.get(URL, {"scope": "all", "group": "parent", "sort": "group"})
    assert listed(by_name) == ["Alpha Group", "Delta", "Epsilon", "Gamma 100%"]


def test_looking_back_shows_that_night(world: None, client_of_bob: Client, tenant: Tenant) -> None:
    page = client_of_bob.get(URL, {"scope": "all", "as_of": MONTH_END.isoformat(), "tier": "mid"})
    assert sorted(listed(page)) == ["Alpha Group", "Gamma 100%"]
    assert "looking back" in text_of(page)
    # The night before the day asked for is the one that holds on it.
    later = names(client_of_bob, as_of="2026-06-03", tier="mid")
    assert sorted(later) == ["Alpha Group", "Gamma 100%"]


def test_a_night_whose_measures_are_gone_still_tells_its_words(
    tenant: Tenant, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        one, earlier, tonight = customer("One"), night(LAST - timedelta(days=4)), night()
        stands(one, earlier, tier="low", kept=False)
        stands(one, tonight, tier="high", arr=Decimal(777))
        moved(one, earlier, "mid", "low")
    page = client_of_bob.get(URL, {"scope": "all", "as_of": earlier.as_of.isoformat()})
    table = text_of(page).partition("Portfolio")[2]
    assert "Low value" in table
    assert "777" not in table
    for sort in ("-arr", "renewal", "tier", "face"):
        assert names(client_of_bob, as_of=earlier.as_of.isoformat(), sort=sort) == ["One"]


def test_before_any_night_the_way_to_it(tenant: Tenant, alice: User, client_of_bob: Client) -> None:
    empty = signed_in(alice).get(URL, {"scope": "all"})
    assert "Load your customers" in text_of(empty)
    assert "Run the first night" in text_of(empty)
    assert "No customers yet" in text_of(client_of_bob.get(URL))
    with tenant_scope(tenant.id):
        customer("Early Bird")
    page = client_of_bob.get(URL, {"scope": "all"})
    assert listed(page) == ["Early Bird"]
    assert listed(client_of_bob.get(URL, {"scope": "all", "q": "late"})) == []


def test_a_customer_added_since_the_night_is_announced(
    tenant: Tenant, client_of_bob: Client
) -> None:
    from django.utils import timezone

    with tenant_scope(tenant.id):
        stands(customer("Known"), night())
        customer("Fresh", known_from=timezone.now())
    page = client_of_bob.get(URL, {"scope": "all"})
    assert listed(page) == ["Known"]
    assert "1 customer was added since this night" in text_of(page)


def test_htmx_gets_the_list_alone(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(
        URL, {"scope": "all"}, headers={"HX-Request": "true", "HX-Target": "list"}
    )
    part = page.content.decode()
    assert part.partition("</title>")[2].startswith('<div id="list"')
    assert "<html" not in part
    assert len(listed(page)) == 5
    assert "HX-Target" in page["Vary"]


def test_only_the_list_is_a_view_that_can_be_kept(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(URL, {"scope": "all", "view": "list"})
    assert "waiting" not in page.context
    assert "Moved last night" not in text_of(page)
    assert len(listed(page)) == 5
    content = page.content.decode()
    assert page.context["view_query"] == "scope=all&view=list"
    assert '<input type="hidden" name="view" value="list">' in content
    # What narrows nothing says there what it could narrow.
    assert '<option value="" selected>Industry</option>' in content
    assert '<option value="" selected>All</option>' not in content


def test_what_waits_opens_as_many_customers_as_it_says(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(URL, {"scope": "all"})
    tiles = page.context["waiting"]
    assert [tile["text"] for tile in tiles] == ["1", "1", "1", "2", "2", "1", "1"]
    for tile in tiles:
        opened = listed(client_of_bob.get(URL + tile["url"]))
        assert len(opened) == int(tile["text"]), tile["label"]


def test_what_moved_stands_first_above_the_list_and_nothing_takes_room_for_nothing(
    world: None, client_of_bob: Client
) -> None:
    folds = client_of_bob.get(URL, {"scope": "all"}).content.decode()
    places = [folds.index(part) for part in ('<div class="folds">', 'id="moved"', 'id="waiting"')]
    assert places == sorted(places)
    assert places[-1] < folds.index('id="list"')
    assert '<details data-fold="moved" open>' in folds
    client_of_bob.cookies["folded"] = "moved"
    folded = client_of_bob.get(URL, {"scope": "all"}).content.decode()
    assert '<details data-fold="moved">' in folded
    # Nobody's: nothing moved among them.
    none = client_of_bob.get(URL, {"scope": "mine"}).content.decode()
    assert '<section id="moved" hidden></section>' in none
    assert "data-fold" not in none


def test_who_moved_last_night_the_worse_apart_from_the_better(
    world: None, client_of_bob: Client
) -> None:
    page = client_of_bob.get(URL, {"scope": "all"})
    worse, better = (item["group"] for item in page.context["moved_groups"])
    assert [one.name for one in worse.customers] == ["Beta 北京"]
    assert [move.kind for move in worse.customers[0].moves] == ["tier", "stage"]
    assert worse.total == 2
    assert [one.name for one in better.customers] == ["Alpha Group"]
    assert page.context["other_moves"] == 1
    text = text_of(page)
    assert "Activity Mid → Low (Active days (30) 9 → 3)" in text
    assert "59 → 60" in text


def test_a_handover_is_shown_a_first_face_is_not(world: None, client_of_bob: Client) -> None:
    page = client_of_bob.get(URL, {"scope": "all"})
    assert [(one.name, one.before, one.now) for one in page.context["faces"]] == [
        ("Beta 北京", "Ben", "Ann")
    ]


def test_a_filter_that_came_by_a_link_can_be_taken_away(world: None, client_of_bob: Client) -> None:
    asked = {"scope": "all", "was": "mid", "since": MONTH_END.isoformat(), "tier": "high"}
    pills = client_of_bob.get(URL, asked).context["listing"].pills
    assert len(pills) == 1
    assert "Mid value" in pills[0].label
    assert pills[0].url == "?scope=all&tier=high"


def test_a_list_costs_the_same_queries_whatever_its_length(
    tenant: Tenant, member: Membership, client_of_bob: Client
) -> None:
    def queries(**asked: str) -> int:
        from django.core.cache import cache

        cache.clear()
        with CaptureQueriesContext(connection) as found:
            assert client_of_bob.get(URL, asked).status_code == 200
        return len(found)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            for number in range(first, last):
                one = customer(f"N{number}", industry=f"I{number % 5}")
                stands(one, tonight, tier="low")
                moved(one, tonight, "mid", "low")
                faced(one, f"P{number}", LAST - timedelta(days=2), membership=None)

    with tenant_scope(tenant.id):
        tonight = night()
    grow(0, 3)
    addresses: list[dict[str, str]] = [
        {"scope": "all"},
        {},
        {"scope": "all", "tier": "low", "sort": "face", "q": "n"},
        {"scope": "all", "group": "parent"},
        {"scope": "all", "export": "csv"},
    ]
    few = [queries(**asked) for asked in addresses]
    grow(3, 80)
    with tenant_scope(tenant.id):
        assert MeasureRow.objects.count() == 80
    many = [queries(**asked) for asked in addresses]
    assert many == few
    # Two of them ask which handovers wait and what they left to do.
    assert max(many) <= 32


def test_other_schemes_and_the_facets_of_b_are_columns_where_they_are_shown(
    tenant: Tenant, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        rule_set = change_rules(change={"tiers": {"also_shown": ["b", "c"]}}, by=None).rule_set
        on, plain = night(rule_set=rule_set), customer("Plain")
        stands(
            customer("Rich"),
            on,
            schemes={"tier_a": "mid", "tier_b": "loyal", "tier_c": "vip"},
            beside={"facet_value": "high", "need": "advanced"},
        )
        stands(plain, on, schemes={"tier_a": "mid", "tier_b": "lost", "tier_c": "developing"})
    keys = "tier_b,beside_value,beside_need,tier_c"
    asked = {"scope": "all", "columns": keys, "sort": "tier_c"}
    text = text_of(client_of_bob.get(URL, asked))
    for word in ("Ladder (C)", "VIP", "Developing", "Loyal", "Value (B)", "Advanced"):
        assert word in text
    assert names(client_of_bob, **asked) == ["Rich", "Plain"]
    assert names(client_of_bob, **(asked | {"sort": "-tier_c"})) == ["Plain", "Rich"]
    assert names(client_of_bob, scope="all", tier_b="loyal") == ["Rich"]
    assert "Loyal in Lifecycle" in text_of(client_of_bob.get(URL, {"tier_b": "loyal"}))
    written = client_of_bob.get(URL, asked | {"export": "csv"}).content.decode("utf-8-sig")
    assert "Loyal,High,Advanced,VIP" in written
    with tenant_scope(tenant.id):
        own = change_rules(change={"tiers": {"also_shown": []}}, by=None).rule_set
        stands(plain, night(LAST + timedelta(days=1), rule_set=own))
    assert "Value (B)" not in text_of(client_of_bob.get(URL, {"scope": "all"}))
