"""Sending a change request to the customer's signatory.

A link opens one document for one person, once, for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Contact, Tenant, User
from projects.actions.change_requests import locked
from projects.compute.change_documents import Parties, document_of, hash_of, verifies
from projects.models import ChangeRequest, SigningLink
from projects.queries.change_requests import terms_of
from projects.queries.faces import face_of

State = ChangeRequest.State
VALID_FOR_DAYS = 14


@transaction.atomic
def send_for_signature(
    *,
    change: ChangeRequest,
    contact: Contact,
    language: str,
    valid_days: int = VALID_FOR_DAYS,
    tenant: Tenant,
    by: User | None,
) -> tuple[SigningLink, str]:
    """Freeze a change request as a document for one signatory, and make the link to it.

    Returns the link and its secret, which cannot be had again.

    Raises:
        ValidationError: it is not approved, or the contact is another customer's.
    """
    current = locked(change)
    if contact.customer_id != current.project.customer_id:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    document = frozen_document(current, contact.name, language, tenant)
    now = timezone.now()
    secret, secret_hash = new_secret()
    link = SigningLink.objects.create(
        change_request=current,
        contact=contact,
        signatory=contact.name,
        language=language,
        document=document,
        document_hash=hash_of(document),
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + timedelta(days=valid_days),
    )
    record(
        "change_request.sent",
        by=by,
        about=current,
        signatory=contact.name,
        until=link.expires_at.isoformat(),
        document_hash=link.document_hash,
    )
    return link, secret


@transaction.atomic
def revoke_link(*, link: SigningLink, by: User | None) -> None:
    """End a link that nobody has answered.

    Raises:
        ValidationError: it was answered or revoked before.
    """
    revoked = SigningLink.objects.filter(pk=link.pk, revoked_at=None, answered_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was answered or revoked before."))
    link.refresh_from_db()
    record("signing_link.revoked", by=by, about=link.change_request, signatory=link.signatory)


def check_link(link: SigningLink, change: ChangeRequest, now: datetime, currency: str) -> None:
    """That a link still opens, and its document says what the change request says now.

    Raises:
        LinkClosed: with the reason.
    """
    closed = link.closed_by(now)
    if link.answered_at is not None:
        raise LinkClosed("answered")
    if closed:
        raise LinkClosed(closed)
    if change.state in (State.SIGNED, State.DECLINED, State.WITHDRAWN):
        raise LinkClosed("decided")
    if change.state != State.APPROVED_INTERNALLY or not verifies(
        link.document, link.document_hash, terms_of(change, currency)
    ):
        raise LinkClosed("altered")


def frozen_document(change: ChangeRequest, signatory: str, language: str, tenant: Tenant) -> str:
    """The canonical text that a signatory gets.

    Raises:
        ValidationError: it is not approved.
    """
    terms = terms_of(change, tenant.currency)
    if change.state != State.APPROVED_INTERNALLY or terms is None:
        raise ValidationError(_("Only what is approved internally goes to the customer."))
    parties = Parties(
        vendor=tenant.name,
        customer=change.project.customer.name,
        project=change.project.name,
        face=face_of(change.project),
        signatory=signatory,
        language=language,
    )
    return document_of(terms, parties)
