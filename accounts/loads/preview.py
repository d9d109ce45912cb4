"""What a load would do, for people: the first rows it would create and change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.loads.reading.values import Moment
from accounts.loads.stage import Stage, as_object
from accounts.loads.upsert import Upsert

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Change:
    """One value before and after; either may be empty."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class PreviewRow:
    """One row of the file: its line, its cells, and what it changes (nothing: it is new)."""

    line: int
    cells: dict[str, str]
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """The first rows that a load would create and change, at most PREVIEW_ROWS each."""

    columns: list[str]
    created: list[PreviewRow]
    changed: list[PreviewRow]

    def add_changes(self, stage: Stage, changes: Mapping[int, list[Change]]) -> None:
        """Show further changes, by line."""
        known = {row.line: row for row in self.changed}
        missing = [line for line in changes if line not in known]
        cells = stage.rows(
            f"SELECT s.line, {_cells(stage, self.columns)} FROM load_row s WHERE s.line = ANY(%(lines)s)",
            lines=missing,
        )
        for line, texts in cells:
            known[line] = PreviewRow(line, _named(self.columns, texts))
        for line, further in changes.items():
            known[line].changes.extend(further)
        self.changed[:] = sorted(known.values(), key=lambda row: row.line)[:PREVIEW_ROWS]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def preview_of(stage: Stage, *upserts: Upsert, main: Upsert | None = None) -> Preview:
    """The preview of a plan. `main`: whose new rows are shown; the last one when not given."""
    main = main or upserts[-1]
    columns = [column.name for column in stage.columns if column.name in stage.present]
    created = stage.rows(
        f"SELECT i.line, {_cells(stage, columns)} FROM {main.plan} i JOIN load_row s ON s.line = i.line "
        "WHERE i.is_new ORDER BY i.line LIMIT %(limit)s",
        limit=PREVIEW_ROWS,
    )
    changed: dict[int, PreviewRow] = {}
    for upsert in upserts:
        for row in _changed(stage, upsert, columns):
            known = changed.setdefault(row.line, row)
            if known is not row:
                known.changes.extend(row.changes)
    first = sorted(changed.values(), key=lambda row: row.line)[:PREVIEW_ROWS]
    return Preview(
        columns, [PreviewRow(line, _named(columns, cells)) for line, cells in created], first
    )


def rows_of(stage: Stage, lines: list[int]) -> Preview:
    """A preview of new rows only, by their lines."""
    columns = [column.name for column in stage.columns if column.name in stage.present]
    found = stage.rows(
        f"SELECT s.line, {_cells(stage, columns)} FROM load_stage s WHERE s.line = ANY(%(lines)s) "
        "ORDER BY s.line",
        lines=lines,
    )
    return Preview(columns, [PreviewRow(line, _named(columns, cells)) for line, cells in found], [])


def _changed(stage: Stage, upsert: Upsert, columns: list[str]) -> Iterable[PreviewRow]:
    shown: list[tuple[str, str, str]] = []
    for entry in upsert.fields:
        if entry.source and entry.source in stage.present:
            shown.append((entry.source, *_pair(entry.target, entry.source, entry.refers_to)))
    if upsert.own and upsert.own.source in stage.present:
        own = upsert.own
        shown.append((own.source, *_pair(own.target, own.source, upsert.table)))
    olds = ", ".join(old for _, old, _ in shown) or "NULL"
    news = ", ".join(new for _, _, new in shown) or "NULL"
    attributes = "t.attributes, i.new_attributes" if upsert.attributes else "NULL, NULL"
    found = stage.rows(
        f"SELECT i.line, {_cells(stage, columns)}, ARRAY[{olds}]::text[], ARRAY[{news}]::text[], "
        f"{attributes} FROM {upsert.plan} i JOIN load_row s ON s.line = i.line "
        f"JOIN {upsert.table} t ON t.tenant_id = %(tenant)s AND t.id = i.row_id "
        "WHERE i.is_changed ORDER BY i.line LIMIT %(limit)s",
        limit=PREVIEW_ROWS,
    )
    for line, cells, old, new, before, after in found:
        changes = [
            Change(name, was or "", becomes or "")
            for (name, _, _), was, becomes in zip(shown, old, new, strict=False)
            if (was or "") != (becomes or "")
        ]
        changes += _attribute_changes(as_object(before), as_object(after))
        yield PreviewRow(line, _named(columns, cells), changes)


def _pair(target: str, source: str, refers_to: str) -> tuple[str, str]:
    """SQL for the old and the new value; of a reference its key, not its id."""
    if not refers_to:
        return f"t.{target}::text", f"i.new_{target}::text"
    looked_up = (
        f"SELECT k.key FROM {refers_to} k WHERE k.tenant_id = t.tenant_id AND k.id = t.{target}"
    )
    return f"({looked_up})", f's."{source}"::text'


def _cells(stage: Stage, names: list[str]) -> str:
    """SQL for the cells of a staged row as text; moments in the tenant's zone."""
    types = {column.name: type(column.type) for column in stage.columns}
    zone = stage.zone.replace("'", "")
    cells = (
        f"to_char(s.\"{name}\" AT TIME ZONE '{zone}', 'YYYY-MM-DD HH24:MI:SS')"
        if types[name] is Moment
        else f's."{name}"::text'
        for name in names
    )
    return f"ARRAY[{', '.join(cells)}]::text[]"


def _named(columns: list[str], cells: list[str | None]) -> dict[str, str]:
    return {name: cell or "" for name, cell in zip(columns, cells, strict=True)}


def _attribute_changes(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    for name in sorted({*before, *after}):
        was, becomes = str(before.get(name, "")), str(after.get(name, ""))
        if was != becomes:
            yield Change(name, was, becomes)
