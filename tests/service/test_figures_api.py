"""Briefs, suggestions, results of surveys and answers beside staying, through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.utils import timezone
from members import make_member

from accounts.models import (
    Contact,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Module,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night, UsageState
from service.compute.surveys import Answers
from service.models import Suggestion, SurveyAnswer
from tests.service.survey_world import survey_world

DAY = timedelta(days=1)
BRIEF = "/api/v1/customers/A/payment-brief"
ALL = (
    "payment_briefs:read", "payment_briefs:write", "referrals:read", "surveys:read",
    "case_responses:read",
)  # fmt: skip


def today_of(tenant: Tenant) -> date:
    return tenant.local_date(timezone.now())


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    """A owns core and owes an instalment; ten peers own and use stock."""
    today = today_of(tenant)
    with tenant_scope(tenant.id):
        core, stock = (
            Module.objects.create(key=key, name=key.title()) for key in ("core", "stock")
        )
        night = Night.objects.create(
            as_of=today - DAY, state=Night.State.DONE, digest="d", known_at=timezone.now()
        )
        for key in ("A", *(f"P{number}" for number in range(10))):
            customer = Customer.objects.create(key=key, name=key, industry="Retail", size="S")
            contract = Contract.objects.create(customer=customer, key=f"K-{key}")
            ContractLine.objects.create(
                contract=contract, module=core if key == "A" else stock, annual_fee=100,
                signed_on=today - 400 * DAY, starts_on=today - 400 * DAY,
            )  # fmt: skip
            MeasureRow.objects.create(customer=customer, as_of=night.as_of, stage="active")
            UsageState.objects.create(
                customer=customer, as_of=night.as_of, persons=[], last_at=[], days=[], used_on=[],
                modules=[stock.pk], has_modules=True, used_at=timezone.now(), person_count=0,
                active_persons=0, person_days=0,
            )  # fmt: skip
        Instalment.objects.create(
            contract=Contract.objects.get(key="K-A"), due_on=today + 20 * DAY, amount=5000
        )
        Contact.objects.create(
            customer=Customer.objects.get(key="A"), key="ann", name="Ann", email="ann@a.example"
        )
    return program(tenant, *ALL)


def test_a_brief_is_read_used_and_leaves_suggestions(tenant: Tenant, crm: Program) -> None:
    one = crm.get(BRIEF).json()
    assert (one["customer"], one["owned"], one["is_first"]) == ("A", ["core"], True)
    assert one["instalment"] == {
        "contract": "K-A", "due_on": str(today_of(tenant) + 20 * DAY), "amount": "5000.0000",
    }  # fmt: skip
    assert [row["module"] for row in one["suggested"]] == ["Stock"]
    used = crm.post({"contact": "ann"}, path=f"{BRIEF}/use", key="k")
    assert used.status_code == 200, used.content
    assert crm.post({"contact": "none"}, path=f"{BRIEF}/use").status_code == 400
    assert crm.post({}, path=f"{BRIEF}/use").status_code == 200
    (shown,) = crm.get("/api/v1/suggestions").json()["results"]
    assert (shown["module"], shown["contact"], shown["taken_on"]) == ("stock", "ann", None)
    with tenant_scope(tenant.id):
        assert Suggestion.objects.count() == 1
        ContractLine.objects.create(
            contract=Contract.objects.get(key="K-A"), module=Module.objects.get(key="stock"),
            annual_fee=10, signed_on=today_of(tenant), starts_on=today_of(tenant) + DAY,
        )  # fmt: skip
    (taken,) = crm.get("/api/v1/suggestions", is_open="false").json()["results"]
    assert taken["taken_on"] == str(today_of(tenant) + DAY)


def test_who_does_not_see_the_customer_sees_no_brief(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    crm.post({}, path=f"{BRIEF}/use")
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his, stranger = program(tenant, *ALL, member=member), program(make_tenant("other"), *ALL)
    for other in (his, stranger):
        assert other.get(BRIEF).status_code == 404
        assert other.post({}, path=f"{BRIEF}/use").status_code == 404
        assert other.get("/api/v1/suggestions").json()["results"] == []
    reader = program(tenant, "payment_briefs:read")
    assert reader.post({}, path=f"{BRIEF}/use").status_code == 403
    leader = make_member(tenant, "pam@acme.example", "project_manager")
    assert program(tenant, *ALL, member=leader).post({}, path=f"{BRIEF}/use").status_code == 403


def test_results_are_those_of_the_screen(tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.id):
        world = survey_world(tenant, alice)
        day = today_of(tenant) - 10 * DAY
        for number in range(40):
            SurveyAnswer.objects.create(
                customer=world.ann.customer, key=f"k{number}", kind="nps", score=10 - number % 5,
                answered_on=day, roles=["key_user"] if number % 2 else [],
            )  # fmt: skip
    crm = program(tenant, *ALL)
    path = "/api/v1/survey-results"
    found = crm.get(path).json()
    expected = Answers("nps", {10: 8, 9: 8, 8: 8, 7: 8, 6: 8})
    assert expected.interval is not None
    total = found["total"]
    assert (total["answers"], total["value"]) == (40, expected.value)
    assert (total["low"], total["high"]) == (expected.interval.low, expected.interval.high)
    assert (found["by_role"]["key_user"]["answers"], found["by_role"]["unknown"]["answers"]) == (
        20,
        20,
    )
    assert crm.get(path, role="key_user").json()["total"]["answers"] == 20
    assert crm.get(path, to=str(day - DAY)).json()["total"]["answers"] == 0
    wrong: list[dict[str, Any]] = [
        {"kind": "moon"}, {"role": "king"}, {"tier": "moon"}, {"round": "77"}, {"from": "x"},
        {"from": "2026-02-01", "to": "2026-01-01"}, {"more": "1"},
    ]  # fmt: skip
    for query in wrong:
        assert crm.get(path, **query).status_code == 400, query
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert his.get(path).json()["total"]["answers"] == 0


def test_answers_beside_staying_are_told(tenant: Tenant, crm: Program) -> None:
    path = "/api/v1/case-responses"
    with tenant_scope(tenant.id):
        Night.objects.all().delete()
    empty = crm.get(path).json()
    assert (empty["from"], empty["nights"]) == (None, [])
    assert {one["customers"] for one in empty["bands"]} == {0}
    with tenant_scope(tenant.id):
        MeasureRow.objects.all().delete()
        for as_of, arr in (("2026-04-30", 100), ("2026-10-31", 0)):
            Night.objects.create(as_of=as_of, state=Night.State.DONE, digest="d")
            for customer in Customer.objects.all():
                MeasureRow.objects.create(customer=customer, as_of=as_of, arr=arr, tier="")
    told = crm.get(path).json()
    assert (told["from"], told["to"]) == ("2026-04-30", "2026-10-31")
    (none,) = (one for one in told["bands"] if one["key"] == "none")
    assert (none["customers"], none["left"], none["share"]) == (11, 11, 1.0)
    rows = crm.get(f"{path}/customers", of="none", left="true").json()
    assert (rows["total"], len(rows["results"])) == (11, 11)
    assert crm.get(f"{path}/customers", of="none", offset="10").json()["results"][0]["promise"]
    assert crm.get(f"{path}/customers", of="2").json() == {"total": 0, "results": []}
    for query in ({}, {"of": "moon"}, {"of": "2", "offset": "-1"}, {"of": "2", "left": "x"}):
        assert crm.get(f"{path}/customers", **query).status_code == 400
    for query in ({"after": "4"}, {"from": "2026-05-31"}, {"from": "x"}):
        assert crm.get(path, **query).status_code == 400
    leader = make_member(tenant, "pam@acme.example", "project_manager")
    assert program(tenant, *ALL, member=leader).get(path).status_code == 403
