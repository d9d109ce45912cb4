"""How a tenant's letters are: who they are from, and when they may come."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.mail import queue_mail
from accounts.letter_texts import Letter
from accounts.models import MailSettings, Membership, OutgoingMail, Purpose, Tenant, User

FIELDS = (
    "sender_name",
    "reply_to",
    "signatures",
    "is_quiet",
    "quiet_from",
    "quiet_until",
    "is_quiet_on_weekends",
    "notifications_kept_days",
    "letters_kept_days",
)


class MailSettingsConflict(Exception):
    """Somebody changed them meanwhile."""


@transaction.atomic
def change_mail_settings(*, seen: int, by: User | None, **values: Any) -> MailSettings:
    """Change what is given (see ``FIELDS``).

    Args:
        seen: the version that the person looked at.

    Raises:
        MailSettingsConflict: theirs is another version by now.
        ValidationError: a name that cannot stand in a letter's head.
    """
    MailSettings.objects.get_or_create()
    current = MailSettings.objects.select_for_update().get()
    if current.version != seen:
        raise MailSettingsConflict
    if any(not letter.isprintable() for letter in values.get("sender_name", "")):
        raise ValidationError({"sender_name": _("Write the name on one line.")})
    before = {name: getattr(current, name) for name in FIELDS}
    for name, value in values.items():
        if name not in FIELDS:
            raise ValueError(name)
        setattr(current, name, value)
    changed = [name for name in FIELDS if before[name] != getattr(current, name)]
    if changed:
        current.version += 1
        current.save()
        record(
            "mail_settings.changed",
            by=by,
            before={name: _told(before[name]) for name in changed},
            after={name: _told(getattr(current, name)) for name in changed},
        )
    return current


def test_letter(member: Membership, tenant: Tenant, language: str) -> Letter:
    """What a person writes to oneself, to see whether and how letters arrive."""
    return Letter("accounts/letters/test", {"name": str(member.user), "tenant": tenant}, language)


def send_test_letter(*, member: Membership, tenant: Tenant, language: str) -> OutgoingMail | None:
    """A letter to oneself, marked as a test; None or suppressed: nothing can be sent there."""
    return send_to_oneself(test_letter(member, tenant, language), member)


def send_to_oneself(letter: Letter, member: Membership) -> OutgoingMail | None:
    """The letter as it stands, to who writes it, marked as a test."""
    return queue_mail(
        letter=letter,
        to=member.user.email,
        purpose=Purpose.NOTICE,
        member=member,
        subject_prefix=f"[{_('Test')}] ",
        signed=True,
    )


def _told(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
