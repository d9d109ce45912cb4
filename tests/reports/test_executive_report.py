"""The executives' report: its figures are the stored ones, on one page, and what was sent stays."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.actions.facts import keep_versions
from accounts.models import ContractLine, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_sending import send_reports
from reports.actions.report_texts import correct_report, edit_texts
from reports.catalogue import figures_of
from reports.compute.report_periods import period_of
from reports.compute.stored_documents import as_json
from reports.documents.executive import compose
from reports.files import report_file
from reports.models import FigureSet, Report, ReportSettings, Restatement
from reports.queries.executive_facts import executive_facts
from reports.rendering.pdf import pdf_bytes
from segmentation.actions.nights import run_night
from segmentation.models import Night
from tests.reports.figure_world import ReportWorld
from tests.reports.report_world import make, served

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = re.compile(rb"/Type\s*/Page\b")
MORNING = datetime(2026, 11, 2, 4, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    time_machine.move_to(MORNING, tick=False)
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)


def executive_report(tenant: Tenant, period: str) -> Report:
    make(tenant, period)
    with tenant_scope(tenant.pk):
        found: Report = Report.objects.filter(kind="executive", period=period).latest("version")
        return found


@pytest.fixture
def world(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        ReportWorld(21, customers=12).save()
        for day in (date(2025, 11, 30), date(2025, 12, 31)):
            run_night(tenant=tenant, as_of=day)


def blocks_of(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [b for s in document["sections"] for b in s["blocks"] if b["type"] == kind]


@pytest.mark.parametrize("period", ["2025-12", "2025-Q4"])
def test_every_figure_is_the_stored_one_with_all_that_explains_it(
    world: None, tenant: Tenant, period: str
) -> None:
    report = executive_report(tenant, period)
    with tenant_scope(tenant.pk):
        kept = FigureSet.objects.get(pk=report.figure_set_id)
        before, year = (
            FigureSet.objects.filter(kind="executive", period=one.key).latest("version")
            for one in (kept.span.before, kept.span.year_before)
        )
        plain = json.loads(report_file(report, "json").content, parse_float=Decimal)
    figures = {one["key"]: one for one in report.document["figures"]}
    assert set(figures) == set(kept.figures) >= set(figures_of("executive"))
    assert {one["key"]: one["value"] for one in plain["figures"]} == kept.figures
    for key, one in figures.items():
        assert one["value"] == kept.figures[key]
        assert (one.get("before"), one.get("year_before")) == (
            before.figures.get(key), year.figures.get(key),
        ), key  # fmt: skip
        assert one["formula"]
        assert one["path"] == f"/figures/{kept.pk}/{key}/"
        assert (one["value"] is None) == bool(one.get("reason"))
    named = {key for block in blocks_of(report.document, "figures") for key in block["keys"]}
    assert named <= set(figures)
    assert {"renewal_rate_customers", "renewal_rate_arr", "nrr", "cash_received", "referred_share",
            "delivery_cycle_days", "signed_not_live_arr", "acceptance_rate"} <= named  # fmt: skip


def test_the_charts_are_those_of_the_screens(world: None, tenant: Tenant) -> None:
    report = executive_report(tenant, "2025-12")
    figures = {one["key"]: one["value"] for one in report.document["figures"]}
    charts = {block["chart"]: block for block in blocks_of(report.document, "chart")}
    assert charts["area"]["series"][0]["values"][-1] == figures["end_arr"]
    assert len(charts["area"]["periods"]) == 13
    moved = sum(one["values"][-1] for one in blocks_of(report.document, "chart")[0]["series"])
    assert moved == figures["end_arr"] - figures["start_arr"]
    cells = [v for one in charts["matrix"]["series"] for v in one["values"] if v]
    with tenant_scope(tenant.pk):
        night = Night.objects.get(as_of=date(2025, 12, 31))
        facts = executive_facts(
            tenant=tenant, period=period_of("2025-12"), known_at=MORNING, night=night
        )
    assert facts.tiers is not None
    assert facts.tiers.moved is not None
    assert sum(cells) == sum(flow.customers for flow in facts.tiers.moved) > 0
    due, received = facts.cash[-1]
    assert (due, received) == (figures["cash_due"], figures["cash_received"])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_one_page_in_either_language(world: None, tenant: Tenant, language: str) -> None:
    with tenant_scope(tenant.pk):
        ReportSettings.objects.create(rule={"language": language})
    report = executive_report(tenant, "2025-12")
    assert report.language == language
    texts = {"commentary": "The quarter was good. " * 20, "money": "Two payments came late."}
    pdf = pdf_bytes(report.document, texts, "")
    assert len(PAGE.findall(pdf)) == 1
    assert report.document["words"]["goal"] == ("目标" if language == "zh-hans" else "Goal")


def test_amounts_read_as_executives_read_them(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
        ReportSettings.objects.create(rule={"language": "zh-hans"})
    report = executive_report(tenant, "2026-10")
    told = {one["key"]: one["text"] for one in report.document["figures"]}
    assert told["end_arr"] == "1.2万元"
    (chart,) = [one for one in blocks_of(report.document, "chart") if one["chart"] == "area"]
    assert "1.2万元" in chart["words"].values()


def restate(tenant: Tenant) -> None:
    """A line of anna's turns out to have ended in October."""
    with tenant_scope(tenant.pk):
        line = ContractLine.objects.get(contract__customer__key="anna")
        keep_versions([line], until=timezone.now())
        line.ends_on, line.known_from = date(2026, 10, 15), timezone.now()
        line.save()


def test_what_was_sent_stays_and_the_next_one_says_what_was_restated(
    tenant: Tenant, executive: User, time_machine: Any
) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
        served("berta")
    report = executive_report(tenant, "2026-10")
    assert not [s for s in report.document["sections"] if s["key"] == "restated"]
    with tenant_scope(tenant.pk):
        edit_texts(report=report, seen=1, texts={"commentary": "All is well."}, by=executive)
        approve(seen={report.pk: report.revision}, by=executive)
        done, left = send_reports(
            seen={report.pk: report.revision + 1}, tenant=tenant, by=executive
        )
        assert (done.count, left) == (1, [])
        report.refresh_from_db()
    drawn = {name: report_file(report, name).content for name in ("json", "html", "pdf", "xlsx")}
    time_machine.move_to(DECEMBER, tick=False)
    restate(tenant)
    november = executive_report(tenant, "2026-11")
    # October as it was sent is as it was, to the byte.
    with tenant_scope(tenant.pk):
        report.refresh_from_db()
        for name, content in drawn.items():
            assert report_file(report, name).content == content, name
        assert report.texts == {"commentary": "All is well."}
        told = {one.key: (one.before, one.after) for one in Restatement.objects.all()}
    assert told["end_arr"] == (Decimal("24000.0000"), Decimal("12000.0000"))
    (section,) = [s for s in november.document["sections"] if s["key"] == "restated"]
    screen = next(b for b in section["blocks"] if b["type"] == "table")
    rows = {row[0]["value"]: [cell["value"] for cell in row] for row in screen["rows"]}
    assert rows["end_arr"][1:4] == ["2026-10", Decimal(24000), Decimal(12000)]
    assert rows["customers_lost"][2:4] == [0, 1]
    arr = next(one for one in november.document["figures"] if one["key"] == "start_arr")
    assert arr["value"] == 12000
    # A correction of October tells it too, and is another version.
    with tenant_scope(tenant.pk):
        corrected = correct_report(report=report, tenant=tenant, by=executive)
    keys = [section["key"] for section in corrected.document["sections"]]
    assert keys[0] == "correction"
    assert "restated" in keys
    assert corrected.version == 2


def test_nothing_is_restated_where_a_figure_came_back(tenant: Tenant, time_machine: Any) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    executive_report(tenant, "2026-10")
    time_machine.move_to(DECEMBER, tick=False)
    restate(tenant)
    assert "restated" in sections_of(executive_report(tenant, "2026-11"))
    with tenant_scope(tenant.pk):
        ContractLine.objects.update(ends_on=date(2026, 12, 31))
    assert "restated" not in sections_of(executive_report(tenant, "2026-11"))


def sections_of(report: Report) -> list[str]:
    return [section["key"] for section in report.document["sections"]]


def test_a_tenant_without_facts_gets_one_that_says_so(tenant: Tenant) -> None:
    report = executive_report(tenant, "2026-10")
    assert report.document["figures"][0]["reason"]
    assert blocks_of(report.document, "chart") == []
    assert len(PAGE.findall(pdf_bytes(report.document, {}, ""))) == 1


def test_it_costs_the_same_statements_whatever_the_size(scope: Tenant) -> None:
    def count() -> int:
        cache.clear()
        night = Night.objects.get(as_of=date(2026, 10, 31))
        one = FigureSet(
            kind="executive", period="2026-10", as_of=night.as_of, night=night, pk=1, figures={}
        )
        with CaptureQueriesContext(connection) as found, translation.override("en"):
            document = compose(
                tenant=scope, period=period_of("2026-10"), figures=one, before=None,
                year_before=None, template=None, language="en", known_at=MORNING,
            )  # fmt: skip
            as_json(document)
        return len(found)

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            served(f"c{number}")
        for day in (date(2026, 9, 30), date(2026, 10, 31)):
            run_night(tenant=scope, as_of=day, restate="more customers")

    grow(0, 3)
    few = count()
    grow(3, 12)
    assert Customer.objects.count() == 12
    assert count() == few <= 20


def test_the_command_prints_it(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    report = executive_report(tenant, "2026-10")
    call_command("report", str(report.pk), tenant=tenant.slug, format="json")
    printed = json.loads(capsys.readouterr().out)
    values = {one["key"]: one["value"] for one in printed["figures"]}
    assert (values["end_arr"], values["customers"], printed["kind"]) == (12000, 1, "executive")


def test_only_executives_and_administrators_change_approve_and_send_it(
    tenant: Tenant, executive: User, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    report = executive_report(tenant, "2026-10")
    url = f"/t/acme/reports/{report.pk}/"
    manager, head = Client(), Client()
    manager.force_login(bob)
    head.force_login(executive)
    chosen = {"report": f"{report.pk}.1", "do": "approve"}

    def state() -> str:
        with tenant_scope(tenant.pk):
            return str(Report.objects.get(pk=report.pk).state)

    assert manager.get(url).status_code == 200
    assert "slot-commentary" not in manager.get(url).content.decode()
    assert manager.post(url, {"seen": 1, "slot-commentary": "Mine."}).status_code == 404
    manager.post("/t/acme/reports/changes/", chosen)
    assert state() == "draft"
    assert "slot-commentary" in head.get(url).content.decode()
    assert head.post(url, {"seen": 1, "slot-commentary": "All is well."}).status_code == 302
    head.post("/t/acme/reports/changes/", {**chosen, "report": f"{report.pk}.2"})
    assert state() == "approved"
    assert manager.post(f"{url}recipients/", {"seen": 3}).status_code == 404
    assert state() == "approved"
    head.post("/t/acme/reports/changes/", {"report": f"{report.pk}.3", "do": "send"})
    assert state() == "sent"
    page = head.get("/t/acme/month/?month=2026-10").content.decode()
    assert "Sent" in page.split("The executives' report of this month")[1][:400]
    with tenant_scope(tenant.pk):
        assert Report.objects.get(pk=report.pk).texts == {"commentary": "All is well."}
