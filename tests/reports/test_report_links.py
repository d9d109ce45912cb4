"""What a contact does by the link of a report: reads, downloads, answers; and what it is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.actions.contacts import remove_contact
from accounts.contact_links import LinkClosed
from accounts.models import Case, Contact, Customer, OutgoingMail, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_changes import approve
from reports.actions.report_letters import attachments, write_letters
from reports.actions.report_sending import send_report, send_reports
from reports.actions.report_texts import correct_report, edit_texts
from reports.files import remembered_pdf
from reports.models import Report, ReportAnswer, ReportLink
from reports.queries.report_readers import Reader
from service.models import Ask, SurveyAnswer
from tests.reports.report_world import MORNING, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]


@pytest.fixture
def report(tenant: Tenant, anna: Customer, bob: User) -> Report:
    """Sent."""
    found = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={found.pk: found.revision}, by=bob)
        send_reports(seen={found.pk: found.revision + 1}, tenant=tenant, by=bob)
    write_letters(tenant_id=tenant.pk)
    return found


@pytest.fixture
def path(report: Report) -> str:
    """The key user's link, as it stands in the letter."""
    [letter] = [one for one in mail.outbox if one.to == ["li@anna.example"]]
    found = re.search(r"/r/\S+", letter.body)
    assert found
    return found[0]


def test_opening_is_counted(tenant: Tenant, path: str) -> None:
    client = Client()
    assert client.head(path).status_code == 405
    with tenant_scope(tenant.pk):
        assert not ReportLink.objects.exclude(opened_at=None).exists()
    page = client.get(path)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "What you used" in page.content.decode()
    client.get(path)
    with tenant_scope(tenant.pk):
        assert ReportLink.objects.get(name="Li Wei").opened_count == 2
        assert ReportLink.objects.get(name="Zhou Min").opened_count == 0


def test_each_reads_the_page_that_is_theirs(tenant: Tenant, path: str) -> None:
    [letter] = [one for one in mail.outbox if one.to == ["zhou@anna.example"]]
    theirs = re.search(r"/r/\S+", letter.body)
    assert theirs
    assert "Who used it" in Client().get(path).content.decode()
    assert "Who used it" not in Client().get(theirs[0]).content.decode()


def test_the_pdf_is_that_of_the_letter(path: str) -> None:
    [letter] = [one for one in mail.outbox if one.to == ["li@anna.example"]]
    response = Client().get(f"{path}?pdf=1")
    assert response["Content-Type"] == "application/pdf"
    assert response.content == letter.attachments[0][1]


def test_who_asks_for_the_pdf_repeatedly_has_it_drawn_once(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Client().get(f"{path}?pdf=1")

    def refuse(*_given: Any, **_rest: Any) -> bytes:
        raise AssertionError("drawn again")

    monkeypatch.setattr("reports.files.pdf_bytes", refuse)
    again = Client().get(f"{path}?pdf=1")
    assert again.content == first.content
    assert again["Content-Disposition"] == first["Content-Disposition"]


def test_no_more_pdfs_are_remembered_than_there_is_room_for(
    tenant: Tenant, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.files._remembered", remembered := {})
    monkeypatch.setattr("reports.files.REMEMBERED", 2)
    drawn: list[str] = []

    def draw(*_given: Any, answer_url: str, **_rest: Any) -> bytes:
        drawn.append(answer_url)
        return b"%PDF"

    monkeypatch.setattr("reports.files.pdf_bytes", draw)
    with tenant_scope(tenant.pk):
        for answer_url in ("a", "b", "a", "c", "a", "b"):
            remembered_pdf(report, "key_user", answer_url=answer_url)
    assert len(remembered) == 2
    assert drawn == ["a", "b", "c", "b"], "the last asked for are kept"


def test_a_wish_becomes_a_request(tenant: Tenant, path: str) -> None:
    given = {"act": "request", "request-text": "Payslips by WeChat\nEvery month."}
    told = Client().post(path, given, follow=True)
    assert "has your wish" in told.content.decode()
    with tenant_scope(tenant.pk):
        ask = Ask.objects.get()
        assert (ask.title, ask.contact.name) == ("Payslips by WeChat", "Li Wei")
        answer = ReportAnswer.objects.get()
        assert (answer.kind, answer.ask_id) == ("request", ask.pk)


def test_a_question_becomes_a_case_once(tenant: Tenant, path: str) -> None:
    given = {"act": "question", "question-text": "How do I add a seat?"}
    for _twice in range(2):
        assert Client().post(path, given).status_code == 302
    with tenant_scope(tenant.pk):
        assert Case.objects.get().title == "How do I add a seat?"
        assert ReportAnswer.objects.filter(kind="question").count() == 1


def test_a_score_may_be_changed_and_stays_one(tenant: Tenant, path: str) -> None:
    client = Client()
    client.post(path, {"act": "survey", "survey-score": "2", "survey-comment": "Slow."})
    client.post(path, {"act": "survey", "survey-score": "5", "survey-comment": "Better."})
    with tenant_scope(tenant.pk):
        found = SurveyAnswer.objects.get()
        assert (found.kind, found.score, found.comment) == ("csat", 5, "Better.")
        assert found.roles == ["key_user"]
        assert ReportAnswer.objects.filter(kind="survey").count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"act": "request", "request-text": "  "},
        {"act": "question"},
        {"act": "survey", "survey-score": "9"},
        {"act": "survey", "survey-score": "many"},
        {"act": "survey"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    tenant: Tenant, path: str, given: dict[str, str]
) -> None:
    assert Client().post(path, given).status_code == 200
    with tenant_scope(tenant.pk):
        assert not ReportAnswer.objects.exists()


def test_other_acts_are_unknown(path: str) -> None:
    assert Client().post(path, {"act": "explode"}).status_code == 404


def test_a_program_that_fills_in_everything_learns_nothing(tenant: Tenant, path: str) -> None:
    given = {"act": "request", "request-text": "Buy", "request-website": "https://spam.example"}
    assert Client().post(path, given).status_code == 302
    with tenant_scope(tenant.pk):
        assert not Ask.objects.exists()


def test_ten_answers_a_day_are_enough(tenant: Tenant, path: str) -> None:
    for number in range(10):
        Client().post(path, {"act": "request", "request-text": f"Wish {number}"})
    told = Client().post(path, {"act": "request", "request-text": "One more"})
    assert "That is all for today" in told.content.decode()
    with tenant_scope(tenant.pk):
        assert Ask.objects.count() == 10


def test_nobody_of_the_vendor_answers_for_the_customer(
    tenant: Tenant, path: str, bob: User
) -> None:
    client = Client()
    client.force_login(bob)
    assert client.post(path, {"act": "survey", "survey-score": "5"}).status_code == 410
    with tenant_scope(tenant.pk):
        assert not ReportAnswer.objects.exists()


def corrected(tenant: Tenant, report: Report, bob: User, *, of: tuple[str, ...]) -> Report:
    """Version 2, sent to contacts by these names."""
    with tenant_scope(tenant.pk):
        second = correct_report(report=report, tenant=tenant, by=bob)
        texts = {"correction": "Five events more.", "summary": "Corrected."}
        edit_texts(report=second, seen=second.revision, texts=texts, by=bob)
        approve(seen={second.pk: second.revision}, by=bob)
        readers = [
            Reader(one.name, one.email, "key_user", contact=one)
            for one in Contact.objects.filter(name__in=of)
        ]
        seen = second.revision + 1
        send_report(report=second, seen=seen, readers=readers, by=bob)
    write_letters(tenant_id=tenant.pk)
    return second


def test_a_report_that_was_corrected_says_so_and_leads_to_what_its_reader_has(
    tenant: Tenant, report: Report, path: str, bob: User, time_machine: Any
) -> None:
    client = Client()
    before = client.get(path).content.decode()
    paper = client.get(f"{path}?pdf=1").content
    assert "was corrected" not in before
    assert client.get(f"{path}?version=2").status_code == 410
    time_machine.move_to(MORNING + timedelta(days=5), tick=False)
    corrected(tenant, report, bob, of=("Li Wei",))
    page = client.get(path).content.decode()
    assert "This report was corrected: version 2 was sent on 24 Nov 2026." in page
    assert 'href="?version=2"' in page
    assert "Five events more." not in page
    assert client.get(f"{path}?pdf=1").content == paper, "what was sent stays as it was"
    newer = client.get(f"{path}?version=2").content.decode()
    assert "Five events more." in newer
    assert "was corrected: version" not in newer
    assert 'href="?pdf=1&amp;version=2"' in newer
    assert client.get(f"{path}?pdf=1&version=2").content != paper
    asked = {"act": "request", "request-text": "Payslips by WeChat"}
    told = client.post(f"{path}?version=2", asked, follow=True)
    assert told.redirect_chain[0][0].endswith("&version=2#answer")
    with tenant_scope(tenant.pk):
        assert ReportAnswer.objects.get().report.version == 2
        opened = ReportLink.objects.filter(name="Li Wei").order_by("pk")
        assert [one.opened_count for one in opened] == [2, 1]
    assert client.get(f"{path}?version=x").status_code == 404


def test_who_was_not_sent_the_correction_is_told_to_ask_for_it(
    tenant: Tenant, report: Report, path: str, bob: User
) -> None:
    second = corrected(tenant, report, bob, of=("Zhou Min",))
    page = Client().get(path).content.decode()
    assert "was corrected: version 2" in page
    assert "Ask Acme for it." in page
    assert "?version=" not in page
    assert Client().get(f"{path}?version=2").status_code == 410
    with tenant_scope(tenant.pk):
        ReportLink.objects.filter(recipient__report=second).update(revoked_at=MORNING)
    [letter] = [one for one in mail.outbox if one.to == ["zhou@anna.example"]][:1]
    theirs = re.search(r"/r/\S+", letter.body)
    assert theirs
    page = Client().get(theirs[0]).content.decode()
    assert "Ask Acme for it." in page, "the link to the correction was taken back"


def test_a_link_ends(tenant: Tenant, path: str, time_machine: Any) -> None:
    time_machine.move_to(MORNING + timedelta(days=181), tick=False)
    assert Client().get(path).status_code == 410


def test_a_revoked_link_opens_nothing_and_a_given_one_does(
    tenant: Tenant, report: Report, path: str, bob: User
) -> None:
    browser = Client()
    browser.force_login(bob)
    with tenant_scope(tenant.pk):
        recipient = report.recipients.get(name="Li Wei")
    url = f"/t/acme/reports/{report.pk}/recipients/{recipient.pk}/"
    browser.post(f"{url}revocations/")
    assert Client().get(path).status_code == 410
    page = browser.post(f"{url}links/", follow=True).content.decode()
    given = re.search(r"/r/\d+\.[\w-]+/", page)
    assert given
    assert Client().get(given[0]).status_code == 200


def test_who_is_no_longer_a_contact_reads_nothing(tenant: Tenant, path: str) -> None:
    with tenant_scope(tenant.pk):
        ReportLink.objects.filter(name="Li Wei").update(contact=None)
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize("change", [{"contact": None}, {"revoked_at": MORNING}])
def test_a_letter_that_waits_takes_no_report_to_whose_link_is_closed(
    tenant: Tenant, path: str, change: dict[str, Any]
) -> None:
    with tenant_scope(tenant.pk):
        letter = OutgoingMail.objects.get(to="li@anna.example")
        values = {"answer": f"https://tenure.example{path}"}
        assert attachments(letter, values)[0].content.startswith(b"%PDF")
        ReportLink.objects.filter(name="Li Wei").update(**change)
        with pytest.raises(LinkClosed):
            attachments(letter, values)


def test_the_timeline_tells_it(tenant: Tenant, anna: Customer, path: str, bob: User) -> None:
    Client().get(path)
    Client().post(path, {"act": "request", "request-text": "Payslips by WeChat"})
    browser = Client()
    browser.force_login(bob)
    page = browser.get(f"/t/acme/customers/{anna.pk}/timeline/").content.decode()
    for words in ("Report sent: ", "Report opened: ", "Report answered: "):
        assert words in page


def test_removing_a_contact_keeps_what_was_sent_and_answered(
    tenant: Tenant, path: str, bob: User
) -> None:
    Client().post(path, {"act": "request", "request-text": "Payslips by WeChat"})
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get(name="Li Wei")
        remove_contact(contact=contact, by=bob)
        assert ReportAnswer.objects.get().name == "Li Wei"
        assert ReportAnswer.objects.get().contact_id is None
