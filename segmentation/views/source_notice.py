"""What of the sources waits for somebody, on the administrator's first screen."""

from __future__ import annotations

from typing import Any

from accounts.permissions import may
from accounts.requests import TenantRequest
from segmentation.queries.sources import waiting
from segmentation.views.source_frame import up_to


def overview_notice(request: TenantRequest, subject: None) -> dict[str, Any] | None:
    """Dead letters and unknown customers, where there are any."""
    if not may(request.membership, "edit_sources"):
        return None
    waits = waiting()
    if not waits.is_any:
        return None
    return {"waits": waits, "dead": up_to(waits.dead), "customers": up_to(waits.customers)}
