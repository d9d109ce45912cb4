"""Words for what the audit records of goals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VERBS

VERBS.update(
    {
        "kpi_goal.added": _("Goal of a figure set"),
        "kpi_goal.changed": _("Goal of a figure changed"),
        "kpi_goal.closed": _("Goal of a figure closed"),
        "kpi_goal.reopened": _("Goal of a figure opened again"),
    }
)
FIELDS.update(
    {
        "baseline": _("Baseline"),
        "baseline_on": _("Day of the baseline"),
        "change": _("Change of the baseline"),
        "closed_on": _("Closed on"),
        "figure": _("Figure"),
        "kpi_goal": _("Goal of a figure"),
    }
)
