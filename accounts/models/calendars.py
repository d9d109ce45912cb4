"""The tenant's working calendar."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class CalendarVersion(TenantModel):
    """A version of the days the tenant works. Versions are added, never altered: what was counted
    as known at a moment is counted by the latest version known by then."""

    append_only = True

    version = models.PositiveIntegerField()
    # The whole calendar, its holidays day by day; see accounts.calendars.document.
    document = models.JSONField()
    known_from = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="calendar_version_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
