"""The demo's reports: made once, some sent, opened and answered, others waiting; nobody is written to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail

from accounts.letter_texts import without_letters
from accounts.models import Colleague, Customer, Membership, OutgoingMail, Responsibility, Tenant
from accounts.tenancy import tenant_scope
from config.demo.reports import make_example_reports
from reports.models import Report, ReportAnswer, ReportLink, ReportRecipient
from tests.reports.report_world import served

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 20, 4, tzinfo=UTC), tick=True)


def test_reports_of_the_demo(tenant: Tenant, alice: Any) -> None:
    with tenant_scope(tenant.pk):
        manager = Colleague.objects.get_or_create(
            key="alice@acme.example",
            defaults={"name": "Alice", "membership": Membership.objects.get()},
        )[0]
        for number in range(12):
            customer = served(f"c{number}")
            Responsibility.objects.create(
                customer=customer, colleague=manager, capacity="service_manager",
                from_on=date(2026, 1, 1), why="contract",
            )  # fmt: skip
        assert Customer.objects.count() == 12
    with without_letters():
        make_example_reports(tenant)
        make_example_reports(tenant)
    with tenant_scope(tenant.pk):
        of_customers = Report.objects.filter(kind="customer")
        assert of_customers.count() == 24
        states = set(of_customers.values_list("state", flat=True))
        assert {"draft", "sent"} <= states
        assert ReportRecipient.objects.exists()
        opened = ReportLink.objects.exclude(opened_at=None)
        assert opened.exists()
        assert all(link.opened_at >= link.sent_at for link in opened)
        assert all(answer.at >= answer.report.sent_at for answer in ReportAnswer.objects.all())
        assert not OutgoingMail.objects.exists()
    assert mail.outbox == []
