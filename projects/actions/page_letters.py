"""Letters with a link to a project's page, for the customer's people."""

from __future__ import annotations

from accounts.contact_links import contact_path
from accounts.letters import Letter, public_address, write_later
from accounts.models import Tenant
from projects.models import ProjectPageLink


def page_letter(link: ProjectPageLink, tenant: Tenant, secret: str) -> Letter:
    """What who gets a link is written; ``context["address"]`` is the whole address."""
    return Letter(
        template="r/letters/project",
        context={
            "link": link,
            "tenant": tenant,
            "address": public_address() + contact_path(tenant.pk, secret),
        },
        language=link.language,
    )


def write_follower(link: ProjectPageLink, tenant: Tenant, secret: str) -> str:
    """Write who gets a link, once the open transaction is done; nobody who has no address. Returns
    the whole address of the link."""
    letter = page_letter(link, tenant, secret)
    if link.contact is not None and link.contact.email:
        write_later(letter, link.contact.email, contact=link.contact, about=link.project)
    return str(letter.context["address"])
