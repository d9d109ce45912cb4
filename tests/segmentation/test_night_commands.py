"""run_night, tiers and moves as an operator meets them: output, exit status, refusals."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from night_facts import customer, pay, sign

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import Assignment, Night
from segmentation.queries.portfolio import held_on

D = date(2026, 6, 30)
DAY = timedelta(1)
HEADER = (
    "customer,recency_days,frequency,monetary,r,f,m,segment,class8,"
    "activity,contribution,value,need,stage,tier,reason"
)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value.returncode, str(caught.value)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def payers(tenant: Tenant) -> Tenant:
    """Six customers; c3 paid 100.50 and got 0.25 back, c5 never paid."""
    with tenant_scope(tenant.id):
        for number in range(6):
            whom = customer(f"c{number}")
            if number != 5:
                pay(whom, D - number * DAY, "100.5")
        pay(whom.__class__.objects.get(key="c3"), D, "-0.25")
    return tenant


def test_run_night_prints_one_json_line(payers: Tenant) -> None:
    line = run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    said = json.loads(line)
    assert line.count("\n") == 1
    assert list(said)[:7] == [
        *("tenant", "as_of", "customers", "scored", "moves", "seconds", "digest")
    ]
    assert said["tenant"] == "acme"
    assert said["as_of"] == "2026-06-30"
    assert (said["customers"], said["scored"], said["moves"]) == (6, 5, 0)
    assert len(said["digest"]) == 64
    again = json.loads(run("run_night", "--tenant=acme", "--as-of=2026-06-30"))
    assert again["digest"] == said["digest"]


def test_all_runs_every_tenant_and_one_refusal_stops_no_other(payers: Tenant, make_tenant) -> None:  # type: ignore[no-untyped-def]
    make_tenant("other")
    run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    with tenant_scope(payers.id):
        pay(customer("late"), D)
    out = io.StringIO()
    with pytest.raises(CommandError, match="acme") as caught:
        call_command("run_night", "--all", "--as-of=2026-06-30", stdout=out, stderr=io.StringIO())
    assert caught.value.returncode == 1
    assert [json.loads(line)["tenant"] for line in out.getvalue().splitlines()] == ["other"]
    run("run_night", "--all", "--as-of=2026-06-30", "--restate=a late file")
    with tenant_scope(payers.id):
        assert Night.objects.get().restated_because == "a late file"


def test_by_default_it_is_yesterday_where_the_tenant_is(make_tenant, time_machine) -> None:  # type: ignore[no-untyped-def]
    make_tenant("east", timezone="Pacific/Auckland")
    make_tenant("west", timezone="America/Los_Angeles")
    time_machine.move_to("2026-07-01T13:00:00Z")
    said = [json.loads(line) for line in run("run_night", "--all").splitlines()]
    assert [(night["tenant"], night["as_of"]) for night in said] == [
        ("east", "2026-07-01"),
        ("west", "2026-06-30"),
    ]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["run_night", "--tenant=nobody"], 1),
        (["run_night", "--tenant=acme", "--as-of=30.06.2026"], 2),
        (["run_night", "--tenant=acme", "--known-at=noon"], 2),
        (["run_night", "--tenant=acme", "--as-of=2999-01-01"], 1),
        (["tiers", "--tenant=acme"], 1),
        (["tiers", "--tenant=acme", "--as-of=2026-06-29"], 1),
        (["tiers", "--tenant=acme", "--as-of=yesterday"], 2),
        (["moves", "--tenant=acme", "--since=2026-13-01"], 2),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    tenant: Tenant, arguments: list[str], status: int
) -> None:
    code, reason = refused(*arguments)
    assert code == status
    assert reason.endswith((".", "`"))


def test_a_moment_is_the_tenants_own_unless_it_says_otherwise(payers: Tenant) -> None:
    for text, utc in (("2026-07-05T08:00:00", 0), ("2026-07-05T08:00:00Z", 8)):
        day = D - utc * DAY
        run("run_night", "--tenant=acme", f"--as-of={day}", f"--known-at={text}")
        with tenant_scope(payers.id):
            known_at = Night.objects.get(as_of=day).known_at
        assert known_at is not None
        assert known_at.isoformat() == f"2026-07-05T{utc:02}:00:00+00:00"


def test_tiers_is_csv_with_exact_amounts(payers: Tenant) -> None:
    run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    text = run("tiers", "--tenant=acme")
    assert text.split("\r\n")[0] == HEADER
    assert text == run("tiers", "--tenant=acme", "--as-of=2026-06-30")
    found = {row["customer"]: row for row in rows(text)}
    assert list(found) == [f"c{number}" for number in range(6)]
    assert (found["c3"]["recency_days"], found["c3"]["frequency"]) == ("3", "1")
    assert found["c3"]["monetary"] == "100.25"
    assert found["c0"]["monetary"] == "100.50"
    assert [found[f"c{number}"]["r"] for number in range(5)] == ["5", "4", "3", "2", "1"]
    nothing = found["c5"]
    assert (nothing["recency_days"], nothing["monetary"], nothing["r"], nothing["segment"]) == (
        *("", "", "", ""),
    )
    assert nothing["stage"] == "potential"
    assert nothing["reason"].startswith("prospect;no_recency=no_value")


def test_tiers_as_json_says_the_same(payers: Tenant) -> None:
    run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    said = json.loads(run("tiers", "--tenant=acme", "--format=json"), parse_float=Decimal)
    assert [",".join(row) for row in said] == [HEADER] * 6
    printed = rows(run("tiers", "--tenant=acme"))
    for row, texts in zip(said, printed, strict=True):
        assert {name: "" if value is None else str(value) for name, value in row.items()} == texts
    assert said[3]["monetary"] == Decimal("100.25")
    assert said[5]["recency_days"] is None


def test_tiers_of_another_scheme_have_the_same_columns(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        sign(customer("gone"), D - 400 * DAY, D - DAY)
        sign(customer("stays"), D - 400 * DAY)
        customer("asks")
    run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    assert run("tiers", "--tenant=acme", "--scheme=A") == run("tiers", "--tenant=acme")
    text = run("tiers", "--tenant=acme", "--scheme=B")
    assert text.split("\r\n")[0] == HEADER
    lifecycle = {row["customer"]: row for row in rows(text)}
    assert {key: row["tier"] for key, row in lifecycle.items()} == {
        "gone": "lost",
        "stays": "active",
        "asks": "potential",
    }
    assert lifecycle["gone"]["reason"].startswith("stage=churned;no_recency=")
    own = {row["customer"]: row for row in rows(run("tiers", "--tenant=acme"))}
    for key, row in lifecycle.items():
        assert {**row, "tier": "", "reason": ""} == {**own[key], "tier": "", "reason": ""}
    rungs = {row["customer"]: row for row in rows(run("tiers", "--tenant=acme", "--scheme=c"))}
    assert (rungs["gone"]["tier"], rungs["asks"]["reason"].split(";")[0]) == ("", "prospect")
    with pytest.raises(CommandError):
        run("tiers", "--tenant=acme", "--scheme=D")


def test_every_scheme_is_kept_in_the_history_as_it_is_printed(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        sign(customer("gone"), D - 400 * DAY, D)
        sign(customer("stays"), D - 400 * DAY)
    for number in range(2):
        run("run_night", "--tenant=acme", f"--as-of={D + number * DAY}")
    for day in (D, D + DAY):
        for scheme in "abc":
            printed = {
                row["customer"]: row["tier"]
                for row in rows(
                    run("tiers", "--tenant=acme", f"--as-of={day}", f"--scheme={scheme}")
                )
            }
            with tenant_scope(tenant.id):
                kept = dict(
                    Assignment.objects.filter(held_on(day)).values_list(
                        "customer__key", f"tier_{scheme}"
                    )
                )
            assert kept == printed
    with tenant_scope(tenant.id):
        # The day after, one left: its span was cut; the other's goes on.
        assert Assignment.objects.filter(customer__key="gone").count() == 2
        assert Assignment.objects.filter(customer__key="stays").count() == 1


def test_keys_are_kept_as_they_are_and_run_as_no_formula(tenant: Tenant) -> None:
    keys = ["007", "NA", "a,b", 'say "hi"', "=1+1", "", "nul", "客户"]
    with tenant_scope(tenant.id):
        for key in filter(None, keys):
            pay(customer(key), D)
    run("run_night", "--tenant=acme", "--as-of=2026-06-30")
    printed = {row["customer"] for row in rows(run("tiers", "--tenant=acme"))}
    assert printed == {"007", "NA", "a,b", 'say "hi"', "'=1+1", "nul", "客户"}
    said = json.loads(run("tiers", "--tenant=acme", "--format=json"))
    assert {row["customer"] for row in said} == set(filter(None, keys))


def test_moves_tells_what_changed_since_a_night(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        sign(customer("gone"), D - 400 * DAY, D)
        sign(customer("stays"), D - 400 * DAY)
    for number in range(2):
        run("run_night", "--tenant=acme", f"--as-of={D + number * DAY}")
    text = run("moves", "--tenant=acme", "--since=2026-06-01")
    assert text.split("\r\n")[0] == "customer,night,kind,from,to,cause,reason"
    moves = rows(text)
    assert [(row["customer"], row["kind"], row["to"], row["cause"]) for row in moves] == [
        ("gone", "stage", "churned", "commercial"),
        ("gone", "tier", "lost", "commercial"),
    ]
    assert {row["night"] for row in moves} == {"2026-07-01"}
    assert all(row["reason"] for row in moves)
    assert rows(run("moves", "--tenant=acme", "--since=2026-07-02")) == []
    said: list[dict[str, Any]] = json.loads(
        run("moves", "--tenant=acme", "--since=2026-06-01", "--format=json")
    )
    assert said == moves
