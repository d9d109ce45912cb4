"""What touchpoints have to do with work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties

touchpoint_ties.register(
    touchpoint_ties.TieKind(
        "cta",
        _("Work"),
        "service.queries.touchpoint_ties.work_to_choose",
        "service.queries.touchpoint_ties.work_told",
        30,
    )
)
