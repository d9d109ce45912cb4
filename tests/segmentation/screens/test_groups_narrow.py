"""Screens narrowed by a customer group: their figures are those of its customers alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Contract, ContractLine, Customer, Membership, Module, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import CustomerGroup, MeasureRow, Night
from tests.segmentation.group_world import group_of
from tests.segmentation.screens.screen_world import (
    LAST,
    MONTH_END,
    customer,
    listed,
    moved,
    night,
    numbers,
    signed_in,
    stands,
    text_of,
)

MODULES = "/t/acme/modules/"
COMPARISON = "/t/acme/nights/comparison/"
TIERS = "/t/acme/tiers/"
BEFORE = date(2026, 4, 30)
NAMES = ("Anna", "Bella", "Carla", "Dora")


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def nights(tenant: Tenant) -> list[Night]:
    """Three nights; everybody high on the first, Anna and Carla low on the second and Bella too on
    the last. Anna and Bella own and, but for Bella, use a module; so does Carla."""
    with tenant_scope(tenant.id):
        nights = [night(BEFORE), night(MONTH_END), night(LAST)]
        core = Module.objects.create(key="core", name="Core")
        for name in NAMES:
            whom = customer(name)
            for place, on in enumerate(nights):
                low = place >= {"Anna": 1, "Bella": 2, "Carla": 1}.get(name, 9)
                stands(whom, on, tier="low" if low else "high", arr=1000 * (1 + NAMES.index(name)))
            if name != "Dora":
                contract = Contract.objects.create(customer=whom, key=f"k{next(numbers)}")
                day = date(2025, 1, 1)
                ContractLine.objects.create(
                    contract=contract, module=core, signed_on=day, starts_on=day, annual_fee=1
                )
            if low_on(whom, nights[1]):
                moved(whom, nights[1], "high", "low")
        return nights


def low_on(whom: Customer, on: Night) -> bool:
    return bool(MeasureRow.objects.filter(customer=whom, as_of=on.as_of, tier="low").exists())


@pytest.fixture
def group(tenant: Tenant, nights: list[Night]) -> CustomerGroup:
    """Bella was in it until the month-end; Anna and Dora are in it since the last night."""
    with tenant_scope(tenant.id):
        return group_of(
            {
                BEFORE: ["Bella", "Anna"],
                MONTH_END: ["Bella", "Carla"],
                LAST: ["Anna", "Dora"],
            }
        )


def counts(page: Any) -> dict[tuple[str, str], int]:
    return {place: cell.count for place, cell in page.context["matrix"].cells.items()}


def adoption(page: Any) -> dict[str, Any]:
    return {row["module"].key: row for row in page.context["rows"]}


def only(tenant: Tenant, *names: str) -> None:
    """Nobody else is left."""
    with tenant_scope(tenant.id):
        others = Customer.objects.exclude(name__in=names)
        ContractLine.objects.filter(contract__customer__in=others).delete()
        MeasureRow.objects.filter(customer__in=others).delete()
    cache.clear()


def test_modules_are_those_of_the_group(
    tenant: Tenant, client: Client, group: CustomerGroup
) -> None:
    everybody = adoption(client.get(MODULES))["core"]["module"]
    assert everybody.owners == 3
    page = client.get(MODULES, {"group": group.pk})
    row = adoption(page)["core"]
    assert row["module"].owners == 1
    assert listed(client.get(unescape(row["owned_url"]))) == ["Anna"]
    assert "in the group on the night of 15 June 2026" in text_of(page)
    # Nothing of the group is remembered as everybody's.
    assert adoption(client.get(MODULES))["core"]["module"].owners == 3
    only(tenant, "Anna", "Dora")
    assert adoption(client.get(MODULES))["core"]["module"] == row["module"]


def test_two_nights_are_compared_for_who_was_in_the_group_on_the_second(
    client: Client, group: CustomerGroup
) -> None:
    asked = {"group": group.pk, "from": BEFORE.isoformat(), "to": MONTH_END.isoformat()}
    page = client.get(COMPARISON, asked)
    assert counts(page) == {("high", "high"): 1, ("high", "low"): 1}
    assert "in the group on the night of 31 May 2026" in text_of(page)
    assert [(one.kind, one.number) for one in page.context["moves"]] == [("tier", 1)]
    arr = next(one for one in page.context["measures"] if one["key"] == "arr")
    assert arr["before"].quarters == arr["now"].quarters == (2250.0, 2500.0, 2750.0)
    who = {
        place: listed(client.get(unescape(cell.href)))
        for place, cell in page.context["matrix"].cells.items()
    }
    assert who == {("high", "high"): ["Bella"], ("high", "low"): ["Carla"]}
    latest = client.get(COMPARISON, {"group": group.pk, "from": BEFORE.isoformat()})
    assert counts(latest) == {("high", "high"): 1, ("high", "low"): 1}
    assert listed(client.get(unescape(latest.context["matrix"].cells["high", "low"].href))) == [
        "Anna"
    ]
    # The tabs keep the group.
    assert all(f"group={group.pk}" in tab["url"] for tab in page.context["kinds"])


def test_tiers_over_time_are_of_who_was_in_the_group_each_time(
    client: Client, group: CustomerGroup
) -> None:
    page = client.get(TIERS, {"group": group.pk})
    found = {}
    for series in page.context["chart"].series:
        for place, url in enumerate(series.links):
            found[str(series.label), place] = sorted(listed(client.get(unescape(url))))
            assert len(found[str(series.label), place]) == series.values[place]
    assert found == {
        ("High value", 0): ["Anna", "Bella"],
        ("High value", 1): ["Bella"],
        ("High value", 2): ["Dora"],
        ("Low value", 0): [],
        ("Low value", 1): ["Carla"],
        ("Low value", 2): ["Anna"],
    }


@pytest.mark.parametrize("url", [MODULES, COMPARISON])
def test_a_group_of_somebody_else_is_as_if_it_was_not_there(
    tenant: Tenant,
    nights: list[Night],
    make_member: Callable[..., Membership],
    url: str,
) -> None:
    owner = make_member(tenant, "carol@acme.example", "service_manager")
    other = signed_in(make_member(tenant, "dave@acme.example", "service_manager").user)
    with tenant_scope(tenant.id):
        secret = group_of({LAST: ["Anna"]}, name="Secret", is_shared=False, owner=owner)
    page = other.get(url, {"scope": "all", "group": secret.pk})
    assert page.context["narrowing"].group_id is None
    assert "Secret" not in page.content.decode()
    assert "Secret" in signed_in(owner.user).get(url, {"group": secret.pk}).content.decode()


def test_a_night_that_did_not_compute_the_group_says_so(
    tenant: Tenant, client: Client, nights: list[Night]
) -> None:
    with tenant_scope(tenant.id):
        late = group_of({LAST: ["Anna"]})
    asked = {"group": late.pk, "from": BEFORE.isoformat(), "to": MONTH_END.isoformat()}
    page = client.get(COMPARISON, asked)
    assert counts(page) == {}
    assert "The group was not computed on that night." in text_of(page)
    for url in (MODULES, COMPARISON):
        assert "was not computed" not in text_of(client.get(url, {"group": late.pk}))


def test_without_a_night_nobody_is_known_to_be_in_the_group(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        early = group_of({})
    page = client.get(MODULES, {"group": early.pk})
    assert "no night is stored up to then" in text_of(page)


@pytest.mark.parametrize("url", [MODULES, COMPARISON, TIERS])
def test_a_group_costs_the_same_queries_whatever_its_size(
    tenant: Tenant, client: Client, nights: list[Night], url: str
) -> None:
    with tenant_scope(tenant.id):
        found = group_of({on.as_of: ["Anna"] for on in nights})

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url, {"group": found.pk}).status_code == 200
        return len(seen)

    queries()
    few = queries()
    with tenant_scope(tenant.id):
        for number in range(20):
            whom = customer(f"More {number}")
            for on in nights:
                stands(whom, on)
            found.members.create(customer=whom, valid_from=BEFORE, entered_by="customer")
    assert queries() == few


def test_a_groups_page_leads_to_the_screens_it_narrows(
    tenant: Tenant, client: Client, group: CustomerGroup, make_member: Callable[..., Membership]
) -> None:
    url = f"/t/acme/groups/{group.pk}/"
    found = client.get(url).context["screens"]
    assert len(found) == 8
    for _label, address in found:
        page = client.get(address)
        assert page.status_code == 200
        assert "Chosen" in page.content.decode()
    member = make_member(tenant, "eva@acme.example", "team_member")
    fewer = signed_in(member.user).get(url).context["screens"]
    assert [address.partition("?")[0] for _label, address in fewer] == [
        TIERS,
        "/t/acme/moves/",
        COMPARISON,
        MODULES,
    ]
    with tenant_scope(tenant.id):
        CustomerGroup.objects.update(archived_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert client.get(url).context["screens"] == []
