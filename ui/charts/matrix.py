"""Migration from tier to tier as a table whose cells carry weight and direction."""

from __future__ import annotations

from dataclasses import dataclass

from ui.charts.data import Cell, Matrix, MatrixAxis

WEIGHTS = 4


@dataclass(frozen=True)
class MatrixCell:
    """``direction`` is same, up, down, other or none (nobody went there); ``weight`` 0 to 4."""

    cell: Cell
    direction: str
    weight: int
    to: MatrixAxis


@dataclass(frozen=True)
class MatrixRow:
    axis: MatrixAxis
    cells: list[MatrixCell]
    total: int


@dataclass(frozen=True)
class MatrixLayout:
    columns: list[MatrixAxis]
    rows: list[MatrixRow]
    totals: list[int]
    total: int
    moved: int


def lay_out_matrix(matrix: Matrix) -> MatrixLayout:
    """Weights compare the cells off the diagonal with the fullest of them."""
    axes = list(matrix.axes)
    nobody = Cell(0)
    fullest = max(
        (cell.count for (start, end), cell in matrix.cells.items() if start != end), default=0
    )
    rows = []
    for place, start in enumerate(axes):
        cells = []
        for other, end in enumerate(axes):
            cell = matrix.cells.get((start.key, end.key), nobody)
            cells.append(
                MatrixCell(
                    cell=cell,
                    direction=_direction(matrix, place, other) if cell.count else "none",
                    weight=_weight(cell.count, fullest) if place != other else 0,
                    to=end,
                )
            )
        rows.append(MatrixRow(start, cells, sum(cell.cell.count for cell in cells)))
    totals = [sum(row.cells[place].cell.count for row in rows) for place in range(len(axes))]
    return MatrixLayout(
        columns=axes,
        rows=rows,
        totals=totals,
        total=sum(totals),
        moved=sum(
            cell.cell.count for row in rows for cell in row.cells if cell.to.key != row.axis.key
        ),
    )


def _direction(matrix: Matrix, start: int, end: int) -> str:
    if start == end:
        return "same"
    if {matrix.axes[start].key, matrix.axes[end].key} & matrix.unranked:
        return "other"
    return "up" if end < start else "down"


def _weight(count: int, fullest: int) -> int:
    if count == 0 or fullest == 0:
        return 0
    return max(1, -(-WEIGHTS * count // fullest))
