"""Letters are written down once, with what gave reason for them, and not to who does not want them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from accounts.actions.mail import queue_mail
from accounts.after_sent import AfterSent, LetterHook, letter_hooks
from accounts.letter_texts import Letter, without_letters
from accounts.letters import write_later
from accounts.models import (
    Contact,
    Customer,
    MailSettings,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
)

EVENING = datetime(2026, 11, 18, 13, tzinfo=UTC)  # nine in the evening in Shanghai
MORNING = datetime(2026, 11, 19, 0, tzinfo=UTC)
called: list[tuple[int, str]] = []


def note(letter: OutgoingMail) -> None:
    called.append((letter.after_id, letter.state))


def fail(letter: OutgoingMail) -> None:
    Customer.objects.create(key="half", name="done")
    raise RuntimeError


@pytest.fixture
def letter(scope: Tenant) -> Letter:
    given = {"invitation": {"name": "Li"}, "tenant": scope, "link": "https://link.example"}
    return Letter("accounts/letters/invitation", given, "en")


@pytest.fixture
def contact(scope: Tenant) -> Contact:
    customer = Customer.objects.create(key="C", name="Rookcombe")
    return Contact.objects.create(
        customer=customer, key="li", name="Li", email="Li@rookcombe.example"
    )


def queued(letter: Letter, contact: Contact, purpose: str, **more: object) -> OutgoingMail:
    made = queue_mail(
        letter=letter, to=contact.email, purpose=purpose, contact=contact, **more  # type: ignore[arg-type]
    )  # fmt: skip
    assert made is not None
    return made


def test_a_letter_of_what_did_not_happen_is_not_sent(
    letter: Letter, django_capture_on_commit_callbacks: Callable
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                write_later(letter, "li@acme.example")
                raise RuntimeError
        except RuntimeError:
            pass
    assert mail.outbox == []
    assert not OutgoingMail.objects.exists()


def test_a_key_queues_one_letter(letter: Letter, contact: Contact) -> None:
    assert queued(letter, contact, "work", key="round-1")
    again = queue_mail(letter=letter, to="other@x.example", purpose="work", key="round-1")
    assert again is None
    assert OutgoingMail.objects.get().to == contact.email


@pytest.mark.parametrize("address", ["", "  "])
def test_without_an_address_nobody_is_written(letter: Letter, address: str) -> None:
    assert queue_mail(letter=letter, to=address, purpose="work") is None
    with without_letters():
        assert queue_mail(letter=letter, to="li@acme.example", purpose="work") is None
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("address", ["Li Wang", "a@b\nBcc: x@y.example", "a@b, c@d"])
def test_what_is_no_address_is_shown_and_not_sent(letter: Letter, address: str) -> None:
    made = queue_mail(letter=letter, to=address, purpose="work")
    assert made is not None
    assert (made.state, made.reason, made.sealed_body) == ("suppressed", "not_an_address", "")


@pytest.mark.parametrize(
    ("purpose", "state"), [("survey", "suppressed"), ("update", "queued"), ("work", "queued")]
)
def test_who_declined_a_kind_of_letters_gets_the_others(
    letter: Letter, contact: Contact, purpose: str, state: str
) -> None:
    Unsubscription.objects.create(contact=contact, purpose="survey")
    assert queued(letter, contact, purpose).state == state


def test_who_declines_while_a_letter_waits_does_not_get_it(
    letter: Letter,
    contact: Contact,
    django_capture_on_commit_callbacks: Callable,
    time_machine: object,
) -> None:
    MailSettings.objects.create(is_quiet=False)
    with django_capture_on_commit_callbacks(execute=True):
        made = queued(letter, contact, "survey")
        other = queued(letter, contact, "update")
        Unsubscription.objects.create(contact=contact, purpose="survey")
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.state, made.reason) == ("suppressed", "declined")
    assert other.state == "sent"
    assert len(mail.outbox) == 1


def test_an_unreachable_address_gets_nothing_until_it_is_another(
    letter: Letter, contact: Contact
) -> None:
    UnreachableAddress.objects.create(address="li@rookcombe.example", kind="bounced")
    assert queued(letter, contact, "work").reason == "unreachable"
    contact.email = "li.wei@rookcombe.example"
    assert queued(letter, contact, "work").state == "queued"


@pytest.mark.parametrize(
    ("purpose", "leaves"),
    [("survey", MORNING), ("update", MORNING), ("digest", MORNING), ("work", EVENING),
     ("notice", EVENING)],
)  # fmt: skip
def test_what_may_wait_waits_for_the_morning(
    letter: Letter, contact: Contact, purpose: str, leaves: datetime, time_machine
) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(EVENING, tick=False)
    assert queued(letter, contact, purpose).not_before == leaves
    MailSettings.objects.create(is_quiet=False)
    assert queued(letter, contact, purpose).not_before == EVENING


def test_the_contacts_own_time_zone_counts(letter: Letter, contact: Contact, time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(EVENING, tick=False)
    contact.time_zone = "Europe/Berlin"
    assert queued(letter, contact, "survey").not_before == EVENING


def test_the_tenants_name_and_signature_are_on_it(
    letter: Letter, contact: Contact, django_capture_on_commit_callbacks: Callable
) -> None:
    MailSettings.objects.create(
        sender_name="青松 HR", reply_to="care@acme.example", signatures={"en": "Yours\nAcme"}
    )
    with django_capture_on_commit_callbacks(execute=True):
        queued(letter, contact, "work")
    (sent,) = mail.outbox
    assert sent.message()["From"].startswith("=?utf-8?")
    assert sent.from_email.endswith("<tenure@localhost>")
    assert sent.reply_to == ["care@acme.example"]
    assert sent.body.endswith("-- \nYours\nAcme\n")
    assert "List-Unsubscribe" not in sent.message()


def test_what_follows_on_the_sending_is_done_once_it_left(
    letter: Letter,
    contact: Contact,
    django_capture_on_commit_callbacks: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(letter_hooks, "test", LetterHook(f"{__name__}.note"))
    monkeypatch.setitem(letter_hooks, "bad", LetterHook(f"{__name__}.fail"))
    called.clear()
    with django_capture_on_commit_callbacks(execute=True):
        queued(letter, contact, "work", after=AfterSent("test", 7))
        bad = queued(letter, contact, "work", after=AfterSent("bad", 7))
        assert called == []
    assert called == [(7, "sent")]
    bad.refresh_from_db()
    assert bad.state == "sent", "what fails after the sending does not undo it"
    assert not Customer.objects.filter(key="half").exists()
