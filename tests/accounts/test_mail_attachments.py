"""What is attached to letters: made as they leave, kept nowhere, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from smtp_server import SmtpServer, use

from accounts.actions import mail_sending
from accounts.actions.mail import queue_mail
from accounts.actions.mail_sending import send_batch
from accounts.attachments import Attach, Attachment, NotNow, letter_attachments
from accounts.models import OutgoingMail, Tenant
from accounts.tenancy import current_tenant_id, tenant_scope
from tests.accounts.mail_world import letter_of, states, the_letter, time_passes

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "tests.accounts.test_mail_attachments"


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who is asked to."""
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)
    monkeypatch.setitem(letter_attachments, "paper", f"{HERE}.paper_of")
    monkeypatch.setitem(letter_attachments, "torn", f"{HERE}.torn")


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        use(settings, running)
        yield running


def paper_of(mail: OutgoingMail, values: Mapping[str, str]) -> list[Attachment]:
    assert current_tenant_id() is not None
    text = f"{mail.attach_id} {values['address']}"
    return [Attachment("月报.pdf", text.encode(), "application/pdf")]


def torn(mail: OutgoingMail, values: Mapping[str, str]) -> list[Attachment]:
    raise RuntimeError("what it says may be personal")


def not_now(mail: OutgoingMail, values: Mapping[str, str]) -> list[Attachment]:
    """As the maker of attachments that `values` names does."""
    faults = {
        "database": OperationalError("the connection is closed"), "disk": OSError(28, "full"),
        "busy": NotNow("the compiler"), "memory": MemoryError(),
    }  # fmt: skip
    raise faults[values["fault"]]


def write(tenant: Tenant, attach: Attach, to: str = "li@acme.example") -> None:
    with tenant_scope(tenant.pk):
        queue_mail(letter=letter_of(tenant), to=to, purpose="work", attach=attach)


def test_a_letter_leaves_with_what_is_made_for_it(tenant: Tenant, server: SmtpServer) -> None:
    write(tenant, Attach("paper", 7, {"address": "https://link.example/deep"}))
    waiting = the_letter(tenant)
    assert "deep" not in waiting.sealed_body
    send_batch(tenant_id=tenant.pk)
    (letter,) = server.letters()
    [paper] = list(letter.iter_attachments())
    assert paper.get_filename() == "月报.pdf"
    assert paper.get_content_type() == "application/pdf"
    assert paper.get_content() == b"7 https://link.example/deep"
    assert the_letter(tenant).sealed_body == ""


def test_what_cannot_be_made_keeps_no_other_letter_waiting(
    tenant: Tenant, server: SmtpServer
) -> None:
    write(tenant, Attach("torn", 1), "one@acme.example")
    write(tenant, Attach("unknown", 1), "two@acme.example")
    write(tenant, Attach("paper", 2, {"address": "x"}), "three@acme.example")
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {
        "one@acme.example": "given_up",
        "two@acme.example": "given_up",
        "three@acme.example": "sent",
    }
    with tenant_scope(tenant.pk):
        reasons = dict(OutgoingMail.objects.values_list("to", "reason"))
    assert reasons["one@acme.example"] == "RuntimeError", "its kind, and nothing of what it says"


@pytest.mark.parametrize("fault", ["database", "disk", "busy", "memory"])
def test_what_passes_is_tried_again_and_given_up_at_last(
    tenant: Tenant, server: SmtpServer, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setitem(letter_attachments, "paper", f"{HERE}.not_now")
    write(tenant, Attach("paper", 7, {"address": "x", "fault": fault}))
    send_batch(tenant_id=tenant.pk)
    waiting = the_letter(tenant)
    assert (waiting.state, waiting.attempts, waiting.reason) == ("queued", 1, "not_now")
    assert waiting.not_before > timezone.now() + timedelta(minutes=4)
    assert waiting.claim == ""
    for _time in range(mail_sending.MOST_ATTEMPTS):
        time_passes(tenant, timedelta(hours=7))
        send_batch(tenant_id=tenant.pk)
    given_up = the_letter(tenant)
    assert (given_up.state, given_up.attempts) == ("given_up", mail_sending.MOST_ATTEMPTS)
    assert given_up.sealed_body, "it can still be sent"
    monkeypatch.setitem(letter_attachments, "paper", f"{HERE}.paper_of")
    with tenant_scope(tenant.pk):
        OutgoingMail.objects.update(state="queued", attempts=0)
    send_batch(tenant_id=tenant.pk)
    assert len(server.letters()) == 1
