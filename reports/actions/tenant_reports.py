"""Making a report about the tenant: executives', operations, the product digest."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from reports.actions.production import Order, make_batch, make_figures
from reports.actions.report_storing import Batch


def make_tenant_report(order: Order) -> tuple[Order, Batch]:
    """Make its figures and its document in the caller's transaction, and give the order with the moment
    of it.

    Facts about the tenant are read as known now: so that a report tells of one moment, that is when it
    is made, however long ago it was ordered or tried before.
    """
    of_now = replace(order, known_at=timezone.now())
    make_figures(of_now)
    return of_now, make_batch(of_now, [None])
