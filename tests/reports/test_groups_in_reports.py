"""Reports narrowed by a customer group: their figures are those of its customers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Membership,
    Payment,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from segmentation.models import CustomerGroup, MeasureRow, Move, Night, UsageEvent
from tests.segmentation.group_world import group_of
from tests.segmentation.sales import sells
from tests.segmentation.screens.screen_world import (
    customer,
    listed,
    moved,
    night,
    signed_in,
    stands,
    text_of,
)

MONTH = "/t/acme/month/"
RETENTION = "/t/acme/retention/"
PERSONS = f"{RETENTION}persons/"
EFFECTS = "/t/acme/effects/"
TODAY = datetime(2026, 7, 10, 12, tzinfo=UTC)
APRIL, MAY, JUNE, LAST = (
    date(2026, 4, 30),
    date(2026, 5, 31),
    date(2026, 6, 30),
    date(2026, 7, 9),
)
NAMES = ("Anna", "Bella", "Carla", "Dora")
numbers = count(1)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def client(executive: User) -> Client:
    return signed_in(executive)


@pytest.fixture
def nights(tenant: Tenant) -> list[Night]:
    """Four nights; of each customer contracts (one renewed, one lost, one of a trial), payments, use."""
    with tenant_scope(tenant.id):
        nights = [night(day) for day in (APRIL, MAY, JUNE, LAST)]
        for place, name in enumerate(NAMES, 1):
            whom = customer(name)
            old = sells(whom, date(2024, place, 1), date(2026, 6, 4 + place), fee=1000 * place)
            if place % 2:
                sells(whom, date(2026, 6, 5 + place), fee=1500 * place, renewal_of=old)
            paid = Payment.objects.create(
                customer=whom, key=f"p{place}", paid_on=date(2026, 6, place), amount=100 * place
            )
            Instalment.objects.create(
                contract=old, due_on=date(2026, 6, place), amount=110 * place, paid_by=paid
            )
            use(whom, "ann", date(2026, 4, place))
            use(whom, "ann", date(2026, 4, place + 7))
            for on in nights:
                stands(
                    whom,
                    on,
                    tier="low" if place > 2 and on.as_of >= JUNE else "high",
                    arr=1000 * place if place % 2 or on.as_of < JUNE else 0,
                    active_days_30=place,
                    days_to_renewal=30,
                    schemes={"tier_a": "high"},
                )
            if place > 2:
                moved(whom, nights[2], "high", "low")
        sells(customer("Tries"), date(2026, 5, 2), date(2026, 5, 31), fee=0, is_trial=True)
        return nights


def use(whom: Customer, person: str, day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    UsageEvent.objects.create(
        message_id=f"u{next(numbers)}",
        customer=whom,
        person=person,
        event="open",
        occurred_at=moment,
        received_at=moment,
    )


@pytest.fixture
def group(tenant: Tenant, nights: list[Night]) -> CustomerGroup:
    """At the end of June Anna and Dora; Bella earlier, now Carla and Dora."""
    with tenant_scope(tenant.id):
        return group_of(
            {
                APRIL: ["Anna", "Bella"],
                MAY: ["Bella"],
                JUNE: ["Anna", "Dora"],
                LAST: ["Carla", "Dora"],
            }
        )


def only(tenant: Tenant, *names: str) -> None:
    """Nobody else has any facts."""
    with tenant_scope(tenant.id):
        others = Customer.objects.exclude(name__in=names)
        Instalment.objects.filter(contract__customer__in=others).delete()
        ContractLine.objects.filter(contract__customer__in=others).delete()
        Contract.objects.filter(customer__in=others).update(renewal_of=None)
        Contract.objects.filter(customer__in=others).delete()
        for model in (Payment, UsageEvent, MeasureRow, Move):
            model.objects.filter(customer__in=others).delete()
        others.update(known_from=datetime(2030, 1, 1, tzinfo=UTC))
    cache.clear()


def opened(client: Client, url: str) -> list[str]:
    return sorted(listed(client.get(unescape(url).partition("#")[0])))


# --- Month in review ------------------------------------------------------------------------------


def told_of_month(page: Any) -> dict[str, Any]:
    context = page.context
    return {name: context[name] for name in ("review", "cash", "renewals")} | {
        "migration": {place: cell.count for place, cell in context["matrix"].cells.items()},
        "risks": [risk.row["name"] for risk in context["risks"]],
    }


def test_a_month_is_that_of_who_was_in_the_group_at_its_end(
    tenant: Tenant, client: Client, group: CustomerGroup
) -> None:
    everybody = told_of_month(client.get(MONTH, {"month": "2026-06"}))
    page = client.get(MONTH, {"month": "2026-06", "group": group.pk})
    assert "in the group on the night of 30 June 2026" in text_of(page)
    found = told_of_month(page)
    assert found["review"].month.start_arr == 5000
    assert found["cash"].received == 500
    assert (found["renewals"].contracts, found["renewals"].customers_renewed) == (2, 1)
    assert found["migration"] == {("high", "high"): 1, ("high", "low"): 1}
    assert found["risks"] == ["Anna"]
    for (_was, tier), cell in page.context["matrix"].cells.items():
        assert opened(client, cell.href) == [{"high": "Anna", "low": "Dora"}[tier]]
    # Nothing of the group is remembered as everybody's.
    assert told_of_month(client.get(MONTH, {"month": "2026-06"})) == everybody != found
    only(tenant, "Anna", "Dora")
    assert told_of_month(client.get(MONTH, {"month": "2026-06"})) == found


def test_a_month_without_a_night_at_its_end_takes_the_one_before(
    client: Client, group: CustomerGroup, nights: list[Night], tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        nights[2].delete()
    page = client.get(MONTH, {"month": "2026-06", "group": group.pk})
    assert "in the group on the night of 31 May 2026" in text_of(page)
    assert page.context["review"].month.start_arr == 2000
    early = client.get(MONTH, {"month": "2026-03", "group": group.pk})
    assert "no night is stored up to then" in text_of(early)
    assert early.context["review"].month.start_arr == 0


def test_the_way_through_the_months_keeps_the_group(client: Client, group: CustomerGroup) -> None:
    page = client.get(MONTH, {"month": "2026-05", "group": group.pk})
    for name, month in (("older", "2026-04"), ("newer", "2026-06")):
        assert client.get(unescape(page.context[name])).context["last_day"].isoformat()[:7] == month
        assert f"group={group.pk}" in page.context[name]
    assert f'<input type="hidden" name="group" value="{group.pk}">' in page.content.decode()
    assert page.context["narrowing"].reset == "?month=2026-05"


# --- Retention ------------------------------------------------------------------------------------


def test_retention_is_that_of_who_is_in_the_group_now(
    tenant: Tenant, client: Client, group: CustomerGroup
) -> None:
    everybody = client.get(RETENTION).context["review"]
    page = client.get(RETENTION, {"group": group.pk})
    review = page.context["review"]
    assert "in the group on the night of 9 July 2026" in text_of(page)
    assert [cohort.size for cohort in review.cohorts.cohorts] == [1, 1]
    year = review.renewing.year
    assert (year.open_contracts, year.open_renewed) == (2, 1)
    assert client.get(RETENTION).context["review"] == everybody != review
    only(tenant, "Carla", "Dora")
    alone = client.get(RETENTION).context["review"]
    assert (review.cohorts, review.review) == (alone.cohorts, alone.review)
    assert (review.renewing, review.value) == (alone.renewing, alone.value)


def test_every_cell_of_the_groups_retention_opens_its_customers(
    client: Client, group: CustomerGroup
) -> None:
    page = client.get(RETENTION, {"group": group.pk, "span": "month"})
    for row in page.context["triangle"].rows:
        for cell in row.cells:
            if cell:
                assert f"group={group.pk}" in cell.href
                opened_page = client.get(f"{unescape(cell.href)}&show=here")
                assert len(listed(opened_page)) == cell.count
    for series in page.context["renewals_chart"].series:
        for value, url in zip(series.values, series.links, strict=True):
            assert len(opened(client, url)) == value
    year = client.get(RETENTION, {"group": group.pk, "span": "year"})
    assert opened(client, year.context["triangle"].rows[0].cells[0].href) == ["Carla", "Dora"]
    for tab in (*page.context["by_tabs"], *page.context["span_tabs"]):
        assert f"group={group.pk}" in tab["url"]
    tile = next(tile for tile in page.context["tiles"] if tile.get("href"))
    assert opened(client, tile["href"]) == ["Carla", "Dora"]
    behind = client.get(unescape(year.context["triangle"].rows[0].cells[0].href))
    assert f'href="{RETENTION}?group={group.pk}"' in behind.content.decode()


def test_prospects_of_the_group_open_too(
    tenant: Tenant, client: Client, nights: list[Night]
) -> None:
    with tenant_scope(tenant.id):
        sells(customer("Tries too"), date(2026, 5, 3), date(2026, 5, 31), fee=0, is_trial=True)
        triers = group_of({LAST: ["Tries"]})
    (row,) = client.get(RETENTION, {"group": triers.pk}).context["conversions"]
    assert row["cohort"].entered == 1
    assert opened(client, row["href"]) == ["Tries"]


def test_persons_are_those_of_the_group(
    tenant: Tenant, client: Client, group: CustomerGroup
) -> None:
    assert f"{PERSONS}?group={group.pk}" in unescape(
        client.get(RETENTION, {"group": group.pk}).content.decode()
    )
    assert client.get(PERSONS).context["persons"] == 4
    page = client.get(PERSONS, {"group": group.pk})
    assert page.context["persons"] == 2
    (row,) = page.context["rows"]
    assert opened(client, row["href"]) == ["Carla", "Dora"]
    cells = [cell["rate"] for cell in page.context["pooled"]]
    assert client.get(PERSONS).context["persons"] == 4
    only(tenant, "Carla", "Dora")
    alone = client.get(PERSONS)
    assert [cell["rate"] for cell in alone.context["pooled"]] == cells
    assert alone.context["triangle"] == page.context["triangle"]


# --- Does tiering work? ---------------------------------------------------------------------------


def cells_of(page: Any) -> dict[tuple[str, date, str], dict[str, Any]]:
    return {
        (block["key"], row["day"], tier): cell
        for block in page.context["measures"]
        for row in block.get("rows", ())
        for tier, cell in zip(block["tiers"], row["cells"], strict=True)
        if cell
    }


def test_tiers_are_followed_of_who_stood_in_the_group(
    tenant: Tenant, client: Client, group: CustomerGroup
) -> None:
    page = client.get(EFFECTS, {"scheme": "a", "after": 1, "group": group.pk})
    found = cells_of(page)
    assert {place: cell["customers"] for place, cell in found.items()} == {
        ("activity", APRIL, "high"): 2,
        ("activity", MAY, "high"): 1,
        ("retention", APRIL, "high"): 2,
        ("retention", MAY, "high"): 1,
    }
    assert (
        found["activity", APRIL, "high"]["value"],
        found["retention", MAY, "high"]["value"],
    ) == (
        1.5,
        0.0,
    )
    for (_measure, day, _tier), cell in found.items():
        names = {APRIL: ["Anna", "Bella"], MAY: ["Bella"]}[day]
        assert opened(client, cell["href"]) == names
    assert "only customers who were in the group on its night" in text_of(page)
    assert "was not computed" not in text_of(page)
    behind = client.get(unescape(found["activity", APRIL, "high"]["href"]))
    assert "in the group on the night of 30 April 2026" in text_of(behind)
    assert cells_of(client.get(EFFECTS, {"scheme": "a", "after": 1}))["activity", MAY, "high"][
        "customers"
    ] == len(NAMES)
    only(tenant, "Anna", "Bella")
    alone = cells_of(client.get(EFFECTS, {"scheme": "a", "after": 1}))
    for name in ("value", "customers", "low", "high"):
        assert alone["activity", APRIL, "high"][name] == (found["activity", APRIL, "high"][name])


def test_month_ends_without_the_group_are_told(
    tenant: Tenant, client: Client, nights: list[Night]
) -> None:
    with tenant_scope(tenant.id):
        late, never = group_of({MAY: ["Anna"]}), group_of({LAST: ["Anna"]}, name="Later")
    asked = {"scheme": "a", "after": 1}
    page = client.get(EFFECTS, asked | {"group": late.pk})
    assert "The group was not computed on 1 of 2 nights" in text_of(page)
    page = client.get(EFFECTS, asked | {"group": never.pk})
    assert "The group was not computed on 2 of 2 nights" in text_of(page)
    assert "Nobody of the group stood at these month-ends" in text_of(page)


# --- All of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [MONTH, RETENTION, PERSONS, EFFECTS])
def test_a_group_of_somebody_else_is_as_if_it_was_not_there(
    tenant: Tenant, nights: list[Night], make_member: Callable[..., Membership], url: str
) -> None:
    owner = make_member(tenant, "carol@acme.example", "service_manager")
    other = signed_in(make_member(tenant, "dave@acme.example", "service_manager").user)
    with tenant_scope(tenant.id):
        secret = group_of({LAST: ["Anna"]}, name="Secret", is_shared=False, owner=owner)
    page = other.get(url, {"group": secret.pk})
    assert page.context["narrowing"].group_id is None
    assert "Secret" not in page.content.decode()
    assert "Secret" in signed_in(owner.user).get(url, {"group": secret.pk}).content.decode()


@pytest.mark.parametrize("url", [MONTH, RETENTION, PERSONS])
def test_a_night_that_did_not_compute_the_group_says_so(
    tenant: Tenant, client: Client, nights: list[Night], url: str
) -> None:
    with tenant_scope(tenant.id):
        nobody = group_of({APRIL: []})
    page = client.get(url, {"group": nobody.pk, "month": "2026-06"})
    assert page.status_code == 200
    assert "The group was not computed on that night." in text_of(page)


@pytest.mark.parametrize(
    "url",
    [
        MONTH,
        RETENTION,
        PERSONS,
        f"{EFFECTS}?scheme=a&after=1",
        f"{RETENTION}customers/?of=cohort&month=2024-03&after=2",
        f"{EFFECTS}customers/?scheme=a&tier=high&from=2026-05-31&to=2026-06-30&measure=activity",
    ],
)
def test_a_group_costs_the_same_queries_whatever_its_size(
    tenant: Tenant, client: Client, group: CustomerGroup, nights: list[Night], url: str
) -> None:
    joined = f"{url}{'&' if '?' in url else '?'}group={group.pk}"

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(joined).status_code == 200
        return len(seen)

    queries()
    few = queries()
    with tenant_scope(tenant.id):
        for number in range(20):
            whom = customer(f"More {number}")
            sells(whom, date(2024, 3, 1), fee=Decimal(100))
            for on in nights:
                stands(whom, on, schemes={"tier_a": "high"})
            group.members.create(customer=whom, valid_from=APRIL, entered_by="customer")
    assert queries() == few <= 30


@pytest.mark.parametrize("names", [["Pays"], []])
def test_payers_of_a_group_too(tenant: Tenant, client: Client, names: list[str]) -> None:
    with tenant_scope(tenant.id):
        night(LAST)
        for name in ("Pays", "Pays too"):
            whom = customer(name)
            for day in (date(2026, 3, 3), date(2026, 5, 5)):
                Payment.objects.create(
                    customer=whom, key=f"q{next(numbers)}", paid_on=day, amount=Decimal(50)
                )
        group = group_of({LAST: names})
    page = client.get(RETENTION, {"group": group.pk})
    assert "Cohorts by the month of the first payment" in text_of(page)
    assert [row.size for row in page.context["triangle"].rows] == [1] * len(names)
    url = f"{RETENTION}customers/?of=cohort&month=2026-03&after=2&group={group.pk}"
    assert opened(client, url) == names
