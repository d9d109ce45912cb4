"""What a tenant wants a figure of its to become, and by when."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Colleague
from accounts.tenancy import TenantForeignKey, TenantModel
from reports.compute.exact_json import ExactDecoder, ExactEncoder

_NUMBER: dict[str, Any] = {"max_digits": 24, "decimal_places": 10}


class KpiGoal(TenantModel):
    """A figure of the executives' report, what it was on a day and what it shall be on a later one.

    Numbers are as figures are: shares as fractions of 1, amounts in the tenant's currency.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("goal", "Open")
        REACHED = "reached", pgettext_lazy("goal", "Reached")
        MISSED = "missed", pgettext_lazy("goal", "Missed")
        DROPPED = "dropped", pgettext_lazy("goal", "Dropped")

    # Of reports.catalogue, of the kind "executive".
    key = models.CharField(_("figure"), max_length=60)
    baseline = models.DecimalField(_("baseline"), **_NUMBER)
    baseline_on = models.DateField(_("day of the baseline"))
    target = models.DecimalField(_("target"), **_NUMBER)
    # The change of the baseline that it was given as, a fraction of it; empty: given as a value.
    change = models.DecimalField(_("change of the baseline"), null=True, blank=True, **_NUMBER)
    due_on = models.DateField(_("due"))
    owner = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="kpi_goals"
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True, blank=True)
    # Counts the changes, so that nobody overwrites what another has just changed.
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("baseline_on")), name="kpi_goal_due_after_its_baseline"
            ),
            models.CheckConstraint(
                condition=~Q(target=F("baseline")), name="kpi_goal_target_is_another_value"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True)
                | (~Q(state="open") & Q(closed_on__isnull=False)),
                name="kpi_goal_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "reached", "missed", "dropped"]),
                name="kpi_goal_state_known",
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "state", "due_on"], name="kpi_goal_state_ix")]

    def __str__(self) -> str:
        return f"{self.key} {self.due_on}"


class KpiGoalVersion(TenantModel):
    """What a goal said before a change."""

    append_only = True

    goal = TenantForeignKey(KpiGoal, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    # Its fields as they were: exact numbers, days as ISO dates, the owner by id.
    held = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "goal", "version"], name="kpi_goal_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} v{self.version}"
