"""Connections to machines of somebody else's: to addresses that were looked at, and over in time."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from functools import lru_cache
from time import monotonic
from typing import Any

from accounts.webhook_addresses import Target

# Seconds for one address.
CONNECT = 5.0


class Wire:
    """A socket of which everything ends by one moment, however slowly single bytes come."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self.socket = connected
        self.until = until

    def sendall(self, data: Any) -> None:
        self.socket.settimeout(left(self.until))
        self.socket.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """What was read stays readable; whoever connected closes."""


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.socket.settimeout(left(self._wire.until))
        return self._wire.socket.recv_into(buffer)


def connected(target: Target, addresses: list[str], until: float) -> Wire:
    """To the first address that answers; no name is looked up any more.

    Raises:
        OSError: none does.
    """
    for address in addresses[:-1]:
        try:
            return Wire(_connect(address, target.port, until), until)
        except OSError:
            continue
    return Wire(_connect(addresses[-1], target.port, until), until)


def secured(wire: Wire, target: Target, context: ssl.SSLContext) -> None:
    """Speak TLS from now on, with whoever has a certificate for the name."""
    wire.socket.settimeout(left(wire.until))
    wire.socket = context.wrap_socket(wire.socket, server_hostname=target.host)


def speaking_http(wire: Wire, target: Target) -> http.client.HTTPConnection:
    """HTTP over it, that connects nowhere by itself."""
    connection = http.client.HTTPConnection(target.host, target.port)
    # What stands in `Host` where the port is the usual one.
    connection.default_port = 443 if target.is_tls else 80  # type: ignore[misc]
    connection.auto_open = 0
    connection.sock = wire
    return connection


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """The authorities that the system trusts."""
    return ssl.create_default_context()


def left(until: float) -> float:
    """
    Raises:
        TimeoutError: no time is.
    """
    seconds = until - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _connect(address: str, port: int, until: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=min(CONNECT, left(until)))
