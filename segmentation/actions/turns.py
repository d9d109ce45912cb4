"""Turns of a tenant: locks that end with the transaction that took them, also when its process is
killed."""

from __future__ import annotations

from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """What one transaction of a tenant does at a time; the class keeps other locks apart."""

    NIGHTS = 0x4E494748 << 32
    GROUPS = 0x47525053 << 32
    RULES = 0x52554C45 << 32
    CHAINS = 0x4348414E << 32
    MERGES = 0x4D524753 << 32
    REPORTS = 0x52505254 << 32
    FIGURES = 0x46494755 << 32
    ALIASES = 0x414C4941 << 32


def take_turn(turn: Turn) -> None:
    """Wait until no other transaction of the tenant has the turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s + current_setting('app.tenant_id')::bigint)",
            [turn.value],
        )


def has_turn(turn: Turn) -> bool:
    """Take the turn if no other transaction has it; whether this one has it now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s + current_setting('app.tenant_id')::bigint)",
            [turn.value],
        )
        return bool(cursor.fetchone()[0])
