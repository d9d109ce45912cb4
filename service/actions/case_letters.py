"""Letters about cases: to the person of ours who looks after one, and to the customer's."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import get_resolver
from django.utils import timezone

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.contact_links import contact_path, new_secret
from accounts.letters import Letter, public_address, write_later
from accounts.models import Contact, Membership, Tenant, User
from service.models import CaseLink, CaseWork
from service.queries.contact_languages import language_for

LETTER_LINK_DAYS = 90


def tell_member(
    member: Membership | None, kind: str, work: CaseWork, tenant: Tenant, *, words: str = ""
) -> bool:
    """Write one of ours about a case, once the open transaction is done; only active members have an
    address. ``kind``: a key of the letter's template. Returns whether there is somebody to write."""
    if member is None or not member.is_active or not member.user.email:
        return False
    notify(
        member=member,
        kind=f"case.{kind}",
        values={"title": work.case.title, "customer": work.case.customer.name},
        path=tenant_path("case", work.case_id),
        about=work.case,
    )
    letter = Letter(
        template="service/cases/letters/member",
        context={
            "kind": kind,
            "case": work.case,
            "work": work,
            "customer": work.case.customer.name,
            "words": words,
            "address": address_of_case(tenant, work.case_id),
        },
        language=language_of(member.user),
    )
    # Moments are those of where the vendor is, also when nobody's request writes this.
    with timezone.override(tenant.zone):
        write_later(letter, member.user.email, member=member, about=work.case)
    return True


def owner_member(work: CaseWork) -> Membership | None:
    """Who looks after the case, where that is a member."""
    return work.owner.membership if work.owner is not None else None


def write_customer(
    kind: str, work: CaseWork, tenant: Tenant, *, words: str, by: User | None, now: datetime
) -> bool:
    """A letter to the case's contact, with a link that opens the case. ``kind``: answer, solved,
    reopened. Returns whether there is an address."""
    contact: Contact | None = work.case.contact
    if contact is None or not contact.email:
        return False
    secret, secret_hash = new_secret()
    link = CaseLink.objects.create(
        customer=work.case.customer,
        case=work.case,
        contact=contact,
        name=contact.name,
        language=contact_language(contact, tenant),
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + timedelta(days=LETTER_LINK_DAYS),
    )
    letter = Letter(
        template="service/cases/letters/contact",
        context={
            "kind": kind,
            "case": work.case,
            "link": link,
            "tenant": tenant,
            "words": words,
            "address": public_address() + contact_path(tenant.pk, secret),
        },
        language=link.language,
    )
    with timezone.override(tenant.zone):
        write_later(letter, contact.email, contact=contact, about=work.case)
    return True


def contact_language(contact: Contact, tenant: Tenant) -> str:
    """That of links about cases; where nothing says it, what the tenant's place speaks."""
    return language_for(contact, "zh-hans" if tenant.timezone in CHINESE_ZONES else "en")


CHINESE_ZONES = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin"})


def address_of_case(tenant: Tenant, case_id: int) -> str:
    """The whole address of a case's page."""
    path = get_resolver("service.cases_urls").reverse("case", case_id)
    return f"{public_address()}/t/{tenant.slug}/{path}"


def language_of(user: User) -> str:
    return user.language or settings.LANGUAGE_CODE
