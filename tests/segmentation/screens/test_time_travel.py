"""Past nights on screen: any stored night, links that stay in it, and two nights compared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import Night
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

LONG_PAST = date(2026, 2, 11)
"""Neither a month-end nor of the last two months: not offered, and stored."""


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def world(tenant: Tenant) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        past, month, last = (
            night(LONG_PAST, seconds=1),
            night(MONTH_END),
            night(LAST),
        )
        found = {name: customer(name) for name in ("Stays", "Falls", "Gone", "New")}
        for whom in ("Stays", "Falls", "Gone"):
            stands(found[whom], past, tier="high", kept=False)
            stands(found[whom], month, tier="high", arr=1000)
        stands(found["Stays"], last, tier="high", arr=2000)
        stands(found["Falls"], last, tier="low", stage="dormant", eleven="at_risk", arr=1000)
        stands(found["New"], last, tier="new", stage="new", arr=500)
        found["Gone"].assignments.filter(valid_to=None).update(valid_to=LAST)
        moved(found["Falls"], last, "high", "low")
        return found


def test_any_stored_night_can_be_asked_for(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    for asked in ({"as_of": str(LONG_PAST)}, {"night": str(LONG_PAST)}):
        page = client.get("/t/acme/customers/", asked)
        assert sorted(listed(page)) == ["Falls", "Gone", "Stays"]
        text = text_of(page)
        assert "looking back at the night of" in text
        assert "computing the night again" in text
    # The latest on or before a day without one.
    page = client.get("/t/acme/customers/", {"as_of": "2026-06-03"})
    assert page.context["night"].as_of == MONTH_END
    assert "Gone" in listed(page)
    assert "Gone" not in listed(client.get("/t/acme/customers/"))


def test_what_a_night_without_measures_does_not_know_is_no_zero(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    page = client.get("/t/acme/customers/", {"scope": "all", "as_of": str(LONG_PAST)})
    told = {tile["label"]: (tile["text"], bool(tile["url"])) for tile in page.context["waiting"]}
    assert told.pop("Onboarding") == ("0", True)
    assert set(told.values()) == {("–", False)}
    kept = client.get("/t/acme/customers/", {"scope": "all", "as_of": str(MONTH_END)})
    assert all(tile["text"].isdigit() and tile["url"] for tile in kept.context["waiting"])


def test_tiers_of_a_night_without_measures_say_no_amounts(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    past = client.get("/t/acme/tiers/", {"as_of": str(LONG_PAST)})
    amounts = {item["share"].arr for item in (*past.context["tiers"], *past.context["stages"])}
    assert amounts == {None}
    assert " now" not in " ".join(text_of(past).split()[:400])
    month = client.get("/t/acme/tiers/", {"as_of": str(MONTH_END)})
    amounts = {item["share"].key: item["share"].arr for item in month.context["tiers"]}
    assert (amounts["high"], amounts["low"]) == (3000, 0)


def test_links_of_a_past_night_stay_in_it(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    asked = {"as_of": str(MONTH_END), "tier": "high", "sort": "name"}
    page = client.get("/t/acme/customers/", asked)
    assert listed(page) == ["Falls", "Gone", "Stays"]
    content = page.content.decode()
    assert f'/customers/{world["Falls"].pk}/?as_of={MONTH_END}"' in content
    assert f"as_of={LONG_PAST}" in content  # the night before
    assert f"as_of={LAST}" in content  # and after
    lines = client.get("/t/acme/customers/", asked | {"export": "csv"}).content.decode()
    assert lines.count("\r\n") == 4
    assert (
        "?as_of="
        not in client.get("/t/acme/customers/")
        .content.decode()
        .partition('id="list"')[2]
        .partition("<tbody>")[2]
        .partition("</tbody>")[0]
    )


@pytest.mark.parametrize("screen", ["customers/", "tiers/", "moves/", "customers/{}/"])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [("abc", LAST), ("2026-06-03", MONTH_END), ("2027-01-01", LAST), ("2020-01-01", LAST)],
)
def test_a_day_without_a_night_is_told(
    tenant: Tenant, client: Client, world: dict[str, Any], screen: str, asked: str, shown: date
) -> None:
    url = "/t/acme/" + screen.format(world["Stays"].pk)
    words = f"There is no night of that day; this is the night of {shown.day} {shown:%B %Y}."
    assert text_of(client.get(url, {"as_of": asked})).count(words) == 1
    for there_is in (MONTH_END, LAST):
        assert "no night of that day" not in text_of(client.get(url, {"as_of": str(there_is)}))
    assert "no night of that day" not in text_of(client.get(url))


def test_a_past_night_tells_its_handovers_and_changes_nothing(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    with tenant_scope(tenant.id):
        for name, day in (("Stays", MONTH_END), ("Falls", MONTH_END + timedelta(days=1))):
            faced(world[name], "Ann", date(2025, 1, 1), day)
            faced(world[name], "Ben", day)
    asked = {"scope": "all", "as_of": str(MONTH_END)}
    page = client.get("/t/acme/customers/", asked)
    assert [one.name for one in page.context["faces"]] == ["Stays"]
    card = page.content.decode().partition('id="new-faces"')[2].partition("</section>")[0]
    assert f'/customers/{world["Stays"].pk}/?as_of={MONTH_END}"' in card
    assert page.context["assignment"] is None
    assert 'name="customer"' not in page.content.decode()
    now = client.get("/t/acme/customers/", {"scope": "all"})
    assert now.context["assignment"]
    assert 'name="customer"' in now.content.decode()


def test_a_customer_page_says_which_night_it_shows(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    url = f"/t/acme/customers/{world['Falls'].pk}/"
    page = client.get(url, {"as_of": str(MONTH_END)})
    text = text_of(page)
    assert "looking back at the night of 31 May 2026" in text
    assert "work, cases and what else people keep are shown as they are today" in text
    assert f"?as_of={LONG_PAST}" in page.content.decode()
    assert "looking back" not in text_of(client.get(url))
    assert "looking back" not in text_of(client.get(url, {"as_of": "nonsense"}))


def test_tiers_of_a_past_night_open_its_lists(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    page = client.get("/t/acme/tiers/", {"as_of": str(MONTH_END)})
    assert "looking back" in text_of(page)
    high = next(one for one in page.context["tiers"] if one["share"].key == "high")
    assert high["share"].customers == 3
    assert f"as_of={MONTH_END}" in high["url"]
    now = client.get("/t/acme/tiers/")
    high = next(one for one in now.context["tiers"] if one["share"].key == "high")
    assert (high["share"].customers, "as_of" in high["url"]) == (1, False)


@pytest.mark.parametrize(
    ("by", "old", "new"),
    [("tier", "high", "low"), ("stage", "active", "dormant"), ("segment", "loyal", "at_risk")],
)
def test_two_nights_compared_open_who_went_where(
    tenant: Tenant, client: Client, world: dict[str, Any], by: str, old: str, new: str
) -> None:
    page = client.get(
        "/t/acme/nights/comparison/", {"from": str(MONTH_END), "to": str(LAST), "by": by}
    )
    cell = page.context["matrix"].cells[old, new]
    assert cell.count == 1
    assert listed(client.get(cell.href)) == ["Falls"]
    assert page.context["changed"] == 1  # of the customers that both nights knew
    assert [(one.kind, one.cause, one.number) for one in page.context["moves"]] == [
        ("tier", "behaviour", 1)
    ]


def test_how_measures_lie_is_compared_where_they_are_kept(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    url = "/t/acme/nights/comparison/"
    kept = client.get(url, {"from": str(LAST), "to": str(MONTH_END)})  # in either order
    assert (kept.context["start"].as_of, kept.context["end"].as_of) == (MONTH_END, LAST)
    arr = next(one for one in kept.context["measures"] if one["key"] == "arr")
    assert [pair[1] for pair in arr["quarters"]] == [750, 1000, 1500]
    assert [pair[0] for pair in arr["quarters"]] == [1000, 1000, 1000]
    past = client.get(url, {"from": str(LONG_PAST), "to": str(LAST)})
    assert past.context["start"].as_of == LONG_PAST
    assert "Measures are kept of month-ends" in text_of(past)
    assert "Choose two different nights" in text_of(
        client.get(url, {"from": str(LAST), "to": str(LAST)})
    )
    assert client.get(url, {"from": "x", "to": "y", "by": "z"}).status_code == 200


def test_past_nights_cost_the_same_whatever_the_size(
    tenant: Tenant, client: Client, world: dict[str, Any]
) -> None:
    urls = (
        f"/t/acme/customers/?as_of={LONG_PAST}",
        f"/t/acme/customers/?as_of={MONTH_END}",
        f"/t/acme/tiers/?as_of={MONTH_END}",
        f"/t/acme/nights/comparison/?from={MONTH_END}&to={LAST}",
    )

    def costs() -> list[int]:
        found = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = costs()
    with tenant_scope(tenant.id):
        nights = {one.as_of: one for one in Night.objects.all()}
        for number in range(40):
            one = customer(f"More {number}")
            stands(one, nights[LONG_PAST], kept=False)
            stands(one, nights[MONTH_END])
            stands(one, nights[LAST])
        for day in range(2, 9):
            night(LONG_PAST + timedelta(day))
    assert costs() == few


def test_strangers_and_others_see_no_more_than_their_own(
    tenant: Tenant, world: dict[str, Any], bob: User, charlie: User
) -> None:
    assert signed_in(charlie).get("/t/acme/nights/comparison/").status_code == 404
    assert signed_in(bob).get("/t/acme/nights/comparison/").status_code == 200
