"""Nights and the rules they follow."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.tenancy import TenantForeignKey, TenantModel


class RuleSet(TenantModel):
    """A version of the tenant's rules. Versions are added, never altered; the latest is in force."""

    append_only = True

    version = models.PositiveIntegerField()
    # The whole rule file; see segmentation.rules.
    rules = models.JSONField()
    note = models.CharField(_("note"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="rule_set_version_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Night(TenantModel):
    """One computation for one as-of day. The row is the truth; Celery only carries its id."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed, will be tried again")
        DEAD = "dead", _("Given up")

    as_of = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    # Since when it is waited for.
    created_at = models.DateTimeField(default=timezone.now)
    # Facts received after this moment are not seen; set when the night is computed.
    known_at = models.DateTimeField(null=True)
    # Where the tenant was when it was first computed: the zone in which its day ends.
    zone = models.CharField(max_length=64, blank=True, default="")
    rule_set = TenantForeignKey(RuleSet, models.PROTECT, null=True, related_name="nights")
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which try holds the night; a try that lost its claim saves nothing.
    claim = models.UUIDField(null=True)
    not_before = models.DateTimeField(null=True)
    # When its id was last handed to the broker, which may forget it; empty: not yet.
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    customers = models.PositiveIntegerField(null=True)
    scored = models.PositiveIntegerField(null=True)
    moves_count = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    # What was refused and why, e.g. quantiles over too few customers.
    refusals = models.JSONField(default=list)
    # The cut points and means that the night found; with them one customer can be explained.
    # See segmentation.compute.contexts.Context; and `kinds`: of which kinds there were facts.
    context = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    restated_at = models.DateTimeField(null=True)
    restated_because = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "as_of"], name="night_once"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "state"], name="night_state_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"

    def zone_in(self, tenant: Tenant) -> ZoneInfo:
        """The zone in which its day ends: its own, which it keeps when the tenant moves; until it is
        computed, the tenant's."""
        return ZoneInfo(self.zone) if self.zone else tenant.zone
