"""Groups through the API: made, changed, put away as on screen, counted before and followed after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from group_world import group_of
from members import make_member
from night_facts import customer, sign

from accounts.models import AuditRecord, Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from segmentation.models import CustomerGroup, CustomerGroupVersion

D = date(2026, 6, 30)
DAY = timedelta(1)
GROUPS = "/api/v1/groups"
PREVIEWS = "/api/v1/group-previews"


def costs(least: int) -> dict[str, Any]:
    """Who pays at least so much a year."""
    compared = {"field": "arr", "operator": "at_least", "value": least}
    return {"match": "all", "conditions": [compared]}


@pytest.fixture
def night(tenant: Tenant) -> Tenant:
    """A night over c0 to c5, who pay 0, 1000, 2000 … a year."""
    with tenant_scope(tenant.id):
        for number in range(6):
            sign(customer(f"c{number}"), D - 300 * DAY, D + 65 * DAY, fee=1000 * number)
    call_command("run_night", f"--as-of={D}", "--tenant=acme")
    return tenant


@pytest.fixture
def writer(night: Tenant) -> Program:
    return program(night, "groups:read", "groups:write", path=GROUPS)


def test_a_group_is_made_and_evaluated_at_once(night: Tenant, writer: Program) -> None:
    made = writer.post({"name": " Large ", "condition": costs(3000), "is_shared": True})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["name"], told["members"], told["night"]) == ("Large", 3, "2026-06-30")
    assert (told["owner"], told["version"], told["is_shared"]) == (None, 1, True)
    pk = told["id"]
    members = writer.get(f"{GROUPS}/{pk}/members", sort="customer").json()["results"]
    assert [one["customer"] for one in members] == ["c3", "c4", "c5"]
    with tenant_scope(night.id):
        assert CustomerGroup.objects.get(pk=pk).condition == costs(3000)
        assert AuditRecord.objects.filter(verb="group.made", object_id=pk).count() == 1


def test_a_person_owns_what_they_make(night: Tenant) -> None:
    member = make_member(night, "sam@acme.example", "service_manager")
    his = program(night, "groups:read", "groups:write", path=GROUPS, member=member)
    made = his.post({"name": "Mine", "condition": costs(1)}).json()
    assert made["owner"] == "sam@acme.example"
    eve = make_member(night, "eve@acme.example", "service_manager")
    hers = program(night, "groups:read", "groups:write", member=eve)
    path = f"{GROUPS}/{made['id']}"
    assert hers.get(path).status_code == 404
    with tenant_scope(night.id):
        CustomerGroup.objects.update(is_shared=True)
    read = hers.get(path)
    assert hers.patch(path, {"name": "x"}, if_match=read["ETag"]).status_code == 403
    assert hers.post({}, path=f"{path}/archive").status_code == 403
    ida = make_member(night, "ida@acme.example", "admin")
    theirs = program(night, "groups:read", "groups:write", member=ida)
    assert theirs.patch(path, {"name": "x"}, if_match=theirs.get(path)["ETag"]).status_code == 200
    looker = make_member(night, "pm@acme.example", "product_manager")
    reads = program(night, "groups:read", "groups:write", member=looker)
    assert reads.post({"name": "x", "condition": costs(1)}, path=GROUPS).status_code == 403


def test_another_condition_is_another_version(night: Tenant, writer: Program) -> None:
    made = writer.post({"name": "Large", "condition": costs(3000)})
    path = f"{GROUPS}/{made.json()['id']}"
    tag = writer.get(path)["ETag"]
    assert tag == made["ETag"]
    named = writer.patch(path, {"note": "By contract."}, if_match=tag)
    assert (named.json()["version"], named.json()["note"]) == (1, "By contract.")
    assert writer.patch(path, {"note": "Lost."}, if_match=tag).status_code == 412
    assert writer.patch(path, {"note": "Lost."}).status_code == 428
    changed = writer.patch(path, {"condition": costs(5000)}, if_match=named["ETag"]).json()
    assert (changed["version"], changed["members"], changed["name"]) == (2, 1, "Large")
    with tenant_scope(night.id):
        held = CustomerGroupVersion.objects.filter(group=made.json()["id"])
        assert [one.condition for one in held.order_by("version")] == [costs(3000), costs(5000)]
        assert CustomerGroup.objects.get().note == "By contract."


def test_what_cannot_be_read_is_refused_where_it_stands(night: Tenant, writer: Program) -> None:
    wrong: tuple[Any, ...] = (
        {}, {"match": "all", "conditions": [{"field": "arrr", "operator": "is", "value": 1}]},
        {"match": "all", "conditions": [{"field": "arr", "operator": "at_least", "value": "x"}]},
        {"match": "some", "conditions": []}, 7, None,
    )  # fmt: skip
    for condition in wrong:
        for path in (GROUPS, PREVIEWS):
            body = {"condition": condition} | ({"name": "x"} if path == GROUPS else {})
            refused = writer.post(body, path=path)
            assert refused.status_code == 400, condition
            assert refused.json()["errors"][0]["field"].startswith("condition")
    with tenant_scope(night.id):
        assert not CustomerGroup.objects.exists()


def test_a_group_is_put_away_and_taken_out_again(night: Tenant, writer: Program) -> None:
    path = f"{GROUPS}/{writer.post({'name': 'L', 'condition': costs(3000)}).json()['id']}"
    archived = writer.post({}, path=f"{path}/archive")
    assert archived.status_code == 200
    assert archived.json()["archived_at"]
    assert writer.get(GROUPS, is_in_use="true").json()["results"] == []
    restored = writer.post({}, path=f"{path}/restore")
    assert restored.json()["archived_at"] is None
    nights = writer.get(f"{path}/nights").json()["results"]
    assert nights == [{"night": "2026-06-30", "version": 1, "members": 3, "faults": []}]


def test_who_would_be_in_it_is_counted_before(night: Tenant, writer: Program) -> None:
    found = writer.post({"condition": costs(3000)}, path=PREVIEWS)
    assert found.status_code == 200, found.content
    assert found.json()["customers"] == 3
    assert [one["customer"] for one in found.json()["first"]] == ["c5", "c4", "c3"]
    member = make_member(night, "sam@acme.example", "service_manager")
    with tenant_scope(night.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c4").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(night, "groups:write", member=member)
    seen = his.post({"condition": costs(3000)}, path=PREVIEWS).json()
    assert (seen["customers"], [one["customer"] for one in seen["first"]]) == (1, ["c4"])
    fields = {one["key"]: one for one in writer.get("/api/v1/condition-fields").json()["results"]}
    assert "at_least" in fields["arr"]["operators"]
    assert "active" in fields["stage"]["choices"]


def test_nights_of_a_group_count_whom_the_token_sees(
    night: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(night, "sam@acme.example", "service_manager")
    with tenant_scope(night.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c3").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        nights = {D + number * DAY: ["C1", "C3"] for number in range(9)}
        group = group_of(nights)
    reader, his = program(night, "groups:read"), program(night, "groups:read", member=member)
    path = f"{GROUPS}/{group.pk}/nights"
    reader.get(path)
    counts = []
    for limit in (2, 8):
        with CaptureQueriesContext(connection) as queries:
            rows = reader.get(path, limit=limit).json()["results"]
        counts.append(len(queries))
    assert [one["members"] for one in rows] == [2] * 8
    assert counts[0] == counts[1]
    assert {one["members"] for one in his.get(path).json()["results"]} == {1}
    assert program(make_tenant("other"), "groups:read").get(path).status_code == 404
