"""Alarms about nights that not everybody could be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Membership, Role
from segmentation.models import Night, NightAlarm


def administrators() -> QuerySet[Membership]:
    """Whom alarms are written to."""
    members: QuerySet[Membership] = Membership.objects.filter(
        roles__contains=[Role.ADMIN.value], is_active=True
    )
    return members.select_related("user").order_by("pk")


def of_member(member: Membership) -> str:
    """A recipient, as NightAlarm.told_to holds it."""
    return f"member:{member.pk}"


def of_channel(place: int) -> str:
    """As ``of_member``, of a channel by its place among the operator's, from 0."""
    return f"channel:{place}"


@dataclass(frozen=True)
class Unreached:
    """An alarm that was tried, and who was not told: members, and places of the operator's channels.

    Who became an administrator since the last try is among them.
    """

    alarm: NightAlarm
    members: Sequence[Membership]
    channels: Sequence[int]


def unreached() -> list[Unreached]:
    """Of nights that are still missing, the latest alarm first; one statement, two where there are
    any."""
    alarms = list(
        NightAlarm.objects.filter(told_at=None, withdrawn_at=None, tries__gt=0)
        .exclude(night__state=Night.State.DONE)
        .select_related("night")
        .defer("night__context")
        .order_by("-raised_at")
    )
    members = list(administrators()) if alarms else []
    return [
        Unreached(
            alarm,
            [one for one in members if of_member(one) not in alarm.told_to],
            [
                place
                for place in range(len(settings.ALERT_URLS))
                if of_channel(place) not in alarm.told_to
            ],
        )
        for alarm in alarms
    ]
