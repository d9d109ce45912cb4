"""What can be wrong with a file, as data: the text for people is made elsewhere, in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN_VALUE = 200  # characters of an offending value that are kept


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a code and what its sentence needs."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    `line` counts from 1 with the header as line 1 (None: the file as a whole); in a workbook it is
    the row of the sheet. `column` is the column as the file names it, empty when it is the row.
    """

    line: int | None
    column: str
    value: str
    reason: Reason


class FileRefused(Exception):
    """The file cannot be read at all; `faults` say why. `--skip-bad` does not help against it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{fault.line}: {fault.reason.code}" for fault in self.faults))


def refuse(
    code: str,
    *,
    line: int | None = None,
    column: str = "",
    value: str = "",
    **params: Any,
) -> FileRefused:
    """A refusal of the whole file with one fault."""
    return FileRefused([Fault(line, column, value[:SHOWN_VALUE], Reason(code, params))])
