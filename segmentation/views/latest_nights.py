"""The latest nights, on the administrator's first screen."""

from __future__ import annotations

from typing import Any

from accounts.requests import TenantRequest
from segmentation.models import Night, NightAlarm
from segmentation.views.nights import STATE_TONES

SHOWN = 5


def latest_nights(request: TenantRequest, subject: None) -> dict[str, Any] | None:
    """Nothing before the first night: the steps lead there."""
    nights = Night.objects.defer("context").order_by("-as_of")[:SHOWN]
    rows = [(night, STATE_TONES[night.state]) for night in nights]
    alarms = NightAlarm.objects.exclude(night__state=Night.State.DONE).select_related("night")
    alarms = alarms.defer("night__context").order_by("-raised_at")[:SHOWN]
    return {"rows": rows, "alarms": alarms} if rows else None
