"""A report about the tenant tells of one moment, however often its making was tried."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from night_facts import LONG_AGO, customer, sign

from accounts.models import Case, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.run_work import retry_run, work_on_run
from reports.documents import executive
from reports.models import Report, ReportFailure, ReportRun
from tests.reports.report_world import LAST

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_TRY = datetime(2026, 11, 1, 4, tzinfo=UTC)
LATER = FIRST_TRY + timedelta(3)


def begin(tenant: Tenant, kind: str) -> ReportRun:
    run: ReportRun = ReportRun.objects.create(kind=kind, period="2026-10", last_day=LAST)
    return run


def figure_in(report: Report, key: str) -> Any:
    (found,) = (one for one in report.document["figures"] if one["key"] == key)
    return found["value"]


def test_figures_and_charts_of_a_retried_run_are_of_the_same_moment(
    tenant: Tenant, bob: User, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(FIRST_TRY, tick=False)
    with tenant_scope(tenant.pk):
        sign(customer("anna"), date(2026, 1, 1), fee=1000)
        run = begin(tenant, "executive")
    with monkeypatch.context() as torn:
        torn.setattr(executive, "executive_facts", lambda **_of: 1 / 0)
        assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        assert ReportFailure.objects.filter(run=run).count() == 1
    time_machine.move_to(LATER, tick=False)
    with tenant_scope(tenant.pk):
        sign(customer("berta"), date(2026, 10, 5), fee=500)
        assert retry_run(run=run, by=bob)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        run.refresh_from_db()
        report = Report.objects.select_related("figure_set").get(kind="executive")
    charts = [
        block for section in report.document["sections"] for block in section["blocks"]
        if block["type"] == "chart" and block["chart"] == "area"
    ]  # fmt: skip
    assert charts[0]["series"][0]["values"][-1] == figure_in(report, "end_arr") == 1500
    assert report.figure_set.known_at == run.known_at == report.made_at == LATER
    assert report.document["made_on"] == "2026-11-04"


@pytest.mark.parametrize("kind", ["executive", "operations", "product"])
def test_what_came_in_between_two_tries_is_in_the_figures_too(
    tenant: Tenant, bob: User, time_machine: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    time_machine.move_to(FIRST_TRY, tick=False)
    with tenant_scope(tenant.pk):
        run, who = begin(tenant, kind), customer("anna")
        fault(who, "s1")
    with monkeypatch.context() as torn:
        torn.setattr(f"reports.documents.{kind}.with_words", lambda _document: 1 / 0)
        work_on_run(tenant=tenant, run_id=run.pk)
    time_machine.move_to(LATER, tick=False)
    with tenant_scope(tenant.pk):
        fault(who, "s2")
        retry_run(run=run, by=bob)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        report = Report.objects.select_related("figure_set").get(kind=kind)
    assert figure_in(report, "cases_opened") == 2
    assert report.figure_set.known_at == report.made_at == LATER


def fault(who: Customer, key: str) -> None:
    opened = datetime(2026, 10, 9, tzinfo=UTC)
    Case.objects.create(customer=who, key=key, opened_at=opened, known_from=LONG_AGO)
