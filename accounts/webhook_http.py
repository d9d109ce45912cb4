"""One POST to an address of somebody else's: it follows nothing, reads little, and ends in time."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from accounts.webhook_addresses import NotAllowed, Target, addresses_of, target_of

# Seconds: to connect, for everything, and of that for what an answer says beside its status.
CONNECT, WHOLE, WORDS = 5.0, 10.0, 2.0
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
    wire = _Wire(_connected(target, addresses_of(target, anywhere=anywhere), until), until)
    try:
        if target.is_tls:
            wire.socket.settimeout(_left(until))
            wire.socket = _context().wrap_socket(wire.socket, server_hostname=target.host)
        connection = http.client.HTTPConnection(target.host, target.port)
        # What stands in `Host` where the port is the usual one.
        connection.default_port = 443 if target.is_tls else 80  # type: ignore[misc]
        connection.auto_open = 0
        connection.sock = wire
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        wire.until = min(until, monotonic() + WORDS)
        wait = _seconds(response.getheader("Retry-After", ""))
        return response.status, _words(response), wait
    finally:
        wire.socket.close()


def _connected(target: Target, addresses: list[str], until: float) -> socket.socket:
    """To the first address that answers; no name is looked up any more."""
    for address in addresses[:-1]:
        try:
            return _connect(address, target.port, until)
        except OSError:
            continue
    return _connect(addresses[-1], target.port, until)


def _connect(address: str, port: int, until: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=min(CONNECT, _left(until)))


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


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Wire:
    """A socket of which everything ends by one moment, however slowly single bytes come."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self.socket = connected
        self.until = until

    def sendall(self, data: Any) -> None:
        self.socket.settimeout(_left(self.until))
        self.socket.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """What was read stays readable; whoever connected closes."""


class _Reader(io.RawIOBase):
    def __init__(self, wire: _Wire) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.socket.settimeout(_left(self._wire.until))
        return self._wire.socket.recv_into(buffer)
