"""A program of the tests that webhooks are posted to: it answers, or misbehaves, as it is told."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

# What it says of a request, by what it was asked: gets the connection, and closes it afterwards.
Manner = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


def answers(status: int, words: bytes = b"", **headers: str) -> Manner:
    def say(talk: socket.socket) -> None:
        further = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        head = f"HTTP/1.1 {status} X\r\n{further}Content-Length: {len(words)}\r\n\r\n"
        talk.sendall(head.encode() + words)

    return say


def hangs(talk: socket.socket) -> None:
    """Says nothing until the other side goes."""
    talk.settimeout(60)
    talk.recv(1)


def drips(talk: socket.socket) -> None:
    """A header, a byte at a time, for ever."""
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
        talk.sendall(bytes([byte]))
        time.sleep(0.05)


def never_ends(talk: socket.socket) -> None:
    """A status, and a body without an end."""
    talk.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        talk.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")


def breaks_off(talk: socket.socket) -> None:
    """Goes without a word."""


def talks_otherwise(talk: socket.socket) -> None:
    talk.sendall(b"220 mail.example ESMTP\r\n")


class Receiver:
    """``manner``: how it answers from now on; ``requests``: what it got."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.manner: Manner = answers(200)
        self.requests: list[Request] = []
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._open = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._open = False
        self._listening.close()

    def _serve(self) -> None:
        while self._open:
            try:
                talk, _address = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(talk,), daemon=True).start()

    def _talk(self, talk: Any) -> None:
        with suppress(OSError, ValueError):
            if self._context is not None:
                talk = self._context.wrap_socket(talk, server_side=True)
            with talk, talk.makefile("rb") as said:
                line = said.readline().decode().strip()
                headers = {}
                while text := said.readline().decode().strip():
                    name, _colon, value = text.partition(":")
                    headers[name.lower()] = value.strip()
                body = said.read(int(headers.get("content-length", "0")))
                self.requests.append(Request(line, headers, body))
                self.manner(talk)
