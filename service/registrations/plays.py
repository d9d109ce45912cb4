"""Plays: what sets them off, and where they are found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic
from segmentation import group_uses
from service.actions.play_notices import GIVEN_UP, OPENED
from service.labels import plays  # noqa: F401 - words for the audit
from service.queries.plays import plays_of_group
from service.registrations import notifications  # noqa: F401 - the topic stands there
from service.triggers import triggers
from ui.registry import Block, NavigationItem, navigation, night_blocks

register_kind(
    NotificationKind(
        OPENED,
        "work",
        _("Work that last night opened for you: %(count)s."),
        icon="list-todo",
        for_channels=False,
    )
)
register_topic(
    Topic("plays", _("Plays that could not be run"), 85, ability="run_nights", for_channels=False)
)
register_kind(
    NotificationKind(
        GIVEN_UP,
        "plays",
        _("The plays of the night of %(day)s could not be run and were given up."),
        icon="triangle-alert",
    )
)
night_blocks.register(
    Block("plays", "service/plays/of_night.html", "service.views.plays_of_night.plays_of_night", 10)
)
group_uses.register("play", plays_of_group)
navigation.register(
    NavigationItem(_("Plays"), "plays", "workflow", "view_plays", 36, prefix="/plays/")
)

for _key, _path in (
    ("tier", "standing.TierTrigger"),
    ("stage", "standing.StageTrigger"),
    ("segment", "standing.SegmentTrigger"),
    ("group", "standing.GroupTrigger"),
    ("measure", "measures.MeasureTrigger"),
    ("renewal", "dates.RenewalTrigger"),
    ("payment", "dates.PaymentTrigger"),
    ("survey", "answers.SurveyTrigger"),
    ("silent_key_user", "people.SilentKeyUserTrigger"),
    ("handover", "dates.HandoverTrigger"),
    ("date", "dates.DateTrigger"),
):
    triggers.register(_key, f"service.triggers.{_path}")
