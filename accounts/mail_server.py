"""The door to the mail server, in steps, so that what happened to a letter is always known.

SMTP is spoken step by step: until the server has asked for the letter's text nothing can have been
delivered, and what fails before that is safe to try again.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

TIMEOUT_SECONDS = 10
PERMANENT = 500
TOO_BIG = 552
GO_ON = 354
CLOSING = 421


class ServerDown(Exception):
    """It takes nothing from anybody now; nothing was delivered."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class NotTaken(Exception):
    """It does not take this letter.

    ``is_permanent``: it never will. ``is_address``: because of the address.
    """

    def __init__(self, code: int, *, is_address: bool) -> None:
        super().__init__(str(code))
        self.code, self.is_address = code, is_address
        self.is_permanent = code >= PERMANENT


class Unclear(Exception):
    """It had the whole letter when it fell silent: delivered or not, nobody knows."""


class MailServer:
    """One connection, for many letters. ``begin`` says who writes whom; ``finish`` hands the letter
    over. Between the two the caller commits that it is about to."""

    def __init__(self) -> None:
        self._backend: Any = get_connection(timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        """
        Raises:
            ServerDown: there is none, or it lets us not in.
        """
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._backend.close()

    def begin(self, message: EmailMessage, envelope_sender: str) -> None:
        """
        Raises:
            NotTaken: this sender or recipient.
            ServerDown: it fell silent; nothing was delivered.
        """
        if not self._speaks_smtp:
            return
        if self._backend.connection is None:
            self._open()
        smtp: smtplib.SMTP = self._backend.connection
        encoding = message.encoding or "utf-8"
        sender = sanitize_address(parseaddr(envelope_sender)[1], encoding)
        recipient = sanitize_address(message.to[0], encoding)
        with self._silence_is_down():
            code, _words = smtp.mail(sender)
            if code >= PERMANENT and code != TOO_BIG:
                # Who may not send at all is set up wrongly: that is no letter's fault.
                raise ServerDown("sender_refused", code)
            self._take_no(code, is_address=False)
            code, words = smtp.rcpt(recipient)
            self._take_no(code, is_address=is_about_address(code, words))

    def abandon(self) -> None:
        """Take back what was begun."""
        if self._speaks_smtp and self._backend.connection is not None:
            try:
                self._backend.connection.rset()
            except OSError:
                self._forget()

    def finish(self, message: EmailMessage) -> None:
        """
        Raises:
            NotTaken: the letter itself.
            ServerDown: it fell silent before it had the whole letter; nothing was delivered.
            Unclear: it fell silent after that.
        """
        if not self._speaks_smtp:
            with self._silence_is_down():
                self._backend.send_messages([message])
            return
        smtp: smtplib.SMTP = self._backend.connection
        content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        with self._silence_is_down():
            code, _words = smtp.docmd("DATA")
            if code != GO_ON:
                self._take_no(max(code, 400), is_address=False)
            # What was not handed over whole lacks its end: the server has to throw it away.
            smtp.send(_with_end(content))
        try:
            code, _words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._forget()
            raise Unclear from error
        if code == CLOSING:
            self._forget()
        if code >= 400:
            raise NotTaken(code, is_address=False)

    @property
    def _speaks_smtp(self) -> bool:
        return isinstance(self._backend, EmailBackend)

    def _open(self) -> None:
        with self._silence_is_down():
            self._backend.open()

    @contextmanager
    def _silence_is_down(self) -> Iterator[None]:
        """smtplib's errors are OSErrors; so are those of sockets."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._forget()
            raise ServerDown(type(error).__name__, error.smtp_code) from error
        except TimeoutError as error:
            self._forget()
            raise ServerDown("TimeoutError") from error
        except OSError as error:
            self._forget()
            raise ServerDown(type(error).__name__) from error

    def _forget(self) -> None:
        """A connection that failed is not used again."""
        broken = getattr(self._backend, "connection", None)
        if broken is not None:
            broken.close()
            self._backend.connection = None

    def _take_no(self, code: int, *, is_address: bool) -> None:
        """
        Raises:
            NotTaken, ServerDown: the code says so.
        """
        if code == CLOSING:
            self._forget()
            raise ServerDown("closing", code)
        if code >= 400:
            # Some servers hang up after a no; that is no reason to forget the no.
            self.abandon()
            raise NotTaken(code, is_address=is_address)


def is_about_address(code: int, words: bytes) -> bool:
    """Whether a no to a recipient says that the address is wrong, and not that we are not liked:
    by the enhanced code (RFC 3463) where there is one, else by the code."""
    enhanced = re.match(rb"\s*[245]\.(\d{1,3})\.(\d{1,3})\b", words)
    if enhanced:
        subject, detail = int(enhanced[1]), int(enhanced[2])
        return subject == 1 or (subject == 2 and detail in (0, 1))
    return code in (550, 551, 553)


def _with_end(content: bytes) -> bytes:
    """As DATA has it: lines that begin with a dot get one more, and a dot alone ends it."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    doubled = content.replace(b"\r\n.", b"\r\n..")
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    return doubled + b".\r\n"
