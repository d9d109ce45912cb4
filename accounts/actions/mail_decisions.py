"""What administrators decide of letters: send again, count as sent, drop; and of addresses."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.mail import wake_later
from accounts.actions.mail_sending import call_hook
from accounts.models import OutgoingMail, UnreachableAddress, User
from accounts.queries.mail import facts_of, unreachable_among
from accounts.tenancy import current_tenant_id, tenant_scope

State = OutgoingMail.State

# Of these the text is kept for a while, so that they can be sent after all.
CAN_BE_SENT = (State.UNCLEAR, State.REFUSED, State.GIVEN_UP)
CAN_BE_DROPPED = (State.QUEUED, State.UNCLEAR, State.GIVEN_UP)
KEPT_TEXTS = timedelta(days=30)


@transaction.atomic
def send_letter_again(*, mail: OutgoingMail, by: User | None) -> None:
    """Let a letter wait again; it keeps its Message-ID, so that mail programs show one that arrives
    twice once.

    Raises:
        ValidationError: it waits, has left, its text is gone, or its address is unreachable.
    """
    current = _locked(mail)
    if current.state not in CAN_BE_SENT:
        raise ValidationError(_("This letter cannot be sent again: it waits, or has left."))
    if not current.sealed_body:
        raise ValidationError(_("The text of this letter is no longer kept. Write a new one."))
    if unreachable_among([current.to]):
        raise ValidationError(_("No letter reaches this address. Try the address again first."))
    current.state, current.reason, current.reply_code = State.QUEUED, "", None
    current.claim, current.claimed_at, current.attempts = "", None, 0
    current.not_before = timezone.now()
    current.save()
    record("mail.sent_again", by=by, about=current, **_told(current))
    wake_later(current_tenant_id())
    mail.refresh_from_db()


@transaction.atomic
def count_as_sent(*, mail: OutgoingMail, by: User | None) -> None:
    """Somebody knows that an unclear letter arrived.

    Raises:
        ValidationError: it is not unclear (any more).
    """
    current = _locked(mail)
    if current.state != State.UNCLEAR:
        raise ValidationError(_("Somebody decided this meanwhile."))
    current.state, current.reason, current.sealed_body = State.SENT, "", ""
    current.sent_at, current.claim = current.claimed_at or timezone.now(), ""
    current.save()
    record("mail.counted_as_sent", by=by, about=current, **_told(current))
    call_hook(current, "sent")
    mail.refresh_from_db()


@transaction.atomic
def drop_letter(*, mail: OutgoingMail, by: User | None) -> None:
    """A letter is not sent (again).

    Raises:
        ValidationError: it is being sent, has left, or was dropped before.
    """
    current = _locked(mail)
    if current.state not in CAN_BE_DROPPED or (current.state == State.QUEUED and current.claim):
        raise ValidationError(_("This letter cannot be dropped any more."))
    current.state, current.reason, current.sealed_body = State.DROPPED, "dropped", ""
    current.save()
    record("mail.dropped", by=by, about=current, **_told(current))
    mail.refresh_from_db()


def drop_waiting(*, about: models.Model, purpose: str) -> int:
    """Drop the letters about something that are no longer of use; what a worker has taken leaves.
    What gave reason for it is recorded by the caller. Returns how many."""
    waiting = OutgoingMail.objects.filter(
        about_type=about._meta.label_lower, about_id=about.pk, purpose=purpose,
        state=State.QUEUED, claim="",
    )  # fmt: skip
    return int(waiting.update(state=State.DROPPED, reason="dropped", sealed_body=""))


def drop_by_key(key: str) -> bool:
    """Drop the letter that was queued under a key, as long as no worker has taken it. What gave reason
    for it is recorded by the caller. Returns whether there was one."""
    waiting = OutgoingMail.objects.filter(key=key, state=State.QUEUED, claim="")
    return bool(waiting.update(state=State.DROPPED, reason="dropped", sealed_body=""))


@transaction.atomic
def try_address_again(*, unreachable: UnreachableAddress, by: User | None) -> None:
    """From now on letters go to an address again."""
    record("mail.address_tried_again", by=by, label=unreachable.address)
    unreachable.delete()


def forget_texts(*, tenant_id: int) -> int:
    """Take away the texts of letters that nobody sent again for a month; returns how many."""
    with tenant_scope(tenant_id):
        old = OutgoingMail.objects.filter(
            state__in=CAN_BE_SENT, created_at__lt=timezone.now() - KEPT_TEXTS
        ).exclude(sealed_body="")
        return int(old.update(sealed_body=""))


def _locked(mail: OutgoingMail) -> OutgoingMail:
    found: OutgoingMail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    return found


def _told(mail: OutgoingMail) -> dict[str, str]:
    return {key: str(value) for key, value in facts_of(mail).items()}
