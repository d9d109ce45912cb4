"""How a tenant's letters are: who they are from, and when they may come."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import MailSettings, User

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
def change_mail_settings(*, seen: int, by: User, **values: Any) -> MailSettings:
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


def _told(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
