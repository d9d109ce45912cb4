"""Who a report is for, unless somebody chooses others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from accounts.models import Contact, ContactRole, Membership
from reports.compute.documents import Audience, ReportKind
from reports.compute.report_rules import MONTH, QUARTER, CustomerRule, ReportRule
from reports.models import Report, ReportRecipient
from reports.queries.report_customers import holders_on
from reports.queries.report_kinds import members_for
from segmentation.models import MeasureRow
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


def usual_readers(
    reports: Sequence[Report], today: date, usual: str, rule: ReportRule
) -> dict[int, list[Reader]]:
    """Report id → decision makers and key users of its customer who read its language, as far as the
    rule has them get it; who is both gets the decision makers' page. Two statements, one more where
    the rule names tiers, however many reports.

    Args:
        usual: the language of whom none is known.
    """
    tiers = _tiers(reports, rule)
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
            and _of_length(rule, report).reads(
                audience[one.pk], tiers.get((report.customer_id, report.last_day), "")
            )
        ]
        for report in reports
    }


def readers_of_corrected(reports: Sequence[Report]) -> dict[int, list[Reader]]:
    """Of corrections: report id → the contacts who have the version that it corrects, whoever would get
    it today; one statement, none where nothing is corrected."""
    later = {one.correction_of_id: one.pk for one in reports if one.correction_of_id is not None}
    found: dict[int, list[Reader]] = defaultdict(list)
    if later:
        had_it = ReportRecipient.objects.filter(
            report__in=list(later), contact__customer=F("report__customer")
        )
        for one in had_it.select_related("contact__customer").order_by("contact__name", "pk"):
            who = one.contact
            found[later[one.report_id]].append(
                Reader(who.name, who.email, one.audience, contact=who)
            )
    return dict(found)


def _of_length(rule: ReportRule, report: Report) -> CustomerRule:
    return rule.customer[QUARTER if "Q" in report.period else MONTH]


def _tiers(reports: Sequence[Report], rule: ReportRule) -> dict[tuple[int | None, date], str]:
    """(customer, day) → its tier on the last day of each period; empty where no rule asks for it."""
    if not any(_of_length(rule, report).readers for report in reports):
        return {}
    rows = MeasureRow.objects.filter(
        as_of__in={one.last_day for one in reports},
        customer__in={one.customer_id for one in reports if one.customer_id is not None},
    )
    return {
        (customer, as_of): tier
        for customer, as_of, tier in rows.values_list("customer_id", "as_of", "tier")
    }


def internal_readers(kind: str, addresses: Sequence[str]) -> list[Reader]:
    """Who gets a report about the tenant: members by the kind of it, and of the executives' the
    addresses that the tenant names."""
    found = [Reader(str(one), one.user.email, member=one) for one in members_for(kind)]
    if kind != ReportKind.EXECUTIVE:
        return found
    return found + [Reader(address, address) for address in addresses]
