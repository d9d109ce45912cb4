"""Loading files and taking loads back: from the command line, and step by step on screen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import closing
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from accounts.actions.audit import program, record
from accounts.loads.reading import FileRefused, Source
from accounts.loads.registry import LoadKind, find_kind
from accounts.loads.running import LoadOptions, Progress, Result, run_load, take_writing_lock
from accounts.loads.undo import Undo, Undone
from accounts.models import Load, LoadMapping, LoadPart, Tenant, User
from accounts.signals import customer_facts_changed, facts_loaded
from accounts.tenancy import current_tenant_id

State = Load.State


class NotPossible(Exception):
    """The load is not in a state in which this can be done."""


@transaction.atomic
def load_file(
    *,
    handle: BinaryIO,
    filename: str,
    kind: LoadKind,
    options: LoadOptions,
    tenant: Tenant,
    by: User | None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> tuple[Load | None, Result]:
    """Load a file here and now, in the open scope. All of it is one transaction: a process that is
    killed leaves nothing. A refused load leaves only the record of itself, a dry run not even that.
    """
    load = None
    if not dry_run:
        load = Load.objects.create(
            kind=kind.name,
            state=State.RUNNING,
            filename=filename[:300],
            options=options.as_json(),
            attempts=1,
            created_by=by,
            started_at=timezone.now(),
        )
    result = run_file(handle, kind, options, tenant, load, dry_run=dry_run, progress=progress)
    if load is not None:
        finish(load, result, by=by)
    return load, result


def run_file(
    handle: BinaryIO,
    kind: LoadKind,
    options: LoadOptions,
    tenant: Tenant,
    load: Load | None,
    *,
    dry_run: bool,
    progress: Progress | None,
) -> Result:
    """Read and load an open file in the open scope, and close it; what cannot be read is a refused
    result."""
    try:
        with closing(handle), Source(handle) as source:
            return run_load(
                source,
                kind,
                options,
                tenant=tenant,
                load_id=load.pk if load else None,
                dry_run=dry_run,
                progress=progress,
            )
    except FileRefused as refusal:
        return Result(kind.name, refused=True, faults=refusal.faults)


def finish(load: Load, result: Result, *, by: User | None) -> None:
    """Write down what came of a load, and that it happened."""
    load.state = State.REFUSED if result.refused else State.DONE
    keep_result(load, result)
    load.finished_at = timezone.now()
    load.save()
    if not result.refused:
        load.parts.all().delete()
    record(
        "load.refused" if result.refused else "load.done",
        by=by,
        about=load,
        kind=load.kind,
        read=result.read,
        created=result.created,
        updated=result.updated,
        unchanged=result.unchanged,
        rejected=result.rejected,
    )


def keep_result(load: Load, result: Result) -> None:
    """The figures and faults of a result, on the load."""
    load.read, load.created, load.updated = result.read, result.created, result.updated
    load.unchanged, load.rejected = result.unchanged, result.rejected
    load.errors = result.errors()
    load.notes = result.notes


@transaction.atomic
def receive_file(
    *, kind: LoadKind, filename: str, chunks: Iterable[bytes], by: User | None
) -> Load:
    """Keep an uploaded file in pieces, for a worker on any host to read."""
    load = Load.objects.create(kind=kind.name, filename=filename[:300], created_by=by)
    size = 0
    for number, chunk in enumerate(chunks):
        LoadPart.objects.create(load=load, number=number, data=chunk)
        size += len(chunk)
    load.size_bytes = size
    load.save(update_fields=["size_bytes"])
    record("load.uploaded", by=by, about=load, kind=kind.name, bytes=size)
    return load


def open_parts(load: Load) -> BinaryIO:
    """An uploaded file put together again, in a temporary file.

    Raises:
        NotPossible: the file is no longer kept.
    """
    handle = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    for part in load.parts.order_by("number").values_list("data", flat=True).iterator(4):
        handle.write(part)
    if not handle.tell() and load.size_bytes:
        handle.close()
        raise NotPossible
    handle.seek(0)
    return cast(BinaryIO, handle)


@transaction.atomic
def ask_for_check(*, load: Load, options: LoadOptions, by: User | None) -> None:
    """Have the file checked with these options: a dry run by a worker."""
    _advance(
        load,
        [State.UPLOADED, State.CHECKED, State.REFUSED],
        state=State.CHECKING,
        options=options.as_json(),
        preview=None,
        attempts=0,
        started_at=None,
        finished_at=None,
    )


@transaction.atomic
def ask_for_run(*, load: Load, skip_bad: bool, by: User) -> None:
    """Have a checked file loaded by a worker."""
    options = {**load.options, "skip_bad": skip_bad}
    _advance(
        load, [State.CHECKED], state=State.QUEUED, options=options, attempts=0, started_at=None
    )
    record("load.started", by=by, about=load, kind=load.kind, skip_bad=skip_bad)


@transaction.atomic
def ask_for_run_unseen(*, load: Load, options: LoadOptions, by: User | None) -> None:
    """Have a file loaded by a worker that nobody looks at before: a program's."""
    _advance(
        load,
        [State.UPLOADED],
        state=State.QUEUED,
        options=options.as_json() | {"program": program.get()},
        attempts=0,
        started_at=None,
    )
    record("load.started", by=by, about=load, kind=load.kind, skip_bad=options.skip_bad)


@transaction.atomic
def ask_for_undo(*, load: Load, by: User | None) -> None:
    """Have a load taken back by a worker."""
    notes = {
        **load.notes,
        "undone_by": by.pk if by else None,
        "undone_through": program.get(),
    }
    notes.pop("dependants", None)
    _advance(load, [State.DONE], state=State.UNDOING, notes=notes, attempts=0, started_at=None)


@transaction.atomic
def discard(*, load: Load, by: User) -> None:
    """Throw an uploaded file away that was never loaded."""
    record("load.discarded", by=by, about=load, kind=load.kind)
    changed = Load.objects.filter(
        pk=load.pk, state__in=[State.UPLOADED, State.CHECKED, State.REFUSED]
    )
    if not changed.exists():
        raise NotPossible
    load.parts.all().delete()
    changed.delete()


def _advance(load: Load, states: list[str], **changes: Any) -> None:
    """Change a load's state where it is in one of these."""
    if not Load.objects.filter(pk=load.pk, state__in=states).update(**changes):
        raise NotPossible
    load.refresh_from_db()


@transaction.atomic
def undo_load(*, load: Load, by: User | None) -> Undone:
    """Take a load back.

    Raises:
        NotPossible: it is not a finished load.
        CannotUndo: something depends on it now.
    """
    locked = Load.objects.select_for_update().get(pk=load.pk)
    kind = find_kind(locked.kind)
    if locked.state not in (State.DONE, State.UNDOING) or kind is None:
        raise NotPossible
    take_writing_lock(current_tenant_id())
    now = timezone.now()
    # Asked now: what the load created is gone afterwards.
    touched = kind.touched.by(locked.pk) if kind.touched else []
    undone = Undo(locked, kind, now=now).run()
    locked.state = State.UNDONE
    locked.undone_at = now
    locked.save(update_fields=["state", "undone_at"])
    record(
        "load.undone",
        by=by,
        about=locked,
        kind=locked.kind,
        removed=undone.removed,
        restored=undone.restored,
    )
    if touched != []:
        customer_facts_changed.send(sender=Load, customer_ids=touched)
    facts_loaded.send(sender=Load, kind=kind.name, since=now)
    load.refresh_from_db()
    return undone


@transaction.atomic
def save_mapping(*, kind: LoadKind, name: str, options: LoadOptions, by: User) -> LoadMapping:
    """Keep a column mapping for the next file of this kind; the name is taken over if it exists."""
    mapping, _ = LoadMapping.objects.update_or_create(
        kind=kind.name,
        name=name,
        defaults={
            "mapping": dict(options.mapping),
            "dates": options.dates.value if options.dates else "",
        },
    )
    record("load_mapping.saved", by=by, about=mapping, kind=kind.name)
    return mapping
