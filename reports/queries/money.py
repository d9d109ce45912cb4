"""Cash against what was due, and renewals against what ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value

from accounts.models import Contract, ContractLine, Instalment, Payment
from accounts.tenancy import current_tenant_id
from segmentation.models import Night
from segmentation.queries.remembered import loads_seen, of_night
from segmentation.queries.scopes import Scope

RENEWED_WITHIN_DAYS = 90


@dataclass(frozen=True)
class Cash:
    """Of a month: ``due`` instalments and how much of them was ``paid`` by its end; ``received``:
    all payments less refunds; ``overdue``: whatever fell due by its end and was unpaid then."""

    due: Decimal
    instalments: int
    paid: Decimal
    received: Decimal
    payments: int
    overdue: Decimal
    overdue_instalments: int


@dataclass(frozen=True)
class Renewals:
    """Of the contracts that ended in a month, those renewed within 90 days, and their ARR on the
    last day. ``is_final``: the 90 days have passed for all of them.

    A customer counts as renewed when one of its contracts that ended was.
    """

    contracts: int
    customers: int
    customers_renewed: int
    arr: Decimal
    arr_renewed: Decimal
    is_final: bool

    @property
    def rate(self) -> float | None:
        """By customers."""
        return self.customers_renewed / self.customers if self.customers else None

    @property
    def arr_rate(self) -> float | None:
        return float(self.arr_renewed / self.arr) if self.arr else None


def cash_of(
    scope: Scope, first_day: date, last_day: date, night: Night | None, *, seen: str = ""
) -> Cash:
    """``seen``: of `loads_seen`, where it was asked already."""
    if scope.is_whole:
        name = f"cash-{last_day}-{seen or loads_seen()}"
        return of_night(name, night, lambda: _cash(scope, first_day, last_day))
    return _cash(scope, first_day, last_day)


def _cash(scope: Scope, first_day: date, last_day: date) -> Cash:
    instalments: QuerySet[Instalment] = Instalment.objects.filter(due_on__lte=last_day)
    payments: QuerySet[Payment] = Payment.objects.filter(paid_on__range=(first_day, last_day))
    instalments = scope.narrow(instalments, "contract__customer")
    payments = scope.narrow(payments)
    due = Q(due_on__gte=first_day)
    paid = due & Q(paid_by__paid_on__lte=last_day)
    unpaid = Q(paid_by__isnull=True) | Q(paid_by__paid_on__gt=last_day)
    # Both in one statement: a row of what was due, a row of what came.
    nothing = Value(Decimal(0), output_field=DecimalField(max_digits=20, decimal_places=4))
    owed = (
        instalments.order_by()
        .values(what=Value("owed"))
        .annotate(
            total=Sum("amount", filter=due),
            number=Count("pk", filter=due),
            paid=Sum("amount", filter=paid),
            unpaid=Sum("amount", filter=unpaid),
            late=Count("pk", filter=unpaid),
        )
    )
    came = (
        payments.order_by()
        .values(what=Value("came"))
        .annotate(
            total=Sum("amount"), number=Count("pk"), paid=nothing, unpaid=nothing, late=Value(0)
        )
    )
    rows: dict[str, Any] = {row["what"]: row for row in owed.union(came, all=True)}
    instalment, payment = rows.get("owed", {}), rows.get("came", {})
    zero = Decimal(0)
    return Cash(
        due=instalment.get("total") or zero,
        instalments=instalment.get("number", 0),
        paid=instalment.get("paid") or zero,
        received=payment.get("total") or zero,
        payments=payment.get("number", 0),
        overdue=instalment.get("unpaid") or zero,
        overdue_instalments=instalment.get("late", 0),
    )


def renewals_of(
    scope: Scope,
    first_day: date,
    last_day: date,
    night: Night | None,
    *,
    known_until: date,
    seen: str = "",
) -> Renewals:
    """``known_until``: the last day whose facts are known; renewals after it may still come."""
    if scope.is_whole:
        name = f"renewals-{last_day}-{known_until}-{seen or loads_seen()}"
        return of_night(name, night, lambda: _renewals(scope, first_day, last_day, known_until))
    return _renewals(scope, first_day, last_day, known_until)


def _renewals(scope: Scope, first_day: date, last_day: date, known_until: date) -> Renewals:
    only, customers = "", None
    if not scope.is_whole:
        only = "AND k.customer_id = ANY(%(customers)s)"
        customers = scope.ids
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH ended AS (
                SELECT k.id, k.customer_id, max(l.ends_on) AS ended_on
                  FROM {ContractLine._meta.db_table} l
                  JOIN {Contract._meta.db_table} k
                    ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
                 WHERE l.tenant_id = %(tenant)s AND l.kind = 'subscription' AND NOT l.is_trial {only}
                 GROUP BY k.id, k.customer_id
                HAVING bool_and(l.ends_on IS NOT NULL)
                   AND max(l.ends_on) BETWEEN %(first)s AND %(last)s
            ), judged AS (
                SELECT e.customer_id,
                       (SELECT sum(l.annual_fee) FROM {ContractLine._meta.db_table} l
                         WHERE l.tenant_id = %(tenant)s AND l.contract_id = e.id
                           AND l.kind = 'subscription' AND NOT l.is_trial
                           AND l.ends_on = e.ended_on) AS arr,
                       EXISTS (SELECT 1 FROM {Contract._meta.db_table} r
                                 JOIN {ContractLine._meta.db_table} l
                                   ON l.tenant_id = %(tenant)s AND l.contract_id = r.id
                                WHERE r.tenant_id = %(tenant)s AND r.renewal_of_id = e.id
                                  AND l.kind = 'subscription' AND NOT l.is_trial
                                  AND l.starts_on <= e.ended_on + {RENEWED_WITHIN_DAYS}) AS renewed
                  FROM ended e
            )
            SELECT count(*), count(DISTINCT customer_id),
                   count(DISTINCT customer_id) FILTER (WHERE renewed),
                   coalesce(sum(arr), 0), coalesce(sum(arr) FILTER (WHERE renewed), 0)
              FROM judged
            """,  # noqa: S608 - our names
            {
                "tenant": current_tenant_id(),
                "first": first_day,
                "last": last_day,
                "customers": customers,
            },
        )
        contracts, ended, renewed, arr, arr_renewed = cursor.fetchone()
    return Renewals(
        contracts=contracts,
        customers=ended,
        customers_renewed=renewed,
        arr=arr,
        arr_renewed=arr_renewed,
        is_final=(known_until - last_day).days >= RENEWED_WITHIN_DAYS,
    )
