"""A letter as the server gets it, with what is attached to it; and which faults of making it pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from subprocess import SubprocessError
from typing import Any

from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError
from django.utils.module_loading import import_string

from accounts.actions.mail import SEALED_AS
from accounts.actions.mail_messages import message_of
from accounts.attachments import Attachment, NotNow, letter_attachments
from accounts.models import MailSettings, OutgoingMail, Tenant
from accounts.sealing import unseal
from accounts.tenancy import tenant_scope

# The database, the disk, another process or the memory: no matter of this letter.
PASSING = (
    NotNow, OperationalError, InterfaceError, OSError, MemoryError, SubprocessError, BrokenExecutor,
)  # fmt: skip


def composed(mail: OutgoingMail, tenant: Tenant, settings: MailSettings) -> EmailMessage:
    """Made before the server is spoken to: who dies over it has handed nothing over.

    Raises:
        Exception: whatever stood in the way. See `is_passing`.
    """
    body = json.loads(unseal(mail.sealed_body, purpose=SEALED_AS))
    message = message_of(mail, body, tenant, settings)
    for one in _attachments(mail, body, tenant):
        message.attach(one.name, one.content, one.mime)
    message.message()
    return message


def is_passing(error: BaseException) -> bool:
    """Whether the same letter may well be made later: its fault, or that of which it came."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, PASSING):
            return True
        found = found.__cause__
    return False


def _attachments(mail: OutgoingMail, body: Mapping[str, Any], tenant: Tenant) -> list[Attachment]:
    if not mail.attach:
        return []
    make = import_string(letter_attachments[mail.attach])
    with tenant_scope(tenant.pk):
        made: list[Attachment] = make(mail, body.get("attach") or {})
        return made
