"""The service manager puts two reports into words, the executive approves them at once, they are sent
to a mail server, and a contact answers on a phone: the answer stands on the customer's timeline. The
executives' own goes by mail too, and leads from each figure to what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from smtp_server import SmtpServer, use

from accounts.actions.mail_sending import send_batch
from accounts.models import Customer, MailSettings, Membership, Tenant
from accounts.tenancy import tenant_scope
from reports.actions.goals import GoalValues, add_goal
from reports.actions.report_letters import write_letters
from reports.models import Report, ReportAnswer, ReportSettings
from service.models import Ask, SurveyAnswer
from tests.reports.report_world import make, served

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = "/t/acme"


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


@pytest.fixture
def anna(tenant: Tenant, make_member: Callable[..., Membership]) -> Customer:
    make_member(tenant, "sam@acme.example", "service_manager")
    make_member(tenant, "eve@acme.example", "executive")
    with tenant_scope(tenant.pk):
        MailSettings.objects.create(is_quiet=False)
        ReportSettings.objects.create(rule={"language": "en"})
        found = served("anna")
        served("berta")
        due = timezone.now().date() + timedelta(days=180)
        values = GoalValues(date(2026, 9, 30), due, baseline=Decimal(24000), target=Decimal(30000))
        add_goal(tenant=tenant, key="end_arr", values=values, by=None)
    make(tenant)
    return found


def test_from_draft_to_answer(
    tenant: Tenant, anna: Customer, server: SmtpServer, visit: Callable[..., Any],
    accessible: Callable[..., None],
) -> None:  # fmt: skip
    sam, eve = visit(), visit()
    sam.sign_in("sam@acme.example")
    eve.sign_in("eve@acme.example")

    # The service manager reads one and puts words into it.
    page = sam.go(f"{ROOT}/reports/?view=all&kind=customer")
    page.get_by_role("link", name="Anna", exact=True).click()
    words = page.locator("form.form textarea").first
    words.fill("Well done: twice as many people use it.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("article.report")).to_contain_text("twice as many people use it")
    page.get_by_role("button", name="Reviewed").click()
    expect(page.get_by_text("1 report reviewed.")).to_be_visible()
    accessible(page)

    # The executive approves both by keyboard.
    page = eve.go(f"{ROOT}/reports/?view=all&kind=customer")
    accessible(page)
    page.locator("[data-choose-page] input").check()
    page.keyboard.press("e")
    expect(page.get_by_text("2 reports approved.")).to_be_visible()

    # They are sent, and letters leave.
    page = sam.go(f"{ROOT}/reports/?view=all&state=approved")
    page.locator("[data-choose-page] input").check()
    page.locator("summary", has_text="Send").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("2 reports sent.")).to_be_visible()
    assert write_letters(tenant_id=tenant.pk) == 4
    assert send_batch(tenant_id=tenant.pk).sent == 4
    [letter] = [one for one in server.letters() if one["To"] == "li@anna.example"]
    [paper] = list(letter.iter_attachments())
    assert paper.get_content().startswith(b"%PDF-")
    body = letter.get_body(("plain",))
    assert body is not None
    link = re.search(r"/r/\S+", body.get_content())
    assert link

    # The contact reads it on a phone without scripts, and answers.
    phone = visit(width=360, height=740, scripts=False)
    page = phone.go(link[0])
    expect(page.locator("article.report")).to_contain_text("twice as many people use it")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.get_by_text("has your score")).to_be_visible()
    page.locator("summary", has_text="Tell us what you wish").click()
    page.locator("[name=request-text]").fill("Payslips by WeChat")
    page.locator("form", has=page.locator("[name=request-text]")).get_by_role(
        "button", name="Send"
    ).click()
    expect(page.get_by_text("has your wish")).to_be_visible()
    with tenant_scope(tenant.pk):
        assert ReportAnswer.objects.count() == 2
        assert SurveyAnswer.objects.get().score == 5
        assert Ask.objects.get().title == "Payslips by WeChat"
        report = Report.objects.get(customer=anna)

    # It stands on the customer's timeline, and on the report, which never changed.
    page = sam.go(f"{ROOT}/customers/{anna.pk}/timeline/?kind=reports")
    expect(page.get_by_text("Report answered: ").first).to_be_visible()
    expect(page.get_by_text("Payslips by WeChat").first).to_be_visible()
    page = sam.go(f"{ROOT}/reports/{report.pk}/")
    told = page.locator("section", has=page.get_by_role("heading", name="Sent to"))
    expect(told).to_contain_text("opened once")
    expect(page.get_by_role("heading", name="Answers")).to_be_visible()
    accessible(page)
    # In the list it counts as answered, and the one that nobody opened does not.
    page = sam.go(f"{ROOT}/reports/?view=all&kind=customer&state=answered")
    [row] = page.locator("tbody tr").all()
    expect(row).to_contain_text("Anna")
    assert row.locator("td").all_inner_texts()[-2:] == ["1/2", "2"]


def test_the_executives_own(
    tenant: Tenant, anna: Customer, server: SmtpServer, visit: Callable[..., Any],
    accessible: Callable[..., None],
) -> None:  # fmt: skip
    eve = visit()
    eve.sign_in("eve@acme.example")

    # The executive finds it, comments, approves and sends it.
    page = eve.go(f"{ROOT}/reports/?view=all&kind=executive")
    page.locator("tbody").get_by_role("link", name="Executive report", exact=True).click()
    page.get_by_label("Commentary").fill("Growth comes from Anna.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("article.report")).to_contain_text("Growth comes from Anna.")
    page.keyboard.press("e")
    expect(page.get_by_text("1 report approved.")).to_be_visible()
    send = page.locator("section", has=page.get_by_role("heading", name="Send"))
    expect(send.get_by_label("eve@acme.example")).to_be_checked()
    send.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It goes to 1 person.")).to_be_visible()
    assert write_letters(tenant_id=tenant.pk) == send_batch(tenant_id=tenant.pk).sent == 1
    [letter] = server.letters()
    assert letter["To"] == "eve@acme.example"
    [paper] = list(letter.iter_attachments())
    assert paper.get_content().startswith(b"%PDF-")
    body = letter.get_body(("plain",))
    assert body is not None
    link = re.search(rf"{ROOT}/reports/\d+/", body.get_content())
    assert link

    # From the letter to the report, to a figure, its formula and the rows that it is the sum of.
    page = eve.go(link[0])
    expect(page.get_by_role("main")).to_contain_text("Sent")
    expect(page.locator("article.report")).to_contain_text("Growth comes from Anna.")
    expect(page.locator("article.report")).to_contain_text("¥30K")
    page.locator("article.report a[href$='/end_arr/']").first.click()
    expect(page.locator("dl.facts")).to_contain_text(
        "Annual fees of the subscription lines active on the last day."
    )
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Anna")).to_contain_text("12,000")
    expect(page.locator("#list")).to_contain_text("The rows add up to ¥24,000")
    accessible(page)

    # And the goal that it is measured against.
    page.get_by_role("link", name="Goals", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("ARR at the end")
    expect(page.get_by_role("main")).to_contain_text("¥24K → ¥30K")
    accessible(page)
