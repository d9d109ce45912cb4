"""What `make_reports` makes is a run like those of the morning: on screen, resumed, tried again, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
from night_facts import pay

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions import run_work
from reports.actions.run_by_hand import begin_by_hand
from reports.actions.run_sweep import note_due
from reports.actions.run_work import SILENCE, next_due, work_on_run
from reports.compute.report_periods import period_of
from reports.management.commands import make_reports
from reports.models import Report, ReportFailure, ReportRun
from reports.queries import customer_facts
from segmentation.actions.nights import run_night
from tests.reports.report_world import FIRST, LAST, MONTH, make, served

pytestmark = pytest.mark.django_db(transaction=True)
# In Shanghai: an hour before the reports of October are due, when its last night is done.
EARLY = datetime(2026, 10, 31, 19, tzinfo=UTC)
MORNING = EARLY + timedelta(hours=1)
KINDS = {"customer", "executive", "operations", "product"}


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(MORNING + timedelta(days=2), tick=False)


@pytest.fixture
def anna(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        found = served("anna")
        pay(found, FIRST)
        return found


def runs(tenant: Tenant) -> dict[str, ReportRun]:
    with tenant_scope(tenant.pk):
        return {run.kind: run for run in ReportRun.objects.filter(period=MONTH)}


def test_a_run_by_command_is_a_run_that_screens_show(
    tenant: Tenant, anna: Customer, bob: User
) -> None:
    lines = make(tenant)
    found = runs(tenant)
    assert set(found) == {line["kind"] for line in lines} <= KINDS
    assert {run.state for run in found.values()} == {"done"}
    run = found["customer"]
    assert (run.total, run.customers, run.made, run.claim) == (1, 1, 1, None)
    browser = Client()
    browser.force_login(bob)
    assert f"/reports/runs/{run.pk}/" in browser.get("/t/acme/reports/runs/").content.decode()
    run_night(tenant=tenant, as_of=LAST)
    with tenant_scope(tenant.pk):
        assert note_due(tenant=tenant, now=timezone.now()) == 0, "it is done"
        assert next_due(timezone.now()) is None
    assert make(tenant) == lines
    again = runs(tenant)
    assert {kind: one.pk for kind, one in again.items()} == {k: one.pk for k, one in found.items()}
    assert (again["customer"].customers, again["customer"].made) == (1, 0)


def test_what_fails_is_on_screen_and_gone_once_it_was_made(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(**asked: Any) -> Any:
        raise ValueError("Li Wei's secret")

    really = customer_facts.gather
    monkeypatch.setattr(customer_facts, "gather", torn)
    with pytest.raises(CommandError, match="could not be made"):
        make(tenant)
    assert runs(tenant)["customer"].state == "done"
    with pytest.raises(CommandError):
        make(tenant, customer="anna")
    with tenant_scope(tenant.pk):
        failure = ReportFailure.objects.get()
        assert (failure.run.kind, failure.customer, failure.attempts) == ("customer", anna, 2)
        assert "secret" not in failure.reason
    monkeypatch.setattr(customer_facts, "gather", really)
    make(tenant, customer="anna")
    with tenant_scope(tenant.pk):
        assert not ReportFailure.objects.exists()


def test_a_worker_goes_on_where_the_command_was_broken_off(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*order: Any) -> None:
        raise RuntimeError("torn")

    monkeypatch.setattr(run_work, "make_batch", torn)
    with pytest.raises(RuntimeError):
        make(tenant)
    run = runs(tenant)["customer"]
    assert (run.state, run.phase, run.error) == ("failed", "reports", run.error)
    assert "RuntimeError" in run.error
    monkeypatch.undo()
    with tenant_scope(tenant.pk):
        ReportRun.objects.update(not_before=None)
        assert next_due(timezone.now()) == run.pk
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        assert Report.objects.filter(kind="customer").count() == 1


def test_the_command_waits_for_a_worker_and_takes_over_from_a_dead_one(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    with tenant_scope(tenant.pk):
        run = ReportRun.objects.create(kind="customer", period=MONTH, last_day=LAST)
        assert run_work._claim(run.pk) is not None
        assert begin_by_hand(kind="customer", period=period_of(MONTH)) is None
    slept: list[float] = []

    def silent_meanwhile(seconds: float) -> None:
        slept.append(seconds)
        time_machine.move_to(timezone.now() + SILENCE, tick=False)

    monkeypatch.setattr(make_reports, "sleep", silent_meanwhile)
    assert make(tenant)
    assert len(slept) == 1
    assert runs(tenant)["customer"].pk == run.pk
    assert runs(tenant)["customer"].state == "done"


def test_what_a_command_made_before_the_morning_is_looked_at_again_once(
    tenant: Tenant, anna: Customer, time_machine: Any
) -> None:
    time_machine.move_to(EARLY, tick=False)
    make(tenant)
    run_night(tenant=tenant, as_of=LAST)
    with tenant_scope(tenant.pk):
        assert note_due(tenant=tenant, now=EARLY) == 0
        assert {run.state for run in ReportRun.objects.all()} == {"done"}
    time_machine.move_to(MORNING, tick=False)
    with tenant_scope(tenant.pk):
        note_due(tenant=tenant, now=MORNING)
        assert ReportRun.objects.get(kind="customer", period=MONTH).state == "queued"
        assert ReportRun.objects.filter(kind="customer").count() == 1
    run = runs(tenant)["customer"]
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        note_due(tenant=tenant, now=MORNING)
        assert ReportRun.objects.get(pk=run.pk).state == "done", "once"
        assert Report.objects.filter(kind="customer").count() == 1
