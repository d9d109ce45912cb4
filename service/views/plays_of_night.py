"""What a night's plays did, on the night's page."""

from __future__ import annotations

from typing import Any

from accounts.permissions import may
from accounts.requests import TenantRequest
from segmentation.models import Night
from service.queries.plays import run_of


def plays_of_night(request: TenantRequest, night: Night) -> dict[str, Any] | None:
    """How its run ended; nothing where plays were not run, or the member may not see them."""
    if not may(request.membership, "view_plays"):
        return None
    run = run_of(night.as_of)
    return None if run is None else {"run": run}
