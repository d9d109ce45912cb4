"""Reports that are sent are told to other programs, once each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from webhook_world import events, listening

from accounts.actions.webhooks import emit_all
from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_sending import readers_of, send_report, send_reports
from reports.models import Report
from tests.reports.report_world import made, make, served

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 19, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    time_machine.move_to(MORNING, tick=False)
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)


def test_a_report_is_told_when_it_is_sent_and_not_for_each_reader(
    tenant: Tenant, alice: User, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
        listening("report.sent", by=alice)
    report = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: report.revision}, by=bob)
        report.refresh_from_db()
        assert events() == []
        first, *others = readers_of([report], tenant, MORNING)[report.pk]
        send_report(report=report, seen=report.revision, readers=[first], by=bob)
        whole = {
            "report": report.pk, "kind": "customer", "customer": "anna", "period": "2026-10",
            "language": report.language, "version": 1, "is_correction": False,
        }  # fmt: skip
        assert events() == [("report.sent", whole)]
        send_report(report=report, seen=report.revision, readers=others, by=bob)
        assert events() == [("report.sent", whole)]


def test_many_reports_are_told_in_as_many_statements(
    tenant: Tenant, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        for number in range(4):
            served(f"c{number}")
        listening("report.sent", by=alice)
    make(tenant)
    counts = []

    def counted(*given: Any, **further: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            count = emit_all(*given, **further)
        counts.append((len(given[1]), len(captured), count))
        return count

    monkeypatch.setattr("reports.actions.report_sending.emit_all", counted)
    with tenant_scope(tenant.pk):
        reports = list(Report.objects.filter(kind="customer").order_by("pk"))
        approve(seen={one.pk: one.revision for one in reports}, by=bob)
        seen = dict(Report.objects.filter(kind="customer").values_list("pk", "revision"))
        first = dict(list(seen.items())[:1])
        rest = dict(list(seen.items())[1:])
        for some in (first, rest):
            send_reports(seen=some, tenant=tenant, by=bob, now=MORNING)
        assert counts == [(1, 1, 1), (3, 1, 3)]
        assert [data["customer"] for _kind, data in events()] == ["c0", "c1", "c2", "c3"]
