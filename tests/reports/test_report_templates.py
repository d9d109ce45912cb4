"""Settings → Reports: how reports look is tried on a real customer, saved in versions; who gets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from night_facts import LONG_AGO, customer, sign

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_letters import write_letters
from reports.actions.report_sending import send_reports
from reports.actions.run_sweep import note_due
from reports.compute.report_periods import period_of
from reports.compute.report_rules import read_rule
from reports.compute.report_templates import SECTIONS, USUAL_SECTIONS
from reports.models import Report, ReportLink, ReportLogo, ReportRun, ReportSettings, ReportTemplate
from reports.queries.report_customers import customers_due, report_rule
from reports.queries.report_readers import usual_readers
from segmentation.models import Night
from tests.reports.logo_images import png
from tests.reports.report_world import MONTH, made, make, reader, served

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/t/acme/settings/reports/"
RULES = f"{URL}rules/"
NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def form(**changes: Any) -> dict[str, Any]:
    """As the page sends it when nothing is changed."""
    fields: dict[str, Any] = {"accent": "", "seen": 0, "act": "save", "language": "en"}
    for audience, order in USUAL_SECTIONS.items():
        for section in SECTIONS:
            place = order.index(section) + 1 if section in order else 0
            fields[f"{audience}-{section}"] = str(place)
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", content)


def test_a_version_is_added_and_reports_made_from_then_on_follow(
    tenant: Tenant, admin: Client
) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    before = made(tenant)
    answer = admin.post(
        URL, form(accent="#1a5276", logo=upload(png()), greeting__en="Hello {customer}")
    )
    assert answer.status_code == 302
    with tenant_scope(tenant.pk):
        [template] = ReportTemplate.objects.all()
        [logo] = ReportLogo.objects.all()
        assert (template.version, template.look["logo"]) == (1, logo.hash)
        assert (logo.mime, logo.width, logo.height) == ("image/png", 64, 32)
    report = made(tenant)
    assert report.pk == before.pk
    assert report.document["vendor"]["accent"] == "#1a5276"
    assert report.document["vendor"]["logo"] == logo.hash
    assert report.document["template"] == 1
    shown = admin.get(f"/t/acme/reports/{report.pk}/")
    assert f"/t/acme/reports/logos/{logo.hash}/" in shown.content.decode()
    image = admin.get(f"/t/acme/reports/logos/{logo.hash}/")
    assert (image["Content-Type"], image.content) == ("image/png", png())
    pdf = admin.get(f"/t/acme/reports/{report.pk}/files/pdf/")
    assert pdf.content.startswith(b"%PDF")


def test_saving_the_same_again_adds_no_version(tenant: Tenant, admin: Client) -> None:
    admin.post(URL, form(accent="#1a5276"))
    admin.post(URL, form(accent="#1a5276", seen=1))
    with tenant_scope(tenant.pk):
        assert ReportTemplate.objects.count() == 1


def test_who_saw_an_older_version_is_told(tenant: Tenant, admin: Client) -> None:
    admin.post(URL, form(accent="#1a5276"))
    answer = admin.post(URL, form(accent="#7d3c98"))
    assert answer.status_code == 409
    with tenant_scope(tenant.pk):
        assert ReportTemplate.objects.get().look["accent"] == "#1a5276"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"accent": "#ffe9a0"}, "accent"),
        ({"logo": upload(b"GIF89a not taken")}, "logo"),
        ({"logo": upload(b"<svg onload=alert(1)></svg>")}, "logo"),
        ({"logo": upload(png()[:60])}, "logo"),
        ({"logo": upload(png(5, 5))}, "logo"),
        ({"logo": upload(png() + b"0" * 200_001)}, "logo"),
        ({"key_user__did": "1"}, "key_user-did"),
        ({"key_user__did": "9"}, "key_user-did"),
        ({"greeting__en": "Hi {tier}"}, "greeting-en"),
        ({"name__used__en": "x" * 61}, "name-used-en"),
    ],
)
def test_bad_input_is_named_and_nothing_saved(
    tenant: Tenant, admin: Client, changes: dict[str, Any], field: str
) -> None:
    for one in changes.values():
        if hasattr(one, "seek"):
            one.seek(0)
    answer = admin.post(URL, form(**changes))
    assert field in answer.context["form"].errors
    with tenant_scope(tenant.pk):
        assert not ReportTemplate.objects.exists()
        assert not ReportLogo.objects.exists()


def test_the_preview_shows_what_is_typed_and_keeps_nothing(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    made(tenant)
    tried = form(act="preview", greeting__en="Good morning {customer}", audience="decision_maker")
    answer = admin.post(URL, tried, headers={"HX-Request": "true", "HX-Target": "report-preview"})
    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="report-preview"')
    assert "Good morning Anna" in page
    with tenant_scope(tenant.pk):
        assert not ReportTemplate.objects.exists()


def test_without_figures_the_page_says_so(tenant: Tenant, admin: Client) -> None:
    assert "No customer has figures yet" in admin.get(URL).content.decode()


def test_templates_are_the_administrators(tenant: Tenant, client: Client, bob: User) -> None:
    client.force_login(bob)
    for url in (URL, RULES):
        assert client.get(url).status_code == 404
        assert client.post(url, form()).status_code == 404


def rules(admin: Client, chosen: dict[str, str], **more: Any) -> Any:
    """Sends the rules, nobody getting anything but those chosen."""
    fields = {name: "none" for name in admin.get(RULES).context["form"].fields if "-" in name}
    return admin.post(RULES, fields | {"day": 1, "hour": "", "seen": 0} | chosen | more)


def test_who_gets_what_goes_by_tier_and_audience(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        anna = served("anna")
    report = made(tenant)
    assert (
        rules(admin, {"key_user-none": "month", "decision_maker-high": "both"}).status_code == 302
    )
    with tenant_scope(tenant.pk):
        rule = report_rule()
        today = tenant.local_date(NOVEMBER)
        # It has no tier: no night was run.
        assert list(customers_due(period_of(MONTH), rule, today)) == [anna]
        assert not customers_due(period_of("2026-Q3"), rule, today).exists()
        [readers] = usual_readers([report], today, "en", rule).values()
        assert [one.name for one in readers] == ["Li Wei"]
        [everybody] = usual_readers([report], today, "en", read_rule({})).values()
        assert [one.name for one in everybody] == ["Li Wei", "Zhou Min"]


def test_nobody_gets_anything_where_nothing_is_chosen(tenant: Tenant, admin: Client) -> None:
    rules(admin, {})
    with tenant_scope(tenant.pk):
        rule = report_rule()
        assert not rule.wants("customer", quarter=False)
        assert not rule.wants("customer", quarter=True)


def test_reports_are_made_from_the_day_and_hour_on(
    tenant: Tenant, admin: Client, make_tenant: Callable[..., Tenant]
) -> None:
    assert rules(admin, {"key_user-none": "both"}, day=5, hour=9).status_code == 302
    with tenant_scope(tenant.pk):
        Night.objects.create(as_of="2026-10-31", state="done", digest="x", known_at=NOVEMBER)
        early = datetime(2026, 11, 5, 8, 59, tzinfo=tenant.zone)
        assert note_due(tenant=tenant, now=early) == 0
        assert note_due(tenant=tenant, now=early.replace(hour=9, minute=0)) > 0
        assert ReportRun.objects.filter(period=MONTH, kind="customer").exists()


def test_a_rule_keeps_what_the_page_does_not_show(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        ReportSettings.objects.create(rule={"addresses": ["ceo@acme.example"]})
    assert rules(admin, {}, seen=0).status_code == 409
    assert rules(admin, {}, seen=1).status_code == 302
    with tenant_scope(tenant.pk):
        assert report_rule().addresses == ("ceo@acme.example",)


def test_a_report_keeps_the_look_that_it_was_sent_with(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    report = made(tenant)
    with tenant_scope(tenant.pk):
        Report.objects.filter(pk=report.pk).update(state="sent", sent_at=NOVEMBER)
    admin.post(URL, form(accent="#1a5276"))
    make(tenant)
    assert "accent" not in made(tenant).document["vendor"]


def test_the_link_of_a_report_shows_its_logo(
    tenant: Tenant, admin: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)
    with tenant_scope(tenant.pk):
        served("anna")
    admin.post(URL, form(logo=upload(png())))
    report = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: report.revision}, by=bob)
        send_reports(seen={report.pk: report.revision + 1}, tenant=tenant, by=bob)
    write_letters(tenant_id=tenant.pk)
    found = re.search(r"/r/\S+", mail.outbox[0].body)
    assert found
    client = Client()
    assert 'src="?logo=1"' in client.get(found[0]).content.decode()
    assert client.get(f"{found[0]}?logo=1").content == png()
    with tenant_scope(tenant.pk):
        # The image is no further opening.
        assert sum(ReportLink.objects.values_list("opened_count", flat=True)) == 1


def test_where_nobody_has_a_role_reports_are_drafted_all_the_same(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        sign(customer("lonely"), LONG_AGO.date())
    assert [one["customer"] for one in make(tenant) if one["kind"] == "customer"] == ["lonely"]
    with tenant_scope(tenant.pk):
        served("anna")
        due = customers_due(period_of(MONTH), report_rule(), tenant.local_date(NOVEMBER))
        assert [one.key for one in due] == ["anna"]


def test_the_page_asks_as_much_for_many_reports(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        served("anna")
    make(tenant)
    with CaptureQueriesContext(connection) as few:
        assert admin.get(URL).status_code == 200
    with tenant_scope(tenant.pk):
        for number in range(4):
            served(f"c{number}")
    make(tenant)
    with CaptureQueriesContext(connection) as many:
        page = admin.get(URL)
    assert len(page.context["offered"]) == 5
    assert len(many) <= len(few) <= 45


def test_who_gets_nothing_has_no_say_in_languages(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.pk):
        anna = served("anna")
        reader(anna, "Wang Fang", "decision_maker", language="zh-hans")
    assert rules(admin, {"key_user-none": "month"}).status_code == 302
    lines = make(tenant)
    assert len([one for one in lines if one["kind"] == "customer"]) == 1
    with tenant_scope(tenant.pk):
        assert Report.objects.get(customer=anna).language == "en"
