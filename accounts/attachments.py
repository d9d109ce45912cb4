"""What is attached to letters. Made as a letter leaves, from what it is about, and kept nowhere: apps
register here by a key what makes it, in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attachment:
    """A file. ``mime``: e.g. ``application/pdf``."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Attach:
    """What makes the attachments of a letter, and the id of the object they are made of
    (``mail.attach_id``). ``values``: texts that it needs besides; they are sealed with the letter, so
    that they may hold the secret of a link."""

    key: str
    object_id: int
    values: Mapping[str, str] = field(default_factory=dict)


class NotNow(Exception):
    """Attachments that cannot be made at the moment: the letter is tried again later."""


letter_attachments: dict[str, str] = {}
"""Key → dotted path of a function of ``(mail, values)`` that returns a list of Attachment, called in
the tenant's open scope. The same letter has the same attachments whenever it is asked."""
