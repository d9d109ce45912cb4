"""Whether a contact can be written to, and what they were written lately."""

from __future__ import annotations

from typing import Any

from accounts.models import Contact, Purpose, UnreachableAddress
from accounts.queries.mail import letters, reach_of
from accounts.views.mail import told

LATEST = 5


def told_reach(contact: Contact) -> dict[str, Any]:
    """What `accounts/mail/reach.html` shows."""
    reach = reach_of(contact)
    found = letters().filter(contact=contact).order_by("-created_at", "-id")[:LATEST]
    return {
        "unreachable": reach.unreachable,
        "why": UnreachableAddress.Kind(reach.unreachable.kind).label if reach.unreachable else "",
        "declined": [Purpose(purpose).label for purpose in reach.declined],
        "letters": [told(letter) for letter in found],
    }
