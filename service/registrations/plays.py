"""Plays: what sets them off, and where they are found."""

from __future__ import annotations

from service import triggers
from service.labels import plays  # noqa: F401 - words for the audit
from service.triggers.answers import SurveyTrigger
from service.triggers.dates import DateTrigger, HandoverTrigger, PaymentTrigger, RenewalTrigger
from service.triggers.measures import MeasureTrigger
from service.triggers.people import SilentKeyUserTrigger
from service.triggers.standing import GroupTrigger, SegmentTrigger, StageTrigger, TierTrigger

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
