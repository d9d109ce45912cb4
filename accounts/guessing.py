"""How often an address on the network may come with a wrong token or key before it is told to wait.

Only wrong ones are counted: who carries a right one goes on, also from an address from which others
guess. A bucket of tries in Redis for each address and kind of secret; without Redis nothing is
limited.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math

import structlog
from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection
from django.http import HttpRequest

from accounts.buckets import Buckets

log = structlog.get_logger("tenure.guessing")

# So many wrong ones at once, then one more a second.
MOST_WRONG = 60
WRONG_PER_SECOND = 1
LONGEST_WAIT_SECONDS = 60
# Who has an address of version 6 has a whole network of them.
NETWORK_BITS = 64

# Keys: the bucket. Arguments: tries a second, most tries, the longest wait in seconds. Answers
# milliseconds to wait; 0: one of few. Tries while waiting make the wait longer, up to the longest.
_TAKE = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local rate, most, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(bucket[1] or most)
left = math.min(most, left + (now - tonumber(bucket[2] or now)) * rate / 1000)
left = math.max(left - 1, -longest * rate)
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((most - left) * 1000 / rate) + 1000)
if left >= 0 then
  return 0
end
return math.ceil(-left * 1000 / rate)
"""

_buckets = Buckets(
    _TAKE, untold=lambda error: log.warning("wrong secrets are not limited", error=error)
)


def wrong_one(request: HttpRequest, what: str) -> int:
    """Count a wrong secret that came with a request.

    Args:
        what: the kind of secret, e.g. ``api-token``; each is counted by itself.

    Returns whole seconds after which the address may come again; 0: it had few wrong ones lately.
    """
    who = hashlib.sha256(network_of(request).encode()).hexdigest()[:32]
    wait = _buckets.take(
        f"tenure:wrong:{connection.settings_dict['NAME']}:{what}:{who}",
        WRONG_PER_SECOND,
        MOST_WRONG,
        LONGEST_WAIT_SECONDS,
    )
    return math.ceil(wait / 1000)


def network_of(request: HttpRequest) -> str:
    """The address that a request comes from, as the operator's count of trusted proxies says; of
    version 6 its network. Where the proxies do not say it as they should, the nearest address."""
    try:
        given = get_adapter().get_client_ip(request)
    except (ImproperlyConfigured, PermissionDenied):
        given = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(given.strip())
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False))
    return str(address)
