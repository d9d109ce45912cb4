"""How much may come with a key: a bucket of tokens in Redis, of a second's messages twice over.

A request that was let in may take the bucket below nothing; those after it wait until that is made
good. Without Redis nothing is limited.
"""

from __future__ import annotations

import math
import threading
import time

import structlog
from django.db import connection

from accounts.buckets import Buckets

log = structlog.get_logger("tenure.ingestion")

BURST_SECONDS = 2
LONGEST_WAIT_SECONDS = 60

# Keys: the bucket. Arguments: tokens a second, most tokens, what is asked for. Answers milliseconds to
# wait; 0: let in.
_TAKE = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local rate, most, asked = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(bucket[1] or most)
left = math.min(most, left + (now - tonumber(bucket[2] or now)) * rate / 1000)
if left <= 0 then
  return math.ceil(1 - left * 1000 / rate)
end
redis.call('HSET', KEYS[1], 'left', left - asked, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((most + asked) * 1000 / rate) + 1000)
return 0
"""

_blocked: dict[tuple[str, int], float] = {}
_lock = threading.Lock()
_buckets = Buckets(_TAKE, untold=lambda error: log.warning("ingestion is not limited", error=error))


def seconds_to_wait(key_id: int) -> int:
    """Whole seconds that a key was told to wait and has not yet; 0: none. Asks nobody: a flood is
    refused before it is read."""
    until = _blocked.get(_name(key_id))
    if until is None:
        return 0
    left = until - time.monotonic()
    if left <= 0:
        with _lock:
            _blocked.pop(_name(key_id), None)
        return 0
    return math.ceil(left)


def admit(key_id: int, *, messages: int, per_second: int) -> int:
    """Let so many messages of a key in; returns whole seconds to wait where they are too many by now,
    0 where they are let in."""
    wait = _buckets.take(
        f"tenure:ingest:{_name(key_id)[0]}:{key_id}",
        per_second,
        per_second * BURST_SECONDS,
        max(messages, 1),
    )
    if wait == 0:
        return 0
    with _lock:
        _blocked[_name(key_id)] = time.monotonic() + min(wait / 1000, LONGEST_WAIT_SECONDS)
    return min(math.ceil(wait / 1000), LONGEST_WAIT_SECONDS)


def _name(key_id: int) -> tuple[str, int]:
    return str(connection.settings_dict["NAME"]), key_id
