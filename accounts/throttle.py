"""How often one address on the network, or one link, may try what carries a secret."""

from __future__ import annotations

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def within_rate(request: HttpRequest, action: str, *, times: int, seconds: int) -> bool:
    """Count this attempt of an address; whether it is among the first ``times`` of a span of
    ``seconds``.

    Addresses are kept hashed and forgotten with the span.
    """
    address = get_adapter().get_client_ip(request)
    return within_rate_of(address, action, times=times, seconds=seconds)


def within_rate_of(who: str, action: str, *, times: int, seconds: int) -> bool:
    """The same of whoever is counted, e.g. a link wherever it is opened from."""
    source = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"throttle:{action}:{source}"
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key)) <= times
    except ValueError:
        # The span ended between the two calls.
        return True
