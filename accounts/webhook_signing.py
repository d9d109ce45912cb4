"""Signatures of what is sent, after the Standard Webhooks specification."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
BYTES = 32


def new_signing_secret() -> str:
    """As receivers paste it: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256, in base64, of id, moment (seconds since 1970) and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    text = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def signed_headers(keys: Sequence[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers that receivers verify; a signature for each secret that holds."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(key, message_id, at, body) for key in keys),
    }
