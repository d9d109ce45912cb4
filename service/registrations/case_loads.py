"""Cases that a file brings are measured with the load itself: every screen, the API and the measures
tell of them from the first moment on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.module_loading import import_string

from accounts.loads.kinds.cases import Cases
from accounts.signals import facts_loaded


@receiver(facts_loaded, dispatch_uid="service.measure_loaded_cases")
def measure_loaded_cases(*, kind: str, since: datetime, **further: Any) -> None:
    """In the transaction of the load, or of taking it back."""
    if kind == Cases.name:
        import_string("service.actions.case_sync.sync_loaded")(since=since)
