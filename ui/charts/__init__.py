"""Small charts. Data in, geometry out: pure Python, drawn by templates/components/charts/.

Nothing here knows Django, a language or a domain; a format function is passed in.
"""

from ui.charts.columns import ColumnLayout, lay_out_columns
from ui.charts.data import Cell, Matrix, MatrixAxis, Series, TargetBar, TimeChart, Unit
from ui.charts.gantt import Gantt, GanttLayout, GanttRow, lay_out_gantt
from ui.charts.lines import LineLayout, lay_out_lines
from ui.charts.matrix import MatrixLayout, lay_out_matrix
from ui.charts.sparkline import SparkLayout, lay_out_sparkline
from ui.charts.target import TargetLayout, lay_out_target

__all__ = [
    "Cell",
    "ColumnLayout",
    "Gantt",
    "GanttLayout",
    "GanttRow",
    "LineLayout",
    "Matrix",
    "MatrixAxis",
    "MatrixLayout",
    "Series",
    "SparkLayout",
    "TargetBar",
    "TargetLayout",
    "TimeChart",
    "Unit",
    "lay_out_columns",
    "lay_out_gantt",
    "lay_out_lines",
    "lay_out_matrix",
    "lay_out_sparkline",
    "lay_out_target",
]
