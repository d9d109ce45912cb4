"""Words for what the audit records of work, and for what ranks it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VALUES, VERBS
from service.models import CloseReason
from service.shipped.close_reasons import CLOSE_REASONS

# Of the signals of service.compute.ranks, and of the other weights.
WEIGHTS: dict[str, str | Promise] = {
    "moved": _("Moved for the worse"),
    "trend": _("Use is falling"),
    "overdue": _("Payment overdue"),
    "cases": _("Open cases"),
    "silence": _("No touch with a decision maker"),
    "floor": _("Risk that everybody carries, %"),
    "pace": _("Working days to half the weight"),
    "limit": _("Overdue work grows up to, %"),
}

VERBS.update(
    {
        "close_reason.changed": _("Reason for closing work changed"),
        "cta.dismissed": _("Work dismissed"),
        "cta.done": _("Work done"),
        "cta.reassigned": _("Work handed on"),
        "cta.reopened": _("Work opened again"),
        "cta.snoozed": _("Work put off"),
        "cta.step_done": _("Step done"),
        "cta.step_reopened": _("Step not done after all"),
        "cta.undone": _("Change of work undone"),
        "rank_weights.changed": _("Weights of ranks changed"),
    }
)
FIELDS.update(
    {
        "close_reason": _("Reason for closing work"),
        "cta": _("Work"),
        "ending": _("Ending"),
        "is_offered": _("Offered"),
        "label": _("Label"),
        "owner": _("Owner"),
        "rank_weights": _("Weights of ranks"),
        "undone": _("Undone"),
        **{f"rank_{name}": words for name, words in WEIGHTS.items()},
    }
)
VALUES.update({("ending", ending.value): ending.label for ending in CloseReason.Ending})
VALUES.update({("undone", verb): words for verb, words in VERBS.items() if verb.startswith("cta.")})
VALUES.update(
    {("reason", key): words for reasons in CLOSE_REASONS.values() for key, words in reasons.items()}
)
