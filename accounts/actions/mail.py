"""Writing letters: what is to be sent is written down with what gave reason for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from functools import partial
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.after_sent import AfterSent
from accounts.attachments import Attach
from accounts.letter_texts import Letter, is_silent
from accounts.models import Contact, Membership, OutgoingMail, Purpose, Tenant
from accounts.queries.mail import (
    declined_among,
    mail_settings,
    may_leave_at,
    unreachable_among,
    zone_of,
)
from accounts.sealing import seal
from accounts.tenancy import current_tenant_id

State = OutgoingMail.State
SEALED_AS = "letter"
MOST_SUBJECT = 500
WAKE_SECONDS = 60


def queue_mail(
    *,
    letter: Letter,
    to: str,
    purpose: str,
    contact: Contact | None = None,
    member: Membership | None = None,
    key: str = "",
    language: str = "",
    about: models.Model | None = None,
    after: AfterSent | None = None,
    headers: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
    subject_prefix: str = "",
    signed: bool | None = None,
    attach: Attach | None = None,
) -> OutgoingMail | None:
    """Write a letter down in the caller's transaction; a worker sends it once that is done.

    Args:
        purpose: a ``Purpose``. Surveys, updates and reports go to nobody who declined them, and wait
            for the end of the reader's quiet hours, as digests do.
        contact: whom of a customer it is for; their time zone and what they declined count.
        key: unique in the tenant: what is queued with the same key again is the same letter.
        language: only where it differs from the letter's.
        about: what it is about, shown beside it.
        after: what is done once it has left or came back.
        not_before: when it may leave; never earlier, and not in quiet hours.
        signed: whether the tenant's signature stands under it; None: letters to contacts have it.
        attach: what makes its attachments as it leaves.

    Returns:
        The letter, which may be in the state ``suppressed`` with its reason; None where nobody is
        written to (a demo that is filled, no address), or a letter with this key exists.
    """
    address = to.strip()
    if is_silent() or not address:
        return None
    if key and OutgoingMail.objects.filter(key=key).exists():
        return None
    tenant = Tenant.objects.get(pk=current_tenant_id())
    own = mail_settings()
    language = language or letter.language
    text = letter.part("")
    is_signed = contact is not None if signed is None else signed
    if is_signed and (signature := own.signatures.get(language, "").strip()):
        text = f"{text.rstrip()}\n\n-- \n{signature}\n"
    reason = _why_not(address, purpose, contact)
    now = timezone.now()
    earliest = max(not_before or now, now)
    body = json.dumps(
        {"text": text, "html": letter.html(), "attach": dict(attach.values) if attach else {}}
    )
    mail = OutgoingMail(
        purpose=Purpose(purpose),
        key=key,
        to=address[:254],
        contact=contact,
        member=member,
        language=language,
        template=letter.template,
        subject=(subject_prefix + letter.line("_subject"))[:MOST_SUBJECT],
        sealed_body="" if reason else seal(body, purpose=SEALED_AS),
        headers=dict(headers or {}),
        message_id=new_message_id(tenant.pk),
        state=State.SUPPRESSED if reason else State.QUEUED,
        reason=reason,
        not_before=may_leave_at(purpose, earliest, zone_of(tenant, contact, member), own),
        created_at=now,
        **_about(about),
    )
    if after is not None:
        mail.after, mail.after_id = after.key, after.object_id
    if attach is not None:
        mail.attach, mail.attach_id = attach.key, attach.object_id
    try:
        # Of two who queue one key at once, the second waits here and finds it taken.
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if key and OutgoingMail.objects.filter(key=key).exists():
            return None
        raise
    if mail.state == State.QUEUED and mail.not_before <= now:
        wake_later(tenant.pk)
    return mail


def wake_later(tenant_id: int) -> None:
    """Have a worker send what waits once the open transaction is done."""
    # Robust: what the broker does not take now, the sweeper finds.
    transaction.on_commit(partial(_wake, tenant_id), robust=True)


def wake_sender(tenant_id: int) -> None:
    """Have a worker send what waits. By name, since actions know no tasks.

    One call waits in the broker for each tenant, however many letters were written: others' letters
    would stand behind a thousand. What is forgotten there, the sweeper finds.
    """
    if cache.add(_woken(tenant_id), "1", timeout=WAKE_SECONDS):
        current_app.send_task("accounts.tasks.send_mail", args=[tenant_id])


def sender_woke(tenant_id: int) -> None:
    """A worker begins to look: who writes a letter from now on wakes one again."""
    cache.delete(_woken(tenant_id))


def _woken(tenant_id: int) -> str:
    return f"mail-sender-woken:{tenant_id}"


def _wake(tenant_id: int) -> None:
    wake_sender(tenant_id)


def new_message_id(tenant_id: int) -> str:
    """Of a letter, for ever: ``<random.tenant@host of the sender>``, in small letters, since that is
    how some servers give it back."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    host = address.rpartition("@")[2].lower() or "localhost"
    return f"<{uuid4().hex}.{tenant_id}@{host}>"


def is_address(text: str) -> bool:
    """Whether a text can stand as one address in a letter's head."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _why_not(address: str, purpose: str, contact: Contact | None) -> str:
    """Why nothing is sent there: a reason of ``accounts.labels``, or ""."""
    if not is_address(address):
        return "not_an_address"
    if unreachable_among([address]):
        return "unreachable"
    if contact is not None and declined_among([contact.pk], purpose):
        return "declined"
    return ""


def _about(about: models.Model | None) -> dict[str, object]:
    if about is None:
        return {}
    return {
        "about_type": about._meta.label_lower,
        "about_id": about.pk,
        "about_label": str(about)[:300],
    }
