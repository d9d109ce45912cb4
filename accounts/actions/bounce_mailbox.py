"""Fetching reports about letters that came back from the mailbox that they come back to."""

from __future__ import annotations

import imaplib
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings

from accounts.actions.mail_bounces import record_report
from accounts.bounces import MOST_BYTES, read_report

log = structlog.get_logger("tenure.mail")

TIMEOUT_SECONDS = 30
# In one go; what is left is read the next time.
MOST_LETTERS = 200


def read_bounce_mailbox() -> int:
    """Read what is new there; returns how many letters came back.

    Each is marked as read once it was recorded, so that one that a dying worker held is read again;
    recording it twice does no harm. Nothing is deleted: that is the mailbox's owner's.
    """
    if not settings.BOUNCE_IMAP_URL:
        return 0
    try:
        with _opened(settings.BOUNCE_IMAP_URL) as mailbox:
            return _read(mailbox)
    except (OSError, imaplib.IMAP4.error) as error:
        # Its text may hold the password, so only the kind is logged.
        log.error("bounce mailbox not read", error=type(error).__name__)
        return 0


def _opened(url: str) -> imaplib.IMAP4:
    """
    Args:
        url: ``imaps://user:password@host[:port]/folder``; ``imap://`` speaks in clear and is for
            mailboxes on the same machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    mailbox: imaplib.IMAP4
    if parts.scheme == "imaps":
        mailbox = imaplib.IMAP4_SSL(host, parts.port or 993, timeout=TIMEOUT_SECONDS)
    else:
        mailbox = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT_SECONDS)
    mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
    folder = unquote(parts.path.strip("/")) or "INBOX"
    state, _answer = mailbox.select(f'"{folder}"')
    if state != "OK":
        raise imaplib.IMAP4.error("no such folder")
    return mailbox


def _read(mailbox: imaplib.IMAP4) -> int:
    came_back = 0
    _state, found = mailbox.search(None, "UNSEEN")
    for number in (found[0] or b"").split()[:MOST_LETTERS]:
        _state, parts = mailbox.fetch(number.decode(), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        report = None
        with suppress(ValueError, LookupError):
            report = read_report(content)
        if report is not None:
            came_back += record_report(report)
        mailbox.store(number.decode(), "+FLAGS", "\\Seen")
    return came_back
