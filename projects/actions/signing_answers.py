"""What the customer answers to a change request: by a link, or by a stamped scan. Nothing here ever
takes silence for a signature."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.webhooks import emit
from accounts.contact_links import LinkClosed
from accounts.models import Tenant, User
from projects.actions.amendments import enter_baseline
from projects.actions.change_requests import decide, locked
from projects.actions.notices import tell_manager
from projects.actions.scans import keep_scan
from projects.actions.signing_links import check_link, frozen_document
from projects.compute.change_documents import hash_of
from projects.models import ChangeRequest, CustomerAnswer, ManagerNotice, SigningLink

State = ChangeRequest.State


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
    is_signed = outcome == CustomerAnswer.Outcome.SIGNED
    tell_manager(
        ManagerNotice.Kind.CHANGE_SIGNED if is_signed else ManagerNotice.Kind.CHANGE_DECLINED,
        about=current,
        project=current.project,
        tenant=tenant,
        name=answer.name,
        words=answer.reason,
    )
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
    scan = keep_scan(filename, data)
    current = locked(change)
    if signed_on < current.raised_on:
        raise ValidationError({"signed_on": _("This day is before the change request was raised.")})
    document = frozen_document(current, name.strip(), language, tenant)
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
    emit(
        "change_request.signed" if signed else "change_request.declined",
        {
            "customer_id": change.project.customer_id,
            "project": change.project.key,
            "change_request": change.key,
            "effort_days": change.effort_days,
            "price": change.price,
            ("signed_on" if signed else "declined_on"): on,
        },
        at=at,
    )
