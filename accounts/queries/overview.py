"""What an administrator sees first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.first_steps import has_usage
from accounts.models import (
    AuditRecord,
    Contract,
    Customer,
    Invitation,
    Membership,
    Payment,
)
from accounts.queries.audit import AuditEntry, entry
from accounts.queries.loads import LoadRow, load_row, loads
from ui.formats import listed
from ui.tags.formats import language

RECENT = 8


@dataclass(frozen=True)
class Overview:
    """``people``: active members; ``waiting``: invitations that nobody has accepted yet."""

    people: int
    waiting: int
    loads: list[LoadRow]
    records: list[AuditEntry]


def overview() -> Overview:
    records = AuditRecord.objects.select_related("actor").order_by("-at", "-id")[:RECENT]
    return Overview(
        people=Membership.objects.filter(is_active=True).count(),
        waiting=Invitation.objects.open(timezone.now()).count(),
        loads=[load_row(load) for load in loads()[:RECENT]],
        records=[entry(record) for record in records],
    )


def has_customers() -> bool:
    return bool(Customer.objects.exists())


def has_facts() -> bool:
    """Contracts, payments or usage: anything that a night can compute from."""
    return bool(Contract.objects.exists() or Payment.objects.exists() or has_usage())


def facts_words() -> str:
    """Which facts are there and which are still to come."""
    present = {
        _("Contracts"): bool(Contract.objects.exists()),
        _("Payments"): bool(Payment.objects.exists()),
        _("Usage"): has_usage(),
    }
    if not any(present.values()):
        return _("Contracts, payments and usage: whatever you have, in any order.")
    there = listed((word for word, is_there in present.items() if is_there), language())
    missing = listed((word for word, is_there in present.items() if not is_there), language())
    if not missing:
        return _("There: %(there)s.") % {"there": there}
    return _("There: %(there)s. Not yet: %(missing)s.") % {"there": there, "missing": missing}
