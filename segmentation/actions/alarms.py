"""Alarms about nights: raised once per night and kind, told once to whoever can do something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.letters import TIMEOUT_SECONDS, public_address
from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import Night, NightAlarm
from segmentation.queries.alarms import administrators, of_channel, of_member

log = structlog.get_logger("tenure.nights")

LATE_AFTER = timedelta(hours=6)
"""A night that is waited for so long is late: downtime, a queue that is too long, or failures."""

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
"""Between two tries to tell whom an alarm did not reach; each pause is twice the one before."""


class AlarmNotSent(Exception):
    """A channel did not take it; it is tried again later."""


def raise_alarm(*, night: Night, kind: NightAlarm.Kind, now: datetime) -> None:
    """Once per night and kind, however often it is called."""
    _, is_new = NightAlarm.objects.get_or_create(
        night=night, kind=kind, defaults={"raised_at": now}
    )
    if is_new:
        log.error("night alarm", night=night.pk, as_of=night.as_of.isoformat(), kind=kind.value)


def raise_late_alarms(*, now: datetime) -> None:
    """Of the newest night that is waited for too long: one letter after a downtime, not fourteen."""
    late = Night.objects.filter(
        state__in=(Night.State.QUEUED, Night.State.FAILED, Night.State.RUNNING),
        created_at__lte=now - LATE_AFTER,
    )
    night = late.order_by("-as_of").first()
    if night is not None:
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=now)


def alarms_to_tell(*, now: datetime) -> list[int]:
    """The ids of alarms that not everybody was told yet, and that may be tried now."""
    return list(NightAlarm.objects.filter(_may_be_told(now)).values_list("pk", flat=True))


def _may_be_told(now: datetime) -> Q:
    is_time = Q(not_before=None) | Q(not_before__lte=now)
    return is_time & Q(told_at=None, withdrawn_at=None)


def _pause(tries: int) -> timedelta:
    """After so many tries. As long as the night is missing somebody is told some day: a mail server
    that is down for a week must not hide a night that is down as long."""
    doublings = min(tries - 1, 10)
    return min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)


def tell_alarm(*, tenant: Tenant, alarm_id: int) -> None:
    """Write the tenant's administrators and, where the operator named them, other channels.

    Safe to call twice: one call holds the alarm, the others do nothing. Whoever could not be told is
    tried again later, after pauses that grow up to a day, and nobody else is. Once the night is
    done nobody is told any more.
    """
    with tenant_scope(tenant.id):
        now = timezone.now()
        # Asked again under the lock: the broker may bring the same alarm many times.
        alarm = (
            NightAlarm.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("night")
            .filter(_may_be_told(now), pk=alarm_id)
            .first()
        )
        if alarm is None:
            return
        if alarm.night.state == Night.State.DONE:
            alarm.withdrawn_at = now
        elif _tell(tenant, alarm):
            alarm.told_at = timezone.now()
        else:
            alarm.tries += 1
            alarm.not_before = timezone.now() + _pause(alarm.tries)
        alarm.save(update_fields=["withdrawn_at", "told_at", "told_to", "tries", "not_before"])


def _tell(tenant: Tenant, alarm: NightAlarm) -> bool:
    """Tell everybody who was not told yet, and remember whom; whether nobody is left.

    What fails with one recipient, of whatever kind, keeps the letter from no other.
    """
    link = f"{public_address()}/t/{tenant.slug}/nights/{alarm.night.as_of.isoformat()}/"
    context = {"tenant": tenant, "alarm": alarm, "night": alarm.night, "link": link}
    recipients: list[tuple[str, Callable[[], None]]] = [
        (of_member(member), partial(_write, member, context)) for member in administrators()
    ]
    recipients += [
        (of_channel(place), partial(_notify, address, context))
        for place, address in enumerate(settings.ALERT_URLS)
    ]
    is_everybody_told = True
    for recipient, send in recipients:
        if recipient in alarm.told_to:
            continue
        try:
            # A savepoint: what fails in it must not lose who was told.
            with transaction.atomic():
                send()
        except Exception as error:
            # Its text may hold addresses, so only the kind is logged.
            log.warning("alarm not sent", alarm=alarm.pk, to=recipient, error=type(error).__name__)
            is_everybody_told = False
        else:
            alarm.told_to.append(recipient)
    return is_everybody_told


def _write(member: Membership, context: dict[str, object]) -> None:
    with translation.override(member.user.language or translation.get_language()):
        subject, body = _words(context)
    connection = get_connection(timeout=TIMEOUT_SECONDS)
    EmailMessage(subject, body, to=[member.user.email], connection=connection).send()


def _notify(address: str, context: dict[str, object]) -> None:
    """A chat service or the like, by apprise's address of it; in the platform's language."""
    # Imported here: it knows a hundred services, and only who names some waits for that.
    import apprise

    channel = apprise.Apprise()
    channel.add(address)
    subject, body = _words(context)
    if not channel.notify(title=subject, body=body):
        raise AlarmNotSent


def _words(context: dict[str, object]) -> tuple[str, str]:
    subject = render_to_string("segmentation/letters/night_alarm_subject.txt", context)
    body = render_to_string("segmentation/letters/night_alarm.txt", context)
    return " ".join(subject.split()), body
