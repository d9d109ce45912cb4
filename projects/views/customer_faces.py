"""Whom of ours a customer had to do with, on its page."""

from __future__ import annotations

from typing import Any

from accounts.models import Customer, Visibility
from accounts.requests import TenantRequest
from projects.queries.customer_faces import Phase, faces_of
from projects.views.plan_frame import today_of


def faces_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Our people by phase, with how often; nothing for who does not see everybody's touchpoints, or
    where nobody met."""
    if request.membership.sees("touchpoints") != Visibility.ALL:
        return None
    found = faces_of(customer, today_of(request), request.tenant)
    if not found:
        return None
    return {"phases": [(Phase(phase).label, faces) for phase, faces in found.items()]}
