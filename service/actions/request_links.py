"""Links by which contacts follow what they asked for, and what they do there."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Contact, Customer, Tenant, User
from service.actions.request_notices import tell_asked
from service.actions.requests import Asking, capture_ask, vote, withdraw_vote
from service.models import Ask, Request, RequestPageLink, Vote

VALID_FOR = timedelta(days=180)
MOST_A_DAY = 10


def new_page_link(
    *, contact: Contact, language: str, by: User | None, now: datetime
) -> tuple[RequestPageLink, str]:
    """A link for a contact, and its secret, which cannot be had again. Earlier ones go on working:
    letters hold them."""
    secret, secret_hash = new_secret()
    link = RequestPageLink.objects.create(
        customer_id=contact.customer_id,
        contact=contact,
        name=contact.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    return link, secret


@transaction.atomic
def give_page_link(
    *, contact: Contact, language: str, by: User | None
) -> tuple[RequestPageLink, str]:
    """Let a contact see what they asked for, ask for more, and vote, for 180 days."""
    link, secret = new_page_link(contact=contact, language=language, by=by, now=timezone.now())
    record(
        "request_page.shared",
        by=by,
        about=contact.customer,
        contact=contact.name,
        until=link.expires_at.isoformat(),
    )
    return link, secret


@transaction.atomic
def revoke_page_links(*, contact: Contact, by: User | None) -> int:
    """End every link of a contact; returns how many there were.

    Raises:
        ValidationError: there is none.
    """
    revoked: int = RequestPageLink.objects.filter(contact=contact, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was taken back before."))
    record("request_page.link_revoked", by=by, about=contact.customer, contact=contact.name)
    return revoked


@transaction.atomic
def ask_by_link(*, link: RequestPageLink, title: str, text: str, tenant: Tenant) -> Ask:
    """Take down what a contact asks for; at most ten a day.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no words, or too many on one day.
    """
    now = timezone.now()
    today = tenant.local_date(now)
    contact, customer = _still_open(link, now)
    since = datetime.combine(today, time(), tenant.zone)
    sent = Ask.objects.filter(contact=contact, channel=Ask.Channel.LINK, known_from__gte=since)
    if sent.count() >= MOST_A_DAY:
        raise ValidationError(
            _("That is all for today. Tell the person who looks after you, or come back tomorrow.")
        )
    asking = Asking(title=title, text=text, made_on=today, contact=contact)
    ask = capture_ask(
        customer=customer, asking=asking, today=today, channel=Ask.Channel.LINK, by=None
    )
    tell_asked(ask)
    return ask


@transaction.atomic
def vote_by_link(*, link: RequestPageLink, request: Request, wants: bool) -> None:
    """Count the contact's customer among those who want a shared request, or no more.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    contact, customer = _still_open(link, timezone.now())
    if wants:
        vote(request=request, customer=customer, contact=contact, by=None)
        return
    cast = Vote.objects.filter(request=request, customer=customer).first()
    if cast is not None:
        withdraw_vote(vote=cast, by=None)


def _still_open(link: RequestPageLink, now: datetime) -> tuple[Contact, Customer]:
    """Who the link is of, one after the other for a customer, so that what is sent is counted."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=link.customer_id)
    current = RequestPageLink.objects.select_related("contact").get(pk=link.pk)
    if why := current.closed_by(now):
        raise LinkClosed(why)
    assert current.contact is not None
    return current.contact, customer
