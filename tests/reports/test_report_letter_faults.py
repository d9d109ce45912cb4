"""Letters of reports that fail, that are stopped before they leave, and that are not to be written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions.mail_sending import send_batch
from accounts.models import OutgoingMail, Tenant, Unsubscription, User
from accounts.tenancy import tenant_scope
from reports.actions import report_letters
from reports.actions.report_changes import approve
from reports.actions.report_letters import letters_wait, write_letters
from reports.actions.report_links import revoke_links
from reports.actions.report_sending import send_reports
from reports.models import Report, ReportLink, ReportRecipient
from reports.views import report_recipients
from tests.reports.report_world import MORNING, made, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]
EVENING = datetime(2026, 11, 19, 14, tzinfo=UTC)  # in quiet hours in Shanghai


@pytest.fixture
def report(tenant: Tenant, bob: User) -> Report:
    """Sent to Li Wei and Zhou Min; their letters wait to be written."""
    with tenant_scope(tenant.pk):
        served("anna")
    found = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={found.pk: found.revision}, by=bob)
        send_reports(seen={found.pk: found.revision + 1}, tenant=tenant, by=bob)
    return found


def li(tenant: Tenant) -> ReportRecipient:
    with tenant_scope(tenant.pk):
        found: ReportRecipient = ReportRecipient.objects.select_related("report").get(name="Li Wei")
        return found


def written_to() -> list[str]:
    return sorted(letter.to[0] for letter in mail.outbox)


def test_a_letter_that_cannot_be_written_holds_up_no_other(
    tenant: Tenant, report: Report, bob: User, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    really = report_letters.letter_for

    def torn(tenant: Tenant, recipient: ReportRecipient, *rest: Any) -> Any:
        if recipient.name == "Li Wei":
            raise ValueError("Li Wei's secret")
        return really(tenant, recipient, *rest)

    # Imported by the first request, it would keep what stands here now for ever.
    assert report_recipients.letter_for is really
    monkeypatch.setattr(report_letters, "letter_for", torn)
    assert write_letters(tenant_id=tenant.pk) == 1
    assert written_to() == ["zhou@anna.example"]
    assert not letters_wait(tenant_id=tenant.pk), "not before a minute has passed"
    assert write_letters(tenant_id=tenant.pk) == 0
    assert (li(tenant).state, li(tenant).attempts) == ("waiting", 1)
    with tenant_scope(tenant.pk):
        assert list(ReportLink.objects.values_list("name", flat=True)) == ["Zhou Min"]
    for hours in (1, 2, 3):
        time_machine.move_to(MORNING + timedelta(hours=hours), tick=False)
        assert letters_wait(tenant_id=tenant.pk)
        write_letters(tenant_id=tenant.pk)
    assert (li(tenant).state, li(tenant).why, li(tenant).attempts) == ("left_out", "failed", 4)
    browser = Client()
    browser.force_login(bob)
    page = browser.get(f"/t/acme/reports/{report.pk}/").content.decode()
    assert "Letter could not be written" in page
    assert "ValueError" in page
    assert "secret" not in page
    monkeypatch.setattr(report_letters, "letter_for", really)
    url = f"/t/acme/reports/{report.pk}/recipients/{li(tenant).pk}/letters/"
    assert browser.post(url).status_code == 302
    assert write_letters(tenant_id=tenant.pk) == 1
    assert (li(tenant).state, li(tenant).error) == ("queued", "")
    assert written_to() == ["li@anna.example", "zhou@anna.example"]
    assert "nothing to try again" in browser.post(url, follow=True).content.decode()


def test_who_is_revoked_while_the_letter_waits_to_be_written_gets_none(
    tenant: Tenant, report: Report, bob: User
) -> None:
    browser = Client()
    browser.force_login(bob)
    url = f"/t/acme/reports/{report.pk}/recipients/{li(tenant).pk}/revocations/"
    assert "Stop the letter to Li Wei?" in browser.get(url).content.decode()
    told = browser.post(url, follow=True).content.decode()
    assert "The letter to Li Wei is stopped." in told
    assert "Letter stopped" in told
    write_letters(tenant_id=tenant.pk)
    assert written_to() == ["zhou@anna.example"]
    with tenant_scope(tenant.pk), pytest.raises(ValidationError, match="no letter"):
        revoke_links(recipient=li(tenant), by=bob)


def test_who_is_revoked_while_the_letter_waits_for_the_morning_gets_none(
    tenant: Tenant, report: Report, bob: User, time_machine: Any
) -> None:
    time_machine.move_to(EVENING, tick=False)
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert revoke_links(recipient=li(tenant), by=bob)
        letter = OutgoingMail.objects.get(to="li@anna.example")
        assert (letter.state, letter.sealed_body) == ("dropped", "")
        assert not ReportLink.objects.filter(name="Li Wei", revoked_at=None).exists()
    assert (li(tenant).state, li(tenant).why) == ("left_out", "revoked")
    time_machine.move_to(EVENING + timedelta(hours=14), tick=False)
    send_batch(tenant_id=tenant.pk)
    assert written_to() == ["zhou@anna.example"]


def test_a_link_is_revoked_without_touching_what_was_sent(
    tenant: Tenant, report: Report, bob: User
) -> None:
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert not revoke_links(recipient=li(tenant), by=bob), "its letter has left"
    assert li(tenant).state == "queued"


def test_no_link_lives_that_nobody_has(tenant: Tenant, report: Report) -> None:
    with tenant_scope(tenant.pk):
        Unsubscription.objects.create(contact=li(tenant).contact, purpose="report")
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert list(ReportLink.objects.values_list("name", flat=True)) == ["Zhou Min"]
