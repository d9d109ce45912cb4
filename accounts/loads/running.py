"""One load from file to facts: read, stage, check, write, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.loads.preview import Preview
from accounts.loads.reading import (
    DateOrder,
    DecimalMark,
    Fault,
    FileRefused,
    Reader,
    Source,
    Wanted,
)
from accounts.loads.reasons import COMMAND_OPTIONS, notes_with_words, reason_text
from accounts.loads.recipes import find_recipe
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage
from accounts.models import Tenant
from accounts.signals import customer_facts_changed, facts_loaded

SHOWN_FAULTS = 100  # in what the command prints
KEPT_FAULTS = 1000
# Loads of one tenant write one after the other; the class keeps other uses of such locks apart.
LOCK_CLASS = 0x4C4F4144 << 32

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LoadOptions:
    """What a person says about a file. `mapping`: column of the kind → name in the file; `recipe`:
    the name of that of the program which exported it."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None
    skip_bad: bool = False
    recipe: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LoadOptions:
        """From `Load.options`."""
        return cls(
            mapping=dict(stored.get("map") or {}),
            dates=DateOrder(stored["dates"]) if stored.get("dates") else None,
            decimal=DecimalMark(stored["decimal"]) if stored.get("decimal") else None,
            skip_bad=bool(stored.get("skip_bad")),
            recipe=stored.get("recipe") or "",
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "map": dict(self.mapping),
            "dates": self.dates.value if self.dates else None,
            "decimal": self.decimal.value if self.decimal else None,
            "skip_bad": self.skip_bad,
            **({"recipe": self.recipe} if self.recipe else {}),
        }


@dataclass
class Result:
    """What came of a load, or in a dry run would come. `refused`: nothing was saved."""

    kind: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    refused: bool = False
    faults: list[Fault] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    preview: Preview | None = None

    def errors(self) -> list[dict[str, Any]]:
        """The first faults as stored: code and parameters, to be put in words later."""
        return [
            {
                "line": fault.line,
                "column": fault.column,
                "value": fault.value,
                "code": fault.reason.code,
                "params": dict(fault.reason.params),
            }
            for fault in self.faults
        ]

    def as_json(self, load_id: int | None) -> dict[str, Any]:
        """The line that the command prints, in the active language."""
        return {
            "load": load_id,
            "kind": self.kind,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "errors": [
                in_words(error, options=COMMAND_OPTIONS) for error in self.errors()[:SHOWN_FAULTS]
            ],
            **notes_with_words(self.notes),
        }


def in_words(error: Mapping[str, Any], *, options: Mapping[str, str]) -> dict[str, Any]:
    """A stored error with its sentence in the active language; `options` as for `reason_text`."""
    return {
        "line": error["line"],
        "column": error["column"],
        "value": error["value"],
        "reason": reason_text(error["code"], error["params"], options=options),
        "code": error["code"],
    }


class _Undone(Exception):
    """Leaves the transaction without what was written in it."""


def run_load(
    source: Source,
    kind: LoadKind,
    options: LoadOptions,
    *,
    tenant: Tenant,
    load_id: int | None,
    dry_run: bool,
    progress: Progress | None = None,
) -> Result:
    """Load a file in the open scope of its tenant.

    Nothing is left behind when the file is refused, when a row is rejected without `skip_bad`, or
    in a dry run; else the facts are written, part of the caller's transaction.
    """
    result = Result(kind.name)
    try:
        with transaction.atomic():
            _run(source, kind, options, tenant, load_id, dry_run, progress or _silent, result)
            if dry_run or result.refused:
                raise _Undone
    except FileRefused as refusal:
        return Result(kind.name, refused=True, faults=refusal.faults)
    except _Undone:
        if result.refused and not dry_run:
            result.created = result.updated = result.unchanged = 0
    return result


def take_writing_lock(tenant_id: int) -> None:
    """Until the transaction ends, no other load of the tenant writes or is undone, and no night
    takes the moment as of which it knows the facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_CLASS + tenant_id])


def _silent(phase: str, done: int, total: int) -> None:
    pass


def _run(
    source: Source,
    kind: LoadKind,
    options: LoadOptions,
    tenant: Tenant,
    load_id: int | None,
    dry_run: bool,
    progress: Progress,
    result: Result,
) -> None:
    progress("reading", 0, 0)
    reader = Reader(
        source,
        Wanted(
            columns=kind.columns,
            one_of=kind.one_of,
            mapping=options.mapping,
            dates=options.dates,
            mark=options.decimal,
            currency=tenant.currency,
            keep_extras=kind.keep_extras,
            recipe=find_recipe(options.recipe),
        ),
    )
    stage = Stage(
        tenant_id=tenant.id,
        zone=tenant.timezone,
        columns=[*kind.columns, *kind.derived],
        present=frozenset(reader.layout.sources),
        known_from=timezone.now(),
        load_id=load_id,
        skip_bad=options.skip_bad,
        progress=partial(progress, "writing"),
    )
    stage.open()
    faults, rejected = _fill(stage, kind, reader, progress, result)
    stage.unread = rejected
    progress("checking", 0, 0)
    if not dry_run:
        # Late, so that reading a file keeps nobody waiting and what is written counts as known from
        # a moment just before it can be seen.
        take_writing_lock(tenant.id)
    stage.known_from = timezone.now()
    stage.check_all = dry_run or (rejected > 0 and not options.skip_bad)
    kind.plan(stage)
    result.rejected = rejected + stage.rejected()
    result.refused = result.rejected > 0 and not options.skip_bad
    if dry_run or not result.refused:
        if dry_run:
            result.preview = kind.preview(stage)
        else:
            progress("writing", 0, 0)
            kind.write(stage)
            result.rejected = rejected + stage.rejected()
            result.refused = result.rejected > 0 and not options.skip_bad
        _count(result, kind.counts(stage))
    found = list(_unique(_named(fault, reader) for fault in stage.faults(KEPT_FAULTS)))
    result.faults = sorted(faults + found, key=lambda fault: fault.line or 0)[:KEPT_FAULTS]
    result.notes = {**_about(kind, reader), **stage.notes}
    if kind.touched and load_id is not None and not dry_run and not result.refused:
        touched = kind.touched.by(load_id)
        if touched != []:
            customer_facts_changed.send(sender=LoadKind, customer_ids=touched)
    if not dry_run and not result.refused:
        facts_loaded.send(sender=LoadKind, kind=kind.name, since=stage.known_from)


def _fill(
    stage: Stage, kind: LoadKind, reader: Reader, progress: Progress, result: Result
) -> tuple[list[Fault], int]:
    """Copy the good rows into the stage; returns the first faults and how many rows are bad."""
    faults: list[Fault] = []
    rejected = 0
    names = [column.name for column in stage.columns if column.name in stage.present]
    derived = [column.name for column in kind.derived]

    def chunks() -> Iterator[list[Sequence[Any]]]:
        nonlocal rejected
        for records in reader.records():
            result.read += records.read
            rejected += records.rejected
            if len(faults) < KEPT_FAULTS:
                faults.extend(records.faults[: KEPT_FAULTS - len(faults)])
            columns: list[Sequence[Any]] = [records.lines, *(records.values[n] for n in names)]
            further = kind.derive(records.values)
            columns += [further[name] for name in derived]
            if records.extras is not None:
                columns.append(records.extras)
            yield columns
            done = records.lines[-1] if records.lines else 0
            progress("reading", done, reader.scan.lines)

    extras = ["extras"] if kind.keep_extras else []
    stage.copy(["line", *names, *derived, *extras], chunks())
    return faults, rejected


def _count(result: Result, counts: Counts) -> None:
    result.created, result.updated = counts.created, counts.updated
    result.unchanged = counts.unchanged


def _unique(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Each fault once: one column of the file may feed several of the kind."""
    said = set()
    for fault in faults:
        known = (fault.line, fault.column, fault.value, fault.reason.code)
        if known not in said:
            said.add(known)
            yield fault


def _named(fault: Fault, reader: Reader) -> Fault:
    """A fault found in the database, with the column as the file names it."""
    return replace(fault, column=reader.layout.name_of(fault.column))


def _about(kind: LoadKind, reader: Reader) -> dict[str, Any]:
    """What was found out about the file."""
    notes: dict[str, Any] = {"encoding": reader.scan.encoding}
    if reader.prepared:
        notes |= reader.prepared.notes()
    if reader.was_surveyed and (order := reader.date_order()):
        notes["dates"] = order.value
    if reader.layout.extras:
        what = "attribute_columns" if kind.keep_extras else "ignored_columns"
        notes[what] = [name for name, _ in reader.layout.extras]
    return notes
