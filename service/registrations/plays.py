"""Plays: what sets them off, and where they are found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notification_kinds import NotificationKind, register_kind
from segmentation import group_uses
from service import triggers
from service.actions.play_notices import OPENED
from service.labels import plays  # noqa: F401 - words for the audit
from service.queries.plays import plays_of_group
from service.registrations import notifications  # noqa: F401 - the topic stands there
from service.triggers.answers import SurveyTrigger
from service.triggers.dates import DateTrigger, HandoverTrigger, PaymentTrigger, RenewalTrigger
from service.triggers.measures import MeasureTrigger
from service.triggers.people import SilentKeyUserTrigger
from service.triggers.standing import GroupTrigger, SegmentTrigger, StageTrigger, TierTrigger
from ui.registry import NavigationItem, navigation

register_kind(
    NotificationKind(
        OPENED,
        "work",
        _("Work that last night opened for you: %(count)s."),
        icon="list-todo",
        for_channels=False,
    )
)
group_uses.register("play", plays_of_group)
navigation.register(
    NavigationItem(_("Plays"), "plays", "workflow", "view_plays", 36, prefix="/plays/")
)

for _trigger in (
    TierTrigger(),
    StageTrigger(),
    SegmentTrigger(),
    GroupTrigger(),
    MeasureTrigger(),
    RenewalTrigger(),
    PaymentTrigger(),
    SurveyTrigger(),
    SilentKeyUserTrigger(),
    HandoverTrigger(),
    DateTrigger(),
):
    triggers.register(_trigger)
