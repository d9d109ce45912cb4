"""The tenant's list of churn reasons: what is shipped, in the tenant's words where it has some, and
its own."""

from __future__ import annotations

from dataclasses import dataclass

from service.models import ChurnReason
from service.shipped.churn_reasons import REASONS


@dataclass(frozen=True)
class Reason:
    """``version`` 0: as shipped, never changed."""

    key: str
    name: str
    is_archived: bool = False
    version: int = 0

    @property
    def is_shipped(self) -> bool:
        return self.key in REASONS


def churn_reasons() -> list[Reason]:
    """Every reason, the shipped ones first; in one query."""
    own = {row.key: row for row in ChurnReason.objects.order_by("pk")}
    found = [
        _reason(own.pop(key)) if key in own else Reason(key, str(name))
        for key, name in REASONS.items()
    ]
    return found + [_reason(row) for row in own.values()]


def offered_reasons() -> list[tuple[str, str]]:
    """Key and words of those that can be said now."""
    return [(reason.key, reason.name) for reason in churn_reasons() if not reason.is_archived]


def _reason(row: ChurnReason) -> Reason:
    name = row.name or str(REASONS.get(row.key, row.key))
    return Reason(row.key, name, row.is_archived, row.version)
