"""A stored night and the same night computed again: who differs, in what, and why.

Why is found by computing the night under each change alone, never by looking at what seems to fit:
with the facts of now and the rules of then, with the facts of then and the rules of now. Late data
are a reason where the facts of now make a difference under either rules; rules, where those of now
make one with either facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from segmentation.compute.digest import MOVES_COLUMNS, TIERS_COLUMNS

Row = tuple[str, ...]

LATE_DATA = "late_data"
RULES = "rules"
EARLIER_NIGHT = "earlier_night"
REASONS = (LATE_DATA, RULES, EARLIER_NIGHT)

PARTS: Mapping[str, tuple[str, ...]] = {
    "tier": ("tier",),
    "stage": ("stage",),
    "segment": ("segment", "class8"),
    "scores": ("r", "f", "m"),
    "dimensions": ("activity", "contribution", "value", "need"),
    "measures": ("recency_days", "frequency", "monetary"),
    "reason": ("reason",),
}
"""What can differ of a customer, and the columns of TIERS_COLUMNS that say it; beside them
``moves``: the moves of that night."""

MOVES = "moves"
_PLACES = {name: TIERS_COLUMNS.index(name) for names in PARTS.values() for name in names}
_NIGHT = MOVES_COLUMNS.index("night")


@dataclass(frozen=True)
class Said:
    """What one computation of a night says, by customer key: the row of TIERS_COLUMNS (without the
    key), and the rows of its moves (without key and night)."""

    tiers: Mapping[str, Row]
    moves: Mapping[str, tuple[Row, ...]]

    @classmethod
    def from_rows(cls, tiers: Iterable[Sequence[str]], moves: Iterable[Sequence[str]]) -> "Said":
        """From formatted rows as the digest reads them."""
        of_customers: dict[str, tuple[Row, ...]] = {}
        for row in sorted(tuple(row) for row in moves):
            rest = (*row[1:_NIGHT], *row[_NIGHT + 1 :])
            of_customers[row[0]] = (*of_customers.get(row[0], ()), rest)
        return cls({row[0]: tuple(row[1:]) for row in tiers}, of_customers)

    def of(self, key: str) -> tuple[Row | None, tuple[Row, ...]]:
        return self.tiers.get(key), self.moves.get(key, ())

    def cells(self, key: str) -> dict[str, str]:
        """Column → text of the customer's row; empty when there is none."""
        row = self.tiers.get(key)
        return dict(zip(TIERS_COLUMNS[1:], row, strict=True)) if row else {}


@dataclass(frozen=True)
class Difference:
    """A customer of whom two computations say something else.

    stored, computed: column → text, empty when the computation does not have the customer; moves:
    the rows of its moves, each kind, from, to, cause, reason. parts: of PARTS and MOVES; reasons: of
    REASONS, in that order.
    """

    key: str
    stored: dict[str, str]
    computed: dict[str, str]
    stored_moves: tuple[Row, ...]
    computed_moves: tuple[Row, ...]
    parts: tuple[str, ...]
    reasons: tuple[str, ...]


def differing(left: Said, right: Said) -> set[str]:
    """Keys of the customers of whom the two say something else."""
    moved = left.moves.items() ^ right.moves.items()
    return {key for key, _ in left.tiers.items() ^ right.tiers.items()} | {key for key, _ in moved}


def differences(
    stored: Said,
    computed: Said,
    *,
    replayed: Said,
    under_facts: Said | None = None,
    under_rules: Said | None = None,
) -> list[Difference]:
    """Who differs between what is stored and what was computed, by key.

    replayed: from the facts and by the rules of then; what it says else than what is stored comes
    from the night before, which was changed since. under_facts: from the facts of now by the rules
    of then; under_rules: from the facts of then by the rules of now; None: not changed.
    """
    late = differing(replayed, under_facts) if under_facts else set()
    ruled = differing(replayed, under_rules) if under_rules else set()
    if under_facts and under_rules:
        late |= differing(under_rules, computed)
        ruled |= differing(under_facts, computed)
    by_reason = {LATE_DATA: late, RULES: ruled, EARLIER_NIGHT: differing(stored, replayed)}
    found = []
    for key in sorted(differing(stored, computed), key=str.encode):
        reasons = tuple(reason for reason in REASONS if key in by_reason[reason])
        left, right = stored.of(key), computed.of(key)
        found.append(
            Difference(
                key=key,
                stored=stored.cells(key),
                computed=computed.cells(key),
                stored_moves=left[1],
                computed_moves=right[1],
                parts=_parts(left, right),
                reasons=reasons,
            )
        )
    return found


def _parts(
    left: tuple[Row | None, tuple[Row, ...]], right: tuple[Row | None, tuple[Row, ...]]
) -> tuple[str, ...]:
    old, new = left[0], right[0]
    parts = [
        part
        for part, names in PARTS.items()
        if any(_cell(old, name) != _cell(new, name) for name in names)
    ]
    if left[1] != right[1]:
        parts.append(MOVES)
    return tuple(parts)


def _cell(row: Row | None, name: str) -> str:
    return row[_PLACES[name] - 1] if row else ""
