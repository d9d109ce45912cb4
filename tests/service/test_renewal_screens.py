"""Renewals on screen: quarters with their forecast, calls, outcomes, settings, and how calls came
true."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    Tenant,
    Visibility,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.actions.renewal_upkeep import call_renewals, refresh_renewals
from service.models import (
    ChurnReason,
    Renewal,
    RenewalCall,
    RenewalOutcome,
    RenewalSnapshot,
)
from service.queries.renewals import quarter_of

DAY = timedelta(days=1)


@pytest.fixture
def today(tenant: Tenant) -> date:
    return tenant.local_date(datetime.now(tz=UTC))


@pytest.fixture
def bob(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bob@acme.example", "service_manager")


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def ending(name: str, ends: date, fee: int = 1000) -> Contract:
    customer = Customer.objects.create(key=name, name=name)
    module = Module.objects.get_or_create(key="core", defaults={"name": "Core HR"})[0]
    contract = Contract.objects.create(customer=customer, key=f"ct-{name}")
    ContractLine.objects.create(
        contract=contract, module=module, signed_on=ends - 365 * DAY, starts_on=ends - 365 * DAY,
        ends_on=ends, annual_fee=fee, seats=5,
    )  # fmt: skip
    refresh_renewals([customer.pk])
    return contract


def open_night(day: date) -> None:
    Night.objects.create(
        as_of=day, state=Night.State.DONE, digest="x", known_at=datetime.now(tz=UTC)
    )


def term_of(contract: Contract, today: date, **changes: Any) -> dict[str, Any]:
    return {
        "key": f"{contract.key}-R", "signed_on": today, "starts_on": today + 31 * DAY,
        "ends_on": today + 395 * DAY, "module_0": Module.objects.get().pk, "fee_0": "1200",
        "seats_0": "6",
    } | changes  # fmt: skip


def test_a_quarter_tells_what_is_due_and_filters_it(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        open_night(today - DAY)
        here = ending("Rookcombe", today)
        ending("Elsewhere", today + 200 * DAY)
        MeasureRow.objects.create(
            customer=here.customer, as_of=today - DAY, tier="low", stage="dormant"
        )
        call_renewals()
    client, url = as_(bob), "/t/acme/renewals/"
    page = client.get(url, {"scope": "all"})
    assert "Rookcombe" in text(page)
    assert "Elsewhere" not in text(page)
    assert "Tier: Low" in text(page)
    assert "55 % Uncertain" in text(page)
    later = client.get(url, {"scope": "all", "quarter": quarter_of(today + 200 * DAY)})
    assert "Elsewhere" in text(later)
    for name, value, shown in (
        ("likely", "uncertain", True),
        ("likely", "likely", False),
        ("state", "open", True),
        ("state", "churned", False),
        ("q", "ROOK", True),
        ("q", "xyz", False),
        ("stage", "committed", False),
        ("state", "nonsense", True),
    ):
        found = client.get(url, {"scope": "all", name: value})
        assert ("ct-Rookcombe" in found.content.decode()) == shown, (name, value)
    # Mine: nobody named Bob for them.
    assert "ct-Rookcombe" not in client.get(url, {"scope": "mine"}).content.decode()
    file = client.get(url, {"scope": "all", "format": "csv"}).content.decode("utf-8-sig")
    assert "Rookcombe,ct-Rookcombe" in file
    assert client.get(url, {"quarter": "2026-Q9", "page": "x"}).status_code == 200


def test_lists_cost_as_many_queries_for_many(tenant: Tenant, bob: Membership, today: date) -> None:
    client = as_(bob)

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ("/t/acme/renewals/?scope=all", "/t/acme/renewals/accuracy/?scope=all")
    with tenant_scope(tenant.id):
        ending("first", today)
    few = [cost(path) for path in paths]
    with tenant_scope(tenant.id):
        for number in range(15):
            ending(f"more-{number}", today)
    assert [cost(path) for path in paths] == few


def test_a_renewal_from_the_call_to_the_new_contract_and_back(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        contract = ending("Rookcombe", today + 30 * DAY)
        term = term_of(contract, today)
    client, url = as_(bob), f"/t/acme/renewals/{contract.pk}/"
    assert "Nobody said anything yet" in text(client.get(url))
    said = {"stage": "offered", "percent": "80", "amount": "1100.5", "note": "<b>ok</b>"}
    assert client.post(f"{url}calls/", said | {"seen": "0"}).status_code == 302
    shown = client.get(url)
    assert "&lt;b&gt;ok" in shown.content.decode()
    assert "80 %" in text(shown)
    late = client.post(f"{url}calls/", said | {"seen": "0", "percent": "10"})
    assert late.status_code == 409
    assert "another call meanwhile" in text(late)
    bad = client.post(f"{url}calls/", said | {"seen": "0", "percent": "101"})
    assert "less than or equal to 100" in text(bad)
    # A module without its fee is a slip; nothing is written.
    slip = client.post(f"{url}terms/", term | {"fee_0": ""})
    assert "Say the fee of this module" in text(slip)
    taken = client.post(f"{url}terms/", term | {"key": contract.key})
    assert "There is a contract with this key" in text(taken)
    assert client.post(f"{url}terms/", term).status_code == 302
    page = text(client.get(url))
    assert "Expanded" in page
    assert "the manager 80 %" in page
    assert "Write the contract" not in page
    with tenant_scope(tenant.id):
        outcome = RenewalOutcome.objects.get()
        assert (outcome.kind, outcome.arr_after, outcome.called_amount) == (
            "expanded",
            1200,
            1100.5,
        )
    undoing = f"/t/acme/renewals/outcomes/{outcome.pk}/undoing/"
    assert "is taken away" in text(client.get(undoing))
    assert client.post(undoing).status_code == 302
    assert "Write the contract" in text(client.get(url))
    assert "already" in text(client.post(undoing))


def test_a_loss_says_why(tenant: Tenant, bob: Membership, today: date) -> None:
    with tenant_scope(tenant.id):
        contract = ending("Rookcombe", today + 30 * DAY)
    client, url = as_(bob), f"/t/acme/renewals/{contract.pk}/"
    told = {"reason": "", "last_day": today + 30 * DAY, "note": ""}
    assert "This field is required" in text(client.post(f"{url}churn/", told))
    assert client.post(f"{url}churn/", told | {"reason": "price"}).status_code == 302
    page = text(client.get(url))
    assert "Churned" in page
    assert "Price" in page


def test_who_may_not_decide_looks_only(
    tenant: Tenant, make_member: Callable[..., Membership], today: date
) -> None:
    with tenant_scope(tenant.id):
        contract = ending("Rookcombe", today)
    looker = as_(make_member(tenant, "eve@acme.example", "executive"))
    url = f"/t/acme/renewals/{contract.pk}/"
    page = text(looker.get(url))
    assert "What you expect" not in page
    assert "Write the contract" not in page
    for part in ("calls/", "terms/", "churn/"):
        assert looker.post(url + part, {}).status_code == 404
    assert looker.get("/t/acme/renewals/settings/").status_code == 404
    with tenant_scope(tenant.id):
        VisibilityRule.objects.update_or_create(
            role="executive", record="customers", defaults={"visibility": Visibility.MINE}
        )
    assert looker.get(url).status_code == 404
    assert "ct-Rookcombe" not in looker.get("/t/acme/renewals/").content.decode()


def test_weights_and_reasons_are_set_by_the_administrator(
    tenant: Tenant, make_member: Callable[..., Membership], today: date
) -> None:
    admin = as_(make_member(tenant, "alice@acme.example", "admin"))
    url = "/t/acme/renewals/settings/"
    page = admin.get(url)
    assert "Slow response" in page.content.decode()
    given = dict(re.findall(r'type="number" name="(\w+)" value="(\d+)"', page.content.decode()))
    assert given["silent"] == "25"
    saved = admin.post(url, given | {"silent": "40", "seen": "0"}, follow=True)
    assert 'name="silent" value="40"' in saved.content.decode()
    assert "meanwhile" in text(admin.post(url, given | {"seen": "0"}))
    assert admin.post("/t/acme/renewals/churn-reasons/", {"name": "Moved", "seen": 0}).url == url
    assert "with this name" in text(
        admin.post("/t/acme/renewals/churn-reasons/", {"name": "Moved", "seen": 0})
    )
    one = "/t/acme/renewals/churn-reasons/price/"
    change = {"price-name": "Too dear", "price-archived": "on", "price-seen": "0"}
    assert admin.post(one, change).status_code == 302
    assert "meanwhile" in text(admin.post(one, change))
    assert admin.post("/t/acme/renewals/churn-reasons/none/", {"none-name": "x", "none-seen": 0}
                      ).status_code == 404  # fmt: skip
    with tenant_scope(tenant.id):
        assert ChurnReason.objects.get(key="price").name == "Too dear"


def test_forecasts_are_held_against_what_came(tenant: Tenant, bob: Membership, today: date) -> None:
    quarter = quarter_of(today).shifted(-2)
    with tenant_scope(tenant.id):
        for number in range(12):
            contract = ending(f"c{number}", quarter.first, fee=100)
            RenewalSnapshot.objects.create(
                contract=contract, customer=contract.customer, as_of=quarter.first - DAY,
                due_on=quarter.first, arr=100, likelihood=80, stage="talking",
                percent=60 if number < 2 else None, amount=50 if number < 2 else None,
            )  # fmt: skip
            if number < 9:
                follower = Contract.objects.create(
                    customer=contract.customer, key=f"f{number}", renewal_of=contract
                )
                ContractLine.objects.create(
                    contract=follower, module=Module.objects.get(), signed_on=quarter.first,
                    starts_on=quarter.first + DAY, annual_fee=90,
                )  # fmt: skip
        # Kept on another day than the last before the quarter: not compared.
        RenewalSnapshot.objects.create(
            contract=contract, customer=contract.customer, as_of=quarter.first - 40 * DAY,
            due_on=quarter.first, arr=100, likelihood=1, stage="talking",
        )  # fmt: skip
        refresh_renewals()
    page = text(as_(bob).get("/t/acme/renewals/accuracy/?scope=all"))
    # System: 12 × 80; managers: 2 × 50 × 60 % + 10 × 80; what came: 9 × 90.
    assert "¥960 ¥860" in page
    assert "¥810" in page
    assert "+18.5%" in page
    # (9 × 0.2² + 3 × 0.8²) ÷ 12; 9 of 12 on the right side; two calls of managers are too few.
    assert "0.190" in page
    assert "75.0%" in page
    assert "n = 2" in page
    assert "Too few" in page
    assert "12 of 30 decided calls" in page


def test_the_first_screen_and_the_customer_show_what_ends(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        open_night(today - DAY)
        for name, days in (("Near", 10), ("Middle", 80), ("Far", 170), ("Beyond", 300)):
            contract = ending(name, today + days * DAY)
            colleague = bob.colleagues.first()
            Customer.objects.filter(key=name).update(service_manager=colleague)
        call_renewals()
        assert Renewal.objects.filter(as_of__isnull=False).count() == 4
        RenewalCall.objects.create(contract=contract, stage="talking", said_on=today)
    client = as_(bob)
    page = text(client.get("/t/acme/customers/"))
    assert "Renewals within 30 days" in page
    for name in ("Near", "Middle", "Far"):
        assert page.count(f"{name} ") >= 1
    own = text(client.get(f"/t/acme/customers/{contract.customer_id}/?part=money"))
    assert "ct-Beyond" in own


def test_the_timeline_tells_calls_and_outcomes(
    tenant: Tenant, bob: Membership, today: date
) -> None:
    with tenant_scope(tenant.id):
        contract = ending("Rookcombe", today + 30 * DAY)
        RenewalCall.objects.create(
            contract=contract, stage="offered", percent=70, note="They want a price", said_on=today
        )
        for undone_at in (None, datetime.now(tz=UTC)):
            RenewalOutcome.objects.create(
                contract=contract, kind="churned", arr_before=1, churn_reason="price",
                note="Told on the phone" if undone_at is None else "A mistake", said_on=today,
                undone_at=undone_at,
            )  # fmt: skip
    page = text(as_(bob).get(f"/t/acme/customers/{contract.customer_id}/timeline/"))
    assert "Renewal of ct-Rookcombe: Offered, 70 % likely" in page
    assert "Renewal of ct-Rookcombe: Churned" in page
    assert "Price Told on the phone" in page
    assert "A mistake" not in page
