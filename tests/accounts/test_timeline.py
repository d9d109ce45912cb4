"""The customer's timeline: every app's entries in one list, its pages, its kinds, its day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Case,
    Contact,
    Contract,
    ContractLine,
    Customer,
    Module,
    Payment,
    Touchpoint,
    User,
    VisibilityRule,
)
from projects.models import Project, TrainingSession
from segmentation.models import Move, Night
from ui.timelines import (
    CustomerTimeline,
    TimelineCursor,
    TimelineEntry,
    TimelinePage,
    TimelineSource,
)

ZONE = ZoneInfo("Asia/Shanghai")
FED: dict[str, list[TimelineEntry]] = {}


def feed_days(_request: Any, _customer: Any, page: TimelinePage) -> list[TimelineEntry]:
    return page.newest(FED["days"])


def feed_moments(_request: Any, _customer: Any, page: TimelinePage) -> list[TimelineEntry]:
    return page.newest(FED["moments"])


@pytest.fixture
def registry() -> CustomerTimeline:
    made = CustomerTimeline()
    for order, key in enumerate(("days", "moments")):
        path = f"{__name__}.feed_{key}"
        made.register(TimelineSource(key, key, "x", path, order))
    return made


def pages(registry: CustomerTimeline, *, rows: int, latest: date) -> list[list[str]]:
    cursor: TimelineCursor | None = TimelineCursor(latest)
    found = []
    while cursor is not None:
        cursor = TimelineCursor.read(str(cursor), latest=latest)
        shown = registry.page(
            None,  # type: ignore[arg-type]
            None,
            registry.sources(lambda _ability: True),
            cursor,
            zone=ZONE,
            rows=rows,
        )
        found.append([one.entry.key for month in shown.months for one in month.entries])
        cursor = shown.older
    return found


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_pages_show_every_entry_once_even_of_a_day_longer_than_a_page(
    registry: CustomerTimeline, rows: int
) -> None:
    day = date(2026, 3, 2)
    FED["days"] = [TimelineEntry(day, f"d{n}", "") for n in range(8)] + [
        TimelineEntry(day - timedelta(days=40), "old", "")
    ]
    FED["moments"] = [
        TimelineEntry(datetime(2026, 3, 2, hour, tzinfo=UTC), f"m{hour}", "") for hour in range(9)
    ]
    shown = pages(registry, rows=rows, latest=date(2026, 3, 5))
    flat = [key for page in shown for key in page]
    assert flat == [
        *(f"m{hour}" for hour in reversed(range(9))),
        *(f"d{n}" for n in range(8)),
        "old",
    ]
    assert all(len(page) <= rows for page in shown)


def test_a_moment_belongs_to_the_day_of_the_tenants_clock(registry: CustomerTimeline) -> None:
    FED["days"] = []
    # Half past midnight of the third in Shanghai.
    FED["moments"] = [TimelineEntry(datetime(2026, 3, 2, 16, 30, tzinfo=UTC), "late", "")]
    assert pages(registry, rows=5, latest=date(2026, 3, 2)) == [[]]
    assert pages(registry, rows=5, latest=date(2026, 3, 3)) == [["late"]]


@pytest.mark.parametrize("written", ["", "x", "2026-13-01", "2026-03-01.99999", "0001-01-01"])
def test_an_address_that_is_no_cursor_begins_at_the_latest(written: str) -> None:
    latest = date(2026, 3, 5)
    assert TimelineCursor.read(written, latest=latest) == TimelineCursor(latest)
    assert TimelineCursor.read("2026-03-09.2", latest=latest) == TimelineCursor(latest)


# --- Of a customer --------------------------------------------------------------------------------


@pytest.fixture
def customer(scope: Any) -> Customer:
    made: Customer = Customer.objects.create(key="C1", name="Blue Harbour")
    return made


@pytest.fixture
def told(customer: Customer) -> Customer:
    """One of each kind."""
    ann = Contact.objects.create(customer=customer, key="ann", name="Ann")
    Touchpoint.objects.create(
        customer=customer, key="T", kind="call", happened_on="2026-03-01", contact=ann, note="Hi"
    )
    Payment.objects.create(customer=customer, key="P", paid_on="2026-03-02", amount=1200)
    Payment.objects.create(customer=customer, key="R", paid_on="2026-03-03", amount=-100)
    old = Contract.objects.create(customer=customer, key="K1")
    new = Contract.objects.create(customer=customer, key="K2", renewal_of=old)
    module = Module.objects.create(key="hr", name="HR")
    ContractLine.objects.create(
        contract=old, module=module, signed_on="2025-02-01", starts_on="2025-02-01",
        ends_on="2026-01-31",
    )  # fmt: skip
    ContractLine.objects.create(
        contract=new, module=module, signed_on="2026-01-15", starts_on="2026-02-01"
    )
    Case.objects.create(
        customer=customer, key="X", title="Payroll", opened_at="2026-02-01T02:00Z",
        closed_at="2026-02-03T02:00Z", satisfaction=4,
    )  # fmt: skip
    night = Night.objects.create(
        as_of="2026-02-20", state="done", known_at="2026-02-21T00:00Z", digest="x"
    )
    Move.objects.create(
        customer=customer, night=night, as_of="2026-02-20", kind="tier", from_value="high",
        to_value="mid", cause="behaviour",
        reason={"measures": {}, "because": ["value"], "levels": {"value": ["high", "mid"]},
                "relative": False},
    )  # fmt: skip
    Project.objects.create(
        customer=customer, key="J", name="Rollout", starts_on="2025-03-01", due_on="2025-06-01",
        accepted_on="2025-05-20",
    )  # fmt: skip
    TrainingSession.objects.create(
        customer=customer, key="S", title="Payroll basics", held_on="2025-05-01"
    )
    return customer


def titles(content: str) -> list[str]:
    found = re.findall(r'<span class="event-title">(.*?)</span>', content)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def get(client: Client, user: User, path: str, **headers: str) -> str:
    client.force_login(user)
    answer = client.get(f"/t/acme/{path}", headers=headers)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_everything_is_in_one_list_newest_first(client: Client, bob: User, told: Customer) -> None:
    page = get(client, bob, f"customers/{told.pk}/timeline/")
    assert titles(page) == [
        "¥100.00 refunded",
        "¥1,200.00 received",
        "Call with Ann",
        "Tier: High value → Mid value",
        "Case closed: Payroll",
        "Case opened: Payroll",
        "Contract K1 ended",
        "Contract K2 signed",
        "Project accepted: Rollout",
        "Training: Payroll basics",
        "Project started: Rollout",
        "Contract K1 signed",
    ]
    assert "Renewed by another contract" in page
    assert "Renews K1" in page


def test_one_kind_only(client: Client, bob: User, told: Customer) -> None:
    page = get(client, bob, f"customers/{told.pk}/timeline/?kind=cases")
    assert titles(page) == ["Case closed: Payroll", "Case opened: Payroll"]
    assert "Satisfaction 4 of 5" in page


def test_nothing_after_the_day_looked_back_at(client: Client, bob: User, told: Customer) -> None:
    page = get(client, bob, f"customers/{told.pk}/timeline/?as_of=2026-02-01")
    assert titles(page)[:2] == ["Case opened: Payroll", "Contract K1 ended"]
    page = get(client, bob, f"customers/{told.pk}/?as_of=2026-02-01")
    assert f"/customers/{told.pk}/timeline/?as_of=2026-02-01&amp;panel=1" in page


def test_the_customer_page_fetches_the_newest_few(
    client: Client, bob: User, customer: Customer
) -> None:
    for number in range(20):
        Payment.objects.create(customer=customer, key=f"P{number}", paid_on="2026-03-02", amount=1)
    page = get(client, bob, f"customers/{customer.pk}/")
    fetched = re.search(r'hx-get="([^"]+panel=1)"', page)
    assert fetched
    part = get(client, bob, fetched[1].removeprefix("/t/acme/"), **{"HX-Request": "true"})
    assert len(titles(part)) == 12
    assert 'id="timeline-list"' in part


def test_contacts_of_one_occasion_stand_in_one_entry(
    client: Client, bob: User, customer: Customer
) -> None:
    for name in ("Ann", "Ben"):
        Touchpoint.objects.create(
            customer=customer, key=name, kind="拜访", happened_on="2026-03-01", occasion="one",
            contact=Contact.objects.create(customer=customer, key=name, name=name),
        )  # fmt: skip
    page = get(client, bob, f"customers/{customer.pk}/timeline/")
    assert titles(page) == ["拜访 with Ann, Ben"]


def test_older_entries_are_a_page_away_and_months_are_not_named_twice(
    client: Client, bob: User, customer: Customer
) -> None:
    for number in range(45):
        Payment.objects.create(
            customer=customer, key=f"P{number}", paid_on="2026-03-02", amount=number + 1
        )
    page = get(client, bob, f"customers/{customer.pk}/timeline/")
    assert len(titles(page)) == 40
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older
    address = older[1].replace("&amp;", "&").removeprefix("/t/acme/")
    rest = get(client, bob, address)
    assert len(titles(rest)) == 5
    assert not set(titles(rest)) & set(titles(page))
    assert "timeline-month" in rest
    part = get(client, bob, address, **{"HX-Request": "true"})
    assert "timeline-month" not in part


def test_who_sees_only_their_own_touchpoints_reads_no_others(
    client: Client, told: Customer, tenant: Any, make_member: Any
) -> None:
    VisibilityRule.objects.create(role="executive", record="touchpoints", visibility="mine")
    dora = make_member(tenant, "dora@acme.example", "executive").user
    assert "Call with Ann" not in titles(get(client, dora, f"customers/{told.pk}/timeline/"))


def test_as_many_statements_for_many_entries_as_for_few(
    client: Client, bob: User, told: Customer
) -> None:
    address = f"customers/{told.pk}/timeline/"
    get(client, bob, address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        get(client, bob, address)
    for number in range(60):
        day = date(2026, 3, 1) - timedelta(days=number)
        Payment.objects.create(customer=told, key=f"P{number}", paid_on=day, amount=1)
        Touchpoint.objects.create(
            customer=told, key=f"T{number}", kind="call", happened_on=day, occasion=f"o{number % 9}"
        )
    with CaptureQueriesContext(connection) as many:
        get(client, bob, address)
    assert len(many) == len(few)
