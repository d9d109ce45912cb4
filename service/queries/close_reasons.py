"""The reasons that a tenant offers when work is closed."""

from __future__ import annotations

from dataclasses import dataclass

from service.models import CloseReason
from service.shipped.close_reasons import CLOSE_REASONS


@dataclass(frozen=True)
class Reason:
    """One reason of an ending. label: in the language of the reader, where it is the shipped text;
    own: the tenant's words, empty where the shipped ones hold."""

    ending: str
    key: str
    label: str
    own: str
    is_offered: bool
    is_shipped: bool


def close_reasons() -> list[Reason]:
    """Every reason: the shipped ones in their order, then those that the tenant added."""
    kept = {(row.ending, row.key): row for row in CloseReason.objects.order_by("pk")}
    found = []
    for ending, shipped in CLOSE_REASONS.items():
        for key, words in shipped.items():
            row = kept.pop((ending, key), None)
            own = row.label if row else ""
            found.append(
                Reason(ending, key, own or str(words), own, row is None or row.is_offered, True)
            )
    found += [
        Reason(ending, key, row.label or key, row.label, row.is_offered, False)
        for (ending, key), row in kept.items()
    ]
    return found


def offered(ending: str) -> list[Reason]:
    """What can be chosen for an ending."""
    return [one for one in close_reasons() if one.ending == ending and one.is_offered]
