"""Secrets that rest in the database: a stolen dump alone must not open them."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class CannotUnseal(Exception):
    """It was sealed with another ``SECRET_KEY``, or is damaged."""


def seal(text: str, *, purpose: str) -> str:
    """The text as nobody reads it without the installation's key. ``purpose``: what it is, so that
    one kind of secret cannot be passed off as another."""
    return _cipher(purpose, settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """
    Raises:
        CannotUnseal: this installation did not seal it for this purpose.
    """
    try:
        return _cipher(purpose, settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal from error


@lru_cache(maxsize=16)
def _cipher(purpose: str, key: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
