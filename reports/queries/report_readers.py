"""Who a report is for, unless somebody chooses others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Contact, ContactRole, Membership, Role
from reports.compute.documents import Audience
from reports.models import Report
from reports.queries.report_customers import holders_on
from service.queries.contact_languages import said_language


@dataclass(frozen=True)
class Reader:
    """A contact, a member, or an address that somebody named; ``audience`` is empty where a report has
    one only."""

    name: str
    address: str
    audience: str = ""
    contact: Contact | None = None
    member: Membership | None = None


def usual_readers(reports: Sequence[Report], today: date, usual: str) -> dict[int, list[Reader]]:
    """Report id → decision makers and key users of its customer who read its language; who is both
    gets the decision makers' page. Two statements, however many reports.

    Args:
        usual: the language of whom none is known.
    """
    customers = {one.customer_id for one in reports if one.customer_id is not None}
    audience: dict[int, str] = {}
    for contact, role in (
        holders_on(today).filter(contact__customer__in=customers).values_list("contact_id", "role")
    ):
        if role == ContactRole.Kind.DECISION_MAKER:
            audience[contact] = Audience.DECISION_MAKER
        else:
            audience.setdefault(contact, Audience.KEY_USER)
    contacts = Contact.objects.filter(pk__in=audience).select_related("customer")
    by_customer: dict[int, list[Contact]] = defaultdict(list)
    for contact in contacts.order_by("name", "pk"):
        by_customer[contact.customer_id].append(contact)
    return {
        report.pk: [
            Reader(one.name, one.email, audience[one.pk], contact=one)
            for one in by_customer[report.customer_id or 0]
            if (said_language(one) or usual) == report.language
        ]
        for report in reports
    }


def executives(addresses: Sequence[str]) -> list[Reader]:
    """Who gets reports about the tenant: members who are executives, and the addresses that the
    tenant names."""
    members = Membership.objects.filter(is_active=True, roles__contains=[Role.EXECUTIVE])
    found = [
        Reader(str(one), one.user.email, member=one)
        for one in members.select_related("user").order_by("pk")
    ]
    return found + [Reader(address, address) for address in addresses]
