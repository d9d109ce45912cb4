"""The letters of updates and of answers to requests, written batch by batch once somebody sent them.

A recipient is a row that says whether its letter is written; the letter is queued in the transaction
that says so, under a key of the recipient, so that it is written once whoever runs this how often.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.actions.mail import queue_mail
from accounts.contact_links import contact_path, new_secret
from accounts.letter_texts import Letter, public_address
from accounts.models import OutgoingMail, Purpose, Tenant, User
from accounts.tenancy import tenant_scope
from service.actions.request_links import new_page_link
from service.models import Ask, ProductUpdate, RequestAnswer, Told, UpdateLink, UpdateRecipient

AT_ONCE = 100
MOST_BATCHES = 50
VALID_FOR = timedelta(days=180)


def write_letters(*, tenant_id: int, most_batches: int = MOST_BATCHES) -> int:
    """Write the letters that wait in a tenant; returns how many were. The rest is the next call's."""
    tenant = Tenant.objects.get(pk=tenant_id)
    written = 0
    for batch in (_some_updates, _some_answers):
        for _number in range(most_batches):
            with tenant_scope(tenant_id), transaction.atomic():
                found = batch(tenant, timezone.now())
            written += found
            if found < AT_ONCE:
                break
    return written


def _some_updates(tenant: Tenant, now: datetime) -> int:
    rows = list(
        # Of two at once the second waits, and finds them written.
        UpdateRecipient.objects.select_for_update(of=("self",))
        .filter(state=Told.WAITING)
        .select_related("contact", "customer", "update")
        .order_by("pk")[:AT_ONCE]
    )
    for row in rows:
        if row.contact is None:
            row.state, row.why = Told.LEFT_OUT, "gone"
            continue
        link, secret = new_update_link(row, now)
        letter = update_letter(tenant, row, link, secret)
        mail = queue_mail(
            letter=letter,
            to=row.contact.email,
            purpose=Purpose.UPDATE,
            contact=row.contact,
            key=f"update-{row.update_id}-{row.pk}",
            about=row.update,
        )
        row.state, row.why = _outcome(mail)
        row.told_at = now if row.state == Told.QUEUED else None
    UpdateRecipient.objects.bulk_update(rows, ["state", "why", "told_at"])
    if len(rows) < AT_ONCE:
        _finish_updates()
    return len(rows)


def _finish_updates() -> None:
    """Nobody waits any more: it is sent."""
    waiting = UpdateRecipient.objects.filter(state=Told.WAITING).order_by().values("update")
    ProductUpdate.objects.filter(state=ProductUpdate.State.SENDING).exclude(pk__in=waiting).update(
        state=ProductUpdate.State.SENT
    )


def _some_answers(tenant: Tenant, now: datetime) -> int:
    rows = list(
        RequestAnswer.objects.select_for_update(of=("self",))
        .filter(state=Told.WAITING)
        .select_related("contact", "customer", "decision__request")
        .order_by("pk")[:AT_ONCE]
    )
    titles = _their_words(rows)
    for row in rows:
        if row.contact is None:
            row.state, row.why = Told.LEFT_OUT, "gone"
            continue
        _link, secret = new_page_link(
            contact=row.contact, language=row.language, by=row.decision.decided_by, now=now
        )
        request = row.decision.request
        letter = Letter(
            template="r/letters/request_answer",
            context={
                "name": row.name,
                "tenant": tenant,
                "titles": titles.get((request.pk, row.contact.pk)) or [_shown(row)],
                "answer": row.decision.answers.get(row.language, ""),
                "address": public_address() + contact_path(tenant.pk, secret),
            },
            language=row.language,
        )
        mail = queue_mail(
            letter=letter,
            to=row.contact.email,
            purpose=Purpose.NOTICE,
            contact=row.contact,
            key=f"request-answer-{row.pk}",
            about=request,
        )
        row.state, row.why = _outcome(mail)
        row.told_at = now if row.state == Told.QUEUED else None
    RequestAnswer.objects.bulk_update(rows, ["state", "why", "told_at"])
    return len(rows)


def _shown(row: RequestAnswer) -> str:
    """What a contact who asked in no words of their own may read: what is shared, or what their own
    company asked. Another customer's words are nobody else's."""
    request = row.decision.request
    shared = request.shared_titles.get(row.language) or next(
        iter(request.shared_titles.values()), ""
    )
    if shared:
        return str(shared)
    own = (
        Ask.objects.filter(customer=row.customer_id, request__in=[request.pk])
        | Ask.objects.filter(customer=row.customer_id, request__root=request.pk)
    ).values_list("title", flat=True)
    return str(own.first() or "")


def _their_words(rows: list[RequestAnswer]) -> dict[tuple[int, int], list[str]]:
    """(request, contact) → what the contact asked, in their own words; one statement."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    contacts = [row.contact_id for row in rows if row.contact_id]
    asks = Ask.objects.filter(contact__in=contacts).order_by("-made_on", "-pk")
    for request, root, contact, title in asks.values_list(
        "request_id", "request__root_id", "contact_id", "title"
    ):
        found[root or request, contact].append(title)
    return found


@transaction.atomic
def give_update_link(*, recipient: UpdateRecipient, by: User | None) -> tuple[UpdateLink, str]:
    """A link that is handed over by chat, and its secret, which cannot be had again."""
    link, secret = new_update_link(recipient, timezone.now(), by=by)
    record("update.link_given", by=by, about=recipient.update, contact=recipient.name)
    return link, secret


def new_update_link(
    row: UpdateRecipient, now: datetime, *, by: User | None = None
) -> tuple[UpdateLink, str]:
    """A link for a recipient, and its secret, which cannot be had again. ``by``: who hands it over,
    else who sent the update."""
    secret, secret_hash = new_secret()
    link = UpdateLink.objects.create(
        recipient=row,
        contact=row.contact,
        name=row.name,
        language=row.language,
        secret_hash=secret_hash,
        sent_by=by or row.update.sent_by,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    return link, secret


def update_letter(tenant: Tenant, row: UpdateRecipient, link: UpdateLink, secret: str) -> Letter:
    """What a recipient is written."""
    update = row.update
    return Letter(
        template="r/letters/update",
        context={
            "name": row.name,
            "tenant": tenant,
            "title": update.titles.get(row.language, ""),
            "text": update.texts.get(row.language, ""),
            "asked": row.because == UpdateRecipient.Because.ASKED,
            "until": link.expires_at,
            "address": public_address() + contact_path(tenant.pk, secret),
        },
        language=row.language,
    )


# Why the outbox sends nothing → why a recipient is left out.
_REASONS = {"not_an_address": "no_address"}


def _outcome(mail: OutgoingMail | None) -> tuple[str, str]:
    """State and reason of a recipient. None: written before, or nobody is written to in a demo."""
    if mail is not None and mail.state == OutgoingMail.State.SUPPRESSED:
        return Told.LEFT_OUT, _REASONS.get(mail.reason, mail.reason)[:12]
    return Told.QUEUED, ""
