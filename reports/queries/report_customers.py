"""Which customers get a report of a period, and in which languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Contact, ContactRole, ContractLine, Customer, Tenant
from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod
from reports.compute.report_rules import ReportRule, read_rule
from reports.models import ReportSettings
from segmentation.models import MeasureRow
from service.queries.contact_languages import SAID_LANGUAGE

NO_TIER = ""
READERS = (ContactRole.Kind.DECISION_MAKER, ContactRole.Kind.KEY_USER)
# As requests and updates read it: what is noted of the person, else of the company.
LANGUAGES = f"""
SELECT DISTINCT contact.customer_id, {SAID_LANGUAGE} AS language
  FROM accounts_contact contact
  JOIN accounts_customer customer
    ON customer.tenant_id = %(tenant)s AND customer.id = contact.customer_id
 WHERE contact.tenant_id = %(tenant)s AND contact.customer_id = ANY(%(customers)s)
   AND contact.id IN (SELECT role.contact_id FROM accounts_contactrole role
                       WHERE role.tenant_id = %(tenant)s AND role.role = ANY(%(roles)s)
                         AND coalesce(role.from_on <= %(day)s, true)
                         AND coalesce(role.to_on >= %(day)s, true))
"""  # noqa: S608 - our words


def report_rule() -> ReportRule:
    """Who gets reports of the tenant in scope."""
    found: ReportSettings | None = ReportSettings.objects.first()
    return read_rule(found.rule if found else {})


def usual_language(tenant: Tenant, rule: ReportRule) -> str:
    """Of whom nothing else is known: as set, else of where the tenant is paid."""
    if rule.language in dict(settings.LANGUAGES):
        return rule.language
    return "zh-hans" if tenant.currency == "CNY" else str(settings.LANGUAGE_CODE)


def holders_on(day: date) -> QuerySet[ContactRole]:
    """Who reads reports: decision makers and key users of a day."""
    found: QuerySet[ContactRole] = ContactRole.objects.filter(
        Q(from_on__isnull=True) | Q(from_on__lte=day),
        Q(to_on__isnull=True) | Q(to_on__gte=day),
        role__in=READERS,
    )
    return found


def customers_due(period: ReportPeriod, rule: ReportRule, today: date) -> QuerySet[Customer]:
    """The customers that get a report of a period, by id: with a running contract on its last day,
    somebody to read it today, and a tier that the rule names, if it names some. Where no contact of
    the tenant has such a role, nobody has to: the reports are drafted, and given by hand."""
    running = ContractLine.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=period.last),
        contract__customer=OuterRef("pk"),
        kind=ContractLine.Kind.SUBSCRIPTION,
        is_trial=False,
        starts_on__lte=period.last,
    )
    roles = roles_reading(rule, quarter=period.is_quarter)
    readers = Contact.objects.filter(
        customer=OuterRef("pk"), pk__in=holders_on(today).filter(role__in=roles).values("contact")
    )
    found: QuerySet[Customer] = Customer.objects.filter(Exists(running))
    if ContactRole.objects.filter(role__in=READERS).exists():
        found = found.filter(Exists(readers))
    if tiers := rule.tiers(quarter=period.is_quarter):
        rows = MeasureRow.objects.filter(as_of=period.last)
        wanted = Q(pk__in=rows.filter(tier__in=tiers).values("customer"))
        if NO_TIER in tiers:
            wanted |= ~Q(pk__in=rows.exclude(tier="").exclude(tier=None).values("customer"))
        found = found.filter(wanted)
    return found.order_by("pk")


def roles_reading(rule: ReportRule, *, quarter: bool) -> list[str]:
    """Of the roles that read reports those that get one of this length in any tier."""
    return [role for role in READERS if rule.reads_at_all(role, quarter=quarter)]


def languages_of(
    customer_ids: Collection[int], today: date, usual: str, roles: Collection[str] = READERS
) -> dict[int, list[str]]:
    """Customer id → the languages of its decision makers and key users, or of these roles alone, at
    least one; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            LANGUAGES,
            {
                "tenant": current_tenant_id(), "customers": list(customer_ids),
                "roles": list(roles), "day": today,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    found: dict[int, set[str]] = defaultdict(set)
    for customer, language in rows:
        found[customer].add(language or usual)
    return {customer: sorted(found.get(customer) or {usual}) for customer in customer_ids}
