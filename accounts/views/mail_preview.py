"""A letter before it is sent: how it reads, who gets it, and who does not and why. Screens that write
to many show it with `components/letter_preview.html`; one may send it to oneself first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings

from accounts.actions.mail import is_address
from accounts.actions.mail_settings import send_to_oneself as send_to_oneself
from accounts.letter_texts import Letter
from accounts.mail_labels import LEFT_OUT
from accounts.models import Contact, MailSettings
from accounts.queries.mail import (
    declined_among,
    mail_settings,
    unreachable_among,
)

MOST_SHOWN = 50


@dataclass(frozen=True)
class Addressee:
    """A contact that a letter may go to. ``reason``: why it does not, a key of ``LEFT_OUT``."""

    contact: Contact
    reason: str = ""

    @property
    def words(self) -> str:
        return str(LEFT_OUT.get(self.reason, ""))


@dataclass(frozen=True)
class LetterPreview:
    """What `components/letter_preview.html` shows."""

    sender: str
    subject: str
    text: str
    html: str
    language: str
    going: list[Addressee]
    left_out: list[Addressee]
    # (words, how many) of those left out.
    reasons: list[tuple[str, int]]

    @property
    def shown(self) -> list[Addressee]:
        return self.going[:MOST_SHOWN]

    @property
    def not_shown(self) -> int:
        return max(0, len(self.going) - MOST_SHOWN)

    @property
    def left_out_shown(self) -> list[Addressee]:
        return self.left_out[:MOST_SHOWN]


def addressees(
    contacts: Sequence[Contact], *, purpose: str, capped: Collection[int] = ()
) -> list[Addressee]:
    """Who of these would get a letter of a purpose; two queries however many they are.

    Args:
        capped: ids of contacts who had enough letters lately; that is the caller's to say.
    """
    unreachable = unreachable_among(contact.email for contact in contacts)
    declined = declined_among([contact.pk for contact in contacts], purpose)
    seen: set[str] = set()
    found = []
    for contact in contacts:
        address = contact.email.strip().lower()
        if not address:
            reason = "no_address"
        elif not is_address(address):
            reason = "not_an_address"
        elif address in unreachable:
            reason = "unreachable"
        elif contact.pk in declined:
            reason = "declined"
        elif contact.pk in capped:
            reason = "capped"
        elif address in seen:
            reason = "twice"
        else:
            reason = ""
            seen.add(address)
        found.append(Addressee(contact, reason))
    return found


def preview(letter: Letter, found: Sequence[Addressee] = ()) -> LetterPreview:
    """How a letter reads, with the tenant's signature, and who gets it."""
    own = mail_settings()
    text = letter.part("")
    if signature := own.signatures.get(letter.language, "").strip():
        text = f"{text.rstrip()}\n\n-- \n{signature}\n"
    left_out = [one for one in found if one.reason]
    counted: dict[str, int] = {}
    for one in left_out:
        counted[one.words] = counted.get(one.words, 0) + 1
    return LetterPreview(
        sender=sender_shown(own),
        subject=letter.line("_subject"),
        text=text,
        html=letter.html(),
        language=letter.language,
        going=[one for one in found if not one.reason],
        left_out=left_out,
        reasons=sorted(counted.items(), key=lambda pair: -pair[1]),
    )


def sender_shown(own: MailSettings) -> str:
    """The sender as mail programs show it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"{own.sender_name or name} <{address}>"
