"""Requests by weight, their votes, decisions, rates and months, and updates before and after they go,
through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.test import Client
from django.utils import timezone
from members import make_member

from accounts.models import (
    ApiAnswer,
    Contact,
    Customer,
    Module,
    OutgoingMail,
    Tenant,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.actions.requests import Asking, capture_ask, vote
from service.actions.updates import UpdateValues, draft_update
from service.models import Request, RequestDigest, RequestSettings
from service.queries.request_rates import last_year, rates

REQUESTS, UPDATES = "/api/v1/requests", "/api/v1/updates"
ALL = (
    "requests:read", "requests:write", "requests:decide", "updates:read", "updates:write",
)  # fmt: skip


def today_of(tenant: Tenant) -> date:
    return tenant.local_date(timezone.now())


def ask(tenant: Tenant, customer: str, title: str, onto: Request | None = None) -> Request:
    today = today_of(tenant)
    whom = Customer.objects.get(key=customer)
    contact = Contact.objects.filter(customer=whom).first()
    asking = Asking(title=title, text="", made_on=today, contact=contact)
    made = capture_ask(customer=whom, asking=asking, today=today, onto=onto, by=None)
    return made.request


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    """A and B want Excel, B and C a map, C a moon; C pays most, then A."""
    with tenant_scope(tenant.id):
        night = Night.objects.create(
            as_of=today_of(tenant) - timedelta(days=1), state=Night.State.DONE, digest="one"
        )
        for key, arr in (("A", 300), ("B", 10), ("C", 5000)):
            customer = Customer.objects.create(key=key, name=f"Customer {key}")
            Contact.objects.create(
                customer=customer, key=key.lower(), name=f"Ann {key}", email=f"ann@{key}.example"
            )
            MeasureRow.objects.create(customer=customer, as_of=night.as_of, arr=arr, tier="")
        excel, world = ask(tenant, "A", "Excel"), ask(tenant, "B", "Map")
        ask(tenant, "B", "As a table", onto=excel)
        vote(request=world, customer=Customer.objects.get(key="C"), by=None)
        ask(tenant, "A", "Alone")
    return program(tenant, *ALL)


def titles(crm: Program, **query: Any) -> list[str]:
    found, address = [], ""
    answer = crm.get(REQUESTS, **query)
    while True:
        assert answer.status_code == 200, answer.content
        found += [one["title"] for one in answer.json()["results"]]
        address = answer.json()["next"]
        if not address:
            return found
        answer = crm.get(address)


def test_requests_are_sorted_by_their_weight_page_by_page(crm: Program) -> None:
    assert titles(crm, sort="-arr") == ["Map", "Excel", "Alone"]
    assert titles(crm, sort="-arr", limit=1) == ["Map", "Excel", "Alone"]
    assert titles(crm, sort="arr", limit=1) == ["Alone", "Excel", "Map"]
    assert titles(crm, sort="customers", limit=1)[0] == "Alone"
    assert titles(crm, sort="-customers", limit=2)[2] == "Alone"


def test_votes_decisions_and_rates_are_told(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        pk = Request.objects.get(title="Map").pk
        expected = rates([last_year(today_of(tenant))])[0]
    path = f"{REQUESTS}/{pk}"
    assert [one["customer"] for one in crm.get(f"{path}/votes").json()["results"]] == ["C"]
    decided = crm.post(
        {
            "status": "planned",
            "planned_for": "2027",
            "answers": {"en": "Soon."},
            "language": "en",
            "note": "Big",
        },
        path=f"{path}/decide",
    )
    assert decided.status_code == 200, decided.content
    (one,) = crm.get(f"{path}/decisions").json()["results"]
    assert (one["status"], one["answers"], one["note"]) == ("planned", {"en": "Soon."}, "Big")
    year, *quarters = crm.get("/api/v1/request-rates").json()["results"]
    assert (year["received"], year["taken"]) == (expected.received, expected.taken + 1)
    assert year["share"] == pytest.approx(0.25)
    assert len(quarters) == 8
    told = crm.get("/api/v1/asks", request=pk).json()["results"]
    assert {one["status"] for one in told} == {"planned"}
    assert crm.get(f"{REQUESTS}/{10**9}/votes").status_code == 404


def test_voting_is_opened(tenant: Tenant, crm: Program) -> None:
    path = "/api/v1/request-voting"
    tag = crm.get(path)["ETag"]
    assert crm.patch(path, {"is_open": True}, if_match=tag).json() == {"is_open": True}
    assert crm.patch(path, {"is_open": False}, if_match=tag).status_code == 412
    with tenant_scope(tenant.id):
        assert RequestSettings.objects.get().is_voting_open
    reader = program(tenant, "requests:read")
    assert reader.patch(path, {"is_open": False}, if_match="*").status_code == 403


def test_months_are_told_without_amounts_to_who_may_see_none(tenant: Tenant, crm: Program) -> None:
    facts = {"shape": 1, "by_customers": [{"id": 1, "arr": "5"}], "by_arr": [{"id": 1, "arr": "5"}]}
    with tenant_scope(tenant.id):
        RequestDigest.objects.create(month="2026-10-01", facts=facts)
    (one,) = crm.get("/api/v1/request-digests").json()["results"]
    assert (one["month"], one["facts"]) == ("2026-10-01", facts)
    assert crm.get("/api/v1/request-digests/2026-10").json() == one
    for wrong in ("2026-09", "2026-13", "none", "2026-10-01"):
        assert crm.get(f"/api/v1/request-digests/{wrong}").status_code == 404


@pytest.fixture
def draft(tenant: Tenant, crm: Program) -> int:
    with tenant_scope(tenant.id):
        module = Module.objects.create(key="orders", name="Orders")
        made = draft_update(
            values=UpdateValues(
                titles={"en": "Excel is there"}, texts={"en": "In every list."}, language="en",
                shipped_on=today_of(tenant), requests=[Request.objects.get(title="Excel")],
                modules=[module],
            ),
            by=None,
        )  # fmt: skip
        return int(made.pk)


def test_an_update_is_looked_at_before_it_goes_and_its_use_after(
    tenant: Tenant, crm: Program, draft: int
) -> None:
    path = f"{UPDATES}/{draft}"
    ahead = crm.get(f"{path}/preview").json()
    assert (ahead["asked"], ahead["owns"], ahead["languages"]) == (2, 0, {"en": 2})
    (letter,) = (one for one in ahead["letters"] if one["because"] == "asked")
    assert "In every list." in letter["text"]
    assert letter["subject"]
    assert crm.get(f"{path}/use").status_code == 404
    assert crm.get(f"{path}/recipients").json()["results"] == []
    assert crm.post({}, path=f"{path}/send").status_code == 200
    recipients = crm.get(f"{path}/recipients").json()["results"]
    assert {one["customer"] for one in recipients} == {"A", "B"}
    use = crm.get(f"{path}/use").json()
    assert (use["is_measured"], use["asked"][0]["total"]) == (True, 2)
    assert {one["customer"] for one in use["customers"]} == {"Customer A", "Customer B"}
    assert crm.get(f"{UPDATES}/{10**9}/preview").status_code == 404


def test_a_draft_is_tried_on_oneself(tenant: Tenant, crm: Program, draft: int) -> None:
    path = f"{UPDATES}/{draft}/test"
    body = {"because": "asked", "language": "en"}
    assert crm.post(body, path=path).status_code == 403, "nobody to send it to"
    member = make_member(tenant, "pam@acme.example", "product_manager")
    hers = program(tenant, *ALL, member=member)
    assert hers.post(body | {"language": "fr"}, path=path).status_code == 400
    sent = hers.post(body, path=path)
    assert sent.status_code == 200, sent.content
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.get().to == "pam@acme.example"
    hers.post({}, path=f"{UPDATES}/{draft}/send")
    assert hers.post(body, path=path).status_code == 409


def test_a_recipient_is_given_a_link_that_is_told_once(
    tenant: Tenant, crm: Program, draft: int, make_tenant: Callable[..., Tenant]
) -> None:
    path = f"{UPDATES}/{draft}"
    crm.post({}, path=f"{path}/send")
    rows = crm.get(f"{path}/recipients").json()["results"]
    one = next(row for row in rows if row["customer"] == "A")
    where = f"{path}/recipients/{one['id']}/give-link"
    made = crm.post({}, path=where, key="k")
    assert made.status_code == 201, made.content
    address = made.json()["address"]
    assert Client().get(address[address.index("/r/") :]).status_code == 200
    assert crm.post({}, path=where, key="k").json()["address"] is None
    with tenant_scope(tenant.id):
        assert address not in str(list(ApiAnswer.objects.values_list("body", flat=True)))
        assert not OutgoingMail.objects.exists()
    member = make_member(tenant, "pam@acme.example", "product_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="product_manager", visibility="mine")
    hers = program(tenant, *ALL, member=member)
    assert hers.get(f"{path}/recipients").json()["results"] == []
    assert hers.get(f"{path}/use").json()["customers"] == []
    assert hers.post({}, path=where).status_code == 404
    stranger = program(make_tenant("other"), *ALL)
    for part in ("preview", "recipients", "use"):
        assert stranger.get(f"{path}/{part}").status_code == 404
    assert stranger.post({}, path=where).status_code == 404
    reader = program(tenant, "updates:read")
    assert reader.post({}, path=where).status_code == 403


def test_who_is_elsewhere_sees_no_votes(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        pk = Request.objects.get(title="Map").pk
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert his.get(f"{REQUESTS}/{pk}/votes").json()["results"] == []
    stranger = program(make_tenant("other"), *ALL)
    assert stranger.get(f"{REQUESTS}/{pk}/votes").status_code == 404
    assert stranger.get(f"{REQUESTS}/{pk}/decisions").status_code == 404
