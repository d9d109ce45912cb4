"""Reading the reports that mail servers send about letters they could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

# Reports are short; what is longer is no report, or not worth reading whole.
MOST_BYTES = 1_000_000
RETURNED_TO = re.compile(r"\+(\d{1,18})\.(\d{1,18})\.([0-9a-f]{20})@", re.IGNORECASE)
# As accounts.actions.mail.new_message_id makes them: the tenant's id is in it.
OURS = re.compile(r"<([0-9a-f]{32})\.(\d{1,18})@[^<>\s]+>", re.IGNORECASE)
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class BounceReport:
    """What a report says of one letter.

    ``returned_to``: (tenant, letter, mark) of the address that it came back to; ``message_id``: of
    the letter, with ``tenant_id`` from it. ``is_final``: it will not be delivered; otherwise the
    server goes on trying. ``status``: e.g. 5.1.1, or "".
    """

    tenant_id: int
    message_id: str
    returned_to: tuple[int, int, str] | None
    is_final: bool
    status: str

    @property
    def is_about_address(self) -> bool:
        """Whether the address is wrong, not its mailbox full or we not liked."""
        found = STATUS.match(self.status)
        if found is None:
            return False
        subject, detail = int(found[2]), int(found[3])
        return found[1] == "5" and (subject == 1 or (subject == 2 and detail in (0, 1)))


def read_report(content: bytes) -> BounceReport | None:
    """None: it is no report about a letter of ours, e.g. somebody's answer or a note of absence."""
    message = message_from_bytes(content[:MOST_BYTES], policy=policy.compat32)
    if message.get_content_type() != "multipart/report":
        return None
    action, status = _delivery_status(message)
    if not action:
        return None
    returned = _returned_to(message)
    message_id, tenant_id = "", returned[0] if returned else 0
    for text in _original_heads(message):
        if found := OURS.search(text):
            message_id, tenant_id = found[0].lower(), int(found[2])
            break
    if not returned and not message_id:
        return None
    return BounceReport(tenant_id, message_id, returned, action == "failed", status)


def tenant_of_message(message_id: str) -> int | None:
    """Of a Message-ID; None: it is none of ours."""
    found = OURS.fullmatch(message_id.strip())
    return int(found[2]) if found else None


def _delivery_status(message: Message) -> tuple[str, str]:
    """(action, status) of the first recipient: a letter of ours has one."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if isinstance(block, Message) and block["Action"]:
                status = STATUS.search(str(block["Status"] or ""))
                return str(block["Action"]).strip().lower(), status[0] if status else ""
    return "", ""


def _returned_to(message: Message) -> tuple[int, int, str] | None:
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
        for value in message.get_all(name, []):
            if found := RETURNED_TO.search(str(value)):
                return int(found[1]), int(found[2]), found[3].lower()
    return None


def _original_heads(message: Message) -> Iterator[str]:
    """The Message-ID of the letter that the report is about, wherever it quotes its head."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                head = message_from_bytes(content, policy=policy.compat32)
                yield str(head["Message-ID"] or "")
        elif kind == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    yield str(inner["Message-ID"] or "")
