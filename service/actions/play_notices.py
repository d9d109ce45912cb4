"""Telling people that a night has opened work for them, one line each, however much it is; and
administrators that its plays could not be run."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.models import Membership
from segmentation.queries.alarms import administrators
from service.models import Cta, PlayRun

OPENED = "work.opened_by_night"
GIVEN_UP = "plays.given_up"


def tell_owners(*, as_of: date, now: datetime) -> int:
    """Tell the owners, where they are members, of the work that a run opened at ``now``; once for a
    night. Returns how many are told."""
    opened = (
        Cta.objects.filter(created_at=now, play__isnull=False, owner__membership__is_active=True)
        .order_by()
        .values_list("owner__membership")
        .annotate(number=Count("pk"))
    )
    counted = dict(opened)
    members = Membership.objects.filter(pk__in=counted).select_related("user").order_by("pk")
    path = tenant_path("work") if counted else ""
    for member in members:
        notify(
            member=member,
            kind=OPENED,
            values={"count": counted[member.pk]},
            path=path,
            key=f"plays:{as_of.isoformat()}",
        )
    return len(counted)


def tell_of_giving_up(*, run: PlayRun, now: datetime) -> int:
    """Tell the administrators that nothing was set off by a night, each time that its run is given
    up. Returns how many are told."""
    members = list(administrators())
    day = run.as_of.isoformat()
    path = tenant_path("plays") if members else ""
    for member in members:
        notify(
            member=member,
            kind=GIVEN_UP,
            values={"day": day},
            path=path,
            key=f"plays-given-up:{day}:{now.isoformat()}",
        )
    return len(members)
