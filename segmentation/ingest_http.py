"""``POST /v1/…``: the tracking API of Segment, answered before anything else of a request is looked at.

No session, no cookie, no form token: a key lets in, and nothing is told but whether it worked. Every
request counts, so this comes before the other middleware.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.guessing import network_of, wrong_one
from segmentation import ingest_refusals
from segmentation.actions.ingest_inbox import keep
from segmentation.actions.ingest_limits import admit, seconds_to_wait
from segmentation.actions.ingesting import ingest
from segmentation.compute.message_bodies import (
    BATCH,
    LARGEST_BODY_BYTES,
    BadBody,
    Body,
    read_body,
    too_large,
    unzipped,
)
from segmentation.compute.messages import CALLS, SHORT_CALLS
from segmentation.frames.ingestion import LOCK_WAIT, SHORT_LOCK_WAIT
from segmentation.ingest_refusals import HEADERS, PREFIX, TOO_MANY, refused_body
from segmentation.ingest_senders import TooSlow, at_work, let_go, reading
from segmentation.queries.doors import Door, door_of

log = structlog.get_logger("tenure.ingestion")

SUCCESS = b'{"success": true}'
# So long a tenant's requests go to the inbox at once after one of them waited in vain for a lock: else
# they would keep every thread from other tenants.
DETOUR_SECONDS = 5.0
UNAVAILABLE_SECONDS = 5
SLOW_WAIT_SECONDS = 1
# So many of a tenant's requests in a process wait long for a lock; the others soon go to the inbox.
MOST_PATIENT = 2
ALLOWED_HEADERS = "Authorization, Content-Type, Content-Encoding, AnonymousId"
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, -]{1,300}", re.ASCII)
_CALLS = {**{name: name for name in (*CALLS, BATCH)}, **SHORT_CALLS, "import": BATCH}

_detours: dict[int, float] = {}


class IngestMiddleware:
    """Answers what begins with ``/v1/``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        return answer(request)


class Refusal(Exception):
    """`wait`: seconds after which it may be sent again; 0: it need not be."""

    def __init__(self, status: int, code: str, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.wait = wait


def answer(request: HttpRequest) -> HttpResponse:
    """One request of a client library, whatever it is."""
    started = time.perf_counter()
    told: dict[str, Any] = {}
    try:
        if request.method == "OPTIONS":
            let_go(request.META, network_of(request))
            return _preflight(request)
        counts = _handle(request, told)
        response = _response(200, SUCCESS)
        told.update(counts)
    except BadBody as bad:
        response = _refused(bad.status, bad.code, bad.message)
    except Refusal as refusal:
        response = _refused(refusal.status, refusal.code, refusal.message, refusal.wait)
    if response.status_code != 200:
        let_go(request.META, network_of(request))
    # Counts, tenant and key: never who did what.
    log.info(
        "ingested",
        status=response.status_code,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
        **told,
    )
    return response


def _handle(request: HttpRequest, told: dict[str, Any]) -> Mapping[str, int]:
    call = _call(request)
    if settings.HTTPS and not request.is_secure():
        raise Refusal(400, "https_only", "Send over HTTPS; make a new key, this one was readable.")
    key = _key_of_headers(request)
    # A key in the headers is looked at before the body is read.
    door = _door(request, key) if key else None
    try:
        raw = _raw(request, door.tenant_id if door else network_of(request))
        body = read_body(raw, call)
        door = door or _door(request, body.write_key)
        told.update(tenant=door.tenant, key=door.key_id, messages=len(body.messages))
        with at_work(door.tenant_id) as others:
            return _take(body, raw, door, call, others)
    except TooSlow:
        raise _too_many(SLOW_WAIT_SECONDS) from None
    except Refusal as refusal:
        if refusal.code == "too_many" and key:
            ingest_refusals.remember(request.META["HTTP_AUTHORIZATION"], refusal.wait)
        raise


def _take(body: Body, raw: bytes, door: Door, call: str, others: int) -> Mapping[str, int]:
    assert door.key_id is not None
    wait = admit(door.key_id, messages=len(body.messages), per_second=door.events_per_second)
    if wait:
        raise _too_many(wait)
    arrived = timezone.now()
    now = time.monotonic()
    patience = LOCK_WAIT if others < MOST_PATIENT else SHORT_LOCK_WAIT
    try:
        if _detours.get(door.tenant_id, 0.0) < now:
            return ingest(body, door=door, call=call, arrived=arrived, patience=patience)
    except Exception as error:  # whatever it is: what was sent must not be lost by it
        if isinstance(error, OperationalError):
            _detours[door.tenant_id] = time.monotonic() + DETOUR_SECONDS
        log.warning("ingestion put off", tenant=door.tenant, error=type(error).__name__)
    try:
        keep(raw, door=door, call=call, arrived=arrived)
    except Error as error:
        log.error("ingestion failed", tenant=door.tenant, error=type(error).__name__)
        raise _unavailable() from error
    return {"kept": len(body.messages)}


def _call(request: HttpRequest) -> str:
    path = request.path_info[len(PREFIX) :].rstrip("/")
    name = path.removeprefix("import/") if path != "import" else path
    call = _CALLS.get(name)
    if call is None:
        raise Refusal(404, "not_found", "There is no such call.")
    if request.method != "POST":
        raise Refusal(405, "method_not_allowed", "Send it by POST.")
    return call


def _door(request: HttpRequest, key: str) -> Door:
    try:
        door = door_of(key)
    except Error as error:
        raise _unavailable() from error
    if door is None or door.key_id is None:
        # Right keys from the same address go on: they were found before.
        if key and (wait := wrong_one(request, "write-key")):
            raise Refusal(429, "too_many_wrong", "Too many wrong keys; try again later.", wait)
        raise Refusal(401, "bad_key", "This write key lets nothing in.")
    if wait := seconds_to_wait(door.key_id):
        raise _too_many(wait)
    return door


def _too_many(wait: int) -> Refusal:
    return Refusal(429, "too_many", TOO_MANY, wait)


def _unavailable() -> Refusal:
    message = "It could not be kept; send it again."
    return Refusal(503, "unavailable", message, UNAVAILABLE_SECONDS)


def _key_of_headers(request: HttpRequest) -> str:
    """The key as user name of Basic, or as Bearer; empty: there is none."""
    scheme, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(given.strip())
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        raise Refusal(401, "bad_key", "The Authorization header cannot be read.") from None


def _raw(request: HttpRequest, who: int | str) -> bytes:
    """The body, decompressed, never more of it than a body may be."""
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refusal(400, "bad_encoding", "The body may be gzip, and nothing else.")
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > LARGEST_BODY_BYTES:
        raise too_large()
    is_in_parts = not length and "HTTP_TRANSFER_ENCODING" in request.META
    # Of a body in parts the server knows the end.
    source = request.META["wsgi.input"] if is_in_parts else request
    try:
        with reading(who, request.META.get("gunicorn.socket")):
            data = source.read(LARGEST_BODY_BYTES + 1)
    except OSError:
        raise _cut_off() from None
    if length.isdecimal() and len(data) < int(length):
        raise _cut_off()
    if len(data) > LARGEST_BODY_BYTES:
        raise too_large()
    return unzipped(data) if encoding == "gzip" else bytes(data)


def _cut_off() -> Refusal:
    # It broke off, or took too long: who still wants to may send it again.
    return Refusal(503, "broken", "The body ended early, or took too long.", UNAVAILABLE_SECONDS)


def _preflight(request: HttpRequest) -> HttpResponse:
    """Browsers may send from everywhere: the key alone lets in, and cookies are not looked at."""
    response = _response(200, b"")
    asked = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    response["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = (
        asked if _HEADER_NAMES.fullmatch(asked) else ALLOWED_HEADERS
    )
    response["Access-Control-Max-Age"] = "86400"
    return response


def _refused(status: int, code: str, message: str, wait: int = 0) -> HttpResponse:
    response = _response(status, refused_body(code, message))
    if wait:
        response["Retry-After"] = str(wait)
    if status == 405:
        response["Allow"] = "POST, OPTIONS"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="write key"'
    return response


def _response(status: int, content: bytes) -> HttpResponse:
    return HttpResponse(content, status=status, headers=dict(HEADERS))
