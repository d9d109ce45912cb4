"""The tier dashboard: every number opens the customers behind it."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from segmentation.actions.rules import change_rules
from segmentation.labels import SCHEMES
from segmentation.models import Night
from segmentation.strategies import strategy_for
from tests.segmentation.screens.screen_world import (
    LAST,
    MONTH_END,
    customer,
    faced,
    listed,
    night,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/tiers/"
TIERS = ("high", "mature", "mid", "low", "new", "lost", "")
STAGES = ("potential", "onboarding", "new", "active", "loyal", "dormant", "churned")
YEAR_BEFORE = date(2025, 6, 30)


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def nights(tenant: Tenant) -> list[Night]:
    """Thirty customers who wander over five nights, one of which keeps no measures; two come late."""
    chance = random.Random(7)
    with tenant_scope(tenant.id):
        nights = [
            night(YEAR_BEFORE),
            night(date(2026, 4, 30)),
            night(MONTH_END),
            night(LAST - timedelta(days=3)),
            night(LAST),
        ]
        for number in range(30):
            one = customer(f"N{number}")
            for on in nights[2:] if number > 27 else nights:
                tier = chance.choice(TIERS)
                stands(
                    one,
                    on,
                    tier=tier,
                    stage=chance.choice(STAGES),
                    eleven=chance.choice(["champions", "lost", ""]),
                    reason="otherwise" if tier else chance.choice(["prospect", "unknown:value"]),
                    arr=Decimal(chance.randrange(0, 9) * 100),
                    kept=on is not nights[3],
                )
    return nights


def opens(client: Client, address: str) -> list[str]:
    """The customers behind a link, over all pages."""
    return listed(client.get(unescape(address)))


def test_tiers_now_count_and_open_their_customers(nights: list[Night], client: Client) -> None:
    page = client.get(URL)
    shown = page.context["tiers"]
    assert sum(item["share"].customers for item in shown) == 30
    for item in [*shown, *page.context["stages"], *page.context["segments"]]:
        if item["share"].customers:
            assert len(opens(client, item["url"])) == item["share"].customers, item


def test_shares_add_up_to_the_same_money(nights: list[Night], client: Client) -> None:
    context = client.get(URL).context
    sums = {
        sum(item["share"].arr for item in context[name]) for name in ("tiers", "stages", "segments")
    }
    assert sums == {context["spread"].arr}


def test_why_there_is_no_tier(nights: list[Night], client: Client) -> None:
    page = client.get(URL)
    reasons = page.context["spread"].reasons
    without = next(item for item in page.context["tiers"] if not item["share"].key)
    assert sum(number for _reason, number in reasons) == without["share"].customers > 0
    assert "A prospect has no tier" in text_of(page)
    for reason, number in reasons:
        found = client.get("/t/acme/customers/", {"tier": "none", "reason": reason})
        assert len(listed(found)) == number


def test_a_year_of_month_ends_and_last_night(nights: list[Night], client: Client) -> None:
    chart = client.get(URL).context["chart"]
    assert list(chart.periods) == ["Jun 2025", "Apr 2026", "May 2026", "15 Jun"]
    known_then = [28, 28, 30, 30]
    without = [0] * 4
    with tenant_scope(nights[0].tenant_id):
        from segmentation.models import MeasureRow

        for place, on in enumerate([nights[0], nights[1], nights[2], nights[4]]):
            without[place] = MeasureRow.objects.filter(as_of=on.as_of, tier="").count()
    for place in range(4):
        total = sum(series.values[place] or 0 for series in chart.series)
        assert total == known_then[place] - without[place]
    for series in chart.series:
        for place, value in enumerate(series.values):
            if value:
                assert len(opens(client, series.links[place])) == value


@pytest.mark.parametrize("kind", ["tier", "stage"])
@pytest.mark.parametrize("pair", [("", ""), (1, 4), (2, 3), (3, 4), (0, 2)], ids=str)
def test_every_cell_of_the_matrix_opens_who_went_there(
    nights: list[Night], client: Client, kind: str, pair: tuple[int, int]
) -> None:
    asked = {"by": kind}
    if pair[0] != "":
        asked |= {
            "from": nights[pair[0]].as_of.isoformat(),
            "to": nights[pair[1]].as_of.isoformat(),
        }
    context = client.get(URL, asked).context
    matrix = context["matrix"]
    start, end = (nights[place] for place in ((2, 4) if pair[0] == "" else pair))
    assert (context["start"], context["end"]) == (start, end)
    # Two of the thirty came with the month-end; who came in between went nowhere.
    everyone = 28 if start.as_of < MONTH_END else 30
    assert sum(cell.count for cell in matrix.cells.values()) == everyone
    seen: list[str] = []
    for cell in matrix.cells.values():
        behind = opens(client, cell.href)
        assert len(behind) == cell.count
        seen += behind
    assert len(seen) == len(set(seen)) == everyone


def test_money_moves_with_the_customers(tenant: Tenant, client: Client) -> None:
    """ARR of the first night; of who had none then, of the second."""
    with tenant_scope(tenant.id):
        before, tonight = night(MONTH_END), night()
        left, came = customer("Left"), customer("Came")
        stands(left, before, tier="mid", arr=Decimal(500))
        stands(left, tonight, tier="lost", arr=Decimal(0))
        stands(came, before, tier="", arr=Decimal(0))
        stands(came, tonight, tier="new", arr=Decimal(300))
    cells = client.get(URL).context["matrix"].cells
    assert cells["mid", "lost"].amount == 500
    assert cells["none", "new"].amount == 300


def test_one_night_alone_says_what_is_missing(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        stands(customer("One"), night())
    text = text_of(client.get(URL))
    assert "Only one night is stored" in text
    assert "Too few nights for a history" in text


def test_without_a_night_the_way_to_it(tenant: Tenant, client: Client, bob: User) -> None:
    assert "Run the first night" in text_of(client.get(URL))
    assert "No night was computed yet" in text_of(signed_in(bob).get(URL))


def test_nonsense_dates_fall_back(nights: list[Night], client: Client) -> None:
    for asked in ({"from": "x", "to": "y"}, {"to": "2001-01-01"}, {"by": "mood"}):
        assert client.get(URL, asked).status_code == 200


def test_who_sees_only_their_own_gets_figures_of_those(
    nights: list[Night], tenant: Tenant, bob: User, client: Client
) -> None:
    """What is remembered of the whole tenant is not shown to them."""
    assert client.get(URL).context["spread"].customers == 30
    with tenant_scope(tenant.id):
        from accounts.models import Customer

        member = Membership.objects.get(user=bob)
        faced(Customer.objects.get(name="N3"), "Bob", date(2025, 1, 1), membership=member)
        VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
    page = signed_in(bob).get(URL, {"scope": "all"})
    assert page.context["spread"].customers == 1
    assert sum(cell.count for cell in page.context["matrix"].cells.values()) == 1


def test_a_new_night_is_not_hidden_by_what_was_remembered(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one, first = customer("One"), night(LAST)
        stands(one, first, tier="low")
    assert client.get(URL).context["spread"].share("tier", "low").customers == 1
    with tenant_scope(tenant.id):
        stands(one, night(LAST + timedelta(days=1)), tier="high")
    assert client.get(URL).context["spread"].share("tier", "high").customers == 1


def test_the_dashboard_costs_the_same_queries_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            for number in range(first, last):
                one = customer(f"N{number}")
                for on in nights:
                    stands(one, on, tier=TIERS[number % 7])

    with tenant_scope(tenant.id):
        nights = [night(MONTH_END), night(LAST)]
    grow(0, 7)
    few = queries()
    grow(7, 60)
    assert queries() == few <= 17


def test_numbers_link_only_inside_the_tenant(nights: list[Night], client: Client) -> None:
    page = client.get(URL).content.decode()
    links = re.findall(r'href="(/[^"]*)"', page.partition("<main")[2].partition("</main")[0])
    assert links
    assert all(link.startswith("/t/acme/") for link in links)


@pytest.fixture
def shown(tenant: Tenant) -> list[Night]:
    """A value group is the tier; the lifecycle and the ladder are shown beside it."""
    with tenant_scope(tenant.id):
        rule_set = change_rules(change={"tiers": {"also_shown": ["b", "c"]}}, by=None).rule_set
        nights = [night(MONTH_END, rule_set=rule_set), night(LAST, rule_set=rule_set)]
        chance = random.Random(5)
        unsure = customer("Unsure")
        for on in nights:
            stands(unsure, on, schemes={"tier_a": "mid", "tier_b": "active", "tier_c": ""})
        for number in range(11):
            one = customer(f"N{number}")
            for on in nights:
                stage = chance.choice(["active", "dormant", "potential", "churned"])
                stands(
                    one,
                    on,
                    tier=chance.choice(["high", "mid", ""]),
                    stage=stage,
                    schemes={
                        "tier_a": chance.choice(["high", "mid", ""]),
                        "tier_b": chance.choice(["active", "loyal", "lost"]),
                        "tier_c": ""
                        if stage in ("potential", "churned")
                        else chance.choice(["vip", "developing", ""]),
                    },
                )
    return nights


@pytest.mark.parametrize("scheme", ["b", "c"])
def test_another_scheme_is_counted_and_opens_its_customers(
    shown: list[Night], client: Client, scheme: str
) -> None:
    context = client.get(URL, {"scheme": scheme}).context
    keys = [item["share"].key for item in context["tiers"]]
    assert ("vip" in keys, "loyal" in keys, "high" in keys) == (scheme == "c", scheme == "b", False)
    assert sum(item["share"].customers for item in context["tiers"]) == 12
    for item in context["tiers"]:
        if item["share"].customers:
            assert len(opens(client, item["url"])) == item["share"].customers, item
    without = sum(item["share"].customers for item in context["tiers"] if not item["share"].key)
    assert sum(number for _reason, number in context["spread"].reasons) == without
    matrix = context["matrix"]
    assert sum(cell.count for cell in matrix.cells.values()) == 12
    for cell in matrix.cells.values():
        assert len(opens(client, cell.href)) == cell.count
    for series in context["chart"].series:
        for place, value in enumerate(series.values):
            if value:
                assert len(opens(client, series.links[place])) == value


def test_schemes_are_offered_only_when_the_rules_show_them(
    shown: list[Night], tenant: Tenant, client: Client
) -> None:
    page = client.get(URL)
    assert [tab["label"] for tab in page.context["schemes"]] == [SCHEMES[key] for key in "abc"]
    with tenant_scope(tenant.id):
        own = change_rules(change={"tiers": {"also_shown": []}}, by=None).rule_set
        stands(customer("Later"), night(LAST + timedelta(days=1), rule_set=own))
    page = client.get(URL, {"scheme": "c"})
    assert page.context["schemes"] == []
    assert page.context["scheme"] == "a"


def test_why_there_is_no_tier_in_another_scheme(shown: list[Night], client: Client) -> None:
    text = text_of(client.get(URL, {"scheme": "c"}))
    assert "A prospect has no tier" in text
    assert "A customer in the stage “Churned” has no tier" in text
    assert "it depends on what is not known" in text


def test_what_to_do_for_each_tier_stands_on_the_dashboard(
    shown: list[Night], client: Client
) -> None:
    vip = strategy_for("c", "vip", "en")
    assert vip is not None
    assert vip.service in text_of(client.get(URL, {"scheme": "c"}))
    assert vip.service not in text_of(client.get(URL))


def test_what_the_night_could_not_know_is_said(tenant: Tenant, client: Client) -> None:
    context = {"known_dimensions": ["activity"], "kinds": {"payments": False, "contracts": True}}
    refused = [{"code": "too_few_customers", "measure": "arr", "found": 2, "needed": 3}]
    with tenant_scope(tenant.id):
        stands(customer("One"), night(context=context, refusals=refused))
    for address in (URL, f"/t/acme/nights/{LAST.isoformat()}/"):
        text = text_of(client.get(address))
        assert "There are no payments" in text
        assert "There are no contracts" not in text
        assert "Contribution is not known of any customer" in text
        assert "Requests" in text
        assert "Activity is not known" not in text
        assert "Too few customers to compare by “ARR”: 2 of at least 3." in text


def test_a_dimension_refused_for_too_few_customers_is_not_said_to_wait_for_facts(
    tenant: Tenant, alice: User
) -> None:
    refused = [{"code": "too_few_customers", "measure": "arr", "needed": 3, "found": 2}]
    context = {"known_dimensions": ["activity", "contribution", "need"], "kinds": {}}
    with tenant_scope(tenant.id):
        stands(customer("One"), night(context=context, refusals=refused))
    page = text_of(signed_in(alice).get("/t/acme/tiers/"))
    assert "Value is not known of any customer: too few customers to compare." in page
    assert "until its facts are there" not in page
