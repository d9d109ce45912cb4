"""A report from draft to answer: who may do what, two people at once, and what never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from night_facts import use

from accounts.models import (
    Contact,
    Customer,
    Membership,
    OutgoingMail,
    Tenant,
    Unsubscription,
    User,
)
from accounts.tenancy import tenant_scope
from reports.actions import production
from reports.actions.report_changes import ReportConflict, approve, put_back, review, undo_change
from reports.actions.report_letters import write_letters
from reports.actions.report_sending import readers_of, send_report, send_reports
from reports.actions.report_texts import correct_report, edit_texts, refresh_report
from reports.forms.reports import MembersForm
from reports.models import Report, ReportChange, ReportRecipient
from reports.queries.report_readers import Reader
from tests.reports.report_world import MORNING, made, make, reader, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]


@pytest.fixture
def report(tenant: Tenant, anna: Customer) -> Report:
    return made(tenant)


def state_of(tenant: Tenant, report: Report) -> str:
    with tenant_scope(tenant.pk):
        return str(Report.objects.get(pk=report.pk).state)


def approved(tenant: Tenant, report: Report, by: User) -> Report:
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: report.revision}, by=by)
        report.refresh_from_db()
    return report


def sent(tenant: Tenant, report: Report, by: User) -> Report:
    approved(tenant, report, by)
    with tenant_scope(tenant.pk):
        done, left = send_reports(seen={report.pk: report.revision}, tenant=tenant, by=by)
        assert (done.count, left) == (1, [])
        report.refresh_from_db()
    return report


def test_reviewed_approved_and_taken_back(tenant: Tenant, report: Report, bob: User) -> None:
    with tenant_scope(tenant.pk):
        done = review(seen={report.pk: report.revision}, by=bob)
        report.refresh_from_db()
        assert (report.state, report.reviewed_by) == ("reviewed", bob)
        assert done.change is not None
        assert undo_change(change=done.change, by=bob) == 1
        report.refresh_from_db()
        assert (report.state, report.reviewed_by) == ("draft", None)
        with pytest.raises(ValidationError, match="before"):
            undo_change(change=done.change, by=bob)


def test_what_changed_meanwhile_is_left_alone(tenant: Tenant, report: Report, bob: User) -> None:
    with tenant_scope(tenant.pk):
        other = made(tenant, "anna", "2026-Q3")
        seen = {report.pk: report.revision, other.pk: other.revision}
        edit_texts(report=report, seen=report.revision, texts={"summary": "Hello"}, by=bob)
        done = approve(seen=seen, by=bob)
        assert (done.count, done.passed_over) == (1, 1)
        with pytest.raises(ReportConflict):
            approve(seen={report.pk: seen[report.pk]}, by=bob)
        with pytest.raises(ReportConflict):
            edit_texts(report=report, seen=seen[report.pk], texts={"summary": "No"}, by=bob)
        report.refresh_from_db()
        assert report.texts == {"summary": "Hello"}


def test_figures_cannot_be_edited(tenant: Tenant, report: Report, bob: User) -> None:
    with tenant_scope(tenant.pk):
        given = {"summary": "Words", "events": "999", "title": "Other"}
        edit_texts(report=report, seen=report.revision, texts=given, by=bob)
        assert report.texts == {"summary": "Words"}


def test_words_put_into_what_was_approved_have_to_be_approved_again(
    tenant: Tenant, report: Report, bob: User
) -> None:
    approved(tenant, report, bob)
    with tenant_scope(tenant.pk):
        edit_texts(report=report, seen=report.revision, texts={"summary": "New"}, by=bob)
        assert report.state == "reviewed"
        assert report.approved_at is None


def test_figures_read_anew_make_a_draft_of_it(
    tenant: Tenant, anna: Customer, report: Report, bob: User
) -> None:
    approved(tenant, report, bob)
    with tenant_scope(tenant.pk):
        assert not refresh_report(report=report, seen=report.revision, tenant=tenant, by=bob)
        assert report.state == "approved"
        use(anna, date(2026, 10, 8), times=5)
        edit_texts(report=report, seen=report.revision, texts={"summary": "Mine"}, by=bob)
        assert refresh_report(report=report, seen=report.revision, tenant=tenant, by=bob)
        assert (report.state, report.texts) == ("draft", {"summary": "Mine"})


def test_only_what_is_approved_is_sent(tenant: Tenant, report: Report, bob: User) -> None:
    with tenant_scope(tenant.pk):
        with pytest.raises(ReportConflict):
            send_reports(seen={report.pk: report.revision}, tenant=tenant, by=bob)
        readers = readers_of([report], tenant, MORNING)[report.pk]
        with pytest.raises(ValidationError, match="approved"):
            send_report(report=report, seen=report.revision, readers=readers, by=bob)


def test_decision_makers_get_one_page_and_key_users_the_full_one(
    tenant: Tenant, report: Report, bob: User
) -> None:
    sent(tenant, report, bob)
    with tenant_scope(tenant.pk):
        found = dict(ReportRecipient.objects.values_list("name", "audience"))
    assert found == {"Li Wei": "key_user", "Zhou Min": "decision_maker"}


def test_each_gets_one_letter_with_a_link_and_the_pdf(
    tenant: Tenant, report: Report, bob: User
) -> None:
    sent(tenant, report, bob)
    assert write_letters(tenant_id=tenant.pk) == 2
    assert write_letters(tenant_id=tenant.pk) == 0
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "li@anna.example",
        "zhou@anna.example",
    ]
    for letter in mail.outbox:
        assert "/r/" in letter.body
        [(name, content, kind)] = letter.attachments
        assert (name, kind) == ("report-2026-10-anna.pdf", "application/pdf")
        assert content.startswith(b"%PDF-")
        assert "List-Unsubscribe" in letter.extra_headers


def test_at_night_letters_wait_for_the_morning(
    tenant: Tenant, report: Report, bob: User, time_machine: Any
) -> None:
    sent(tenant, report, bob)
    time_machine.move_to(datetime(2026, 11, 19, 16, tzinfo=UTC), tick=False)
    write_letters(tenant_id=tenant.pk)
    assert mail.outbox == []
    with tenant_scope(tenant.pk):
        assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"queued"}


def test_who_cannot_be_written_to_is_told_with_the_reason(
    tenant: Tenant, anna: Customer, report: Report, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        silent = Contact.objects.get(name="Li Wei")
        Unsubscription.objects.create(contact=silent, purpose="report")
        reader(anna, "Sun Qi", email="")
        reader(anna, "He Yu", email="no address")
    sent(tenant, report, bob)
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        found = {one.name: (str(one.state), one.why) for one in ReportRecipient.objects.all()}
    assert found == {
        "Li Wei": ("left_out", "declined"),
        "Sun Qi": ("left_out", "no_address"),
        "He Yu": ("left_out", "no_address"),
        "Zhou Min": ("queued", ""),
    }
    assert [letter.to for letter in mail.outbox] == [["zhou@anna.example"]]


def test_nobody_of_a_demo_is_written_to(tenant: Tenant, report: Report, bob: User) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=True)
    sent(tenant, report, bob)
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert set(ReportRecipient.objects.values_list("state", "why")) == {("left_out", "silent")}
        assert not OutgoingMail.objects.exists()


def test_a_report_without_readers_is_left_and_named(
    tenant: Tenant, report: Report, bob: User
) -> None:
    approved(tenant, report, bob)
    with tenant_scope(tenant.pk):
        for contact in Contact.objects.all():
            contact.roles.all().delete()
        done, left = send_reports(seen={report.pk: report.revision}, tenant=tenant, by=bob)
        assert (done.count, [one.pk for one in left]) == (0, [report.pk])
    assert state_of(tenant, report) == "approved"


def test_another_customers_contact_gets_nothing(tenant: Tenant, report: Report, bob: User) -> None:
    approved(tenant, report, bob)
    with tenant_scope(tenant.pk):
        stranger = reader(served("berta"), "Stranger")
        readers = [Reader(stranger.name, stranger.email, "key_user", contact=stranger)]
        with pytest.raises(ValidationError, match="another customer"):
            send_report(report=report, seen=report.revision, readers=readers, by=bob)


def test_a_correction_is_a_version_that_says_so(
    tenant: Tenant, anna: Customer, report: Report, bob: User
) -> None:
    sent(tenant, report, bob)
    with tenant_scope(tenant.pk):
        before = Report.objects.values("document", "texts", "document_hash").get(pk=report.pk)
        use(anna, date(2026, 10, 8), times=5)
        second = correct_report(report=report, tenant=tenant, by=bob)
        assert (second.version, second.correction_of_id, second.state) == (2, report.pk, "draft")
        notice = second.document["sections"][0]["blocks"][0]
        assert "version 2" in notice["text"]
        with pytest.raises(ValidationError, match="already"):
            correct_report(report=report, tenant=tenant, by=bob)
        approve(seen={second.pk: second.revision}, by=bob)
        second.refresh_from_db()
        readers = readers_of([second], tenant, MORNING)[second.pk]
        with pytest.raises(ValidationError, match="corrected"):
            send_report(report=second, seen=second.revision, readers=readers, by=bob)
        edit_texts(
            report=second, seen=second.revision, texts={"correction": "Five events more."}, by=bob
        )
        approve(seen={second.pk: second.revision}, by=bob)
        second.refresh_from_db()
        assert send_report(report=second, seen=second.revision, readers=readers, by=bob) == 2
        assert second.correction == "Five events more."
        assert (
            Report.objects.values("document", "texts", "document_hash").get(pk=report.pk) == before
        )


def test_two_who_send_at_once_send_once(tenant: Tenant, report: Report, bob: User) -> None:
    approved(tenant, report, bob)
    seen = {report.pk: report.revision}
    with tenant_scope(tenant.pk):
        send_reports(seen=seen, tenant=tenant, by=bob)
    with tenant_scope(tenant.pk), pytest.raises(ReportConflict):
        send_reports(seen=seen, tenant=tenant, by=bob)
    with tenant_scope(tenant.pk):
        assert ReportRecipient.objects.count() == 2


# --- On screen ------------------------------------------------------------------------------------


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_bulk_approval_and_its_undoing_on_screen(
    tenant: Tenant, report: Report, browser: Client
) -> None:
    listed = browser.get("/t/acme/reports/?view=all")
    assert f'value="{report.pk}.{report.revision}"' in listed.content.decode()
    chosen = {"report": [f"{report.pk}.{report.revision}"], "next": "/t/acme/reports/"}
    told = browser.post("/t/acme/reports/changes/", {**chosen, "do": "approve"}, follow=True)
    assert "1 report approved." in told.content.decode()
    assert state_of(tenant, report) == "approved"
    with tenant_scope(tenant.pk):
        change = ReportChange.objects.get()
    browser.post(f"/t/acme/reports/undoings/{change.pk}/")
    assert state_of(tenant, report) == "draft"
    again = browser.post("/t/acme/reports/changes/", {**chosen, "do": "approve"}, follow=True)
    assert "left as it is" in again.content.decode()
    assert state_of(tenant, report) == "draft"


@pytest.mark.parametrize(
    ("given", "status"),
    [({"do": "explode"}, 404), ({"do": "approve"}, 302), ({"do": "approve", "report": "x.y"}, 302)],
)
def test_bad_changes_change_nothing(
    tenant: Tenant, report: Report, browser: Client, given: dict[str, str], status: int
) -> None:
    assert browser.post("/t/acme/reports/changes/", given).status_code == status
    assert state_of(tenant, report) == "draft"


def test_two_who_write_at_once_see_both_versions(
    tenant: Tenant, report: Report, browser: Client
) -> None:
    url = f"/t/acme/reports/{report.pk}/"
    first = {"seen": report.revision, "slot-summary": "First"}
    assert browser.post(url, first).status_code == 302
    second = browser.post(url, {"seen": report.revision, "slot-summary": "Second"})
    page = second.content.decode()
    assert second.status_code == 409
    assert "First" in page
    assert "Second" in page


def test_the_page_sends_and_shows_who_opened(
    tenant: Tenant, report: Report, bob: User, browser: Client
) -> None:
    approved(tenant, report, bob)
    url = f"/t/acme/reports/{report.pk}/"
    with tenant_scope(tenant.pk):
        contacts = dict(Contact.objects.values_list("name", "pk"))
    assert "Does not get it" in browser.get(url).content.decode()
    given = {
        "seen": report.revision,
        f"to-{contacts['Li Wei']}": "key_user",
        f"to-{contacts['Zhou Min']}": "no",
    }
    told = browser.post(f"{url}recipients/", given, follow=True)
    assert "It goes to 1 person." in told.content.decode()
    assert state_of(tenant, report) == "sent"
    assert "not opened yet" in browser.get(url).content.decode()


@pytest.mark.parametrize("format_", ["pdf", "xlsx", "json", "html"])
def test_files(report: Report, browser: Client, format_: str) -> None:
    response = browser.get(f"/t/acme/reports/{report.pk}/files/{format_}/?audience=nobody")
    assert response.status_code == 200
    assert "report-2026-10-anna" in response["Content-Disposition"]


def test_unknown_files_and_reports_are_not_found(report: Report, browser: Client) -> None:
    for path in (f"{report.pk}/files/exe/", "0/", f"{2**70}/", "runs/0/"):
        assert browser.get(f"/t/acme/reports/{path}").status_code == 404


def test_who_may_only_look_changes_nothing(
    tenant: Tenant, report: Report, client: Client, make_member: Callable[..., Membership]
) -> None:
    client.force_login(make_member(tenant, "tim@acme.example", "team_member").user)
    url = f"/t/acme/reports/{report.pk}/"
    assert client.get(url).status_code in (200, 404)
    assert client.post(url, {"seen": report.revision, "slot-summary": "x"}).status_code == 404
    assert client.post("/t/acme/reports/changes/", {"do": "approve"}).status_code == 404
    assert client.post(f"{url}recipients/", {}).status_code == 404


def test_another_tenants_report_is_not_found(report: Report, client: Client, charlie: User) -> None:
    client.force_login(charlie)
    assert client.get(f"/t/other/reports/{report.pk}/").status_code == 404
    assert client.get(f"/t/acme/reports/{report.pk}/").status_code == 404


def test_the_list_asks_as_much_for_many_as_for_one(
    tenant: Tenant, report: Report, browser: Client
) -> None:
    def asked(url: str) -> int:
        browser.get(url)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(url).status_code == 200
        return len(found)

    urls = ("/t/acme/reports/?view=all", f"/t/acme/reports/{report.pk}/")
    few = [asked(url) for url in urls]
    with tenant_scope(tenant.pk):
        for number in range(6):
            served(f"c{number}")
        for number in range(5):
            reader(Customer.objects.get(key="anna"), f"N{number}")
    for number in range(6):
        made(tenant, f"c{number}")
    assert [asked(url) for url in urls] == few


def test_put_back_drafts(tenant: Tenant, report: Report, bob: User) -> None:
    approved(tenant, report, bob)
    with tenant_scope(tenant.pk):
        put_back(seen={report.pk: report.revision}, by=bob)
        report.refresh_from_db()
        assert (report.state, report.approved_at, report.reviewed_at) == ("draft", None, None)


def test_executives_put_words_into_their_own_reports_alone(
    tenant: Tenant, report: Report, client: Client, executive: User
) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        theirs = Report.objects.get(kind="executive")
    client.force_login(executive)
    assert f"/reports/{theirs.pk}/" in client.get("/t/acme/reports/").content.decode()
    for found, status in ((theirs, 302), (report, 404)):
        url = f"/t/acme/reports/{found.pk}/"
        assert client.get(url).status_code == 200
        assert client.post(url, {"seen": found.revision}).status_code == status
        assert client.post(f"{url}refreshes/", {"seen": 1}).status_code == status


def test_the_executives_report_goes_to_executives_and_named_addresses(
    tenant: Tenant, report: Report, client: Client, executive: User
) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        theirs = Report.objects.get(kind="executive")
    client.force_login(executive)
    chosen = {"report": f"{theirs.pk}.{theirs.revision}", "do": "approve"}
    client.post("/t/acme/reports/changes/", chosen)
    url = f"/t/acme/reports/{theirs.pk}/"
    with tenant_scope(tenant.pk):
        eve = Membership.objects.get(user=executive)
    chosen = {"readers_chosen": f"member-{eve.pk}", "addresses": "no address"}
    given = {"seen": theirs.revision + 1, **chosen}
    assert "address" in client.post(f"{url}recipients/", given).content.decode()
    assert state_of(tenant, theirs) == "approved"
    client.post(f"{url}recipients/", {**given, "addresses": "board@acme.example"})
    assert state_of(tenant, theirs) == "sent"
    assert write_letters(tenant_id=tenant.pk) == 2
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert sorted(letters) == ["board@acme.example", "eve@acme.example"]
    assert f"/t/acme/reports/{theirs.pk}/" in letters["eve@acme.example"].body
    assert "/t/acme/" not in letters["board@acme.example"].body
    assert all(letter.attachments[0][2] == "application/pdf" for letter in mail.outbox)


def test_an_address_that_is_named_twice_gets_it_once_and_members_are_chosen_by_who_they_are(
    tenant: Tenant, report: Report, executive: User, make_member: Callable[..., Membership]
) -> None:
    make(tenant)
    other = make_member(tenant, "otto@acme.example", "executive")
    with tenant_scope(tenant.pk):
        theirs = Report.objects.get(kind="executive")
        approve(seen={theirs.pk: theirs.revision}, by=executive)
        usual = readers_of([theirs], tenant, MORNING)[theirs.pk]
        given = {"readers_chosen": [f"member-{other.pk}"], "addresses": "b@acme.example"}
        # By the time that it is sent another one stands first.
        form = MembersForm(given, usual=[one for one in usual if one.member == other])
        assert form.is_valid()
        assert [one.address for one in form.readers()] == [other.user.email, "b@acme.example"]
        twice = [*form.readers(), Reader("B@acme.example", "B@acme.example")]
        assert (
            send_report(report=theirs, seen=theirs.revision + 1, readers=twice, by=executive) == 2
        )


def test_a_draft_that_is_approved_while_it_is_made_anew_stays_as_it_was_seen(
    tenant: Tenant, anna: Customer, report: Report, executive: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        use(anna, date(2026, 10, 6), times=5, person="two@anna")

    def approved_meanwhile(*args: Any) -> Any:
        found = composing(*args)
        approve(seen={report.pk: report.revision}, by=executive)
        return found

    composing = production._made
    monkeypatch.setattr(production, "_made", approved_meanwhile)
    make(tenant, customer="anna")
    monkeypatch.undo()
    with tenant_scope(tenant.pk):
        found = Report.objects.get(pk=report.pk)
    assert (found.state, found.revision) == ("approved", report.revision + 1)
    assert found.document_hash == report.document_hash


def test_a_file_of_a_customer_with_a_chinese_key_has_its_name(
    tenant: Tenant, client: Client, executive: User
) -> None:
    with tenant_scope(tenant.pk):
        served("安娜")
    found = made(tenant, "安娜")
    client.force_login(executive)
    response = client.get(f"/t/acme/reports/{found.pk}/files/html/")
    given = response["Content-Disposition"]
    assert given.startswith("attachment; filename*=utf-8''report-2026-10-%E5%AE%89")


def test_a_correction_goes_to_whoever_has_what_it_corrects(
    tenant: Tenant, anna: Customer, report: Report, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        hand = Contact.objects.create(
            customer=anna, key="hand", name="Hand Picked", email="h@a.example"
        )
        approve(seen={report.pk: report.revision}, by=bob)
        chosen = [Reader(hand.name, hand.email, "decision_maker", contact=hand)]
        send_report(report=report, seen=report.revision + 1, readers=chosen, by=bob)
        second = correct_report(report=report, tenant=tenant, by=bob)
        readers = readers_of([second], tenant, MORNING)[second.pk]
        assert ("Hand Picked", "decision_maker") in [(one.name, one.audience) for one in readers]
        assert len({one.name for one in readers}) == len(readers) == 3
        assert readers_of([report], tenant, MORNING)[report.pk] == readers[:2]


def test_who_usually_gets_it_is_offered_however_many_contacts_there_are(
    tenant: Tenant, anna: Customer, report: Report, client: Client, executive: User
) -> None:
    with tenant_scope(tenant.pk):
        Contact.objects.bulk_create(
            Contact(customer=anna, key=f"c{number}", name=f"A {number:02}") for number in range(60)
        )
        approve(seen={report.pk: report.revision}, by=executive)
    client.force_login(executive)
    shown = client.get(f"/t/acme/reports/{report.pk}/").content.decode()
    with tenant_scope(tenant.pk):
        usual = Contact.objects.filter(name__in=("Li Wei", "Zhou Min")).values_list("pk", flat=True)
        assert [f'name="to-{pk}"' in shown for pk in usual] == [True, True]
