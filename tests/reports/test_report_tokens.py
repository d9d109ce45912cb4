"""Figures in words that people may put otherwise: named, filled in as the report is drawn, left out at
will, never altered."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from night_facts import use

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_texts import edit_texts, refresh_report
from reports.compute.slots import slots_of
from reports.files import report_file
from reports.models import Report
from tests.reports.report_world import made, make, served

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(2026, 11, 19, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def anna(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        found = served("anna")
        use(found, date(2026, 9, 5), times=2, person="one@anna")
        return found


@pytest.fixture
def report(tenant: Tenant, anna: Customer) -> Report:
    return made(tenant)


def drawn(report: Report) -> str:
    """What stands in the summary of the JSON that others read."""
    found = json.loads(report_file(report, "json").content)
    [block] = [
        block
        for section in found["sections"]
        for block in section["blocks"]
        if block.get("slot") == "summary"
    ]
    assert "tokens" not in block
    return str(block["text"])


def test_no_words_that_may_be_edited_hold_a_figure(tenant: Tenant, report: Report) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        for one in Report.objects.all():
            for slot in slots_of(one.document):
                words = slot.text.replace(one.document["period_label"], "")
                assert not re.search(r"\d", words), f"{one.kind} {slot.key}: {words}"
        [summary] = [one for one in slots_of(report.document) if one.key == "summary"]
    assert "{events}" in summary.text
    assert summary.tokens["events"] == "3"
    assert summary.tokens["events_change"] == "50%"


def test_a_figure_in_edited_words_is_the_facts_and_follows_them(
    tenant: Tenant, anna: Customer, report: Report, bob: User
) -> None:
    assert "3 times in all, 50% more than in the month before." in drawn(report)
    with tenant_scope(tenant.pk):
        texts = {"summary": "You worked {events} times with us."}
        edit_texts(report=report, seen=report.revision, texts=texts, by=bob)
        assert drawn(report) == "You worked 3 times with us."
        assert "You worked 3 times" in report_file(report, "html", "key_user").content.decode()
        use(anna, date(2026, 10, 8), times=5)
        assert refresh_report(report=report, seen=report.revision, tenant=tenant, by=bob)
        assert drawn(report) == "You worked 8 times with us."


def test_a_figure_that_is_none_is_refused_by_the_name_of_the_text(
    tenant: Tenant, report: Report, bob: User
) -> None:
    browser = Client()
    browser.force_login(bob)
    url = f"/t/acme/reports/{report.pk}/"
    shown = browser.get(url).content.decode()
    assert "{events} = 3" in shown
    given = {"seen": report.revision, "slot-summary": "Worth {arr} a year."}
    refused = browser.post(url, given)
    assert "“Summary” has no figure {arr}." in refused.content.decode()
    with tenant_scope(tenant.pk):
        report.refresh_from_db()
        assert report.texts == {}
        with pytest.raises(ValidationError, match="Summary"):
            edit_texts(report=report, seen=report.revision, texts={"summary": "{x}"}, by=bob)


def test_braces_are_braces_where_there_are_no_figures(
    tenant: Tenant, report: Report, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        texts = {"greeting": "Dear {all},"}
        assert edit_texts(report=report, seen=report.revision, texts=texts, by=bob)
        assert "Dear {all}," in report_file(report, "html", "key_user").content.decode()
