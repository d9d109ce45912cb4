"""One POST to an address of somebody else's: it follows nothing, reads little, and ends in time."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from accounts.webhook_addresses import NotAllowed, addresses_of, target_of
from accounts.wires import connected, secured, speaking_http, trusted

# Seconds: for everything, and of that for what an answer says beside its status.
WHOLE, WORDS = 10.0, 2.0
MOST_READ = 64 * 1024
KEPT_CHARACTERS = 1024
LONGEST_WAIT = 24 * 60 * 60


@dataclass(frozen=True)
class Answer:
    """What came of one try.

    status: None where none came. trouble: a key of accounts.webhook_labels.TROUBLES; "": it was
    taken. text: the beginning of what was answered. wait: seconds that the receiver asks for.
    """

    status: int | None
    trouble: str
    milliseconds: int
    text: str = ""
    wait: int = 0


def post(url: str, body: bytes, headers: Mapping[str, str], *, anywhere: bool) -> Answer:
    """Post and say what came of it; raises nothing that a receiver could cause. Safe in threads."""
    began = monotonic()
    status, trouble, text, wait = None, "", "", 0
    try:
        status, text, wait = _posted(url, body, headers, anywhere, began + WHOLE)
        trouble = _trouble_of(status)
    except NotAllowed as refusal:
        trouble = refusal.code
    except ssl.SSLError as error:
        trouble = "timeout" if "timed out" in str(error) else "tls"
    except TimeoutError:
        trouble = "timeout"
    except http.client.RemoteDisconnected:
        trouble = "no_connection"
    except http.client.HTTPException:
        trouble = "no_http"
    except (OSError, ValueError):
        trouble = "no_connection"
    return Answer(status, trouble, round((monotonic() - began) * 1000), text, wait)


def _trouble_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status == 410:
        return "gone"
    if 300 <= status < 400:
        return "redirect"
    return "busy" if status in (429, 503) else "status"


def _posted(
    url: str, body: bytes, headers: Mapping[str, str], anywhere: bool, until: float
) -> tuple[int, str, int]:
    target = target_of(url, anywhere=anywhere)
    wire = connected(target, addresses_of(target, anywhere=anywhere), until)
    try:
        if target.is_tls:
            secured(wire, target, _context())
        connection = speaking_http(wire, target)
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        wire.until = min(until, monotonic() + WORDS)
        wait = _seconds(response.getheader("Retry-After", ""))
        return response.status, _words(response), wait
    finally:
        wire.socket.close()


def _words(response: http.client.HTTPResponse) -> str:
    """The beginning of the answer, as text. Its status has come: whatever happens now, it counts."""
    read = b""
    try:
        while len(read) < MOST_READ and (part := response.read1(MOST_READ - len(read))):
            read += part
    except (OSError, ValueError, http.client.HTTPException):
        pass
    return (
        read[: KEPT_CHARACTERS * 4]
        .decode("utf-8", "replace")
        .replace("\x00", "�")[:KEPT_CHARACTERS]
    )


def _seconds(text: str) -> int:
    """Of ``Retry-After``, a number or a date; 0: nothing that can be read."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
        left = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return 0
    return max(0, min(int(left), LONGEST_WAIT))


def _context() -> ssl.SSLContext:
    return trusted()
