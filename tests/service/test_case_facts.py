"""Working on cases leaves the facts as nights and loads need them: past nights see what was known, and
a load of cases can be taken back."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actions.tokens import make_token
from accounts.models import Case, Colleague, Tenant, User
from accounts.rest.tokens import written
from accounts.tenancy import tenant_scope
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from service.actions import case_sync
from service.actions.case_states import reopen_case, solve_case
from service.actions.case_sync import sync_cases
from service.actions.case_words import answer_customer, note_internally
from service.actions.cases import assign_cases, change_priority
from service.models import CaseWork
from tests.service.case_world import NINE, at, make_customer, report

MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def measured(tenant: Tenant, name: str, day: date, known_at: Any) -> dict[str, Any]:
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column(name).dropna()
    return {key: float(value) for key, value in zip(facts.keys[column.index], column, strict=True)}


def test_a_past_night_sees_what_was_known_then(scope: Tenant, bob: User) -> None:
    work = report(make_customer(), scope, now=NINE)
    opened = at(9.5)
    answer_customer(case=work.case, text="We look", tenant=scope, by=bob, now=at(11))
    answered = at(11.5)
    solve_case(case=work.case, text="Done", tenant=scope, by=bob, now=at(12))
    solved = at(12.5)
    reopen_case(case=work.case, why="Again", tenant=scope, by=bob, now=at(15))
    reopened = at(15.5)
    for known, open_cases, hours in (
        (NINE - timedelta(hours=1), None, None),
        (opened, 1, None),
        (answered, 1, 2),
        (solved, 0, 2),
        (reopened, 1, 2),
    ):
        found = measured(scope, "open_cases", MONDAY, known)
        assert found.get("C1") == open_cases, known
        assert measured(scope, "case_response_hours", MONDAY, known).get("C1") == hours, known


def test_what_no_measure_reads_changes_no_past_night(scope: Tenant, bob: User) -> None:
    work = report(make_customer(), scope, now=NINE)
    known = at(9.5)
    before = measured(scope, "open_cases", MONDAY, known)
    change_priority(case=work.case, seen=1, priority="high", why="x", tenant=scope, by=bob)
    note_internally(case=work.case, text="Note", by=bob)
    assert measured(scope, "open_cases", MONDAY, known) == before


def load(tenant: Tenant, path: Path, text: str) -> dict[str, Any]:
    path.write_text(text)
    out = io.StringIO()
    call_command("load", "cases", str(path), tenant=tenant.slug, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


FILE = "customer,key,opened_at,title\nC1,K1,2026-11-16 09:00,Broken\n"


def test_what_a_file_brings_is_measured_at_once_everywhere(
    tenant: Tenant, bob: User, tmp_path: Path
) -> None:
    with tenant_scope(tenant.id):
        make_customer()
        _token, secret = make_token(name="tickets", scopes=["cases:read"], by=bob)
    client = Client()
    client.force_login(bob)

    def told(state: str) -> tuple[list[str], bool]:
        found = client.get(
            f"/api/v1/cases?state={state}",
            HTTP_AUTHORIZATION=f"Bearer {written(tenant.pk, secret)}",
        )
        listed = client.get("/t/acme/cases/?view=all&state=all").content.decode()
        return [row["key"] for row in found.json()["results"]], "Broken" in listed

    done = load(tenant, tmp_path / "cases.csv", FILE)
    assert told("open") == (["K1"], True)
    with tenant_scope(tenant.id):
        assert CaseWork.objects.get().resolution_due_at is not None
    closing = (
        "customer,key,opened_at,title,closed_at\nC1,K1,2026-11-16 09:00,Broken,2026-11-16 11:00\n"
    )
    again = load(tenant, tmp_path / "cases.csv", closing)
    assert told("open")[0] == []
    assert told("closed")[0] == ["K1"]
    call_command("undo_load", str(again["load"]), tenant=tenant.slug, stdout=io.StringIO())
    assert told("open")[0] == ["K1"], "taken back as well"
    call_command("undo_load", str(done["load"]), tenant=tenant.slug, stdout=io.StringIO())
    assert told("open") == ([], False)


def test_a_dry_run_measures_nothing(tenant: Tenant, tmp_path: Path) -> None:
    with tenant_scope(tenant.id):
        make_customer()
    path = tmp_path / "cases.csv"
    path.write_text(FILE)
    call_command("load", "cases", str(path), "--dry-run", tenant=tenant.slug, stdout=io.StringIO())
    with tenant_scope(tenant.id):
        assert not CaseWork.objects.exists()


def test_a_file_of_many_is_measured_whole(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_sync, "AT_ONCE", 3)
    with tenant_scope(tenant.id):
        make_customer()
    rows = "".join(f"C1,K{number},2026-11-16 09:00,T{number}\n" for number in range(10))
    load(tenant, tmp_path / "cases.csv", "customer,key,opened_at,title\n" + rows)
    with tenant_scope(tenant.id):
        assert CaseWork.objects.count() == 10


def test_what_a_load_does_not_wait_for_is_the_sweeps(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_sync, "AT_ONCE", 2)
    monkeypatch.setattr(case_sync, "MOST_PARTS", 2)
    with tenant_scope(tenant.id):
        make_customer()
    rows = "".join(f"C1,K{number},2026-11-16 09:00,T{number}\n" for number in range(7))
    load(tenant, tmp_path / "cases.csv", "customer,key,opened_at,title\n" + rows)
    with tenant_scope(tenant.id):
        assert CaseWork.objects.count() == 4
    sync_cases(tenant)
    with tenant_scope(tenant.id):
        assert CaseWork.objects.count() == 7


def test_a_load_of_cases_is_taken_back_with_the_rows_made_from_it(
    tenant: Tenant, tmp_path: Path
) -> None:
    with tenant_scope(tenant.id):
        make_customer()
    done = load(tenant, tmp_path / "cases.csv", FILE)
    sync_cases(tenant)
    with tenant_scope(tenant.id):
        assert CaseWork.objects.count() == 1
    call_command("undo_load", str(done["load"]), tenant=tenant.slug, stdout=io.StringIO())
    with tenant_scope(tenant.id):
        assert not Case.objects.exists()
        assert not CaseWork.objects.exists()


def test_a_load_is_not_taken_back_from_under_what_was_said(
    tenant: Tenant, bob: User, tmp_path: Path
) -> None:
    with tenant_scope(tenant.id):
        make_customer()
    done = load(tenant, tmp_path / "cases.csv", FILE)
    sync_cases(tenant)
    with tenant_scope(tenant.id):
        note_internally(case=Case.objects.get(), text="Look here", by=bob)
    with pytest.raises((CommandError, SystemExit)):
        call_command("undo_load", str(done["load"]), tenant=tenant.slug, stdout=io.StringIO())
    with tenant_scope(tenant.id):
        assert Case.objects.count() == 1


def test_a_file_that_says_it_again_sets_the_row_right(
    tenant: Tenant, bob: User, tmp_path: Path
) -> None:
    with tenant_scope(tenant.id):
        make_customer()
    load(tenant, tmp_path / "cases.csv", FILE)
    sync_cases(tenant)
    load(
        tenant,
        tmp_path / "cases.csv",
        "customer,key,opened_at,first_response_at,closed_at\n"
        "C1,K1,2026-11-16 09:00,2026-11-16 10:00,2026-11-16 11:00\n",
    )
    sync_cases(tenant)
    with tenant_scope(tenant.id):
        work = CaseWork.objects.get()
        assert (work.state, work.responded_at, work.solved_at) == ("closed", at(10), at(11))


def test_who_looks_after_a_case_is_a_fact(scope: Tenant, bob: User) -> None:
    work = report(make_customer(), scope)
    owner = Colleague.objects.get(membership__user=bob)
    assign_cases(case_ids=[work.case_id], owner=owner, why="", tenant=scope, by=bob)
    assert Case.objects.get().colleague == owner
