"""Alarms about nights: raised once per night and kind, told once to whoever can do something."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.letters import TIMEOUT_SECONDS, public_address
from accounts.models import Membership, Role, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import Night, NightAlarm

log = structlog.get_logger("tenure.nights")

LATE_AFTER = timedelta(hours=6)
"""A night that is waited for so long is late: downtime, a queue that is too long, or failures."""

TELL_AGAIN_AFTER = timedelta(minutes=15)
MOST_TRIES = 10


class AlarmNotSent(Exception):
    """Nobody could be told; it is tried again later."""


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
    """The ids of alarms that nobody was told yet."""
    waiting = NightAlarm.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now), told_at=None, tries__lt=MOST_TRIES
    )
    return list(waiting.values_list("pk", flat=True))


def tell_alarm(*, tenant: Tenant, alarm_id: int) -> None:
    """Write the tenant's administrators and, where the operator named them, other channels.

    Safe to call twice: one call holds the alarm, the others do nothing. What cannot be sent is
    tried again later.
    """
    with tenant_scope(tenant.id):
        alarm = (
            NightAlarm.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("night")
            .filter(pk=alarm_id, told_at=None)
            .first()
        )
        if alarm is None:
            return
        try:
            # A savepoint: what fails in it must not lose that it was tried.
            with transaction.atomic():
                _tell(tenant, alarm)
        except (OSError, AlarmNotSent) as error:
            log.warning("alarm not sent", alarm=alarm.pk, error=type(error).__name__)
            NightAlarm.objects.filter(pk=alarm.pk).update(
                tries=F("tries") + 1, not_before=timezone.now() + TELL_AGAIN_AFTER
            )
        else:
            NightAlarm.objects.filter(pk=alarm.pk).update(told_at=timezone.now())


def _tell(tenant: Tenant, alarm: NightAlarm) -> None:
    link = f"{public_address()}/t/{tenant.slug}/nights/{alarm.night.as_of.isoformat()}/"
    context = {"tenant": tenant, "alarm": alarm, "night": alarm.night, "link": link}
    _tell_channels(context)
    administrators = Membership.objects.filter(roles__contains=[Role.ADMIN.value], is_active=True)
    messages = []
    for member in administrators.select_related("user"):
        with translation.override(member.user.language or translation.get_language()):
            subject, body = _words(context)
        messages.append(EmailMessage(subject=subject, body=body, to=[member.user.email]))
    get_connection(timeout=TIMEOUT_SECONDS).send_messages(messages)


def _tell_channels(context: dict[str, object]) -> None:
    """Chat services and the like, by apprise's addresses in ALERT_URLS; in the platform's language."""
    if not settings.ALERT_URLS:
        return
    # Imported here: it knows a hundred services, and only who names some waits for that.
    import apprise

    channels = apprise.Apprise()
    for address in settings.ALERT_URLS:
        channels.add(address)
    subject, body = _words(context)
    if not channels.notify(title=subject, body=body):
        raise AlarmNotSent


def _words(context: dict[str, object]) -> tuple[str, str]:
    subject = render_to_string("segmentation/letters/night_alarm_subject.txt", context)
    body = render_to_string("segmentation/letters/night_alarm.txt", context)
    return " ".join(subject.split()), body
