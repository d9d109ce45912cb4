"""Messages that could not be taken: sent again once their cause is mended, or put aside."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import AuditRecord, User
from segmentation.actions.ingesting import account, take
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
    held = sum(_replay(group, again) for group in together.values())
    if again:
        count = _decide(DeadLetter.objects.filter(pk__in=again), State.REPLAYED, by)
        record(REPLAYED, by=by, count=count)
    return Replayed(len(again) - held, held, len(letters) - len(again))


def _replay(letters: Sequence[DeadLetter], again: list[int]) -> int:
    """Take letters of one request; adds to `again` those that are no longer dead, and returns how many
    of them wait for a customer."""
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
    try:
        with transaction.atomic():
            taken = take(read, door=door, call=call)
            bad = {one.message_id: one for one in taken.bad}
            taken.bad = []
            account(Read(), taken, door=door, sent_at=None)
    except DatabaseError:
        return 0
    for letter in letters:
        now_bad = bad.get(letter.message_id)
        if letter.pk not in readable:
            continue
        if now_bad is not None:
            letter.reason, letter.detail = now_bad.reason, now_bad.detail
            letter.save(update_fields=["reason", "detail"])
        else:
            again.append(letter.pk)
    return taken.held


def _message(letter: DeadLetter) -> Any:
    """What was sent; None where it was cut."""
    try:
        return json.loads(letter.body)
    except ValueError:
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
