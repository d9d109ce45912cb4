"""Order and page of a table, read from a query string and written back into links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from ui.tables.columns import Column

DEFAULT_ROWS = 50
MOST_PAGES = 100_000  # keeps an absurd ?page= from becoming an absurd OFFSET


@dataclass(frozen=True)
class Heading:
    """A column as its heading shows it: where a click goes, and how the table is sorted now."""

    column: Column
    url: str
    direction: Literal["ascending", "descending", ""]


@dataclass(frozen=True)
class Table:
    """Columns with the order and the page that a query string asks for.

    ``read`` takes any query string and falls back to the default where it makes no sense. Every
    link keeps all other parameters; changing anything but the page goes back to page 1. With two
    tables on a page, give each a ``prefix``.
    """

    columns: tuple[Column, ...]
    parameters: tuple[tuple[str, str], ...]
    sort: str
    descending: bool
    page: int = 1
    rows: int = DEFAULT_ROWS
    total: int | None = None
    tie: str = ""
    prefix: str = ""

    @classmethod
    def read(
        cls,
        columns: Sequence[Column],
        query: str,
        *,
        default: str = "",
        tie: str = "",
        rows: int = DEFAULT_ROWS,
        prefix: str = "",
    ) -> Table:
        """``default`` is a column key, with ``-`` in front for descending order.

        ``tie`` is a unique ordering field, so that two pages never show a row twice.
        """
        parameters = tuple(parse_qsl(query, keep_blank_values=False, max_num_fields=200))
        asked = dict(parameters)
        sortable = {column.key for column in columns if column.sortable}
        wanted = asked.get(f"{prefix}sort", default)
        if wanted.removeprefix("-") not in sortable:
            wanted = default
        return cls(
            columns=tuple(columns),
            parameters=parameters,
            sort=wanted.removeprefix("-"),
            descending=wanted.startswith("-"),
            page=_page(asked.get(f"{prefix}page", "")),
            rows=rows,
            tie=tie,
            prefix=prefix,
        )

    def counted(self, total: int) -> Table:
        """The same table knowing how many rows there are; a page past the end is the last."""
        pages = max(1, -(-total // self.rows))
        return replace(self, total=total, page=min(self.page, pages))

    @property
    def order_by(self) -> tuple[str, ...]:
        """Ordering fields as Django takes them, ending with the tie-breaker."""
        column = next((column for column in self.columns if column.key == self.sort), None)
        fields = column.fields if column else ()
        ordered = tuple(_reversed(field) if self.descending else field for field in fields)
        if self.tie and self.tie not in {field.removeprefix("-") for field in ordered}:
            ordered += (self.tie,)
        return ordered

    @property
    def slice(self) -> slice:
        start = (self.page - 1) * self.rows
        return slice(start, start + self.rows)

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    @property
    def pages(self) -> int:
        return max(1, -(-(self.total or 0) // self.rows))

    @property
    def first(self) -> int:
        """Number of the first row shown, 0 when there is none."""
        return min((self.page - 1) * self.rows + 1, self.total or 0)

    @property
    def last(self) -> int:
        return min(self.page * self.rows, self.total or 0)

    @property
    def previous_url(self) -> str:
        return self.url(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(page=self.page + 1) if self.page < self.pages else ""

    @property
    def page_numbers(self) -> list[int | None]:
        """Pages to link: the ends, and two around the current one; None is a gap."""
        shown = sorted(
            {
                1,
                self.pages,
                *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1),
            }
        )
        numbers: list[int | None] = []
        for number in shown:
            previous = numbers[-1] if numbers else 0
            if previous is not None and number - previous == 2:
                numbers.append(number - 1)
            elif previous is not None and number - previous > 2:
                numbers.append(None)
            numbers.append(number)
        return numbers

    @property
    def page_links(self) -> list[tuple[int | None, str]]:
        return [(number, self.url(page=number) if number else "") for number in self.page_numbers]

    def positions(self, which: str) -> str:
        """Places (from 1) of the columns that are ``end``, ``center`` or ``wide``.

        The style sheet aligns and hides whole columns by them, so cells need no class.
        """
        chosen = (
            place
            for place, column in enumerate(self.columns, start=1)
            if (column.wide if which == "wide" else column.align == which)
        )
        return " ".join(str(place) for place in chosen)

    def url(self, **changes: object) -> str:
        """The same page of the site with some parameters changed; None or "" takes one away.

        ``sort`` and ``page`` are this table's own, whatever its prefix.
        """
        wanted = {
            (f"{self.prefix}{name}" if name in {"sort", "page"} else name): value
            for name, value in changes.items()
        }
        if "page" not in changes or changes["page"] == 1:
            wanted[f"{self.prefix}page"] = None
        kept = [(name, value) for name, value in self.parameters if name not in wanted]
        added = [(name, str(value)) for name, value in wanted.items() if value not in (None, "")]
        return "?" + urlencode(kept + added)

    def _heading(self, column: Column) -> Heading:
        if not column.sortable:
            return Heading(column, "", "")
        current = column.key == self.sort
        descending = not self.descending if current else column.align == "end"
        direction: Literal["ascending", "descending", ""] = ""
        if current:
            direction = "descending" if self.descending else "ascending"
        return Heading(column, self.url(sort=("-" if descending else "") + column.key), direction)


def _page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return 1
    return min(max(1, int(text)), MOST_PAGES)


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"
