"""Letters with a link for the customer's people: to what is to be signed, and to weekly reports."""

from __future__ import annotations

from accounts.contact_links import contact_path
from accounts.letters import Letter, public_address, write_later
from accounts.models import ContactLink, Tenant
from projects.models import SigningLink, WeeklyReportLink


def address_of_link(tenant: Tenant, secret: str) -> str:
    """The whole address of a link; with its secret it is shown once, and kept nowhere."""
    return public_address() + contact_path(tenant.pk, secret)


def signing_letter(link: SigningLink, tenant: Tenant, secret: str) -> Letter:
    """What a signatory is written."""
    return _letter("r/letters/signing", link, tenant, secret)


def weekly_letter(link: WeeklyReportLink, tenant: Tenant, secret: str) -> Letter:
    """What who gets a weekly report is written."""
    return _letter("r/letters/weekly", link, tenant, secret)


def write_signatory(link: SigningLink, tenant: Tenant, secret: str) -> None:
    """Write the signatory, once the open transaction is done; nobody who has no address."""
    if link.contact is not None and link.contact.email:
        letter = signing_letter(link, tenant, secret)
        write_later(letter, link.contact.email, contact=link.contact, about=link.change_request)


def write_reader(link: WeeklyReportLink, tenant: Tenant, secret: str) -> None:
    """Write who gets a weekly report, likewise."""
    if link.contact is not None and link.contact.email:
        letter = weekly_letter(link, tenant, secret)
        write_later(letter, link.contact.email, contact=link.contact, about=link.report)


def _letter(template: str, link: ContactLink, tenant: Tenant, secret: str) -> Letter:
    return Letter(
        template=template,
        context={"link": link, "tenant": tenant, "address": address_of_link(tenant, secret)},
        language=link.language,
    )
