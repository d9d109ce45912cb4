"""Making the figures of the operations report and of the product digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod
from reports.models import FigureSet
from reports.queries.executive_figures import Found
from reports.queries.operations import operations_values
from reports.queries.product_digest import kept_facts, product_facts, product_values
from segmentation.actions.turns import Turn, take_turn

Kind = FigureSet.Kind


def make_operations_figures(*, period: ReportPeriod, known_at: datetime) -> FigureSet:
    """The set of a period, and of the one before it where nobody made that; a new version where a
    figure comes out otherwise, else the latest one."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    with transaction.atomic():
        take_turn(Turn.FIGURES)
        if not _sets(Kind.OPERATIONS, period.before).exists():
            _kept(Kind.OPERATIONS, period.before, known_at,
                  operations_values(period.before, tenant), {})  # fmt: skip
        return _kept(Kind.OPERATIONS, period, known_at, operations_values(period, tenant), {})


def make_product_figures(*, period: ReportPeriod, known_at: datetime) -> FigureSet:
    """As `make_operations_figures`; the month's facts are its details. Of a month before only those that
    were kept tell how it stood then."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    with transaction.atomic():
        take_turn(Turn.FIGURES)
        past = period.before
        if kept_facts(past) is not None and not _sets(Kind.PRODUCT, past).exists():
            told = product_facts(past, tenant, known_at)
            _kept(
                Kind.PRODUCT, past, known_at, product_values(past, tenant, told), {"digest": told}
            )
        facts = product_facts(period, tenant, known_at)
        values = product_values(period, tenant, facts)
        return _kept(Kind.PRODUCT, period, known_at, values, {"digest": facts})


def _kept(
    kind: str,
    period: ReportPeriod,
    known_at: datetime,
    values: Iterable[tuple[str, Any, str]],
    details: dict[str, Any],
) -> FigureSet:
    found = Found()
    for key, value, reason in values:
        found.say(key, value, reason)
    latest: FigureSet | None = _sets(kind, period).order_by("-version").first()
    if latest is not None and latest.figures == found.figures and latest.details == details:
        return latest
    made: FigureSet = FigureSet.objects.create(
        kind=kind,
        period=period.key,
        version=latest.version + 1 if latest else 1,
        as_of=period.last,
        known_at=known_at,
        figures=found.figures,
        reasons=found.reasons,
        details=details,
    )
    return made


def _sets(kind: str, period: ReportPeriod) -> QuerySet[FigureSet]:
    found: QuerySet[FigureSet] = FigureSet.objects.filter(kind=kind, period=period.key)
    return found
