"""Links by which a customer's person, without an account, opens one thing of one tenant.

Each kind of link has a table of its own (`accounts.models.ContactLink`) in the app that it is of;
the app registers here how such a link is found and what it shows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from accounts.models.members import hash_secret

SECRET_BYTES = 32


class LinkClosed(Exception):
    """A link that opens nothing any more. ``why``: revoked, expired, answered, decided or altered."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class ContactPage:
    """What one kind of link opens.

    ``find``: dotted path of a function from the SHA-256 of a secret to its link or None, in the open
    scope of the tenant. ``show``: dotted path of a view of ``(request, tenant, link)``, called in
    that scope, in the link's language and the tenant's time zone; it raises LinkClosed where the link
    opens nothing any more. Paths, so that registering imports no view.
    """

    find: str
    show: str
    # Whether closing it means that nothing was signed: the page of a closed link says so.
    is_signature: bool = False
    # Whether it opens although its address on the network tries too often: many people of a company
    # are behind one address, and answer on the same morning.
    opens_in_floods: bool = False


contact_pages: dict[str, ContactPage] = {}


def new_secret() -> tuple[str, str]:
    """A secret for a link, and its SHA-256, which alone is kept."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return secret, hash_secret(secret)


def contact_path(tenant_id: int, secret: str) -> str:
    """Path of a link. The tenant's id stands in clear before the secret, since the secret can only
    be looked up in a tenant's scope."""
    return f"/r/{tenant_id}.{secret}/"
