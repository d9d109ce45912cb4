"""Runs: due on the first local morning, resumed wherever a worker died, each report once; what fails is
told and tried again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from night_facts import LONG_AGO, pay
from workers import start_worker

from accounts.loads.statistics import refresh_statistics
from accounts.models import (
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Module,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from reports.actions import run_work
from reports.actions.run_sweep import note_due
from reports.actions.run_work import SILENCE, next_due, retry_run, work_on_run
from reports.models import Report, ReportFailure, ReportRun, ReportSettings
from reports.queries import customer_facts
from segmentation.actions.nights import run_night
from tests.reports.report_world import LAST, made, served

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
# The first of November, four in the morning in Shanghai: three hours after the night's.
FIRST_MORNING = datetime(2026, 10, 31, 20, tzinfo=UTC)


@pytest.fixture
def anna(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        found = served("anna")
        pay(found, date(2026, 10, 3))
        return found


@pytest.fixture
def night(tenant: Tenant, anna: Customer, time_machine: Any) -> None:
    time_machine.move_to(FIRST_MORNING, tick=False)
    run_night(tenant=tenant, as_of=LAST)


def due(tenant: Tenant, now: datetime) -> list[tuple[str, str]]:
    with tenant_scope(tenant.pk):
        note_due(tenant=tenant, now=now)
        runs = ReportRun.objects.order_by("period", "kind")
        return list(runs.filter(kind="customer").values_list("kind", "period"))


def the_run(tenant: Tenant) -> ReportRun:
    with tenant_scope(tenant.pk):
        found: ReportRun = ReportRun.objects.get(kind="customer", period="2026-10")
        return found


def asked(tenant: Tenant) -> ReportRun:
    with tenant_scope(tenant.pk):
        found: ReportRun = ReportRun.objects.create(
            kind="customer", period="2026-10", last_day=LAST
        )
        return found


def test_due_from_the_first_morning_on(tenant: Tenant, night: None) -> None:
    assert due(tenant, FIRST_MORNING - timedelta(minutes=1)) == []
    assert due(tenant, FIRST_MORNING) == [("customer", "2026-10")]
    assert due(tenant, FIRST_MORNING + HOUR) == [("customer", "2026-10")], "once"


def test_weeks_later_nothing_is_made_by_itself(tenant: Tenant, night: None) -> None:
    assert due(tenant, FIRST_MORNING + timedelta(days=14)) == []


def test_the_night_of_the_last_day_is_waited_for(tenant: Tenant, anna: Customer) -> None:
    assert due(tenant, FIRST_MORNING) == []


def test_a_quarter_is_made_with_its_last_month(
    tenant: Tenant, anna: Customer, time_machine: Any
) -> None:
    time_machine.move_to(datetime(2027, 1, 1, 4, tzinfo=UTC), tick=False)
    run_night(tenant=tenant, as_of=date(2026, 12, 31))
    found = due(tenant, datetime(2027, 1, 1, 4, tzinfo=UTC))
    assert found == [("customer", "2026-12"), ("customer", "2026-Q4")]


def test_what_the_rule_switches_off_is_not_made(tenant: Tenant, night: None) -> None:
    with tenant_scope(tenant.pk):
        ReportSettings.objects.create(rule={"customer": {"month": {"is_on": False}}})
    assert due(tenant, FIRST_MORNING) == []


def test_a_run_makes_the_reports_and_ends(tenant: Tenant, anna: Customer) -> None:
    run = asked(tenant)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    assert not work_on_run(tenant=tenant, run_id=run.pk), "it is done"
    run = the_run(tenant)
    assert (run.state, run.total, run.customers, run.made) == ("done", 1, 1, 1)
    with tenant_scope(tenant.pk):
        assert Report.objects.get().state == "draft"


def test_one_worker_wins_the_claim(tenant: Tenant, anna: Customer) -> None:
    run = asked(tenant)
    with tenant_scope(tenant.pk):
        assert run_work._claim(run.pk) is not None
        assert run_work._claim(run.pk) is None
    assert not work_on_run(tenant=tenant, run_id=run.pk)


def test_a_worker_that_lost_its_claim_saves_nothing(tenant: Tenant, anna: Customer) -> None:
    run = asked(tenant)
    with tenant_scope(tenant.pk):
        claim = run_work._claim(run.pk)
    assert claim is not None
    now = timezone.now() + SILENCE + timedelta(seconds=1)
    with tenant_scope(tenant.pk):
        assert next_due(now) == run.pk, "its worker was silent"
    with pytest.raises(run_work.ClaimLost):
        run_work._step(tenant, run.pk, claim)


def test_the_fourth_failure_is_the_last_and_visible(
    tenant: Tenant, anna: Customer, client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(order: Any, ids: Any = None) -> None:
        raise RuntimeError("Li Wei's secret")

    monkeypatch.setattr(run_work, "make_figures", torn)
    run, states = asked(tenant), []
    for _try in range(4):
        with tenant_scope(tenant.pk):
            ReportRun.objects.update(not_before=None)
        work_on_run(tenant=tenant, run_id=run.pk)
        states.append(the_run(tenant).state)
    assert states == ["failed", "failed", "failed", "dead"]
    assert "secret" not in the_run(tenant).error
    client.force_login(bob)
    page = client.get(f"/t/acme/reports/runs/{run.pk}/").content.decode()
    assert "RuntimeError" in page
    assert "given up: Customer report" in client.get("/t/acme/reports/").content.decode()
    assert "Try again now" in page


def test_whose_report_fails_is_told_and_tried_again(
    tenant: Tenant, anna: Customer, client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        berta = served("berta")
    really = customer_facts.gather

    def torn(*, customer_ids: list[int], **rest: Any) -> Any:
        if anna.pk in customer_ids:
            raise ValueError("Li Wei's secret")
        return really(customer_ids=customer_ids, **rest)

    monkeypatch.setattr(customer_facts, "gather", torn)
    run = asked(tenant)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    assert the_run(tenant).state == "done"
    with tenant_scope(tenant.pk):
        failure = ReportFailure.objects.get()
        assert failure.customer_id == anna.pk
        assert "ValueError" in failure.reason
        assert "secret" not in failure.reason
        assert list(Report.objects.values_list("customer", flat=True)) == [berta.pk]
    client.force_login(bob)
    assert "1 report could not be made" in client.get("/t/acme/reports/").content.decode()
    assert "ValueError" in client.get(f"/t/acme/reports/runs/{run.pk}/").content.decode()
    monkeypatch.setattr(customer_facts, "gather", really)
    monkeypatch.setattr("reports.tasks.produce_reports.delay", lambda *ids: None)
    client.post(f"/t/acme/reports/runs/{run.pk}/retries/")
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        assert not ReportFailure.objects.exists()
        assert Report.objects.count() == 2
        assert not retry_run(run=run, by=bob), "nothing failed"


def test_runs_of_another_tenant_are_not_found(
    tenant: Tenant, anna: Customer, client: Client, charlie: User
) -> None:
    run = asked(tenant)
    client.force_login(charlie)
    assert client.get(f"/t/other/reports/runs/{run.pk}/").status_code == 404
    assert client.post(f"/t/other/reports/runs/{run.pk}/retries/").status_code == 404


def many(count: int) -> None:
    """Customers with a contract and a key user each, written at once."""
    customers = Customer.objects.bulk_create(
        [Customer(key=f"c{n}", name=f"C{n}", known_from=LONG_AGO) for n in range(count)]
    )
    module = Module.objects.create(key="core", name="Core")
    contracts = Contract.objects.bulk_create(
        [Contract(customer=one, key=f"k-{one.key}", known_from=LONG_AGO) for one in customers]
    )
    start = date(2026, 1, 1)
    ContractLine.objects.bulk_create(
        [
            ContractLine(
                contract=one, module=module, signed_on=start, starts_on=start,
                annual_fee=Decimal(1000), known_from=LONG_AGO,
            )
            for one in contracts
        ]
    )  # fmt: skip
    contacts = Contact.objects.bulk_create(
        [
            Contact(
                customer=one, key=one.key, name="Li Wei", email=f"li@{one.key}.example",
                attributes={"language": "en"}, known_from=LONG_AGO,
            )
            for one in customers
        ]
    )  # fmt: skip
    ContactRole.objects.bulk_create(
        [ContactRole(contact=one, role="key_user", known_from=LONG_AGO) for one in contacts]
    )


def wait_until(what: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + 240
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


def test_a_killed_worker_leaves_whole_batches_and_the_next_one_goes_on(tenant: Tenant) -> None:
    """SIGKILL in the middle of producing 2,000 reports: each once."""
    with tenant_scope(tenant.pk):
        many(2000)
    # As a load does behind what it wrote.
    refresh_statistics()
    run = asked(tenant)
    queue = f"reports-{uuid4()}"
    worker = start_worker(queue)

    def reports() -> int:
        with tenant_scope(tenant.pk):
            assert ReportRun.objects.get().error == ""
            return int(Report.objects.count())

    try:
        current_app.send_task(
            "reports.tasks.produce_reports", args=[tenant.pk, run.pk], queue=queue
        )
        wait_until(lambda: reports() > 0, "the worker made nothing")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    left = reports()
    assert 0 < left < 2000, "it was killed in the middle"
    assert left % run_work.BATCH == 0, "whole batches"
    interrupted = the_run(tenant)
    assert (interrupted.state, interrupted.customers) == ("running", left)
    with tenant_scope(tenant.pk):
        before = set(Report.objects.values_list("pk", flat=True))
        assert next_due(timezone.now()) is None, "it may still live"

    def is_free() -> bool:
        with tenant_scope(tenant.pk):
            return next_due(timezone.now() + SILENCE + timedelta(seconds=1)) == run.pk

    # PostgreSQL sees that the worker is gone once its statement is done, and lets go of the row.
    wait_until(is_free, "nobody goes on")
    assert work_on_run(tenant=tenant, run_id=run.pk)
    run = the_run(tenant)
    assert (run.state, run.customers, run.made) == ("done", 2000, 2000)
    with tenant_scope(tenant.pk):
        found = list(Report.objects.values_list("pk", "customer", "version"))
    assert len(found) == len({customer for _pk, customer, _version in found}) == 2000
    assert {version for _pk, _customer, version in found} == {1}
    assert before <= {pk for pk, _customer, _version in found}


def test_a_report_made_by_hand_is_the_runs_own(
    tenant: Tenant, anna: Customer, time_machine: Any
) -> None:
    time_machine.move_to(datetime(2026, 11, 3, 4, tzinfo=UTC), tick=False)
    report = made(tenant)
    run = asked(tenant)
    assert work_on_run(tenant=tenant, run_id=run.pk)
    assert the_run(tenant).made == 0
    with tenant_scope(tenant.pk):
        assert list(Report.objects.values_list("pk", flat=True)) == [report.pk]
