"""The address by which a customer's person declines letters: signed, so that nothing is kept of it,
and nobody declines for somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from accounts.letter_texts import public_address

SALT = "accounts.unsubscribing"


@dataclass(frozen=True)
class Asked:
    """Who declines, and what the address was sent for."""

    tenant_id: int
    contact_id: int
    purpose: str
    language: str


def unsubscribe_path(tenant_id: int, contact_id: int, purpose: str, language: str) -> str:
    """Path of the address."""
    value = f"{tenant_id}.{contact_id}.{purpose}.{language}"
    return f"/mail/unsubscribe/{Signer(salt=SALT).sign(value)}/"


def unsubscribe_address(tenant_id: int, contact_id: int, purpose: str, language: str) -> str:
    """The whole address, as it stands in letters and in their heads."""
    return public_address() + unsubscribe_path(tenant_id, contact_id, purpose, language)


def asked_by(token: str) -> Asked | None:
    """Who declines by this address; None: we did not make it."""
    try:
        tenant_id, contact_id, purpose, language = Signer(salt=SALT).unsign(token).split(".")
        return Asked(int(tenant_id), int(contact_id), purpose, language)
    except (BadSignature, ValueError):
        return None
