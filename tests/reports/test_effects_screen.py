"""Does tiering work: figures of tiers by hand, around a change, with the customers behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.audit import record
from accounts.models import AuditRecord, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night, RuleSet
from segmentation.queries.effects import around, changes_of, pairs_of
from segmentation.rules.defaults import default_rules
from tests.segmentation.screens.screen_world import customer, listed, night, signed_in, text_of

URL = "/t/acme/effects/"
ENDS = [
    date(2025, 11, 30),
    date(2025, 12, 31),
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 5, 31),
    date(2026, 6, 30),
]
CHANGED = datetime(2026, 3, 15, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def nights(tenant: Tenant) -> list[Night]:
    """Twelve customers of tier A "high" who stay, ten "low" of whom one more is lost every month until
    the change and none after, three prospects of whom one signs, four "mid": too few."""
    with tenant_scope(tenant.id):
        nights = [night(day) for day in ENDS]
        rules = default_rules()
        for version in (1, 2):
            RuleSet.objects.create(
                version=version, rules=rules, note="Milder" * (version - 1), published_at=CHANGED
            )
        rows = []
        for kind, tier, size in (
            ("H", "high", 12),
            ("L", "low", 10),
            ("P", "", 3),
            ("M", "mid", 4),
        ):
            for number in range(size):
                whom = customer(f"{kind}{number}")
                for place, day in enumerate(ENDS):
                    arr = Decimal(1000)
                    if kind == "L" and number < min(place, 4):
                        arr = Decimal(0)
                    if kind == "P":
                        arr = Decimal(500 if number == 0 and place >= 6 else 0)
                    rows.append(
                        MeasureRow(
                            customer=whom,
                            as_of=day,
                            arr=arr,
                            active_days_30=20 + number if kind == "H" else 2,
                            tier=tier,
                            tier_a=tier,
                            tier_b="active" if tier else "potential",
                        )
                    )
        MeasureRow.objects.bulk_create(rows)
    return nights


def figures(client: Client, measure: str, **asked: Any) -> dict[tuple[date, str], Any]:
    """The cells of a measure's table by day and tier."""
    context = client.get(URL, {"scheme": "a", **asked}).context
    block = next(one for one in context["measures"] if one["key"] == measure)
    return {
        (row["day"], tier): cell
        for row in block.get("rows", ())
        for tier, cell in zip(block["tiers"], row["cells"], strict=True)
    }


@pytest.mark.usefixtures("nights")
def test_retention_per_tier_with_wilson_intervals(client: Client) -> None:
    found = figures(client, "retention", after=1)
    low = found[date(2025, 11, 30), "low"]
    assert (low["customers"], low["value"]) == (10, 0.9)
    # Wilson's interval of 9 of 10.
    assert (round(low["low"], 4), round(low["high"], 4)) == (0.5958, 0.9821)
    # Who was lost is not counted again, and is not kept either.
    december = found[date(2025, 12, 31), "low"]
    assert (december["customers"], round(december["value"], 4)) == (9, 0.8889)
    assert found[date(2025, 11, 30), "high"]["value"] == 1.0
    assert found[date(2026, 4, 30), "low"]["value"] == 1.0


@pytest.mark.usefixtures("nights")
def test_activity_is_the_mean_later_on(client: Client) -> None:
    found = figures(client, "activity", after=3)
    high = found[date(2026, 3, 31), "high"]
    assert (high["customers"], high["value"]) == (12, 25.5)
    half = 2.20098516 * (13**0.5) / 12**0.5
    assert (round(high["low"], 4), round(high["high"], 4)) == (
        round(25.5 - half, 4),
        round(25.5 + half, 4),
    )


@pytest.mark.usefixtures("nights")
def test_too_few_customers_are_told_so_and_draw_no_line(client: Client) -> None:
    page = client.get(URL, {"scheme": "a", "after": 1})
    found = figures(client, "retention", after=1)
    mid = found[date(2025, 11, 30), "mid"]
    assert mid["too_few"]
    assert mid["low"] is None
    assert "too few customers: 4" in text_of(page)
    block = next(one for one in page.context["measures"] if one["key"] == "retention")
    line = next(one for one in block["chart"].series if str(one.label) == "Mid value")
    assert set(line.values) == {None}


@pytest.mark.usefixtures("nights")
def test_conversion_is_of_those_without_arr(client: Client) -> None:
    found = figures(client, "conversion", after=1)
    assert found[date(2026, 4, 30), ""]["value"] == pytest.approx(1 / 3)
    assert found[date(2026, 5, 31), ""]["customers"] == 2
    assert (date(2026, 4, 30), "high") not in found or found[date(2026, 4, 30), "high"] is None


@pytest.mark.usefixtures("nights")
def test_every_line_has_a_tone_of_its_own(client: Client) -> None:
    for block in client.get(URL, {"scheme": "a", "after": 1}).context["measures"]:
        if block["tiers"]:
            tones = [line.tone for line in block["chart"].series]
            assert len(set(tones)) == len(tones)
            assert "tier-lost" not in tones or "muted" not in tones
            assert block["chart"].names_ends


@pytest.mark.usefixtures("nights")
def test_satisfaction_waits_for_its_facts(tenant: Tenant, client: Client) -> None:
    page = client.get(URL, {"scheme": "a"})
    assert "satisfaction appears when they are" in text_of(page)
    with tenant_scope(tenant.id):
        MeasureRow.objects.filter(tier_a="high").update(further={"csat": 4.5})
    cache.clear()
    found = figures(client, "satisfaction")
    high = found[date(2025, 11, 30), "high"]
    assert (high["value"], high["all_equal"], high["low"]) == (4.5, True, None)
    assert "all equal · n 12" in text_of(client.get(URL, {"scheme": "a"}))


@pytest.mark.usefixtures("nights")
def test_every_figure_opens_its_customers(client: Client) -> None:
    for measure in ("activity", "retention", "conversion"):
        for cell in figures(client, measure, after=1).values():
            if cell:
                assert len(listed(client.get(unescape(cell["href"])))) == cell["customers"]


@pytest.mark.usefixtures("nights")
def test_schemes_are_shown_one_at_a_time(client: Client) -> None:
    context = client.get(URL, {"scheme": "b", "after": 1}).context
    block = next(one for one in context["measures"] if one["key"] == "activity")
    assert block["tiers"] == ["active", "potential"]
    assert client.get(URL, {"scheme": "nothing"}).context["scheme"] == "a"


@pytest.mark.usefixtures("nights")
def test_before_and_after_a_rule_version(client: Client) -> None:
    page = client.get(URL, {"scheme": "a", "after": 1, "change": "rules-2"})
    context = page.context
    assert context["before"] == (date(2026, 1, 31), date(2026, 2, 28))
    assert context["after_pair"] == (date(2026, 3, 31), date(2026, 4, 30))
    retention = next(one for one in context["comparisons"] if one["key"] == "retention")
    low = next(row for row in retention["rows"] if row["tier"] == "low")
    assert (low["old"]["customers"], low["new"]["customers"]) == (8, 6)
    assert low["change"].value == pytest.approx(1 / 8)
    assert not low["change"].is_clear
    mid = next(row for row in retention["rows"] if row["tier"] == "mid")
    assert mid["change"].interval is None
    text = text_of(page)
    assert "+12.5 pp" in text
    assert "too few customers to say" in text
    assert "no clear difference" in text
    assert "It does not tell that tiering caused it" in text


@pytest.mark.usefixtures("nights")
def test_a_change_without_month_ends_around_it_says_so(tenant: Tenant, client: Client) -> None:
    page = client.get(URL, {"scheme": "a", "after": 6, "change": "rules-2"})
    assert "No two stored month-ends so far apart lie before the change" in text_of(page)
    with tenant_scope(tenant.id):
        record("strategy.changed", by=None, label="a.high")
        AuditRecord.objects.filter(verb="strategy.changed").exists()
        (strategy,) = [one for one in changes_of(tenant.zone) if one.kind == "strategy"]
    assert strategy.labels == ("a.high",)
    page = client.get(URL, {"scheme": "a", "after": 1, "change": strategy.key})
    assert "It is too early" in text_of(page)


def test_pairs_lie_so_many_months_apart() -> None:
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 3, 15)]
    assert pairs_of(days, 1) == [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
    ]
    assert pairs_of(days, 3) == []


def test_around_a_change_no_window_holds_it() -> None:
    pairs = [(ENDS[place], ENDS[place + 1]) for place in range(len(ENDS) - 1)]

    class On:
        on = date(2026, 3, 31)

    assert around(On(), pairs) == (  # type: ignore[arg-type]
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    )


def test_with_too_few_nights_the_screen_says_what_it_needs(tenant: Tenant, client: Client) -> None:
    assert "Too few month-ends are stored" in text_of(client.get(URL))
    with tenant_scope(tenant.id):
        night(date(2026, 5, 31))
        night(date(2026, 6, 15))
    assert "Too few month-ends are stored" in text_of(client.get(URL, {"after": 1}))


@pytest.mark.usefixtures("nights")
def test_who_may_see_it(tenant: Tenant, make_member: Callable[..., Membership]) -> None:
    for role, status in (("executive", 200), ("service_manager", 200), ("team_member", 404)):
        visitor = signed_in(make_member(tenant, f"{role}@acme.example", role).user)
        assert visitor.get(URL).status_code == status
        behind = {"scheme": "a", "tier": "high", "from": "2026-01-31", "to": "2026-02-28"}
        assert visitor.get(f"{URL}customers/", behind).status_code == status


@pytest.mark.usefixtures("nights")
@pytest.mark.parametrize(
    "asked",
    [
        {"scheme": "x", "tier": "high", "from": "2026-01-31", "to": "2026-02-28"},
        {"scheme": "a", "tier": "high", "from": "soon", "to": "2026-02-28"},
        {},
    ],
)
def test_an_address_that_names_no_figure_leads_back_to_them(
    client: Client, asked: dict[str, str]
) -> None:
    assert client.get(f"{URL}customers/", asked).headers["Location"] == URL


@pytest.mark.usefixtures("nights")
def test_it_costs_few_queries_and_fewer_when_remembered(tenant: Tenant, client: Client) -> None:
    client.get(URL)
    cache.clear()
    with CaptureQueriesContext(connection) as first:
        client.get(URL, {"scheme": "a", "after": 1})
    with CaptureQueriesContext(connection) as again:
        client.get(URL, {"scheme": "a", "after": 1})
    assert len(first) <= 20
    assert len(again) < len(first)
