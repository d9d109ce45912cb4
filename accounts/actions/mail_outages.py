"""Times in which the mail server takes nothing: letters wait, it is asked again after pauses, and
whoever can do something is told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from accounts.models import MailOutage

log = structlog.get_logger("tenure.mail")

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
# A server that restarts is nobody's concern.
TOLD_AFTER = timedelta(minutes=5)


def pause_after(tries: int) -> timedelta:
    """How long the server is left alone after so many tries in a row."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)


def may_try(now: datetime) -> bool:
    """Whether the server may be asked now. In an outage one worker asks, and the others leave it
    alone until the next pause has passed."""
    outage = MailOutage.objects.filter(ended_at=None).first()
    if outage is None:
        return True
    taken = MailOutage.objects.filter(
        pk=outage.pk, ended_at=None, tries=outage.tries, not_before__lte=now
    ).update(tries=outage.tries + 1, not_before=now + pause_after(outage.tries + 1))
    return bool(taken)


def note_outage(reason: str, now: datetime) -> MailOutage:
    """The server took nothing."""
    outage, is_new = MailOutage.objects.get_or_create(
        ended_at=None,
        defaults={"since": now, "reason": reason, "not_before": now + pause_after(1)},
    )
    if is_new:
        log.warning("mail server takes nothing", reason=reason)
    elif outage.reason != reason:
        MailOutage.objects.filter(pk=outage.pk).update(reason=reason)
    return outage


def end_outage(now: datetime) -> None:
    """The server took something."""
    if MailOutage.objects.filter(ended_at=None).update(ended_at=now):
        log.info("mail server takes letters again")


def outage_to_tell(now: datetime) -> MailOutage | None:
    """The outage that nobody was told of and that lasts; it counts as told from now on."""
    asked = MailOutage.objects.filter(ended_at=None, told_at=None, since__lte=now - TOLD_AFTER)
    outage: MailOutage | None = asked.first()
    if outage is None or not asked.filter(pk=outage.pk).update(told_at=timezone.now()):
        return None
    log.error("mail server is down", reason=outage.reason, since=outage.since.isoformat())
    return outage
