"""Requests that were given up after many tries: tried again once their cause is mended, or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import User
from segmentation.models import IngestInbox

RETRIED, DISCARDED = "given_up_requests.retried", "given_up_requests.discarded"


def given_up() -> QuerySet[IngestInbox]:
    """The tenant's requests that nobody tries any more, the oldest first."""
    return IngestInbox.objects.filter(state=IngestInbox.State.DEAD).order_by("pk")


@transaction.atomic
def retry_given_up(*, ids: Sequence[int], by: User | None) -> int:
    """Let requests that were given up be handled as if they had come now; returns how many will be."""
    count = (
        given_up()
        .filter(pk__in=ids)
        .update(state=IngestInbox.State.WAITING, attempts=0, error="", not_before=timezone.now())
    )
    return _noted(RETRIED, count, by)


@transaction.atomic
def discard_given_up(*, ids: Sequence[int], by: User | None) -> int:
    """Delete requests that were given up; returns how many were."""
    count, _of_kinds = given_up().filter(pk__in=ids).delete()
    return _noted(DISCARDED, count, by)


def _noted(verb: str, count: Any, by: User | None) -> int:
    if count:
        record(verb, by=by, count=count)
    return int(count)
