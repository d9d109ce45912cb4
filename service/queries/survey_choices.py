"""Whom somebody chose to ask: contacts by group, tier and role; and why one of them is not asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from accounts.models import Contact, Membership
from segmentation.models import MeasureRow
from segmentation.queries.customer_groups import members_of
from segmentation.queries.stored import latest_night
from service.queries.survey_recipients import Asking, holders, judged
from service.queries.survey_results import contacts_of


def chosen_contacts(
    membership: Membership | None,
    *,
    group: int | None,
    tiers: Collection[str],
    roles: Collection[str],
    today: date,
) -> QuerySet:
    """Contacts of customers that a member sees (None: of every customer). Empty: whatever it is."""
    contacts = holders(today, roles)
    if membership is not None:
        contacts = contacts.filter(pk__in=contacts_of(membership).values("pk"))
    if group is not None:
        contacts = contacts.filter(customer__in=members_of(group).order_by().values("pk"))
    if tiers:
        night = latest_night()
        rows = MeasureRow.objects.filter(as_of=night.as_of if night else None, tier__in=tiers)
        contacts = contacts.filter(customer__in=rows.values("customer"))
    return contacts


def why_not_asked(contact: Contact, asking: Asking) -> str:
    """A key of ``REASONS``; empty: it is asked."""
    found = judged(Contact.objects.filter(pk=contact.pk), asking)
    return str(found.values_list("left_out", flat=True).first() or "")
