"""A customer's figures of a month."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from reports.actions.figures import make_customer_figures
from reports.compute.report_periods import period_of
from reports.models import FigureSet


def make(world: Any) -> dict[str, Any]:
    make_customer_figures(
        period=period_of("2026-03"), night=None, known_at=timezone.now(),
        customer_ids=[world.customer.pk],
    )  # fmt: skip
    return {"figures": FigureSet.objects.get(customer=world.customer, period="2026-03")}


OBJECTS = {"figure": lambda world: {"pk": world.further["figures"].pk, "key": "touchpoints"}}
