"""A mail server of the tests: speaks enough SMTP on loopback, and misbehaves as it is told."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self


@dataclass
class Manners:
    """How the server behaves; changed by the test while it runs."""

    # Answers to RCPT by address, e.g. b"550 5.1.1 no such user".
    refused: dict[str, bytes] = field(default_factory=dict)
    answer_to_data: bytes = b"250 taken"
    # Hangs up when it gets this: MAIL, RCPT, DATA, "middle" of the text, or its "end".
    hangs_up_at: str = ""
    # Waits so many seconds before the answer to the end of the text.
    waits: float = 0
    hangs_up_after_no: bool = False


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        manners, sender, to = self.server.manners, "", ""
        self.say(b"220 here")
        while line := self.rfile.readline():
            word, argument = line[:4].upper(), line.decode().strip()
            if manners.hangs_up_at and word.startswith(manners.hangs_up_at.encode()):
                return
            if word in (b"EHLO", b"HELO", b"RSET", b"NOOP"):
                self.say(b"250 yes")
            elif word == b"MAIL":
                sender = argument[argument.index("<") + 1 : argument.index(">")]
                self.say(b"250 yes")
            elif word == b"RCPT":
                to = argument[argument.index("<") + 1 : argument.index(">")]
                self.say(manners.refused.get(to, b"250 yes"))
                if to in manners.refused and manners.hangs_up_after_no:
                    return
            elif word == b"DATA":
                self.say(b"354 go on")
                if not self.take(sender, to):
                    return
            elif word == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"500 what?")

    def take(self, sender: str, to: str) -> bool:
        manners, lines = self.server.manners, []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or manners.hangs_up_at == "middle":
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if manners.answer_to_data.startswith(b"2"):
            self.server.taken.append((sender, to, b"".join(lines)))
        if manners.hangs_up_at == "end":
            return False
        time.sleep(manners.waits)
        self.say(manners.answer_to_data)
        return True

    def say(self, words: bytes) -> None:
        with suppress(OSError):
            self.wfile.write(words + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    manners: Manners
    taken: list[tuple[str, str, bytes]]


class SmtpServer:
    """``with SmtpServer() as server``: listens; ``server.stop()`` and it is down."""

    def __init__(self) -> None:
        self.manners = Manners()
        self.taken: list[tuple[str, str, bytes]] = []
        self.port = 0
        self._server: _Server | None = None

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Talk)
        self._server.manners, self._server.taken = self.manners, self.taken
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def recipients(self) -> list[str]:
        return [to for _sender, to, _content in self.taken]

    def letters(self) -> list[EmailMessage]:
        return [
            message_from_bytes(content, policy=policy.default)  # type: ignore[misc]
            for _sender, _to, content in self.taken
        ]


def use(settings: Any, server: SmtpServer) -> None:
    """Send by this server from now on."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
