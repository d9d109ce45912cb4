"""Two hundred reports by mail, and a worker that is killed over it: none lost, none sent twice."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from smtp_server import SmtpServer, use
from workers import start_worker

from accounts.actions.mail_sending import LEASE, release_abandoned, send_batch
from accounts.loads.statistics import refresh_statistics
from accounts.models import MailSettings, OutgoingMail, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_letters import write_letters
from reports.actions.report_sending import send_reports
from reports.actions.run_work import work_on_run
from reports.models import Report, ReportLink, ReportRecipient, ReportRun
from tests.accounts.mail_world import time_passes
from tests.reports.test_report_runs import many

pytestmark = pytest.mark.django_db(transaction=True)
COUNT, KILLED_AT = 200, 60


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who is asked to."""
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        use(settings, running)
        yield running


def wait_until(what: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + 240
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


def test_a_worker_that_is_killed_over_200_reports_sends_each_once(
    tenant: Tenant, bob: User, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
    with tenant_scope(tenant.pk):
        many(COUNT)
        MailSettings.objects.create(is_quiet=False)
        run = ReportRun.objects.create(
            kind="customer", period="2026-09", last_day=date(2026, 9, 30)
        )
    refresh_statistics()
    assert work_on_run(tenant=tenant, run_id=run.pk)
    with tenant_scope(tenant.pk):
        approve(seen=dict(Report.objects.values_list("pk", "revision")), by=bob)
        seen = dict(Report.objects.values_list("pk", "revision"))
        done, _left = send_reports(seen=seen, tenant=tenant, by=bob)
        assert done.count == COUNT
    queue = f"letters-{uuid4()}"
    worker = start_worker(queue)
    try:
        current_app.send_task("reports.tasks.write_report_letters", args=[tenant.pk], queue=queue)
        for _batch in range(COUNT // 25):
            current_app.send_task("accounts.tasks.send_mail", args=[tenant.pk], queue=queue)
        wait_until(lambda: len(server.taken) >= KILLED_AT, "the worker sent nothing")
        # The next letter is with the server, which has not answered, when the worker dies.
        server.manners.waits = 30
        held = len(server.taken)
        wait_until(lambda: len(server.taken) > held, "the worker stopped")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    server.manners.waits = 0
    assert KILLED_AT <= len(server.taken) < COUNT, "it was killed in the middle"
    write_letters(tenant_id=tenant.pk)
    time_passes(tenant, LEASE + timedelta(minutes=1))
    release_abandoned(tenant_id=tenant.pk)
    # So many times at most: letters that were sent again and again would never end.
    for _batch in range(COUNT):
        if not send_batch(tenant_id=tenant.pk).more:
            break
    addresses = Counter(server.recipients)
    assert addresses == {f"li@c{n}.example": 1 for n in range(COUNT)}
    with tenant_scope(tenant.pk):
        states = Counter(OutgoingMail.objects.values_list("state", flat=True))
        assert states == {"sent": COUNT - 1, "unclear": 1}
        assert ReportLink.objects.count() == ReportRecipient.objects.count() == COUNT
    for letter in server.letters():
        [paper] = list(letter.iter_attachments())
        assert paper.get_content().startswith(b"%PDF-")
