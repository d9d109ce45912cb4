"""Sending a change request to the customer's signatory, and what they answer.

A link opens one document for one person, once, for a while. Nothing here ever takes silence for a
signature.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Contact, Tenant, User
from projects.actions.amendments import enter_baseline
from projects.actions.change_requests import decide, locked
from projects.compute.change_documents import Parties, document_of, hash_of, verifies
from projects.compute.scans import scan_type
from projects.models import (
    ChangeRequest,
    CustomerAnswer,
    SignedScan,
    SigningLink,
    SigningQuestion,
)
from projects.queries.change_requests import face_of, terms_of

State = ChangeRequest.State
VALID_FOR_DAYS = 14
MOST_QUESTIONS = 20
MOST_SCAN_BYTES = 10 * 1024 * 1024


@transaction.atomic
def send_for_signature(
    *,
    change: ChangeRequest,
    contact: Contact,
    language: str,
    valid_days: int = VALID_FOR_DAYS,
    tenant: Tenant,
    by: User,
) -> tuple[SigningLink, str]:
    """Freeze a change request as a document for one signatory, and make the link to it.

    Returns the link and its secret, which cannot be had again.

    Raises:
        ValidationError: it is not approved, or the contact is another customer's.
    """
    current = locked(change)
    if contact.customer_id != current.project.customer_id:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    document = _document(current, contact.name, language, tenant)
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
def revoke_link(*, link: SigningLink, by: User) -> None:
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
    if link.answered_at is not None and closed != "revoked":
        raise LinkClosed("answered")
    if closed:
        raise LinkClosed(closed)
    if change.state in (State.SIGNED, State.DECLINED, State.WITHDRAWN):
        raise LinkClosed("decided")
    if change.state != State.APPROVED_INTERNALLY or not verifies(
        link.document, link.document_hash, terms_of(change, currency)
    ):
        raise LinkClosed("altered")


@transaction.atomic
def answer_by_link(
    *,
    link: SigningLink,
    seen_hash: str,
    outcome: str,
    name: str,
    reason: str = "",
    ip: str | None,
    tenant: Tenant,
    by: User | None = None,
) -> CustomerAnswer:
    """The signatory signs or declines; what is signed enters the baseline.

    ``seen_hash``: of the document that was on their screen. ``by`` is nobody of the platform.

    Raises:
        LinkClosed: the link is closed, or the document is another than the one on screen.
        ValidationError: no name, or a refusal without a reason.
    """
    name, reason = name.strip(), reason.strip()
    if not name:
        raise ValidationError({"name": _("Type your name.")})
    if outcome == CustomerAnswer.Outcome.DECLINED and not reason:
        raise ValidationError({"reason": _("Say why you decline.")})
    now = timezone.now()
    # First the change request, as everything that decides it does; then the link as it is now.
    current = locked(link.change_request)
    held = SigningLink.objects.select_for_update().get(pk=link.pk)
    check_link(held, current, now, tenant.currency)
    if seen_hash != held.document_hash:
        raise LinkClosed("altered")
    SigningLink.objects.filter(pk=held.pk).update(answered_at=now)
    answer = CustomerAnswer.objects.create(
        change_request=current,
        outcome=outcome,
        name=name,
        reason=reason if outcome == CustomerAnswer.Outcome.DECLINED else "",
        at=now,
        document=held.document,
        document_hash=held.document_hash,
        link=held,
        ip=ip,
    )
    _take(answer, current, on=tenant.local_date(now), at=now, by=by, signatory=held.signatory)
    link.refresh_from_db()
    return answer


@transaction.atomic
def sign_by_scan(
    *,
    change: ChangeRequest,
    name: str,
    signed_on: date,
    filename: str,
    data: bytes,
    language: str,
    tenant: Tenant,
    by: User,
) -> CustomerAnswer:
    """A stamped scan of the signed document instead of a link.

    Raises:
        ValidationError: not approved, a day to come or before it was raised, no name; a file that is
            empty, above 10 MB, or neither PDF nor JPEG nor PNG by its content.
    """
    now = timezone.now()
    if not name.strip():
        raise ValidationError({"name": _("Type the name of who signed.")})
    if signed_on > tenant.local_date(now):
        raise ValidationError({"signed_on": _("This day is still to come.")})
    content_type = scan_type(data[:16])
    if len(data) > MOST_SCAN_BYTES:
        raise ValidationError({"scan": _("The file is larger than 10 MB.")})
    if not content_type:
        raise ValidationError({"scan": _("Only PDF, JPEG and PNG files can be uploaded.")})
    current = locked(change)
    if signed_on < current.raised_on:
        raise ValidationError({"signed_on": _("This day is before the change request was raised.")})
    document = _document(current, name.strip(), language, tenant)
    scan = SignedScan.objects.create(
        filename=filename[-200:],
        content_type=content_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )
    answer = CustomerAnswer.objects.create(
        change_request=current,
        outcome=CustomerAnswer.Outcome.SIGNED,
        name=name.strip(),
        at=now,
        document=document,
        document_hash=hash_of(document),
        scan=scan,
        uploaded_by=by,
    )
    _take(answer, current, on=signed_on, at=now, by=by, scan_sha256=scan.sha256)
    change.refresh_from_db()
    return answer


@transaction.atomic
def ask_question(
    *, link: SigningLink, text: str, tenant: Tenant, by: User | None = None
) -> SigningQuestion:
    """The signatory asks before deciding; the link stays open.

    Raises:
        LinkClosed: the link is closed.
        ValidationError: nothing was asked, or too much by one link.
    """
    if not text.strip():
        raise ValidationError({"question": _("Write your question.")})
    current = locked(link.change_request)
    held = SigningLink.objects.select_for_update().get(pk=link.pk)
    check_link(held, current, timezone.now(), tenant.currency)
    if held.questions.count() >= MOST_QUESTIONS:
        raise ValidationError({"question": _("Please call us: too many questions by one link.")})
    asked = SigningQuestion.objects.create(link=held, text=text.strip())
    record(
        "change_request.question_asked",
        by=by,
        about=current,
        signatory=held.signatory,
        question=asked.text,
    )
    return asked


@transaction.atomic
def answer_question(*, question: SigningQuestion, text: str, by: User) -> None:
    """The vendor answers; the signatory reads it where they asked.

    Raises:
        ValidationError: no words, or it was answered.
    """
    if not text.strip():
        raise ValidationError({"answer": _("Write an answer.")})
    answered = SigningQuestion.objects.filter(pk=question.pk, answered_at=None).update(
        answer=text.strip(), answered_at=timezone.now(), answered_by=by
    )
    if not answered:
        raise ValidationError(_("This question was answered before."))
    question.refresh_from_db()
    change = question.link.change_request
    record("change_request.question_answered", by=by, about=change, answer=question.answer)


def _document(change: ChangeRequest, signatory: str, language: str, tenant: Tenant) -> str:
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


def _take(
    answer: CustomerAnswer,
    change: ChangeRequest,
    *,
    on: date,
    at: datetime,
    by: User | None,
    **further: str,
) -> None:
    """What an answer does to its change request and the baseline, and the record of it."""
    state = State(answer.outcome)
    decide(change, state, on=on, at=at)
    baseline = enter_baseline(change, at=at) if state == State.SIGNED else None
    signed = state == State.SIGNED
    record(
        "change_request.signed" if signed else "change_request.declined",
        by=by,
        about=change,
        name=answer.name,
        document_hash=answer.document_hash,
        **({"baseline": str(baseline.version)} if baseline else {}),
        **({"reason": answer.reason} if answer.reason else {}),
        **further,
    )
