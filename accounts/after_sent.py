"""What is done once a letter has left, or has come back. A row holds no function, so apps register
theirs here by a key, in ``AppConfig.ready()``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LetterHook:
    """Dotted paths of functions of the ``OutgoingMail``, called in its tenant's open scope, in the
    transaction that records what became of it. ``bounced`` may be empty."""

    sent: str
    bounced: str = ""


@dataclass(frozen=True)
class AfterSent:
    """Which hook a letter has, and the id of the object it is for (``mail.after_id``)."""

    key: str
    object_id: int


letter_hooks: dict[str, LetterHook] = {}
