"""Who may do which of the things that are done to reports, and to the report that was on screen."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_sending import send_reports
from reports.actions.report_texts import correct_report, edit_texts
from reports.models import Report
from tests.reports.report_world import made, make, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]
CHANGES = "/t/acme/reports/changes/"


@pytest.fixture
def report(tenant: Tenant) -> Report:
    with tenant_scope(tenant.pk):
        served("anna")
    return made(tenant)


def chosen(*reports: Report) -> list[str]:
    return [f"{one.pk}.{one.revision}" for one in reports]


def states(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant.pk):
        return dict(Report.objects.values_list("kind", "state"))


def test_who_does_not_edit_customers_reports_neither_reviews_nor_puts_them_back(
    tenant: Tenant, report: Report, executive: User, client: Client
) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        theirs = Report.objects.get(kind="executive")
    client.force_login(executive)
    given = {"report": chosen(report)}
    assert client.post(CHANGES, {**given, "do": "review"}).status_code == 404
    assert states(tenant)["customer"] == "draft"
    both = {"report": chosen(report, theirs), "do": "review"}
    told = client.post(CHANGES, both, follow=True).content.decode()
    assert "you do not review them" in told
    assert (states(tenant)["customer"], states(tenant)["executive"]) == ("draft", "reviewed")
    assert client.post(CHANGES, {**given, "do": "approve"}).status_code == 302
    assert states(tenant)["customer"] == "approved", "they may approve it"
    given = {"report": [f"{report.pk}.{report.revision + 1}"], "do": "back"}
    assert client.post(CHANGES, given).status_code == 404
    assert states(tenant)["customer"] == "approved"


def test_a_correction_is_dropped_as_it_was_on_screen_only(
    tenant: Tenant, report: Report, bob: User, client: Client
) -> None:
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: report.revision}, by=bob)
        send_reports(seen={report.pk: report.revision + 1}, tenant=tenant, by=bob)
        second = correct_report(report=report, tenant=tenant, by=bob)
    client.force_login(bob)
    url = f"/t/acme/reports/{second.pk}/removal/"
    seen = f"{url}?seen={second.revision}"
    assert f'action="{seen}"' in client.get(f"/t/acme/reports/{second.pk}/").content.decode()
    assert f'action="{seen}"' in client.get(seen).content.decode()
    with tenant_scope(tenant.pk):
        edit_texts(report=second, seen=second.revision, texts={"summary": "Hers"}, by=bob)
    for stale in (seen, url, f"{url}?seen=x"):
        assert "Somebody changed this report" in client.post(stale, follow=True).content.decode()
    with tenant_scope(tenant.pk):
        assert Report.objects.get(pk=second.pk).texts["summary"] == "Hers"
    client.post(f"{url}?seen={second.revision}")
    with tenant_scope(tenant.pk):
        assert not Report.objects.filter(pk=second.pk).exists()


def test_an_audience_that_makes_no_difference_is_refused(tenant: Tenant, report: Report) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        theirs = Report.objects.get(kind="executive")

    def drawn(found: Report, format_: str) -> str:
        out = io.StringIO()
        options = {"format": format_, "audience": "decision_maker"}
        call_command("report", found.pk, tenant="acme", stdout=out, **options)
        return out.getvalue()

    assert "Who used it" not in drawn(report, "html")
    for found, format_ in ((report, "json"), (theirs, "html")):
        with pytest.raises(CommandError, match="--audience") as refused:
            drawn(found, format_)
        assert refused.value.returncode == 2


def test_without_a_font_for_it_a_pdf_in_chinese_is_refused_in_words(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        served("hua", language="zh-hans")
    report = made(tenant, "hua")
    assert report.language == "zh-hans"
    monkeypatch.setattr("reports.rendering.pdf.font_directories", list)
    with pytest.raises(CommandError, match="REPORT_FONTS") as refused:
        call_command("report", str(report.pk), tenant="acme", format="pdf", stdout=io.StringIO())
    assert refused.value.returncode == 1
