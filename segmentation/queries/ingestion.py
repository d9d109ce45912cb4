"""What a tenant lets other programs do, and to which modules their events belong."""

from __future__ import annotations

from segmentation.compute.event_rules import RuleValues
from segmentation.models import EventRule, IngestSettings

_FIELDS = ("kind", "pattern", "property_path", "property_value", "module", "is_ignored")


def ingest_settings() -> IngestSettings:
    """The tenant's settings; where it has none the defaults, not saved."""
    found: IngestSettings | None = IngestSettings.objects.first()
    return found or IngestSettings()


def event_rules() -> list[RuleValues]:
    """The tenant's rules, in the order in which they are followed."""
    rows = EventRule.objects.order_by("position").values(*_FIELDS)
    return [RuleValues(**row) for row in rows]
