"""Links to sign-offs: sent again, revoked, and whether they still open."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.after_sent import AfterSent
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Contact, OutgoingMail, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.gates import locked_gate
from projects.compute.gate_documents import still_says
from projects.models import Gate, SignOff, SignOffLink
from projects.queries.gates import round_of, terms_of_gate

State = Gate.State
# Key of what is done once a letter has left.
LETTER = "sign_off_link"
# Who is late can still answer; then a new link is sent.
OPEN_AFTER_DEADLINE = timedelta(days=14)


@transaction.atomic
def send_again(*, sign_off: SignOff, tenant: Tenant, by: User | None) -> tuple[SignOffLink, str]:
    """A further link to the same sign-off of a contact.

    Raises:
        ValidationError: it is answered or no longer asked, or the contact is gone.
    """
    current = locked_gate(sign_off.gate)
    held = round_of(current).filter(pk=sign_off.pk).first()
    if current.state != State.ASKED or held is None or held.answers.exists():
        raise ValidationError(_("This approver has answered or is not asked any more."))
    if held.contact is None:
        raise ValidationError(_("This approver has no link."))
    link, secret = make_link(held, held.contact, held.language, tenant, by=by)
    record("gate.link_sent", by=by, about=current, project=current.project.name, approver=held.name)
    return link, secret


@transaction.atomic
def revoke_sign_off_link(*, link: SignOffLink, by: User | None) -> None:
    """End a link that nobody has answered.

    Raises:
        ValidationError: it was answered or revoked before.
    """
    gate = locked_gate(link.sign_off.gate)
    revoked = SignOffLink.objects.filter(pk=link.pk, revoked_at=None, answered_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was answered or revoked before."))
    link.refresh_from_db()
    record(
        "gate.link_revoked", by=by, about=gate, project=gate.project.name, approver=link.signatory
    )


def mark_reached(*, tenant_id: int, link_id: int) -> None:
    """Keep that a letter with a link has left, or that somebody opened it, the first time."""
    with tenant_scope(tenant_id):
        SignOffLink.objects.filter(pk=link_id, reached_at=None).update(reached_at=timezone.now())


def reached_by(link: SignOffLink) -> AfterSent:
    """What is done once the letter with a link has left, or has come back."""
    return AfterSent(LETTER, link.pk)


def letter_left(mail: OutgoingMail) -> None:
    """The letter with a link has left: it counts as having reached the contact."""
    SignOffLink.objects.filter(pk=mail.after_id, reached_at=None).update(reached_at=mail.sent_at)


def letter_came_back(mail: OutgoingMail) -> None:
    """It did not reach them after all, unless they opened the link otherwise."""
    SignOffLink.objects.filter(pk=mail.after_id, reached_at=mail.sent_at).update(reached_at=None)


def make_link(
    sign_off: SignOff, contact: Contact, language: str, tenant: Tenant, *, by: User | None
) -> tuple[SignOffLink, str]:
    """A link and its secret; it opens until some time after the deadline. by None: a reminder."""
    now = timezone.now()
    secret, secret_hash = new_secret()
    deadline = datetime.combine(sign_off.deadline_on, time.max, tzinfo=tenant.zone)
    link = SignOffLink.objects.create(
        sign_off=sign_off,
        contact=contact,
        signatory=sign_off.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=max(deadline, now) + OPEN_AFTER_DEADLINE,
    )
    return link, secret


def check_sign_off(sign_off: SignOff, gate: Gate) -> None:
    """That a sign-off is still asked, and its document says what the gate says now.

    Raises:
        LinkClosed: with the reason.
    """
    if (
        gate.state != State.ASKED
        or sign_off.round != gate.round
        or sign_off.withdrawn_at is not None
    ):
        raise LinkClosed("decided")
    if not still_says(sign_off.document, sign_off.document_hash, terms_of_gate(gate)):
        raise LinkClosed("altered")


def check_sign_off_link(link: SignOffLink, now: datetime) -> None:
    """That a link still opens.

    Raises:
        LinkClosed: with the reason.
    """
    closed = link.closed_by(now)
    if link.answered_at is not None:
        raise LinkClosed("answered")
    if closed:
        raise LinkClosed(closed)
    if link.sign_off.answers.exists():
        raise LinkClosed("decided")
    check_sign_off(link.sign_off, link.sign_off.gate)
