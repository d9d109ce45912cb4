"""What a tenant lets other programs do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import User
from segmentation.models import IngestSettings
from segmentation.queries.doors import forget_doors

FIELDS = (
    "create_customers",
    "update_customers",
    "create_contacts",
    "update_contacts",
    "events_per_second",
    "dead_letters_kept_days",
)


@transaction.atomic
def change_ingest_settings(*, values: Mapping[str, Any], by: User | None) -> bool:
    """Change some of ``FIELDS``; returns whether anything changed.

    Raises:
        ValidationError: a number out of its bounds.
    """
    IngestSettings.objects.get_or_create()
    current = IngestSettings.objects.select_for_update().get()
    before = {}
    for name, value in values.items():
        if name not in FIELDS:
            raise ValueError(name)
        if getattr(current, name) != value:
            before[name] = getattr(current, name)
            setattr(current, name, value)
    if before:
        current.full_clean()
        current.save()
        after = {name: getattr(current, name) for name in before}
        record("ingest_settings.changed", by=by, before=before, after=after)
        forget_doors()
    return bool(before)
