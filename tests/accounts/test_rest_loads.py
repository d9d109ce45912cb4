"""Facts written by programs: the same loads as of files, with the same answers and the same way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from members import make_member

from accounts.actions.load_work import work_on_load
from accounts.api import loads as loads_api
from accounts.loads.running import LOCK_CLASS
from accounts.models import AuditRecord, Customer, Load, Payment, Tenant
from accounts.tenancy import tenant_scope

LOADS = "/api/v1/loads"
CUSTOMERS = [{"key": "C1", "name": "One"}, {"key": "C2", "name": "Two", "size": 50}]


@pytest.fixture
def ledger(tenant: Tenant) -> Program:
    return program(tenant, "loads:read", "loads:write", path=LOADS)


def names(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant.id):
        return dict(Customer.objects.order_by("key").values_list("key", "name"))


def test_rows_are_written_once_and_taken_back(tenant: Tenant, ledger: Program) -> None:
    made = ledger.post({"kind": "customers", "rows": CUSTOMERS})
    assert made.status_code == 201, made.content
    told = made.json()
    assert {name: told[name] for name in ("kind", "read", "created", "rejected", "refused")} == {
        "kind": "customers", "read": 2, "created": 2, "rejected": 0, "refused": False,
    }  # fmt: skip
    assert names(tenant) == {"C1": "One", "C2": "Two"}
    again = ledger.post({"kind": "customers", "rows": CUSTOMERS}).json()
    assert (again["created"], again["unchanged"]) == (0, 2)

    path = f"{LOADS}/{told['load']}"
    assert made["Location"].endswith(path)
    read = ledger.get(path)
    assert (read.json()["state"], read.json()["filename"]) == ("done", "tickets.csv")
    assert ledger.get(LOADS, kind="customers", limit=1).json()["results"][0]["id"] == again["load"]
    undone = ledger.post({}, path=f"{path}/undo")
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert names(tenant) == {}
    twice = ledger.post({}, path=f"{path}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    with tenant_scope(tenant.id):
        done = AuditRecord.objects.filter(verb="load.done")
        assert {one.actor_label for one in done} == {"tickets"}, "the program is named"


def test_what_others_need_is_not_taken_back(ledger: Program) -> None:
    first = ledger.post({"kind": "customers", "rows": CUSTOMERS}).json()["load"]
    paid = {"customer": "C1", "key": "P1", "paid_on": "2026-02-03", "amount": 12.5}
    assert ledger.post({"kind": "payments", "rows": [paid]}).status_code == 201
    answer = ledger.post({}, path=f"{LOADS}/{first}/undo")
    assert answer.status_code == 409
    assert "payments" in answer.json()["detail"]


def test_numbers_of_json_are_numbers(tenant: Tenant, ledger: Program) -> None:
    ledger.post({"kind": "customers", "rows": CUSTOMERS})
    rows = [
        {"customer": "C1", "key": f"P{place}", "paid_on": "2026-02-03", "amount": amount}
        for place, amount in enumerate((1.234, 1e3, 5, "7.50", -0.5))
    ]
    answer = ledger.post({"kind": "payments", "rows": rows})
    assert answer.status_code == 201, answer.content
    with tenant_scope(tenant.id):
        found = Payment.objects.order_by("key").values_list("amount", flat=True)
        assert [float(one) for one in found] == [1.234, 1000, 5, 7.5, -0.5]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    tenant: Tenant, ledger: Program
) -> None:
    answer = ledger.post({"kind": "customers", "rows": CUSTOMERS, "dry_run": True})
    assert answer.status_code == 200
    assert (answer.json()["load"], answer.json()["created"]) == (None, 2)
    assert names(tenant) == {}
    with tenant_scope(tenant.id):
        assert not Load.objects.exists()


def test_the_text_of_a_file_with_columns_of_other_names(tenant: Tenant, ledger: Program) -> None:
    answer = ledger.post(
        {
            "kind": "customers",
            "csv": "Account ID;Account Name\nA-1;Ähre\n",
            "map": {"key": "Account ID", "name": "Account Name"},
        }
    )
    assert answer.status_code == 201, answer.content
    assert names(tenant) == {"A-1": "Ähre"}


def test_a_refused_row_keeps_all_out_and_is_named_by_its_place(
    tenant: Tenant, ledger: Program
) -> None:
    ledger.post({"kind": "customers", "rows": CUSTOMERS})
    rows = [
        {"customer": "C1", "key": "P1", "paid_on": "2026-02-03", "amount": 5, "note": "a\nb"},
        {"customer": "C9", "key": "P2", "paid_on": "2026-02-03", "amount": 5},
        {"customer": "C1", "key": "P3", "paid_on": "2026-02-30", "amount": 5},
    ]
    answer = ledger.post({"kind": "payments", "rows": rows}, key="night")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    told = answer.json()
    assert told["code"] == "load_refused"
    assert [one["field"] for one in told["errors"]] == ["rows.1.customer", "rows.2.paid_on"]
    with tenant_scope(tenant.id):
        assert not Payment.objects.exists()
        kept = Load.objects.get(kind="payments")
    assert (kept.state, kept.rejected, kept.pk) == ("refused", 2, told["load"]["load"])
    read = ledger.get(f"{LOADS}/{kept.pk}").json()
    assert [one["code"] for one in read["errors"]] == [
        one["code"] for one in told["load"]["errors"]
    ]
    again = ledger.post({"kind": "payments", "rows": rows}, key="night")
    assert (again.status_code, again["Content-Type"]) == (422, "application/problem+json")
    assert again.json() == told
    assert again["Idempotent-Replayed"] == "true"

    some = ledger.post({"kind": "payments", "rows": rows, "skip_bad": True})
    assert (some.status_code, some.json()["created"], some.json()["rejected"]) == (201, 1, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "customers"}, "rows"),
        ({"kind": "customers", "rows": [], "csv": "a"}, "rows"),
        ({"kind": "customers", "rows": CUSTOMERS, "csv": "key,name\n"}, "rows"),
        ({"kind": "customers", "rows": "x"}, "rows"),
        ({"kind": "customers", "rows": [1]}, "rows"),
        ({"kind": "customers", "rows": [{}]}, "rows"),
        ({"kind": "customers", "rows": [{"key": {"a": 1}}]}, "rows.0.key"),
        ({"kind": "customers", "rows": [{"key": "a\x00"}]}, "rows.0"),
        ({"kind": "cars", "rows": CUSTOMERS}, "kind"),
        ({"kind": "customers", "rows": CUSTOMERS, "map": {"colour": "x"}}, "map"),
        ({"kind": "customers", "rows": CUSTOMERS, "dates": "ymd"}, "dates"),
    ],
)
def test_what_is_no_load_is_refused(
    tenant: Tenant, ledger: Program, body: dict[str, Any], field: str
) -> None:
    answer = ledger.post(body)
    assert answer.status_code == 400, answer.content
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert names(tenant) == {}


@pytest.mark.parametrize(
    "text", ["%PDF-1.4", "PK\x03\x04rubbish", "key\n", "\ufeff", '"', "a,b\n1\n"]
)
def test_text_that_is_no_file_is_a_problem(ledger: Program, text: str) -> None:
    answer = ledger.post({"kind": "customers", "csv": text})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_what_is_large_is_loaded_by_a_worker(
    tenant: Tenant, ledger: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loads_api, "MOST_BYTES_HERE", 10)
    answer = ledger.post({"kind": "customers", "rows": CUSTOMERS})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert names(tenant) == {}
    assert work_on_load(tenant_id=tenant.id, load_id=answer.json()["id"])
    assert ledger.get(answer["Location"].split("testserver")[1]).json()["state"] == "done"
    assert names(tenant) == {"C1": "One", "C2": "Two"}
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.get(verb="load.done").actor_label == "tickets"

    dry = ledger.post({"kind": "customers", "rows": CUSTOMERS, "dry_run": True})
    assert (dry.status_code, dry.json()["state"]) == (202, "checking")
    assert work_on_load(tenant_id=tenant.id, load_id=dry.json()["id"])
    read = ledger.get(f"{LOADS}/{dry.json()['id']}").json()
    assert (read["state"], read["unchanged"]) == ("checked", 2)

    monkeypatch.setattr(loads_api, "MOST_ROWS_HERE", 1)
    path = f"{LOADS}/{answer.json()['id']}"
    assert ledger.post({}, path=f"{path}/undo").json()["state"] == "undoing"
    assert work_on_load(tenant_id=tenant.id, load_id=answer.json()["id"])
    assert ledger.get(path).json()["state"] == "undone"
    with tenant_scope(tenant.id):
        undone = AuditRecord.objects.get(verb="load.undone")
    assert undone.actor_label == "tickets", "the program, though a worker did it"
    assert names(tenant) == {}


def test_loads_are_for_who_may_load(
    tenant: Tenant, ledger: Program, make_tenant: Callable[..., Tenant]
) -> None:
    made = ledger.post({"kind": "customers", "rows": CUSTOMERS}).json()["load"]
    member = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, "loads:read", "loads:write", member=member, path=LOADS)
    assert his.get(LOADS).status_code == 403
    assert his.post({"kind": "customers", "rows": CUSTOMERS}).status_code == 403
    reader = program(tenant, "loads:read", path=LOADS)
    assert reader.post({"kind": "customers", "rows": CUSTOMERS}).status_code == 403
    stranger = program(make_tenant("other"), "loads:read", "loads:write")
    assert stranger.get(LOADS).json()["results"] == []
    assert stranger.get(f"{LOADS}/{made}").status_code == 404
    assert stranger.post({}, path=f"{LOADS}/{made}/undo").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_behind_a_load_that_is_being_written_the_rows_wait_their_turn(
    make_tenant: Callable[..., Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = make_tenant("waits")
    ledger = program(tenant, "loads:write", path=LOADS)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_CLASS + tenant.id])
        monkeypatch.setattr(loads_api, "LONGEST_WAIT", "50ms")
        answer = ledger.post({"kind": "customers", "rows": CUSTOMERS})
    finally:
        other.close()
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert names(tenant) == {}
