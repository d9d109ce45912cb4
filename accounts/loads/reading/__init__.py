"""Files as people send them, read into typed rows with every fault named by its line.

Pure Python: no Django, no database. `Source` opens the bytes, `Reader` reads them for a kind.
"""

from .amounts import DecimalMark
from .columns import Column, WrongMapping, parse_mapping
from .dates import DateOrder
from .faults import Fault, FileRefused, Reason
from .guesses import guess_mapping, likely_columns
from .peek import Peek, peek
from .reader import Reader, Records, Wanted
from .source import Limits, Source, spool
from .table import Table

__all__ = [
    "Column",
    "DateOrder",
    "DecimalMark",
    "Fault",
    "FileRefused",
    "Limits",
    "Peek",
    "Reader",
    "Reason",
    "Records",
    "Source",
    "Table",
    "Wanted",
    "WrongMapping",
    "guess_mapping",
    "likely_columns",
    "parse_mapping",
    "peek",
    "spool",
]
