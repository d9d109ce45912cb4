"""Ranking open work, and setting how it is weighed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from service.compute.ranks import RankWeights
from service.frames.ranks import store_ranks
from service.models import RankVersion
from service.queries.ranks import latest_version, rank_day, weights_of


@transaction.atomic
def refresh_ranks(*, now: datetime | None = None, ctas: Sequence[int] | None = None) -> int:
    """Rank open work by what the latest night knows and the time left: all of it, after a night, or
    some, by id, when it was opened or changed. Returns how many ranks changed; as many statements
    whatever the number."""
    if ctas is not None and not ctas:
        return 0
    return store_ranks(rank_day(now), ctas)


@transaction.atomic
def set_rank_weights(
    *, weights: RankWeights, seen: int, note: str = "", by: User | None
) -> RankVersion | None:
    """Weigh by these from now on, as another version, and rank all open work again.

    Returns None where nothing changes.

    Raises:
        ValidationError: another version than ``seen`` (0: as shipped) is in force by now.
    """
    latest = latest_version()
    number, before = (latest.version if latest else 0), weights_of(latest)
    if number != seen:
        raise ValidationError(_changed_meanwhile())
    if weights == before:
        return None
    try:
        with transaction.atomic():
            version = RankVersion.objects.create(
                version=number + 1, weights=weights.to_json(), made_by=by, note=note.strip()
            )
    except IntegrityError:
        # Two at once: the other one was first.
        raise ValidationError(_changed_meanwhile()) from None
    told = {
        name: (old, weights.to_json()[name])
        for name, old in before.to_json().items()
        if weights.to_json()[name] != old
    }
    record(
        "rank_weights.changed",
        by=by,
        label=f"v{version.version}",
        note=version.note,
        before={f"rank_{name}": old for name, (old, _new) in told.items()},
        after={f"rank_{name}": new for name, (_old, new) in told.items()},
    )
    refresh_ranks()
    return version


def _changed_meanwhile() -> str:
    return _(
        "Somebody changed the weights meanwhile. These are theirs; nothing of yours was saved."
    )
