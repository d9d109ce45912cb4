"""Links by which a customer's people report and follow cases, and what they send from there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Case, Contact, Customer, Module, Tenant, User
from service.actions.case_states import rate_case, reopen_case
from service.actions.case_words import hear_customer
from service.actions.cases import report_case
from service.models import CaseLink, CaseWork

VALID_FOR_DAYS = 365
# What one person may send in a day, of everything together; a flood ends here and nothing of what
# came before is lost.
MOST_REPORTS_A_DAY, MOST_WORDS_A_DAY = 20, 60


@transaction.atomic
def give_case_link(
    *,
    customer: Customer,
    contact: Contact,
    language: str,
    by: User | None,
    now: datetime | None = None,
) -> tuple[CaseLink, str]:
    """A standing link: its contact reports cases and sees what became of its own. A standing link that
    the contact had stops working.

    Returns the link and its secret, which cannot be had again.

    Raises:
        ValidationError: the contact is another customer's.
    """
    if contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    Customer.objects.select_for_update().get(pk=customer.pk)
    moment = now or timezone.now()
    CaseLink.objects.filter(contact=contact, case=None, revoked_at=None).update(revoked_at=moment)
    secret, secret_hash = new_secret()
    link = CaseLink.objects.create(
        customer=customer,
        contact=contact,
        name=contact.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=moment,
        expires_at=moment + timedelta(days=VALID_FOR_DAYS),
    )
    record(
        "case_link.given", by=by, about=customer, contact=contact.name,
        until=link.expires_at.isoformat(),
    )  # fmt: skip
    return link, secret


@transaction.atomic
def revoke_case_link(*, link: CaseLink, by: User | None) -> int:
    """End a contact's links about cases: the standing one, and those that stand in letters. Returns
    how many.

    Raises:
        ValidationError: it was taken back before.
    """
    now = timezone.now()
    if not CaseLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        raise ValidationError(_("This link was taken back before."))
    others = CaseLink.objects.filter(contact=link.contact_id, revoked_at=None)
    ended = 1 + (others.update(revoked_at=now) if link.contact_id else 0)
    record("case_link.revoked", by=by, about=link.customer, contact=link.name)
    return int(ended)


@transaction.atomic
def report_by_link(
    *, link: CaseLink, title: str, kind: str, text: str, module: Module | None, tenant: Tenant
) -> CaseWork:
    """Take down what a contact reports.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: by field, or too much for one day.
    """
    contact, now = _contact_of(link)
    today = _today_of(tenant, now)
    if Case.objects.filter(contact=contact, opened_at__gte=today).count() >= MOST_REPORTS_A_DAY:
        raise ValidationError(
            _("That is a lot for one day. Please call us, or come back tomorrow.")
        )
    return report_case(
        customer=link.customer, title=title, kind=kind, contact=contact, text=text,
        ties={"module": module, "project": None}, tenant=tenant, by=None, now=now,
    )  # fmt: skip


@transaction.atomic
def write_by_link(*, link: CaseLink, case: Case, text: str, tenant: Tenant) -> None:
    """Add a contact's words to an open case.

    Raises:
        LinkClosed, ValidationError: as in :func:`report_by_link`; also where the case is done.
    """
    contact, now = _contact_of(link)
    _limit_words(case, tenant, now)
    hear_customer(case=case, text=text, tenant=tenant, name=contact.name, now=now)


@transaction.atomic
def reopen_by_link(*, link: CaseLink, case: Case, why: str, tenant: Tenant) -> None:
    """Open a case again that was called solved.

    Raises:
        LinkClosed, ValidationError: as in :func:`report_by_link`; also where it is too late.
    """
    contact, now = _contact_of(link)
    _limit_words(case, tenant, now)
    reopen_case(case=case, why=why, tenant=tenant, by=None, name=contact.name, now=now)


@transaction.atomic
def rate_by_link(*, link: CaseLink, case: Case, score: int, text: str, tenant: Tenant) -> None:
    """Say how satisfied one is with what was done.

    Raises:
        LinkClosed, ValidationError: as in :func:`report_by_link`; also where nothing is solved.
    """
    contact, now = _contact_of(link)
    _limit_words(case, tenant, now)
    rate_case(case=case, score=score, tenant=tenant, name=contact.name, text=text, now=now)


def _contact_of(link: CaseLink) -> tuple[Contact, datetime]:
    """Whose link it is, held until the transaction ends, so that a day's words are counted.

    Raises:
        LinkClosed: it was revoked, or is over, since the page was opened.
    """
    now = timezone.now()
    current = (
        CaseLink.objects.select_for_update(of=("self",)).select_related("contact").get(pk=link.pk)
    )
    if why := current.closed_by(now):
        raise LinkClosed(why)
    contact = current.contact
    if contact is None:
        raise LinkClosed("revoked")
    return contact, now


def _limit_words(case: Case, tenant: Tenant, now: datetime) -> None:
    said = case.entries.filter(by=None, at__gte=_today_of(tenant, now)).exclude(name="")
    if said.count() >= MOST_WORDS_A_DAY:
        raise ValidationError(
            _("That is a lot for one day. Please call us, or come back tomorrow.")
        )


def _today_of(tenant: Tenant, now: datetime) -> datetime:
    """When the day began where the tenant is."""
    return now.astimezone(tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
