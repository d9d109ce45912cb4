"""What nights say, through the API: the same numbers as commands and screens, as far as the token's
person sees."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from group_world import group_of
from members import make_member
from night_facts import customer, pay, sign, use

from accounts.models import Colleague, Customer, Module, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from segmentation.models import Night, RuleSet, StrategyText, UsageEvent

D = date(2026, 6, 30)
DAY = timedelta(1)
READS = (
    "nights:read", "standings:read", "moves:read", "groups:read", "rules:read", "usage:read",
)  # fmt: skip
WRITES = ("nights:write", "rules:write")


def printed(*arguments: str) -> Any:
    out = io.StringIO()
    call_command(*arguments, "--tenant=acme", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def nights(tenant: Tenant) -> Tenant:
    """Two nights, of which the first is a month's end; some customers move between them."""
    with tenant_scope(tenant.id):
        for number in range(8):
            whom = customer(f"c{number}")
            if number != 5:
                pay(whom, D - 40 * number * DAY, 100 * number + 50)
            if number % 2:
                sign(whom, D - 300 * DAY, D if number == 3 else D + 65 * DAY, fee=1000 * number)
            for back in range(number):
                use(whom, D - back * DAY, times=3, person=f"p{back}")
    for day in (D, D + 3 * DAY):
        printed("run_night", f"--as-of={day}")
    return tenant


@pytest.fixture
def reader(nights: Tenant) -> Program:
    return program(nights, *READS)


def listed(reader: Program, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = reader.get(f"/api/v1/{path}", **query)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


@pytest.mark.parametrize("day", ["latest", "2026-07-03", "2026-06-30"])
def test_standings_are_the_rows_of_the_command(reader: Program, day: str) -> None:
    asked = [] if day == "latest" else [f"--as-of={day}"]
    rows = printed("tiers", "--format=json", *asked)
    found = listed(reader, f"nights/{day}/standings")
    assert [one["customer"] for one in found] == [row["customer"] for row in rows]
    for one, row in zip(found, rows, strict=True):
        numbers = {name: row.pop(name) for name in ("recency_days", "frequency", "monetary")}
        assert {name: one[name] for name in row} == row
        for name, value in numbers.items():
            assert (None if one[name] is None else float(one[name])) == value


def test_standings_are_narrowed_by_what_they_say(reader: Program) -> None:
    everybody = listed(reader, "nights/latest/standings")
    tier = next(one["tier"] for one in everybody if one["tier"])
    found = listed(reader, "nights/latest/standings", tier=tier)
    assert found == [one for one in everybody if one["tier"] == tier]
    assert [one["customer"] for one in listed(
        reader, "nights/latest/standings", customer="c4,c1", sort="-customer"
    )] == ["c4", "c1"]  # fmt: skip
    for day in ("2026-07-01", "yesterday", "2026-02-31"):
        assert reader.get(f"/api/v1/nights/{day}/standings").status_code == 404


def test_of_a_night_whose_measures_went_the_rest_is_said(nights: Tenant, reader: Program) -> None:
    printed("run_night", f"--as-of={D + 4 * DAY}")
    rows = printed("tiers", "--format=json", f"--as-of={D + 3 * DAY}")
    found = listed(reader, f"nights/{D + 3 * DAY}/standings")
    for one, row in zip(found, rows, strict=True):
        for name in ("recency_days", "frequency", "monetary"):
            assert one[name] is None
            row.pop(name)
        assert one["unmeasured"] == "not_kept"
        assert {name: one[name] for name in row} == row


def test_moves_are_the_rows_of_the_command(reader: Program) -> None:
    rows = printed("moves", "--since=2026-01-01", "--format=json")
    assert rows, "there is something to compare"
    found = listed(reader, "moves", since="2026-01-01")
    plain = [{name: one[name] for name in rows[0]} for one in found]
    order = [tuple(row.values()) for row in plain]
    assert sorted(order) == sorted(tuple(row.values()) for row in rows)
    assert {one["direction"] for one in found} <= {"worse", "better", "other"}
    assert listed(reader, "moves", since=str(D + 4 * DAY)) == []
    kind = found[0]["kind"]
    assert {one["kind"] for one in listed(reader, "moves", kind=kind)} == {kind}


def test_nights_are_listed_and_read(nights: Tenant, reader: Program) -> None:
    found = listed(reader, "nights")
    assert [one["as_of"] for one in found] == ["2026-07-03", "2026-06-30"]
    latest = reader.get("/api/v1/nights/latest").json()
    assert latest == found[0]
    with tenant_scope(nights.id):
        night = Night.objects.get(as_of=D + 3 * DAY)
        assert latest["digest"] == night.digest
        assert (latest["customers"], latest["moves"]) == (night.customers, night.moves_count)
        assert latest["rules_version"] == night.rule_set.version
    assert reader.get("/api/v1/nights/2026-06-30").json() == found[1]
    assert reader.get("/api/v1/nights/2026-01-01").status_code == 404
    assert [one["as_of"] for one in listed(reader, "nights", until="2026-06-30")] == ["2026-06-30"]


def test_a_night_is_asked_for_once(nights: Tenant, reader: Program) -> None:
    assert reader.post({}, path="/api/v1/nights").status_code == 403
    runs = program(nights, "nights:read", "nights:write")
    made = runs.post({}, path="/api/v1/nights")
    assert made.status_code == 201, made.content
    day = made.json()["as_of"]
    assert made.json()["state"] == "queued"
    assert runs.post({}, path="/api/v1/nights").json()["as_of"] == day
    with tenant_scope(nights.id):
        assert Night.objects.filter(as_of=day).count() == 1
        Night.objects.filter(as_of=day).update(state="dead")
    retried = runs.post({}, path=f"/api/v1/nights/{day}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "queued")
    assert runs.post({}, path=f"/api/v1/nights/{day}/retry").status_code == 409
    with tenant_scope(nights.id):
        Night.objects.filter(as_of=day).update(state="done", digest="x")
    assert runs.post({}, path="/api/v1/nights").status_code == 409
    manager = program(
        nights, *WRITES, member=make_member(nights, "sam@acme.example", "service_manager")
    )
    assert manager.post({}, path="/api/v1/nights").status_code == 403


def test_rules_are_read_whole_and_published(nights: Tenant, reader: Program) -> None:
    heads = listed(reader, "rule-sets")
    version = heads[0]["version"]
    whole = reader.get(f"/api/v1/rule-sets/{version}").json()
    out = io.StringIO()
    call_command("show_rules", "--tenant=acme", stdout=out)
    assert whole["rules"] == json.loads(out.getvalue())
    schema = "http://testserver/schemas/rules.json"
    assert whole == heads[0] | {"rules": whole["rules"], "json_schema": schema}
    writer = program(nights, *READS, *WRITES)
    path = "/api/v1/rule-sets"
    made = writer.post({"change": {"hysteresis_nights": 5}, "note": "Calmer."}, path=path)
    assert made.status_code == 201, made.content
    assert (made.json()["version"], made.json()["note"]) == (version + 1, "Calmer.")
    rules = reader.get(f"/api/v1/rule-sets/{version + 1}").json()["rules"]
    assert rules == whole["rules"] | {"hysteresis_nights": 5}
    again = writer.post({"change": {"hysteresis_nights": 5}}, path=path)
    assert again.json()["version"] == version + 1, "nothing to change"
    for wrong in ({"histeresis_nights": 5}, {"hysteresis_nights": "x"}, {"a": "\x00"}, 7):
        refused = writer.post({"change": wrong}, path=path)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"].startswith("change")
    with tenant_scope(nights.id):
        assert RuleSet.objects.count() == version + 1
    assert reader.get("/api/v1/rule-sets/99").status_code == 404
    assert reader.get(f"/api/v1/rule-sets/{10**30}").status_code == 404


def test_groups_say_who_is_in_them_and_who_came_and_went(nights: Tenant, reader: Program) -> None:
    with tenant_scope(nights.id):
        group = group_of({D: ["C0", "C1"], D + 3 * DAY: ["C1", "C2", "C4"]})
        pk = group.pk
        group_of({D: []}, name="Hers", is_shared=False, owner=make_member(
            nights, "eve@acme.example", "service_manager"
        ))  # fmt: skip
    found = next(one for one in listed(reader, "groups") if one["id"] == pk)
    assert (found["members"], found["night"]) == (3, "2026-07-03")
    assert reader.get(f"/api/v1/groups/{pk}").json() == found
    now = listed(reader, f"groups/{pk}/members", is_member="true", sort="customer")
    assert [one["customer"] for one in now] == ["c1", "c2", "c4"]
    left = listed(reader, f"groups/{pk}/members", left_since="2026-07-03")
    assert [(one["customer"], one["to"], one["left_by"]) for one in left] == [
        ("c0", "2026-07-03", "customer")
    ]
    entered = listed(reader, f"groups/{pk}/members", entered_since="2026-07-03")
    assert sorted(one["customer"] for one in entered) == ["c2", "c4"]
    assert reader.get("/api/v1/groups/999999/members").status_code == 404
    his = program(nights, *READS, member=make_member(nights, "al@acme.example", "executive"))
    assert "Hers" not in [one["name"] for one in listed(his, "groups")]
    assert "Hers" in [one["name"] for one in listed(reader, "groups")]


def test_usage_is_said_event_by_event_and_by_month(nights: Tenant, reader: Program) -> None:
    with tenant_scope(nights.id):
        whom = Customer.objects.get(key="c7")
        core = Module.objects.get(key="core")
        moment = datetime.combine(D, time(4), UTC)
        UsageEvent.objects.bulk_create(
            UsageEvent(
                message_id=f"same-{number}", customer=whom, event="same", occurred_at=moment,
                received_at=moment, module=core, count=2,
            )
            for number in range(9)
        )  # fmt: skip
    path, query, seen = "/api/v1/customers/c7/events", {"limit": 4}, []
    while path:
        page = reader.get(path, **query).json()
        seen += [(one["occurred_at"], one["message_id"]) for one in page["results"]]
        path, query = (page["next"] or "").removeprefix("http://testserver"), {}
    assert len(seen) == len(set(seen)) == 16
    assert seen == sorted(seen, reverse=True)
    assert {one["module"] for one in listed(reader, "customers/c7/events", event="same")} == {
        "core"
    }
    since = (D - 2 * DAY).isoformat() + "T00:00:00Z"
    assert len(listed(reader, "customers/c7/events", since=since, person="p1")) == 1
    months = reader.get("/api/v1/customers/c7/usage").json()
    assert (months["until"], len(months["months"])) == ("2026-07-03", 18)
    assert {one["module"]: sum(one["events"]) for one in months["modules"]} == {"": 21, "Core": 18}
    assert sum(months["persons"]) == 7
    assert reader.get("/api/v1/customers/none/events").status_code == 404
    assert reader.get("/api/v1/customers/none/usage").status_code == 404


def test_retention_is_the_rows_of_the_command(
    nights: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    span = {"from": "2026-05", "to": "2026-09"}
    rows = printed("retention", "--from=2026-05", "--to=2026-09", "--format=json")
    reader = program(nights, "retention:read")
    found = listed(reader, "retention", **span)
    assert [one["month"] for one in found] == [row["month"] for row in rows]
    assert any(row["churned"] for row in rows)
    for one, row in zip(found, rows, strict=True):
        for name, value in row.items():
            said = one[name]
            assert (said if name == "month" or said is None else float(said)) == value, name
    for wrong in ({"from": "2026-05"}, span | {"to": "2026-04"}, span | {"to": "2026-13"},
                  span | {"from": "1905-01"}, span | {"of": "c1"}):  # fmt: skip
        assert reader.get("/api/v1/retention", **wrong).status_code == 400, wrong
    member = make_member(nights, "sam@acme.example", "service_manager")
    with tenant_scope(nights.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c3").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = listed(program(nights, "retention:read", member=member), "retention", **span)
    assert [one["start_arr"] for one in his] == [*["3000.00"] * 3, "0.00", "0.00"]
    assert [one["customers_lost"] for one in his] == [0, 0, 1, 0, 0]
    lead = make_member(nights, "tim@acme.example", "team_member")
    refused = program(nights, "retention:read", member=lead).get("/api/v1/retention", **span)
    assert refused.status_code == 403
    other = listed(program(make_tenant("other"), "retention:read"), "retention", **span)
    assert {one["end_arr"] for one in other} == {"0.00"}


def test_strategies_are_said_in_the_tenants_words(nights: Tenant) -> None:
    reader = program(nights, "strategies:read")
    shipped = listed(reader, "strategies", scheme="a")
    assert {one["language"] for one in shipped} == {"en", "zh-hans"}
    assert not any(one["is_own"] for one in shipped)
    first = shipped[0]
    with tenant_scope(nights.id):
        StrategyText.objects.create(
            scheme="a", tier=first["tier"], kind=first["kind"], language=first["language"],
            text="Ours.",
        )  # fmt: skip
    own = listed(reader, "strategies", scheme="a")
    assert own == [first | {"text": "Ours.", "is_own": True}, *shipped[1:]]
    assert listed(reader, "strategies", scheme="role")
    assert reader.get("/api/v1/strategies", scheme="z").status_code == 400
    assert program(nights, "moves:read").get("/api/v1/strategies").status_code == 403


def test_a_persons_token_sees_its_customers_alone(
    nights: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(nights, "sam@acme.example", "service_manager")
    with tenant_scope(nights.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c3").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        group = group_of({D: ["C3", "C1"], D + 3 * DAY: ["C3", "C1"]})
    his = program(nights, *READS, member=member)
    assert {one["customer"] for one in listed(his, "nights/latest/standings")} == {"c3"}
    assert {one["customer"] for one in listed(his, "moves")} <= {"c3"}
    assert [one["customer"] for one in listed(his, f"groups/{group.pk}/members")] == ["c3"]
    assert his.get(f"/api/v1/groups/{group.pk}").json()["members"] == 1
    assert his.get("/api/v1/customers/c1/events").status_code == 404
    assert his.get("/api/v1/customers/c1/usage").status_code == 404
    assert his.get("/api/v1/customers/c3/usage").status_code == 200
    other = program(make_tenant("other"), *READS)
    for path in ("nights", "moves", "groups", "rule-sets"):
        assert listed(other, path) == []
    assert other.get("/api/v1/nights/latest/standings").status_code == 404
    assert other.get("/api/v1/customers/c3/events").status_code == 404
    assert other.get(f"/api/v1/groups/{group.pk}").status_code == 404


@pytest.mark.parametrize(
    "path", ["nights", "nights/latest/standings", "moves", "groups", "customers/c7/events"]
)
def test_a_long_page_costs_what_a_short_one_does(
    nights: Tenant, reader: Program, path: str
) -> None:
    with tenant_scope(nights.id):
        for number in range(4):
            group_of({D + 3 * DAY: ["C1"]}, name=f"G{number}")
    listed(reader, path)
    counts = []
    for limit in (2, 8):
        with CaptureQueriesContext(connection) as queries:
            rows = listed(reader, path, limit=limit)
        counts.append(len(queries))
    assert len(rows) >= 2
    assert counts[0] == counts[1], [query["sql"] for query in queries]
