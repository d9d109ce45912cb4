"""What nights say of customers, through the API: measures, reasons, spreads, comparisons, replays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from group_world import group_of
from members import make_member
from night_facts import customer, pay, sign, use

from accounts.models import Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from segmentation.models import Assignment, MeasureRow, Night, Replay
from segmentation.tasks import compute_replay

D = date(2026, 6, 30)
DAY = timedelta(1)
READS = ("nights:read", "nights:write", "standings:read", "modules:read", "replays:write")
REPLAYS = "/api/v1/nights/latest/replays"


@pytest.fixture
def nights(tenant: Tenant) -> Tenant:
    """Two nights over eight customers, the first a month's end."""
    with tenant_scope(tenant.id):
        for number in range(8):
            whom = customer(f"c{number}")
            pay(whom, D - 40 * number * DAY, 100 * number + 50)
            if number % 2:
                sign(whom, D - 300 * DAY, D if number == 3 else D + 65 * DAY, fee=1000 * number)
            for back in range(number):
                use(whom, D - back * DAY, times=3, person=f"p{back}")
    for day in (D, D + 3 * DAY):
        call_command("run_night", f"--as-of={day}", "--tenant=acme")
    return tenant


@pytest.fixture
def reader(nights: Tenant) -> Program:
    return program(nights, *READS)


@pytest.fixture
def his(nights: Tenant) -> Program:
    """Of somebody who sees c3 alone."""
    member = make_member(nights, "sam@acme.example", "service_manager")
    with tenant_scope(nights.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c3").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    return program(nights, *READS, member=member)


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_measures_are_those_of_the_night(nights: Tenant, reader: Program, his: Program) -> None:
    rows = ok(reader.get("/api/v1/nights/latest/measures"))["results"]
    assert [one["customer"] for one in rows] == [f"c{number}" for number in range(8)]
    with tenant_scope(nights.id):
        kept = {
            one.customer.key: one
            for one in MeasureRow.objects.filter(as_of=D + 3 * DAY).select_related("customer")
        }
    for one in rows:
        found = kept[one["customer"]]
        assert (one["arr"], one["active_days_30"]) == (
            None if found.arr is None else str(found.arr), found.active_days_30,
        )  # fmt: skip
    assert [
        one["customer"] for one in ok(his.get("/api/v1/nights/latest/measures"))["results"]
    ] == ["c3"]
    call_command("run_night", f"--as-of={D + 4 * DAY}", "--tenant=acme")
    gone = reader.get(f"/api/v1/nights/{D + 3 * DAY}/measures")
    assert gone.status_code == 404
    assert "not kept" in gone.json()["detail"]
    counts = []
    for limit in (2, 8):
        with CaptureQueriesContext(connection) as queries:
            ok(reader.get("/api/v1/nights/latest/measures", limit=limit))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_why_a_customer_has_its_tier(nights: Tenant, reader: Program, his: Program) -> None:
    path = "/api/v1/nights/latest/explanations"
    told = ok(reader.get(f"{path}/c7"))
    with tenant_scope(nights.id):
        held = Assignment.objects.get(customer__key="c7", valid_to=None)
    own = next(one for one in told["schemes"] if one["is_own"])
    assert (own["tier"], own["reason"], told["stage"]) == (held.tier, held.reason, held.stage)
    assert told["unexplained"] is None
    assert own["read"]
    assert (own["upward"] is None) == (own["no_upward"] is not None)
    assert ok(his.get(f"{path}/c3"))["customer"] == "c3"
    assert his.get(f"{path}/c7").status_code == 404
    with tenant_scope(nights.id):
        customer("new")
    assert ok(reader.get(f"{path}/new"))["unexplained"] == "not_known"
    assert reader.get("/api/v1/nights/2020-01-01/explanations/c7").status_code == 404


def test_customers_are_spread_and_compared(nights: Tenant, reader: Program, his: Program) -> None:
    found = ok(reader.get("/api/v1/nights/latest/spread"))
    assert found["customers"] == 8
    for word in ("tier", "stage"):
        assert sum(one["customers"] for one in found["shares"] if one["of"] == word) == 8
    with tenant_scope(nights.id):
        group = group_of({D: ["C1"], D + 3 * DAY: ["C1", "C3"]}).pk
    narrowed = ok(reader.get("/api/v1/nights/latest/spread", group=group))
    assert narrowed["customers"] == 2
    assert ok(reader.get(f"/api/v1/nights/{D}/spread", group=group))["customers"] == 1
    assert reader.get("/api/v1/nights/latest/spread", group=10**9).status_code == 400
    assert ok(his.get("/api/v1/nights/latest/spread"))["customers"] == 1
    path = "/api/v1/night-comparison"
    both = ok(reader.get(path, **{"from": str(D)}))
    assert (both["from"], both["to"]) == ("2026-06-30", "2026-07-03")
    assert sum(one["customers"] for one in both["flows"]) == 8
    assert both["measures"]
    assert sum(one["customers"] for one in ok(his.get(path, **{"from": str(D)}))["flows"]) == 1
    assert reader.get(path, **{"from": "latest"}).status_code == 400
    assert reader.get(path).status_code == 404


def test_adoption_counts_who_owns_and_uses(reader: Program, his: Program) -> None:
    found = ok(reader.get("/api/v1/module-adoption"))
    assert found["day"] == "2026-07-03"
    core = next(one for one in found["results"] if one["module"] == "core")
    assert core["owners"] == 3
    mine = next(
        one for one in ok(his.get("/api/v1/module-adoption"))["results"] if one["module"] == "core"
    )
    assert mine["owners"] <= 1
    assert ok(reader.get("/api/v1/night-alarms")) == {"results": []}


def test_a_night_is_computed_again_and_restated(
    nights: Tenant, reader: Program, his: Program, make_tenant: Callable[..., Tenant]
) -> None:
    with tenant_scope(nights.id):
        for key in ("c0", "c3"):
            pay(Customer.objects.get(key=key), D, 90_000, known=timezone.now())
    made = reader.post({"facts": "now"}, path=REPLAYS)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert (made.json()["state"], made.json()["rules"]) == ("queued", "then")
    assert reader.post({"facts": "now"}, path=REPLAYS).json()["id"] == pk, "it waits already"
    assert reader.post({"facts": "x"}, path=REPLAYS).status_code == 400
    assert his.post({"facts": "now"}, path=REPLAYS).status_code == 403
    path = f"{REPLAYS}/{pk}"
    assert reader.post({"reason": "x"}, path=f"{path}/restate").status_code == 409
    assert reader.post({}, path=f"{path}/retry").status_code == 409
    compute_replay(nights.id, pk)
    told = ok(reader.get(path))
    assert (told["state"], told["is_same"], told["is_alarm"]) == ("done", False, False)
    differing = ok(reader.get(f"{path}/differences"))["results"]
    assert told["differing"] == len(differing)
    assert {"c0", "c3"} <= {one["customer"] for one in differing}
    late = ok(reader.get(f"{path}/differences", reason="late_data"))["results"]
    assert {one["customer"] for one in late} == {one["customer"] for one in differing}
    assert reader.get(f"{path}/differences", reason="x").status_code == 400
    assert [one["customer"] for one in ok(his.get(f"{path}/differences"))["results"]] == ["c3"]
    other = program(make_tenant("other"), *READS)
    assert other.get(path).status_code == 404
    assert reader.post({"reason": " "}, path=f"{path}/restate").status_code == 400
    asked = reader.post({"reason": "Late payments."}, path=f"{path}/restate")
    assert ok(asked)["restate_because"] == "Late payments."
    compute_replay(nights.id, pk)
    with tenant_scope(nights.id):
        night = Night.objects.get(as_of=D + 3 * DAY)
        assert night.digest == Replay.objects.get(pk=pk).digest
        assert night.restated_because == "Late payments."
