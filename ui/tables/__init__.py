"""What a list screen's table is: its columns, and its order and page as the URL states them."""

from ui.tables.columns import Column
from ui.tables.state import DEFAULT_ROWS, Table

__all__ = ["DEFAULT_ROWS", "Column", "Table"]
