"""The sweeper hands on what nobody works on: a run whose worker died, letters that nobody wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from reports import tasks
from reports.actions import run_work
from reports.actions.report_changes import approve
from reports.actions.report_sending import send_reports
from reports.actions.run_sweep import note_due
from reports.actions.run_work import SILENCE, work_on_run
from reports.models import Report, ReportRecipient, ReportRun
from tests.reports.report_world import MONTH, served

pytestmark = pytest.mark.django_db(transaction=True)
Handed = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """What the broker is given, and nobody takes."""
    found: Handed = []
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)
    for name in ("produce_reports", "write_report_letters"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay", lambda *ids, name=name: found.append((name, ids)))
    return found


def run_of(tenant: Tenant) -> ReportRun:
    with tenant_scope(tenant.pk):
        served("anna")
        run: ReportRun = ReportRun.objects.create(
            kind="customer", period=MONTH, last_day=date(2026, 10, 31)
        )
        return run


def test_a_run_whose_worker_died_is_handed_on_once(tenant: Tenant, handed: Handed) -> None:
    run = run_of(tenant)
    with tenant_scope(tenant.pk):
        assert run_work._claim(run.pk) is not None
    tasks.sweep_reports()
    assert handed == [], "it may still live"
    with tenant_scope(tenant.pk):
        ReportRun.objects.update(heard_at=timezone.now() - SILENCE - timedelta(seconds=1))
    tasks.sweep_reports()
    tasks.sweep_reports()
    assert handed == [("produce_reports", (tenant.pk, run.pk))]
    assert work_on_run(tenant=tenant, run_id=run.pk)
    tasks.sweep_reports()
    assert len(handed) == 1, "it is done"


def test_letters_that_nobody_wrote_are_handed_on_until_they_are(
    tenant: Tenant, bob: User, handed: Handed
) -> None:
    run = run_of(tenant)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    tasks.sweep_reports()
    assert handed == []
    with tenant_scope(tenant.pk):
        approve(seen=dict(Report.objects.values_list("pk", "revision")), by=bob)
        send_reports(seen=dict(Report.objects.values_list("pk", "revision")), tenant=tenant, by=bob)
        assert ReportRecipient.objects.count() == 2
    tasks.sweep_reports()
    assert handed == [("write_report_letters", (tenant.pk,))]
    tasks.write_report_letters(tenant.pk)
    tasks.sweep_reports()
    assert len(handed) == 1, "they are written"


def test_trouble_with_one_tenant_holds_up_no_other(
    tenant: Tenant, make_tenant: Callable[..., Tenant], handed: Handed, monkeypatch: Any
) -> None:
    other = make_tenant("other")
    run = run_of(other)

    def torn(*, tenant: Tenant, **rest: Any) -> int:
        if tenant.slug == "acme":
            raise ValueError("torn")
        return note_due(tenant=tenant, **rest)

    monkeypatch.setattr(tasks, "note_due", torn)
    tasks.sweep_reports()
    assert handed == [("produce_reports", (other.pk, run.pk))]
