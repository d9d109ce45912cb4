"""What of reports is held while others are made, and for how long: nothing while they are composed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from night_facts import use

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions import production, report_texts
from reports.actions.report_changes import ReportConflict, approve, put_back
from reports.actions.report_sending import send_reports
from reports.actions.report_templates import set_report_rule
from reports.actions.report_texts import correct_report, refresh_report
from reports.models import Report
from tests.reports.report_world import made, make, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]
SECONDS = 20


def elsewhere(what: Callable[[], Any]) -> bool:
    """Do something over another connection; whether it was done in time."""
    faults: list[Exception] = []

    def doing() -> None:
        try:
            what()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    other = Thread(target=doing, daemon=True)
    other.start()
    other.join(SECONDS)
    assert not faults, faults
    return not other.is_alive()


def while_composing(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, what: Callable[[], Any]
) -> list[bool]:
    """Do something elsewhere as the first report is composed; whether it did not have to wait."""
    really, done = getattr(owner, name), []

    def composing(*args: Any, **more: Any) -> Any:
        found = really(*args, **more)
        if not done:
            done.append(False)
            done[0] = elsewhere(what)
        return found

    monkeypatch.setattr(owner, name, composing)
    return done


def test_nobody_waits_while_the_reports_of_others_are_composed(
    tenant: Tenant, anna: Customer, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        berta = served("berta")
    other = made(tenant, "berta")

    def worked() -> None:
        with tenant_scope(tenant.pk):
            approve(seen={other.pk: 1}, by=bob)
            put_back(seen={other.pk: 2}, by=bob)
            use(berta, date(2026, 10, 8), times=5)
            assert refresh_report(report=other, seen=3, tenant=tenant, by=bob)
            set_report_rule(rule={"hour": 9}, seen=0, by=bob)

    done = while_composing(monkeypatch, production, "_made", worked)
    make(tenant, customer="anna")
    assert done == [True]
    with tenant_scope(tenant.pk):
        assert Report.objects.filter(kind="customer").count() == 2


def test_of_two_who_make_the_same_report_the_second_finds_the_firsts(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = while_composing(monkeypatch, production, "_made", lambda: make(tenant, customer="anna"))
    [line] = make(tenant, customer="anna")
    assert done == [True]
    with tenant_scope(tenant.pk):
        assert line["report"] == Report.objects.get().pk


def test_of_two_who_read_the_figures_anew_the_second_is_told(
    tenant: Tenant, anna: Customer, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = made(tenant)
    with tenant_scope(tenant.pk):
        use(anna, date(2026, 10, 8), times=5)

    def first() -> None:
        with tenant_scope(tenant.pk):
            approve(seen={report.pk: 1}, by=bob)

    done = while_composing(monkeypatch, report_texts, "_composed", first)
    with tenant_scope(tenant.pk), pytest.raises(ReportConflict):
        refresh_report(report=report, seen=1, tenant=tenant, by=bob)
    assert done == [True]
    with tenant_scope(tenant.pk):
        assert Report.objects.get().state == "approved"


def test_of_two_who_begin_a_correction_one_does(
    tenant: Tenant, anna: Customer, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: 1}, by=bob)
        send_reports(seen={report.pk: 2}, tenant=tenant, by=bob)
        report.refresh_from_db()
    really = report_texts._composed

    def first() -> None:
        monkeypatch.setattr(report_texts, "_composed", really)
        with tenant_scope(tenant.pk):
            correct_report(report=report, tenant=tenant, by=bob)

    done = while_composing(monkeypatch, report_texts, "_composed", first)
    with tenant_scope(tenant.pk), pytest.raises(ValidationError, match="already"):
        correct_report(report=report, tenant=tenant, by=bob)
    assert done == [True]
    with tenant_scope(tenant.pk):
        assert sorted(Report.objects.values_list("version", flat=True)) == [1, 2]
