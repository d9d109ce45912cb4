"""Letters and a mail server that is down, slow, or says no: none lost, none sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from smtp_server import SmtpServer, use

from accounts.actions import mail_sending
from accounts.actions.mail_sending import release_abandoned, send_batch
from accounts.models import MailOutage, OutgoingMail, Tenant, UnreachableAddress
from accounts.tenancy import tenant_scope
from tests.accounts.mail_world import states, the_letter, time_passes, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who is asked to."""
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        use(settings, running)
        yield running


def test_a_letter_leaves_once_and_its_text_goes(tenant: Tenant, server: SmtpServer) -> None:
    write(tenant, "li@acme.example")
    waiting = the_letter(tenant)
    assert waiting.state == "queued"
    assert "secret" not in waiting.sealed_body
    assert send_batch(tenant_id=tenant.pk).sent == 1
    assert send_batch(tenant_id=tenant.pk).sent == 0
    (letter,) = server.letters()
    assert "https://link.example/secret" in letter.get_content()
    left = the_letter(tenant)
    assert (left.state, left.sealed_body) == ("sent", "")
    assert letter["Message-ID"] == left.message_id
    assert letter["To"] == "li@acme.example"


def test_while_the_server_is_down_everything_waits(tenant: Tenant, server: SmtpServer) -> None:
    server.stop()
    write(tenant, "a@acme.example", "b@acme.example")
    assert send_batch(tenant_id=tenant.pk).sent == 0
    assert set(states(tenant).values()) == {"queued"}
    with tenant_scope(tenant.pk):
        assert MailOutage.objects.get().reason == "ConnectionRefusedError"
    server.start()
    assert send_batch(tenant_id=tenant.pk).sent == 0, "it is left alone for a while"
    time_passes(tenant, timedelta(minutes=11))
    assert send_batch(tenant_id=tenant.pk).sent == 2
    assert sorted(server.recipients) == ["a@acme.example", "b@acme.example"]
    with tenant_scope(tenant.pk):
        assert MailOutage.objects.get().ended_at is not None
        assert OutgoingMail.objects.filter(attempts=1).count() == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "middle"])
def test_a_server_that_falls_silent_before_it_has_the_letter_gets_it_again(
    tenant: Tenant, server: SmtpServer, step: str
) -> None:
    server.manners.hangs_up_at = step
    write(tenant, "li@acme.example")
    # A long text: the end is not on its way yet when the server hangs up in the middle.
    with tenant_scope(tenant.pk):
        OutgoingMail.objects.update(subject="x" * 400)
    if step == "middle":
        _lengthen(tenant)
    send_batch(tenant_id=tenant.pk)
    assert server.taken == []
    assert states(tenant) == {"li@acme.example": "queued"}
    server.manners.hangs_up_at = ""
    time_passes(tenant, timedelta(minutes=11))
    send_batch(tenant_id=tenant.pk)
    assert server.recipients == ["li@acme.example"]


def _lengthen(tenant: Tenant) -> None:
    import json

    from accounts.sealing import seal

    body = json.dumps({"text": ("x" * 900 + "\n") * 14_000, "html": ""})
    with tenant_scope(tenant.pk):
        OutgoingMail.objects.update(sealed_body=seal(body, purpose="letter"))


def test_a_server_that_has_the_letter_and_falls_silent_leaves_it_unclear(
    tenant: Tenant, server: SmtpServer
) -> None:
    server.manners.hangs_up_at = "end"
    write(tenant, "li@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"li@acme.example": "unclear"}
    server.manners.hangs_up_at = ""
    time_passes(tenant, timedelta(days=1))
    sweep_mail_now(tenant)
    assert server.recipients == ["li@acme.example"], "nobody sends it a second time by itself"


def sweep_mail_now(tenant: Tenant) -> None:
    release_abandoned(tenant_id=tenant.pk)
    send_batch(tenant_id=tenant.pk)


def test_a_slow_server_gets_each_letter_once(
    tenant: Tenant, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.mail_server.TIMEOUT_SECONDS", 3)
    server.manners.waits = 6
    write(tenant, "li@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"li@acme.example": "unclear"}
    server.manners.waits = 0.05
    write(tenant, "wang@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert server.recipients == ["li@acme.example", "wang@acme.example"]


@pytest.mark.parametrize("hangs_up", [False, True])
def test_an_address_that_is_refused_keeps_nobody_else_waiting(
    tenant: Tenant, server: SmtpServer, hangs_up: bool
) -> None:
    server.manners.refused["gone@acme.example"] = b"550 5.1.1 no such user"
    server.manners.hangs_up_after_no = hangs_up
    write(tenant, "a@acme.example", "gone@acme.example", "z@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {
        "a@acme.example": "sent", "gone@acme.example": "refused", "z@acme.example": "sent",
    }  # fmt: skip
    with tenant_scope(tenant.pk):
        unreachable = UnreachableAddress.objects.get()
        assert (unreachable.address, unreachable.reply_code) == ("gone@acme.example", 550)
    write(tenant, "GONE@acme.example")
    assert states(tenant)["GONE@acme.example"] == "suppressed"
    assert send_batch(tenant_id=tenant.pk).sent == 0


@pytest.mark.parametrize("answer", [b"550 5.7.1 we do not like you", b"554 blocked"])
def test_a_no_that_is_not_about_the_address_leaves_it_reachable(
    tenant: Tenant, server: SmtpServer, answer: bytes
) -> None:
    server.manners.refused["li@acme.example"] = answer
    write(tenant, "li@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"li@acme.example": "refused"}
    with tenant_scope(tenant.pk):
        assert not UnreachableAddress.objects.exists()


def test_not_now_is_tried_again_and_given_up_at_last(tenant: Tenant, server: SmtpServer) -> None:
    server.manners.refused["li@acme.example"] = b"451 greylisted"
    write(tenant, "li@acme.example")
    send_batch(tenant_id=tenant.pk)
    waiting = the_letter(tenant)
    assert (waiting.state, waiting.reply_code) == ("queued", 451)
    assert waiting.not_before > timezone.now() + timedelta(minutes=4)
    for _time in range(mail_sending.MOST_ATTEMPTS):
        time_passes(tenant, timedelta(hours=7))
        send_batch(tenant_id=tenant.pk)
    given_up = the_letter(tenant)
    assert (given_up.state, given_up.attempts) == ("given_up", mail_sending.MOST_ATTEMPTS)
    assert given_up.sealed_body, "it can still be sent"


def test_a_letter_that_is_refused_for_its_text_leaves_the_address(
    tenant: Tenant, server: SmtpServer
) -> None:
    server.manners.answer_to_data = b"554 5.6.0 what is this"
    write(tenant, "li@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"li@acme.example": "refused"}
    with tenant_scope(tenant.pk):
        assert not UnreachableAddress.objects.exists()


def test_a_letter_that_cannot_be_written_keeps_nobody_waiting(
    tenant: Tenant, server: SmtpServer
) -> None:
    write(tenant, "a@acme.example", "b@acme.example")
    with tenant_scope(tenant.pk):
        OutgoingMail.objects.filter(to="a@acme.example").update(sealed_body="of another key")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"a@acme.example": "given_up", "b@acme.example": "sent"}
