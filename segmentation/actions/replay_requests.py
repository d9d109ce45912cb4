"""Asking for a night to be computed again, and for it to be restated by what came out."""

from __future__ import annotations

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import User
from segmentation.actions.replay_chains import is_chain_under_way
from segmentation.models import Night, Replay


class ReplayRefused(Exception):
    """What was asked of a replay is not done; the code says why: `not_stored`, `not_now`,
    `no_reason`, `same`, `changed`, `chained`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def request_replay(*, night: Night, facts: str, rules: str, by: User | None) -> Replay:
    """Ask for a stored night to be computed again; a worker does it.

    What was known then is computed by the rules of then: that is what must give the same.

    Raises:
        ReplayRefused: the night is not stored yet.
    """
    if not night.digest:
        raise ReplayRefused("not_stored")
    facts = Replay.Facts(facts)
    rules = Replay.Rules.THEN if facts == Replay.Facts.THEN else Replay.Rules(rules)
    waiting = Replay.objects.filter(
        night=night, facts=facts, rules=rules, state=Night.State.QUEUED, restate_because=""
    ).first()
    if waiting is not None:
        return waiting
    replay = Replay.objects.create(night=night, facts=facts, rules=rules, asked_by=by)
    record("night.replayed", by=by, about=night, facts=str(facts), rules=str(rules))
    return replay


@transaction.atomic
def request_restating(*, replay: Replay, reason: str, following: bool, by: User | None) -> None:
    """Have a worker restate the night by a replay of what is known now; ``following``: the stored
    nights after it too, in order, each by a replay of its own and with the same reason.

    Raises:
        ReplayRefused: there is no reason; the replay is of what was known then, or says the same; or
            the night was restated since; or nights are being restated in their order already.
    """
    locked = Replay.objects.select_for_update().select_related("night").get(pk=replay.pk)
    if not reason.strip():
        raise ReplayRefused("no_reason")
    if locked.facts != Replay.Facts.NOW or locked.state != Night.State.DONE:
        raise ReplayRefused("not_now")
    if locked.is_same:
        raise ReplayRefused("same")
    if locked.restated_at or locked.night.digest != locked.stored_digest:
        raise ReplayRefused("changed")
    if following and is_chain_under_way(beside=locked):
        raise ReplayRefused("chained")
    Replay.objects.filter(pk=replay.pk).update(
        state=Night.State.QUEUED,
        attempts=0,
        not_before=None,
        queued_at=None,
        restate_because=reason.strip()[:500],
        restate_by=by,
        restates_following=following,
    )
