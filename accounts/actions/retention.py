"""Deleting what people and other programs were told and answered, and what is known of letters, once
the time for it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import (
    ApiAnswer,
    ChannelPost,
    Notification,
    OutgoingMail,
    WebhookDelivery,
    WebhookEvent,
)
from accounts.queries.mail import mail_settings
from accounts.tenancy import tenant_scope

AT_ONCE = 2000
# At a time, of each tenant and kind: what is left is deleted the next time.
MOST_PARTS = 50
WEBHOOKS_KEPT = timedelta(days=30)
# What is said again to a program that comes again with the same Idempotency-Key.
ANSWERS_KEPT = timedelta(days=7)
# Somebody has to look at these, or a worker.
_UNSETTLED = (
    OutgoingMail.State.QUEUED,
    OutgoingMail.State.SENDING,
    OutgoingMail.State.UNCLEAR,
)


def forget_old(*, tenant_id: int, now: datetime | None = None) -> int:
    """Delete old notifications, letters, events of webhooks and answers of the API in parts, each a
    transaction of its own; returns how many.
    Links, answers and the audit are no part of it."""
    moment = now or timezone.now()
    forgotten = 0
    finds = (
        (_old_notifications, "created_at"),
        (_old_posts, "created_at"),
        (_old_letters, "created_at"),
        (_old_webhooks, "happened_at"),
        (_old_answers, "answered_at"),
    )
    for find, age in finds:
        for _number in range(MOST_PARTS):
            with tenant_scope(tenant_id):
                rows = find(moment)
                ids = list(rows.order_by(age).values_list("pk", flat=True)[:AT_ONCE])
                rows.model._default_manager.filter(pk__in=ids).delete()
            forgotten += len(ids)
            if len(ids) < AT_ONCE:
                break
    return forgotten


def _old_notifications(now: datetime) -> QuerySet[Notification]:
    days = mail_settings().notifications_kept_days
    found: QuerySet[Notification] = Notification.objects.filter(
        created_at__lt=now - timedelta(days=days)
    )
    return found


def _old_posts(now: datetime) -> QuerySet[ChannelPost]:
    """To chats; those that still wait are posted or given up first."""
    days = mail_settings().notifications_kept_days
    old = ChannelPost.objects.filter(created_at__lt=now - timedelta(days=days))
    found: QuerySet[ChannelPost] = old.filter(
        state__in=[ChannelPost.State.SENT, ChannelPost.State.GIVEN_UP]
    )
    return found


def _old_letters(now: datetime) -> QuerySet[OutgoingMail]:
    days = mail_settings().letters_kept_days
    old = OutgoingMail.objects.filter(created_at__lt=now - timedelta(days=days))
    found: QuerySet[OutgoingMail] = old.exclude(state__in=_UNSETTLED)
    return found


def _old_webhooks(now: datetime) -> QuerySet[WebhookEvent]:
    """What happened, with its deliveries and their tries; not while one still waits."""
    waiting = WebhookDelivery.objects.filter(
        event=OuterRef("pk"), state=WebhookDelivery.State.WAITING
    )
    found: QuerySet[WebhookEvent] = WebhookEvent.objects.filter(
        ~Exists(waiting), happened_at__lt=now - WEBHOOKS_KEPT
    )
    return found


def _old_answers(now: datetime) -> QuerySet[ApiAnswer]:
    """Also of tokens that nobody uses any more."""
    found: QuerySet[ApiAnswer] = ApiAnswer.objects.filter(answered_at__lt=now - ANSWERS_KEPT)
    return found
