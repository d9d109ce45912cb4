"""Handing letters to the mail server: each at most once, whoever dies on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.actions.mail_composing import composed, is_passing
from accounts.actions.mail_messages import envelope_sender
from accounts.actions.mail_outages import end_outage, may_try, note_outage
from accounts.after_sent import letter_hooks
from accounts.mail_server import MailServer, NotTaken, ServerDown, Unclear
from accounts.models import MailSettings, OutgoingMail, Tenant, UnreachableAddress
from accounts.queries.mail import declined_among, mail_settings, unreachable_among
from accounts.tenancy import tenant_scope

log = structlog.get_logger("tenure.mail")

BATCH = 25
# Longer than handing over one letter may take; after it, who held a letter counts as dead.
LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
AFTER_SILENCE = timedelta(minutes=1)
State = OutgoingMail.State


@dataclass(frozen=True)
class Batch:
    """What a worker did: letters that left, and whether more wait that may leave now."""

    sent: int
    more: bool


@dataclass(frozen=True)
class _Held:
    """Letters that one worker holds by its claim."""

    tenant: Tenant
    claim: str
    settings: MailSettings
    letters: list[OutgoingMail]

    @property
    def rows(self):  # type: ignore[no-untyped-def]
        return OutgoingMail.objects.filter(claim=self.claim)


def send_batch(*, tenant_id: int) -> Batch:
    """Send some letters of a tenant over one connection.

    Safe to run twice at once and to be killed at any moment: a letter is taken by an UPDATE that one
    worker wins, and ``sending`` is committed before the server gets the text. While the server takes
    nothing everything stays queued.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    with tenant_scope(tenant_id):
        held = _claim(tenant) if may_try(timezone.now()) else None
    if held is None:
        return Batch(0, more=False)
    sent = 0
    try:
        with MailServer() as server:
            for mail in held.letters:
                sent += _send(server, held, mail)
    except ServerDown as down:
        with tenant_scope(tenant_id):
            note_outage(down.reason, timezone.now())
            _release(held)
        return Batch(sent, more=False)
    with tenant_scope(tenant_id):
        _release(held)
        return Batch(sent, more=bool(_due().exists()))


def release_abandoned(*, tenant_id: int) -> int:
    """Let letters wait again that a dead worker held, and call those unclear that it was handing
    over: nobody knows whether the server has them. Returns how many became unclear."""
    before = timezone.now() - LEASE
    with tenant_scope(tenant_id):
        held = OutgoingMail.objects.filter(claimed_at__lt=before).exclude(claim="")
        held.filter(state=State.QUEUED).update(claim="", claimed_at=None)
        unclear: int = held.filter(state=State.SENDING).update(
            state=State.UNCLEAR, reason="worker_lost"
        )
        if unclear:
            log.error("letters unclear", count=unclear)
        return unclear


def is_due(*, tenant_id: int) -> bool:
    """Whether letters wait that may leave now."""
    with tenant_scope(tenant_id):
        return bool(_due().exists())


def _due():  # type: ignore[no-untyped-def]
    return OutgoingMail.objects.filter(state=State.QUEUED, claim="", not_before__lte=timezone.now())


def _claim(tenant: Tenant) -> _Held | None:
    claim = uuid4().hex
    chosen = _due().order_by("not_before", "id").select_for_update(skip_locked=True)
    taken = [mail.pk for mail in chosen.only("pk")[:BATCH]]
    OutgoingMail.objects.filter(pk__in=taken).update(claim=claim, claimed_at=timezone.now())
    if not taken:
        return None
    found = OutgoingMail.objects.filter(claim=claim).order_by("not_before", "id")
    letters = list(found.select_related("contact"))
    return _Held(tenant, claim, mail_settings(), _without_unwanted(letters))


def _without_unwanted(letters: list[OutgoingMail]) -> list[OutgoingMail]:
    """What may still be sent: addresses fail and people decline while letters wait."""
    unreachable = unreachable_among(mail.to for mail in letters)
    wanted = []
    declined: dict[str, set[int]] = {}
    for mail in letters:
        if mail.purpose not in declined:
            declined[mail.purpose] = declined_among(
                (one.contact_id for one in letters if one.contact_id), mail.purpose
            )
        reason = ""
        if mail.to.lower() in unreachable:
            reason = "unreachable"
        elif mail.contact_id in declined[mail.purpose]:
            reason = "declined"
        if reason:
            OutgoingMail.objects.filter(pk=mail.pk).update(
                state=State.SUPPRESSED, reason=reason, sealed_body="", claim=""
            )
        else:
            wanted.append(mail)
    return wanted


def _send(server: MailServer, held: _Held, mail: OutgoingMail) -> bool:
    """Hand one letter over; whether it left.

    Raises:
        ServerDown: the server takes nothing; the letter waits as before.
    """
    message = _composed(held, mail)
    if message is None:
        return False
    try:
        with _comes_later_if_down(held, mail):
            server.begin(message, envelope_sender(mail, held.tenant))
        if not _start(held, mail):
            server.abandon()
            return False
        with _comes_later_if_down(held, mail):
            server.finish(message)
    except NotTaken as refusal:
        _record_refusal(held, mail, refusal)
        return False
    except Unclear:
        _record(held, mail, state=State.UNCLEAR, reason="no_answer")
        log.error("letter unclear", letter=mail.template, mail=mail.pk)
        return False
    _record_sent(held, mail)
    return True


def _composed(held: _Held, mail: OutgoingMail) -> EmailMessage | None:
    """The letter as the server gets it. One that cannot be written is given up, so that it keeps no
    other waiting: another key sealed it, or what a file said cannot stand in a letter's head. What
    passes, a database that is gone or a full disk, is tried again later, as often as a server."""
    try:
        return composed(mail, held.tenant, held.settings)
    except Exception as error:
        # Its text may hold addresses, so only the kind is kept.
        kind, attempts = type(error).__name__, mail.attempts + 1
        if is_passing(error) and attempts < MOST_ATTEMPTS:
            log.warning("letter not written yet", letter=mail.template, mail=mail.pk, error=kind)
            _record(
                held, mail, state=State.QUEUED, reason="not_now", attempts=attempts,
                not_before=timezone.now() + _pause(attempts),
            )  # fmt: skip
        else:
            _record(held, mail, state=State.GIVEN_UP, reason=kind, attempts=attempts)
            log.error("letter given up", letter=mail.template, mail=mail.pk, error=kind)
        return None


def _start(held: _Held, mail: OutgoingMail) -> bool:
    """Commit that the server gets the letter next; False: this worker no longer holds it."""
    with tenant_scope(held.tenant.pk):
        return bool(
            held.rows.filter(pk=mail.pk, state=State.QUEUED).update(
                state=State.SENDING, claimed_at=timezone.now()
            )
        )


@contextmanager
def _comes_later_if_down(held: _Held, mail: OutgoingMail) -> Iterator[None]:
    """The server fell silent before it had the letter's end: it is safe to send it again, and others
    go first, in case it is this letter that it cannot bear."""
    try:
        yield
    except ServerDown:
        with tenant_scope(held.tenant.pk):
            held.rows.filter(pk=mail.pk, state__in=(State.QUEUED, State.SENDING)).update(
                state=State.QUEUED, not_before=timezone.now() + AFTER_SILENCE
            )
        raise


def _record_sent(held: _Held, mail: OutgoingMail) -> None:
    with tenant_scope(held.tenant.pk):
        now = timezone.now()
        # Also where a sweeper took this worker for dead meanwhile: now it is known.
        recorded = held.rows.filter(pk=mail.pk, state__in=(State.SENDING, State.UNCLEAR)).update(
            state=State.SENT, sent_at=now, sealed_body="", reason="", reply_code=None, claim="",
            attempts=mail.attempts + 1,
        )  # fmt: skip
        end_outage(now)
        if recorded:
            mail.state, mail.sent_at = State.SENT, now
            call_hook(mail, "sent")


def call_hook(mail: OutgoingMail, what: str) -> None:
    """Do what is to be done once a letter has left (``sent``) or came back (``bounced``). What fails
    in it does not undo that."""
    hook = letter_hooks.get(mail.after)
    path = getattr(hook, what, "") if hook else ""
    if not path:
        return
    try:
        with transaction.atomic():
            import_string(path)(mail)
    except Exception:
        log.exception("after a letter", hook=mail.after, mail=mail.pk)


def _record_refusal(held: _Held, mail: OutgoingMail, refusal: NotTaken) -> None:
    attempts = mail.attempts + 1
    kind = "address" if refusal.is_address else "content"
    log.warning("letter not taken", letter=mail.template, mail=mail.pk, code=refusal.code)
    if refusal.is_permanent:
        _record(
            held, mail, state=State.REFUSED, reason=kind, reply_code=refusal.code,
            attempts=attempts,
        )  # fmt: skip
        if refusal.is_address:
            with tenant_scope(held.tenant.pk):
                note_unreachable(mail, UnreachableAddress.Kind.REFUSED, refusal.code)
    elif attempts >= MOST_ATTEMPTS:
        _record(
            held, mail, state=State.GIVEN_UP, reason="too_often", reply_code=refusal.code,
            attempts=attempts,
        )  # fmt: skip
    else:
        _record(
            held, mail, state=State.QUEUED, reason="later", reply_code=refusal.code,
            attempts=attempts, not_before=timezone.now() + _pause(attempts),
        )  # fmt: skip


def _pause(attempts: int) -> timedelta:
    """Before the next try: longer each time."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)


def note_unreachable(mail: OutgoingMail, kind: str, code: int | None) -> None:
    """No letter reaches the address of this one; in the open scope."""
    UnreachableAddress.objects.get_or_create(
        address=mail.to.lower(), defaults={"kind": kind, "reply_code": code, "mail": mail}
    )


def _record(held: _Held, mail: OutgoingMail, **values: object) -> None:
    # Whoever took the letter over meanwhile writes what became of it.
    with tenant_scope(held.tenant.pk):
        held.rows.filter(pk=mail.pk).update(claim="", claimed_at=None, **values)


def _release(held: _Held) -> None:
    held.rows.filter(state=State.QUEUED).update(claim="", claimed_at=None)
