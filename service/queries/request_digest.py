"""A month of requests for product management, as facts that are kept: JSON with a version of its
shape, dates ISO, amounts as text."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q

from accounts.tenancy import current_tenant_id
from service.models import ProductUpdate, Request
from service.queries.request_rates import last_year, rates
from service.queries.request_weights import night_day
from service.queries.requests import OPEN, UNDECIDED, BoardFilter, BoardRow, listed
from service.queries.update_use import uses

SHAPE = 1
TOP = 10
AGING_DAYS = 60
# Use is looked at for so long after shipping.
SHIPPED_DAYS = 120


def digest_facts(month: date, *, today: date, zone: ZoneInfo) -> dict[str, Any]:
    """The month that begins on ``month``, as it stands today; a fixed number of statements."""
    last = month_end(month)
    still_open = BoardFilter(statuses=OPEN)
    undecided = Request.objects.filter(root=None, status__in=UNDECIDED)
    old = undecided.filter(raised_on__lte=today - timedelta(days=AGING_DAYS))
    updates = list(
        ProductUpdate.objects.exclude(state=ProductUpdate.State.DRAFT)
        .filter(shipped_on__gt=last - timedelta(days=SHIPPED_DAYS), shipped_on__lte=last)
        .order_by("-shipped_on", "-pk")[:TOP]
    )
    used = uses(updates, today=today, zone=zone)
    month_rate, year_rate = rates([(month, last), last_year(last)])
    night = night_day()
    return {
        "shape": SHAPE,
        "night": night.isoformat() if night else None,
        "by_customers": [_row(row) for row in listed(still_open, most=TOP)[1]],
        "by_arr": [_row(row) for row in listed(still_open, order="-arr", most=TOP)[1] if row.arr],
        "received": month_rate.received,
        "requests": month_rate.requests,
        "rate": {
            "taken": year_rate.taken,
            "received": year_rate.received,
            "since": year_rate.first.isoformat(),
        },
        "new": [_plain(one) for one in _raised(month, last)[:TOP]],
        "undecided": undecided.count(),
        "aging": old.count(),
        "aging_days": AGING_DAYS,
        "oldest": [_plain(one) for one in old.order_by("raised_on", "pk")[:TOP]],
        "shipped": [
            {
                "id": one.pk,
                "titles": one.titles,
                "shipped_on": one.shipped_on.isoformat(),
                "asked": [[share.days, share.total, share.used] for share in used[one.pk].asked],
                "owners": [[share.days, share.total, share.used] for share in used[one.pk].owners],
                "is_measured": used[one.pk].is_measured,
            }
            for one in updates
        ],
        "answers": _answers(last),
        "friction": _friction(month, last, zone),
    }


def month_end(month: date) -> date:
    """The last day of the month that begins on this one."""
    following = (month + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def _raised(month: date, last: date) -> Any:
    return (
        Request.objects.filter(root=None, raised_on__range=(month, last))
        .select_related("module")
        .order_by("-raised_on", "-pk")
    )


def _row(row: BoardRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "module": row.module or "",
        "customers": row.customers,
        "arr": _amount(row.arr),
    }


def _plain(one: Request) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": one.title,
        "status": one.status,
        "raised_on": one.raised_on.isoformat(),
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _answers(last: date) -> dict[str, int]:
    """What those who asked say of updates shipped lately: whether it is what they asked for."""
    found = ProductUpdate.objects.filter(
        shipped_on__gt=last - timedelta(days=SHIPPED_DAYS), shipped_on__lte=last
    ).aggregate(
        **{
            answer: Count("recipients", filter=Q(recipients__answer=answer))
            for answer in ("yes", "partly", "no")
        }
    )
    return {name: int(count) for name, count in found.items()}


def _friction(month: date, last: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Cases opened in the month by module, the most first; with those of the month before."""
    before = (month - timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(module.name, ''),
                   count(*) FILTER (WHERE opened.day >= %(month)s),
                   count(*) FILTER (WHERE opened.day < %(month)s),
                   count(DISTINCT opened.customer_id) FILTER (WHERE opened.day >= %(month)s)
              FROM (SELECT brought.id, brought.customer_id, brought.attributes ->> 'module' AS named,
                           (brought.opened_at AT TIME ZONE %(zone)s)::date AS day
                      FROM accounts_case brought
                     WHERE brought.tenant_id = %(tenant)s
                       AND brought.opened_at >= %(before)s::date - 1
                       AND brought.opened_at < %(last)s::date + 2) opened
              LEFT JOIN service_casework work
                ON work.tenant_id = %(tenant)s AND work.case_id = opened.id
              LEFT JOIN accounts_module module ON module.tenant_id = %(tenant)s
               AND CASE WHEN work.module_id IS NOT NULL THEN module.id = work.module_id
                        ELSE module.key = opened.named OR module.name = opened.named END
             WHERE opened.day BETWEEN %(before)s AND %(last)s
             GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(most)s
            """,
            {
                "tenant": current_tenant_id(),
                "zone": zone.key,
                "month": month,
                "before": before,
                "last": last,
                "most": TOP,
            },
        )
        rows = cursor.fetchall()
    return [
        {"module": name, "cases": cases, "before": earlier, "customers": customers}
        for name, cases, earlier, customers in rows
        if cases
    ]
