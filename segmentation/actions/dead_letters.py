"""Messages that could not be taken: sent again once their cause is mended, or put aside."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import AuditRecord, User
from segmentation.actions.ingesting import account, take
from segmentation.compute.message_rows import BadMessage
from segmentation.compute.messages import CALLS, Read, read_messages
from segmentation.models import DeadLetter
from segmentation.queries.doors import door_of_key

State, Reason = DeadLetter.State, DeadLetter.Reason
REPLAYED, DISCARDED, REOPENED = (
    "dead_letters.replayed",
    "dead_letters.discarded",
    "dead_letters.reopened",
)


@dataclass(frozen=True)
class Replayed:
    """What became of dead letters that were sent again: `taken`: written, or there already; `held`:
    they wait for a customer; `dead`: they cannot be taken yet, and say why anew."""

    taken: int = 0
    held: int = 0
    dead: int = 0


@transaction.atomic
def replay_letters(*, ids: Sequence[int], by: User | None) -> Replayed:
    """Take open dead letters as if they came now, with the rules in force now; what happened when
    stays as it was said."""
    letters = _open(ids)
    together: dict[Any, list[DeadLetter]] = defaultdict(list)
    for letter in letters:
        together[letter.key_id, letter.received_at, letter.sent_at, letter.kind].append(letter)
    again: list[int] = []
    held: list[int] = []
    # Not what a letter says: somebody holds a lock, and the others would wait for it too.
    with suppress(OperationalError):
        for group in together.values():
            _replay(group, again, held)
    if again:
        count = _decide(DeadLetter.objects.filter(pk__in=again), State.REPLAYED, by)
        record(REPLAYED, by=by, count=count)
    return Replayed(len(again) - sum(held), sum(held), len(letters) - len(again))


def _replay(letters: Sequence[DeadLetter], again: list[int], held: list[int]) -> None:
    """Take letters of one request; adds to `again` those that are no longer dead, and to `held` how many
    of them wait for a customer. What cannot be written keeps no other from it.

    Raises:
        OperationalError: those that are not named in `again` may be tried again.
    """
    try:
        with transaction.atomic():
            waiting, bad = _take(letters)
    except OperationalError:
        raise
    except Exception:
        if len(letters) == 1:
            return _keep_reason(letters[0], Reason.NOT_SAVED, "")
        for letter in letters:
            _replay([letter], again, held)
        return None
    for letter in letters:
        if letter.pk not in bad:
            again.append(letter.pk)
        elif (now_bad := bad[letter.pk]) is not None:
            _keep_reason(letter, now_bad.reason, now_bad.detail)
    held.append(waiting)
    return None


def _take(letters: Sequence[DeadLetter]) -> tuple[int, dict[int, BadMessage | None]]:
    """Take letters of one request; returns how many wait for a customer, and those that are still dead
    by their ids; None: what was sent cannot be read."""
    first = letters[0]
    door = door_of_key(first.key)
    # Each message of a batch says its type; a call of its own has it in its address.
    call = first.kind if first.kind in CALLS else "batch"
    readable = {
        letter.pk: message for letter in letters if (message := _message(letter)) is not None
    }
    read = read_messages(
        readable.values(),
        call=call,
        arrived=first.received_at,
        sent_at=first.sent_at or None,
        rules=door.rules,
        texts_checked=False,
    )
    taken = take(read, door=door, call=call)
    bad = {one.message_id: one for one in taken.bad}
    taken.bad = []
    account(Read(), taken, door=door, sent_at=None)
    return taken.held, {
        letter.pk: bad.get(letter.message_id)
        for letter in letters
        if letter.pk not in readable or letter.message_id in bad
    }


def _keep_reason(letter: DeadLetter, reason: str, detail: str) -> None:
    letter.reason, letter.detail = reason, detail
    letter.save(update_fields=["reason", "detail"])


def _message(letter: DeadLetter) -> Any:
    """What was sent; None where it was cut, or cannot be read."""
    try:
        return json.loads(letter.body)
    except (ValueError, RecursionError):
        return None


@transaction.atomic
def discard_letters(*, ids: Sequence[int], by: User | None) -> tuple[AuditRecord | None, int]:
    """Put open dead letters aside; returns the record of it, and how many they were."""
    found = [letter.pk for letter in _open(ids)]
    if not found:
        return None, 0
    count = _decide(DeadLetter.objects.filter(pk__in=found), State.DISCARDED, by)
    return record(DISCARDED, by=by, count=count, letters=found), count


@transaction.atomic
def reopen_letters(*, ids: Sequence[int], by: User | None) -> int:
    """Let dead letters that were put aside wait again; returns how many did."""
    count = DeadLetter.objects.filter(pk__in=ids, state=State.DISCARDED).update(
        state=State.OPEN, decided_by=None, decided_at=None
    )
    if count:
        record(REOPENED, by=by, count=count)
    return int(count)


def _open(ids: Sequence[int]) -> list[DeadLetter]:
    rows = DeadLetter.objects.select_for_update(of=("self",)).select_related("key")
    return list(rows.filter(pk__in=ids, state=State.OPEN).order_by("pk"))


def _decide(letters: Any, state: str, by: User | None) -> int:
    return int(letters.update(state=state, decided_by=by, decided_at=timezone.now()))
