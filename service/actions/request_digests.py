"""The monthly digest for product management: kept and written on the first working morning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date

from accounts.actions.mail import queue_mail
from accounts.letter_texts import Letter, public_address
from accounts.models import Membership, Purpose, Role, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from service.digest_report import digest_report
from service.models import Ask, Request, RequestDigest
from service.queries.request_digest import digest_facts

MORNING = time(7)


def make_digest(*, tenant_id: int, now: datetime | None = None) -> bool:
    """Keep the digest of the month that has ended, and write to product managers, from the first
    working morning of a month where the tenant is. Done once, whoever calls it how often.

    Returns:
        Whether it was made by this call.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    moment = now or timezone.now()
    today = tenant.local_date(moment)
    first = today.replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    with tenant_scope(tenant_id), transaction.atomic():
        if not is_due(tenant, first, moment) or RequestDigest.objects.filter(month=month).exists():
            return False
        if not Request.objects.exists() and not Ask.objects.exists():
            return False
        # Of two at once the second waits here until the first is done, and finds it done.
        digest, is_new = RequestDigest.objects.get_or_create(
            month=month,
            defaults={
                "facts": digest_facts(month, today=today, zone=tenant.zone),
                "made_at": moment,
            },
        )
        if is_new:
            _write(tenant, digest)
        return is_new


def is_due(tenant: Tenant, first: date, moment: datetime) -> bool:
    """Whether the first working morning of the month has come."""
    calendar = working_calendar()
    day = first
    # Ten holidays in a row are the longest there are; a calendar without working days waits for none.
    for _number in range(14):
        if calendar.is_working(day):
            break
        day += timedelta(days=1)
    return moment >= datetime.combine(day, MORNING, tenant.zone)


def report_address(tenant: Tenant, digest: RequestDigest) -> str:
    """Of the month as a report; empty: nobody makes one."""
    month = f"{digest.month:%Y-%m}"
    return (
        f"{public_address()}/t/{tenant.slug}/{digest_report.path % month}"
        if digest_report.path
        else ""
    )


def _write(tenant: Tenant, digest: RequestDigest) -> None:
    members = Membership.objects.filter(
        roles__contains=[Role.PRODUCT_MANAGER], is_active=True
    ).select_related("user")
    for member in members.order_by("pk"):
        language = member.user.language or settings.LANGUAGE_CODE
        queue_mail(
            letter=Letter(
                template="service/letters/request_digest",
                context={
                    "facts": digest.facts,
                    "month": digest.month,
                    "tenant": tenant,
                    "address": f"{public_address()}/t/{tenant.slug}/requests/digests/"
                    f"{format_date(digest.month, 'Y-m')}/",
                    "report_address": report_address(tenant, digest),
                },
                language=language,
            ),
            to=member.user.email,
            purpose=Purpose.DIGEST,
            member=member,
            key=f"request-digest-{digest.pk}-{member.pk}",
            about=digest,
        )
