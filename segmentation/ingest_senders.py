"""How much of a process one sender may keep: threads that wait, and bodies that trickle in.

A process has a few threads for everybody. Whoever sends slowly must leave some of them to others,
and all who do so together must leave one.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from segmentation.compute.message_bodies import LARGEST_BODY_BYTES

# A body that takes longer than this is slow. Of one sender, and of all, so many may be so at a time:
# `make run` gives each process four threads.
SLOW_SECONDS = 0.5
MOST_SLOW = 2
MOST_SLOW_IN_ALL = 3
# For the whole body: 500 KB in it are 25 KB a second.
BODY_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.25


@dataclass(frozen=True)
class _Reading:
    who: Hashable
    begun: float
    # None: it is not known, and its server minds the time.
    connection: socket.socket | None

    def cut(self) -> None:
        """Nothing more comes from it."""
        if self.connection is not None:
            # It may be gone already.
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RD)


_lock = threading.Lock()
_at_work: Counter[Hashable] = Counter()
_readings: dict[int, _Reading] = {}
_watcher: threading.Thread | None = None


class TooSlow(Exception):
    """The sender's other bodies keep as many threads as they may."""


@contextmanager
def at_work(who: Hashable) -> Iterator[int]:
    """While a request of a sender is worked on; gives how many others of theirs are."""
    with _lock:
        others = _at_work[who]
        _at_work[who] += 1
    try:
        yield others
    finally:
        with _lock:
            _at_work[who] -= 1
            if not _at_work[who]:
                del _at_work[who]


@contextmanager
def reading(who: Hashable, connection: socket.socket | None) -> Iterator[None]:
    """While a sender's body is read. When it takes too long, or too many do, nothing more comes from
    the connection, and the body ends early.

    Raises:
        TooSlow: others of the sender are being read for long.
    """
    _start_watcher()
    mark, now = threading.get_ident(), time.monotonic()
    slow = [one for one in list(_readings.values()) if one.begun < now - SLOW_SECONDS]
    this = _Reading(who, now, connection)
    if sum(one.who == who for one in slow) >= MOST_SLOW:
        # Or the server would wait for the rest of it, to throw it away.
        this.cut()
        raise TooSlow
    _readings[mark] = this
    try:
        yield
    finally:
        _readings.pop(mark, None)


def let_go(environ: Mapping[str, Any], who: Hashable) -> None:
    """Read what is left of the body of a request that is refused, as any other body is read: the server
    would wait for it, for whoever refuses a head alone, and nobody would mind the time."""
    connection = environ.get("gunicorn.socket")
    if connection is None:
        return
    # Whatever is wrong with it: it is refused already.
    with suppress(Exception), reading(who, connection):
        if len(environ["wsgi.input"].read(LARGEST_BODY_BYTES)) == LARGEST_BODY_BYTES:
            _Reading(who, 0.0, connection).cut()


def overdue(readings: list[_Reading], now: float) -> list[_Reading]:
    """Those that have to end: they take too long, or are more than a sender's slow ones may be, or more
    than all slow ones may; of these the latest."""
    kept: Counter[Hashable] = Counter()
    found = []
    for one in sorted(readings, key=lambda one: one.begun):
        if one.begun > now - SLOW_SECONDS:
            continue
        is_one_too_many = kept[one.who] >= MOST_SLOW or kept.total() >= MOST_SLOW_IN_ALL
        if is_one_too_many or one.begun <= now - BODY_SECONDS:
            found.append(one)
        else:
            kept[one.who] += 1
    return found


def _start_watcher() -> None:
    """In each process, once it has something to watch: threads do not survive a fork."""
    global _watcher
    if _watcher is not None and _watcher.is_alive():
        return
    with _lock:
        if _watcher is None or not _watcher.is_alive():
            _watcher = threading.Thread(target=_watch, name="bodies", daemon=True)
            _watcher.start()


def _watch() -> None:
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        for one in overdue(list(_readings.values()), time.monotonic()):
            one.cut()
