"""Telling people of the vendor what happens: in the app, in the morning's letter, in a chat."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone, translation

from accounts.actions.channel_posts import post_to_channels
from accounts.actions.mail import queue_mail
from accounts.addresses import tenant_address, tenant_path
from accounts.letter_texts import Letter, is_silent
from accounts.models import (
    Membership,
    Notification,
    NotificationPreference,
    Purpose,
    Tenant,
    User,
)
from accounts.notification_kinds import notification_kinds, topics, words_of
from accounts.queries.mail import mail_settings, may_leave_at, zone_of
from accounts.tenancy import tenant_scope

# The morning's letter comes from this hour on, where the person is.
LOCAL_HOUR = 8
MOST_LINES = 50


def notify(
    *,
    member: Membership | None,
    kind: str,
    values: Mapping[str, Any] | None = None,
    path: str = "",
    about: models.Model | None = None,
    key: str = "",
    by: User | None = None,
) -> Notification | None:
    """Tell one member something, in the caller's transaction; channels that want it are told too,
    once for all the members who are told with the same key.

    Args:
        member: None, or one who has left: only the channels are told.
        kind: a key of ``notification_kinds``.
        values: for the places of its sentence; JSON, and words in no language of ours.
        path: of the page inside the tenant, from ``accounts.addresses.tenant_path``.
        key: the same thing is told once; empty: told each time.
        by: whose doing it is: nobody is told what they did themselves.

    Raises:
        KeyError: nobody registered the kind.
    """
    sentence = notification_kinds[kind]
    topic = topics[sentence.topic]
    if is_silent():
        return None
    given = dict(values or {})
    if topic.for_channels and sentence.for_channels:
        post_to_channels(topic=topic.key, kind=kind, values=given, path=path, about=about, key=key)
    if member is None or not member.is_active or (by is not None and by.pk == member.user_id):
        return None
    choice = NotificationPreference.objects.filter(member=member, kind=topic.key).first()
    in_app = choice.is_in_app if choice else topic.in_app
    for_digest = choice.is_for_digest if choice else topic.for_digest
    if not in_app and not for_digest:
        return None
    told = Notification(
        member=member, kind=kind, values=given, path=path, key=key,
        about_type=about._meta.label_lower if about is not None else "",
        about_id=about.pk if about is not None else None,
        is_in_app=in_app, is_for_digest=for_digest,
    )  # fmt: skip
    try:
        # Of two who tell the same at once, the second waits here and finds it told.
        with transaction.atomic():
            told.save(force_insert=True)
    except IntegrityError:
        if key and Notification.objects.filter(member=member, key=key).exists():
            return None
        raise
    return told


def notify_all(*, members: Collection[Membership], kind: str, key: str, **told: Any) -> None:
    """Tell several members the same, and the channels once."""
    for member in members:
        notify(member=member, kind=kind, key=key, **told)
    if not members:
        notify(member=None, kind=kind, key=key, **told)


def mark_read(*, member: Membership, notification: Notification | None = None) -> int:
    """The member has seen one, or all that there are; returns how many were new."""
    unread = Notification.objects.filter(member=member, read_at=None)
    if notification is not None:
        unread = unread.filter(pk=notification.pk)
    return int(unread.update(read_at=timezone.now()))


@transaction.atomic
def choose_notifications(
    *, member: Membership, in_app: Collection[str], for_digest: Collection[str]
) -> None:
    """Keep how a member wants to be told, topic by topic."""
    for key in topics:
        NotificationPreference.objects.update_or_create(
            member=member,
            kind=key,
            defaults={"is_in_app": key in in_app, "is_for_digest": key in for_digest},
        )


def write_digests(*, tenant_id: int) -> int:
    """The morning's letters that are due, each once a day and member; returns how many were written.

    What was read in the app meanwhile is not told again. A morning missed is made up for later in
    the day, and on quiet days the letters wait, so that Monday brings one.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    if tenant.is_demo:
        return 0
    now = timezone.now()
    with tenant_scope(tenant_id):
        waiting = Notification.objects.filter(mailed_at=None, is_for_digest=True)
        members = list(
            Membership.objects.filter(pk__in=waiting.order_by().values("member"))
            .select_related("user")
            .order_by("pk")
        )
        own = mail_settings()
    written = 0
    for member in members:
        zone = zone_of(tenant, None, member)
        local = now.astimezone(zone)
        if local.hour < LOCAL_HOUR or may_leave_at(Purpose.DIGEST, now, zone, own) > now:
            continue
        morning = datetime.combine(local.date(), time(LOCAL_HOUR), zone)
        with tenant_scope(tenant_id):
            written += _write_digest(tenant, member, morning)
    return written


def _write_digest(tenant: Tenant, member: Membership, morning: datetime) -> bool:
    """What a member was not told until this morning, in one letter."""
    waiting = Notification.objects.filter(
        member=member, mailed_at=None, is_for_digest=True, created_at__lt=morning
    )
    # Of two sweeps at once the second waits here, and finds nothing left.
    held = list(waiting.select_for_update().order_by("created_at", "id"))
    if not held:
        return False
    unread = [told for told in held if told.read_at is None]
    mail = None
    if unread and member.is_active and member.user.email:
        language = member.user.language or settings.LANGUAGE_CODE
        mail = queue_mail(
            letter=Letter(
                "accounts/letters/digest",
                {
                    "name": str(member.user),
                    "tenant": tenant,
                    "count": len(unread),
                    "lines": _lines(tenant, unread[:MOST_LINES], language),
                    "more": max(0, len(unread) - MOST_LINES),
                    "address": tenant_address(tenant, tenant_path("notifications")),
                },
                language,
            ),
            to=member.user.email,
            purpose=Purpose.DIGEST,
            member=member,
            key=f"digest:{member.pk}:{morning.date().isoformat()}",
        )
        if mail is None:
            # Today's has been written: this comes with tomorrow's.
            return False
    Notification.objects.filter(pk__in=[told.pk for told in held]).update(
        mailed_at=timezone.now(), digest=mail
    )
    return mail is not None


def _lines(tenant: Tenant, told: Sequence[Notification], language: str) -> list[tuple[str, str]]:
    """(sentence in the reader's language, address or "")."""
    with translation.override(language):
        return [
            (words_of(one.kind, one.values), tenant_address(tenant, one.path) if one.path else "")
            for one in told
        ]
