"""Who was told to wait is told so again before anything is made of the request.

A flood is refused by what stands in its heads: no request of Django's, no look-up, and the body is
thrown away. Only for keys in the Authorization header; for those in the body the body has to be read.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from segmentation.ingest_senders import let_go

log = structlog.get_logger("tenure.ingestion")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PREFIX = "/v1/"
TOO_MANY = "Too many messages; send again later."
MOST_KEPT = 10_000
# A key takes some hundred; beside one of Basic may stand anything, each time something else.
LONGEST_KEPT = 400
HEADERS = [
    ("Content-Type", "application/json"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]

_lock = threading.Lock()
# Authorization header → until when, and how many were refused since.
_told: dict[str, list[float]] = {}


def refused_body(code: str, message: str) -> bytes:
    return json.dumps({"code": code, "message": message}).encode()


_BODY = refused_body("too_many", TOO_MANY)


def remember(authorization: str, wait: int) -> None:
    """Refuse what comes with this header for so many seconds."""
    if len(authorization) > LONGEST_KEPT:
        return
    with _lock:
        if len(_told) >= MOST_KEPT:
            _told.clear()
        _told[authorization] = [time.monotonic() + wait, 0]


def seconds_left(authorization: str) -> int:
    """Whole seconds that the header was told to wait and has not yet; 0: none."""
    told = _told.get(authorization)
    if told is None:
        return 0
    left = told[0] - time.monotonic()
    if left > 0:
        told[1] += 1
        return math.ceil(left)
    with _lock:
        if _told.pop(authorization, None) is not None:
            log.info("refused meanwhile", requests=int(told[1]))
    return 0


def refusing(application: Application) -> Application:
    """The application, with those refused before it that were told to wait."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        authorization = environ.get("HTTP_AUTHORIZATION")
        if (
            authorization is None
            or environ["REQUEST_METHOD"] != "POST"
            or not environ["PATH_INFO"].startswith(PREFIX)
        ):
            return application(environ, start_response)
        wait = seconds_left(authorization)
        if not wait:
            return application(environ, start_response)
        let_go(environ, authorization)
        length = ("Content-Length", str(len(_BODY)))
        start_response("429 Too Many Requests", [*HEADERS, length, ("Retry-After", str(wait))])
        return [_BODY]

    return answer
