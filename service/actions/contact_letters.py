"""The letter that brings a contact a link to a page of theirs."""

from __future__ import annotations

from accounts.contact_links import contact_path
from accounts.letter_texts import Letter, public_address
from accounts.models import ContactLink, Tenant

CASES, REQUESTS, PLAN = "r/letters/case", "r/letters/requests", "r/letters/success_plan"


def page_letter(template: str, *, link: ContactLink, tenant: Tenant, secret: str) -> Letter:
    """The letter, and the words for a chat. ``template``: of the kind of page."""
    address = public_address() + contact_path(tenant.pk, secret)
    return Letter(
        template=template,
        context={"link": link, "tenant": tenant, "address": address},
        language=link.language,
    )
