"""The digest of a night: equal for equal inputs, on any machine.

SHA-256 over UTF-8 text:

    tenure-night-1
    <header of the tiers rows>
    <one line per customer, sorted by customer key in byte order>
    (an empty line)
    <header of the moves rows>
    <one line per move, sorted by customer key in byte order, then stage before tier>

Lines are CSV (comma, double quotes where needed, LF), cells in the canonical form of `formats`.
No ids, no clocks. `tiers` and `moves` print the same cells.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence

import pandas as pd

from segmentation.compute.formats import format_column

FORMAT = "tenure-night-1"

TIERS_COLUMNS = (
    "customer",
    "recency_days",
    "frequency",
    "monetary",
    "r",
    "f",
    "m",
    "segment",
    "class8",
    "activity",
    "contribution",
    "value",
    "need",
    "stage",
    "tier",
    "reason",
)
MOVES_COLUMNS = ("customer", "night", "kind", "from", "to", "cause", "reason")

Row = Sequence[str]


def tiers_rows(
    keys: pd.Series,
    values: pd.DataFrame,
    places: dict[str, int],
    result: pd.DataFrame,
) -> list[tuple[str, ...]]:
    """The rows of `tiers`, formatted and sorted.

    keys: customer keys (str); values: columns recency_days, frequency, monetary (the measures
    bound to the slots), places: which of them hold money, scaled how; result: NightResult.frame.
    All with the same index.
    """
    columns = [keys.astype(object).to_list()]
    for name in TIERS_COLUMNS[1:4]:
        columns.append(format_column(values[name], places.get(name, 0)))
    for name in TIERS_COLUMNS[4:]:
        columns.append(format_column(result[name]))
    return sorted(zip(*columns, strict=True), key=lambda row: row[0].encode())


def moves_rows(moves: Iterable[Sequence[object]], night: str) -> list[tuple[str, ...]]:
    """The rows of `moves` of one night (ISO date), sorted.

    moves: (customer key, kind, from, to, cause, reason) each; from and to may be None.
    """
    rows = [
        (str(key), night, str(kind), *("" if word is None else str(word) for word in rest))
        for key, kind, *rest in moves
    ]
    return sorted(rows, key=lambda row: (row[0].encode(), row[2]))


def night_digest(tiers: Iterable[Row], moves: Iterable[Row]) -> str:
    """Hexadecimal SHA-256 over rows of TIERS_COLUMNS and of MOVES_COLUMNS, in any order.

    The cells are the formatted texts of `tiers_rows` and `moves_rows`.
    """
    hasher = hashlib.sha256()
    hasher.update(f"{FORMAT}\n".encode())
    hasher.update(_text(TIERS_COLUMNS, sorted(tiers, key=lambda row: row[0].encode())))
    hasher.update(b"\n")
    hasher.update(
        _text(MOVES_COLUMNS, sorted(moves, key=lambda row: (row[0].encode(), row[1], row[2])))
    )
    return hasher.hexdigest()


def _text(header: Row, rows: Iterable[Row]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
