"""Telling chat services: what is to be told is written down with what gave reason for it, and told
by a worker, at most once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.db import models
from django.utils import timezone, translation

from accounts.addresses import tenant_address
from accounts.channel_services import ChannelRefused, tell
from accounts.models import Channel, ChannelPost, Tenant
from accounts.notification_kinds import words_of
from accounts.sealing import CannotUnseal, unseal
from accounts.tenancy import tenant_scope

log = structlog.get_logger("tenure.channels")

SEALED_AS = "channel"
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
BATCH = 20
State = ChannelPost.State


def post_to_channels(
    *,
    topic: str,
    kind: str,
    values: Mapping[str, Any],
    path: str,
    about: models.Model | None = None,
    key: str = "",
) -> int:
    """Write down that the tenant's channels which want a topic are told; returns how many."""
    wanting = list(Channel.objects.filter(is_active=True, kinds__contains=[topic]))
    if not wanting:
        return 0
    told = key or (f"{kind}:{about._meta.label_lower}:{about.pk}" if about else uuid4().hex)
    if not key and about is not None:
        # Without a key the same thing may happen again; members told in one go are one telling.
        told += f":{timezone.now():%Y%m%d%H%M}"
    made = ChannelPost.objects.bulk_create(
        [
            ChannelPost(channel=channel, kind=kind, values=dict(values), path=path, key=told[:200])
            for channel in wanting
        ],
        ignore_conflicts=True,
    )
    return len(made)


def posts_wait(*, tenant_id: int) -> bool:
    """Whether something is to be told now, or somebody died telling it."""
    with tenant_scope(tenant_id):
        open_posts = ChannelPost.objects.filter(state__in=(State.QUEUED, State.SENDING))
        return bool(open_posts.filter(not_before__lte=timezone.now()).exists())


def tell_channels(*, tenant_id: int) -> int:
    """Tell what waits; returns how much was told. A worker that died while it told leaves the post
    as told: a chat that hears something twice is worse than one that misses a line."""
    tenant = Tenant.objects.get(pk=tenant_id)
    now = timezone.now()
    with tenant_scope(tenant_id):
        ChannelPost.objects.filter(state=State.SENDING, claimed_at__lt=now - LEASE).update(
            state=State.GIVEN_UP
        )
        due = ChannelPost.objects.filter(
            state=State.QUEUED, not_before__lte=now, channel__is_active=True
        )
        waiting = list(due.select_related("channel").order_by("not_before", "id")[:BATCH])
    return sum(_tell(tenant, post) for post in waiting)


def _tell(tenant: Tenant, post: ChannelPost) -> bool:
    with tenant_scope(tenant.pk):
        if not ChannelPost.objects.filter(pk=post.pk, state=State.QUEUED).update(
            state=State.SENDING, claimed_at=timezone.now(), attempts=models.F("attempts") + 1
        ):
            return False
    trouble = ""
    try:
        with translation.override(post.channel.language):
            words = words_of(post.kind, post.values)
        address = tenant_address(tenant, post.path) if post.path else ""
        tell(unseal(post.channel.sealed_address, purpose=SEALED_AS), tenant.name, words, address)
    except (ChannelRefused, CannotUnseal) as error:
        trouble = type(error).__name__
        log.warning("channel not told", channel=post.channel_id, error=trouble)
    _record(tenant, post, trouble)
    return not trouble


def _record(tenant: Tenant, post: ChannelPost, trouble: str) -> None:
    now, attempts = timezone.now(), post.attempts + 1
    with tenant_scope(tenant.pk):
        mine = ChannelPost.objects.filter(pk=post.pk, state=State.SENDING)
        if not trouble:
            mine.update(state=State.SENT, sent_at=now)
            Channel.objects.filter(pk=post.channel_id).update(told_at=now, trouble="")
            return
        if attempts >= MOST_ATTEMPTS:
            mine.update(state=State.GIVEN_UP)
        else:
            pause = FIRST_PAUSE * 4 ** (attempts - 1)
            mine.update(state=State.QUEUED, not_before=now + pause)
        Channel.objects.filter(pk=post.channel_id).update(trouble=trouble)
