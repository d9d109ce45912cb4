"""Letters that come back are recorded, by mailbox and by post, and their address is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.actions import bounce_mailbox
from accounts.actions.bounce_mailbox import read_bounce_mailbox
from accounts.actions.mail import queue_mail
from accounts.actions.mail_bounces import record_report
from accounts.actions.mail_messages import bounce_mark, envelope_sender
from accounts.after_sent import AfterSent, LetterHook, letter_hooks
from accounts.bounces import read_report
from accounts.letter_texts import Letter
from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    Customer,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
)
from accounts.tenancy import tenant_scope

REPORT = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you …

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; li@rookcombe.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

From: tenure@localhost
Subject: Hello
Message-ID: {message_id}

--b--
"""
came_back: list[int] = []


def note(mail: OutgoingMail) -> None:
    came_back.append(mail.after_id)


@pytest.fixture
def bea(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bea@acme.example", "service_manager")


@pytest.fixture
def mail(
    tenant: Tenant, bea: Membership, django_capture_on_commit_callbacks: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> OutgoingMail:  # fmt: skip
    """A letter to a contact, sent."""
    monkeypatch.setitem(letter_hooks, "test", LetterHook("", f"{__name__}.note"))
    came_back.clear()
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(tenant.pk):
        customer = Customer.objects.create(
            key="C", name="Rookcombe", service_manager=Colleague.objects.get(membership=bea)
        )
        contact = Contact.objects.create(
            customer=customer, key="li", name="Li", email="Li@rookcombe.example"
        )
        given = {"invitation": {"name": "Li"}, "tenant": tenant, "link": "https://link.example"}
        made = queue_mail(
            letter=Letter("accounts/letters/invitation", given, "en"), to=contact.email,
            purpose="work", contact=contact, after=AfterSent("test", 7),
        )  # fmt: skip
    assert made is not None
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
    assert made.state == "sent"
    return made


def report(
    mail: OutgoingMail, *, to: str = "tenure@localhost", action: str = "failed",
    status: str = "5.1.1", message_id: str = "",
) -> bytes:  # fmt: skip
    return REPORT.format(
        to=to, action=action, status=status, message_id=message_id or mail.message_id
    ).encode()


def state(tenant: Tenant) -> str:
    with tenant_scope(tenant.pk):
        return str(OutgoingMail.objects.get().state)


def unreachable(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(UnreachableAddress.objects.values_list("address", flat=True))


def recorded(content: bytes) -> bool:
    found = read_report(content)
    return found is not None and record_report(found)


def test_a_letter_that_came_back_is_recorded_once(
    tenant: Tenant, mail: OutgoingMail, bea: Membership
) -> None:
    assert recorded(report(mail))
    assert not recorded(report(mail))
    assert state(tenant) == "bounced"
    assert unreachable(tenant) == ["li@rookcombe.example"]
    assert came_back == [7]
    with tenant_scope(tenant.pk):
        assert AuditRecord.objects.filter(verb="mail.bounced").count() == 1
        told = Notification.objects.get()
        assert (told.member, told.values["contact"]) == (bea, "Li")


@pytest.mark.parametrize(
    ("action", "status", "after", "left_alone"),
    [
        ("failed", "5.2.2", "bounced", False),  # the mailbox is full
        ("failed", "5.7.1", "bounced", False),  # we are not liked
        ("failed", "4.4.7", "bounced", False),  # it took too long
        ("failed", "5.2.1", "bounced", True),  # the mailbox was closed
        ("delayed", "4.2.2", "sent", False),
        ("delivered", "2.0.0", "sent", False),
    ],
)
def test_only_a_wrong_address_is_left_alone(
    tenant: Tenant, mail: OutgoingMail, action: str, status: str, after: str, left_alone: bool
) -> None:
    recorded(report(mail, action=action, status=status))
    assert state(tenant) == after
    assert bool(unreachable(tenant)) == left_alone


def test_the_address_it_came_back_to_says_which_letter(
    tenant: Tenant, mail: OutgoingMail, settings: Any
) -> None:
    settings.MAIL_BOUNCE_ADDRESS = "bounces@mail.example"
    to = envelope_sender(mail, tenant)
    assert to == f"bounces+{tenant.pk}.{mail.pk}.{bounce_mark(tenant.pk, mail.pk)}@mail.example"
    assert recorded(report(mail, to=to.upper(), message_id="<lost@mx.example>"))
    assert state(tenant) == "bounced"


@pytest.mark.parametrize("mark", ["0" * 20, "f" * 20])
def test_nobody_makes_up_that_a_letter_came_back(
    tenant: Tenant, mail: OutgoingMail, mark: str
) -> None:
    to = f"bounces+{tenant.pk}.{mail.pk}.{mark}@mail.example"
    assert not recorded(report(mail, to=to))
    assert not recorded(report(mail, message_id=f"<{'0' * 32}.{tenant.pk}@localhost>"))
    assert state(tenant) == "sent"


@pytest.mark.parametrize(
    "content", [b"", b"Subject: I am away\n\nBack on Monday", b"\xff\xfe", REPORT[:300].encode()]
)
def test_what_is_no_report_is_nothing(content: bytes) -> None:
    assert read_report(content) is None


def test_another_tenants_letter_is_not_found(
    tenant: Tenant, mail: OutgoingMail, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    stolen = mail.message_id.replace(f".{tenant.pk}@", f".{other.pk}@")
    assert not recorded(report(mail, message_id=stolen))
    assert state(tenant) == "sent"


class Mailbox:
    """An IMAP mailbox with what is in it, and which were read."""

    def __init__(self, *contents: bytes) -> None:
        self.contents, self.seen = contents, set[int]()

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *error: object) -> None: ...

    def search(self, _charset: None, _what: str) -> tuple[str, list[bytes]]:
        unread = [n for n in range(1, len(self.contents) + 1) if n not in self.seen]
        return "OK", [" ".join(map(str, unread)).encode()]

    def fetch(self, number: str, _what: str) -> tuple[str, list[Any]]:
        return "OK", [(b"head", self.contents[int(number) - 1]), b")"]

    def store(self, number: str, _change: str, _flag: str) -> None:
        self.seen.add(int(number))


def test_the_mailbox_is_read_once(
    tenant: Tenant, mail: OutgoingMail, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_bounce_mailbox() == 0
    settings.BOUNCE_IMAP_URL = "imaps://u:p@mail.example/INBOX"
    mailbox = Mailbox(b"Subject: Hi\n\nHello", report(mail), report(mail))
    monkeypatch.setattr(bounce_mailbox, "_opened", lambda url: mailbox)
    assert read_bounce_mailbox() == 1
    assert mailbox.seen == {1, 2, 3}
    assert read_bounce_mailbox() == 0
    assert state(tenant) == "bounced"


def test_a_mailbox_that_is_down_breaks_nothing(settings: Any) -> None:
    settings.BOUNCE_IMAP_URL = "imap://u:p@127.0.0.1:1/INBOX"
    assert read_bounce_mailbox() == 0


def post(body: Any, token: str = "t0ken", kind: str = "application/json") -> Any:  # noqa: S107
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Client(enforce_csrf_checks=True).post(
        "/mail/bounces/", content, content_type=kind, headers={"authorization": f"Bearer {token}"}
    )


@pytest.fixture
def token(settings: Any) -> None:
    settings.BOUNCE_TOKEN = "t0ken"


def test_a_provider_posts_what_came_back(tenant: Tenant, mail: OutgoingMail, token: None) -> None:
    event = {"message_id": mail.message_id.strip("<>"), "type": "soft", "code": 452}
    assert post({"events": [event]}).json() == {"recorded": 0}
    event |= {"type": "hard", "code": 550}
    assert post({"events": [event, event]}).json() == {"recorded": 1}
    assert unreachable(tenant) == ["li@rookcombe.example"]


def test_a_mail_server_posts_the_report(tenant: Tenant, mail: OutgoingMail, token: None) -> None:
    assert post(report(mail), kind="message/rfc822").json() == {"recorded": 1}
    assert state(tenant) == "bounced"


def test_who_calls_it_spam_gets_no_more_of_it(
    tenant: Tenant, mail: OutgoingMail, token: None
) -> None:
    event = {"message_id": mail.message_id, "type": "complaint"}
    assert post({"events": [event]}).json() == {"recorded": 1}
    with tenant_scope(tenant.pk):
        declined = set(Unsubscription.objects.values_list("purpose", flat=True))
    assert declined == {"survey", "update", "report"}
    assert state(tenant) == "sent"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "JSON"),
        ([], "events"),
        ({"events": [{"type": "hard"}]}, "events[0].message_id"),
        ({"events": [{"message_id": "<a@b>", "type": "odd"}]}, "events[0].type"),
        ({"events": [{"message_id": "<a@b>", "type": "hard", "code": True}]}, "events[0].code"),
    ],
)
def test_what_is_not_understood_is_named(db: None, token: None, body: Any, says: str) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_only_who_has_the_token_posts(tenant: Tenant, mail: OutgoingMail, settings: Any) -> None:
    event = {"message_id": mail.message_id, "type": "hard"}
    settings.BOUNCE_TOKEN = ""
    assert post({"events": [event]}, token="").status_code == 404
    settings.BOUNCE_TOKEN = "t0ken"
    assert post({"events": [event]}, token="other").status_code == 401
    assert state(tenant) == "sent"
