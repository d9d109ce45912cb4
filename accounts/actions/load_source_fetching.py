"""Bringing one file of a load source here, and writing its load down with it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from django.conf import settings
from django.utils import timezone

from accounts.actions.audit import program
from accounts.actions.load_source_files import former_of, next_waiting, options_of, rule_for, settle
from accounts.actions.load_source_troubles import tell_of_files
from accounts.actions.load_source_turns import Run
from accounts.actions.load_work import work_on_load
from accounts.actions.loads import ask_for_run_unseen, receive_file
from accounts.load_places import Changed, Found, Place, TooLarge, Unreachable, Unreadable
from accounts.loads.registry import find_kind
from accounts.models import LoadSource, LoadSourceFile, LoadSourceRule
from accounts.tenancy import tenant_scope

# Tries of one file, while the place itself answers; also by workers that died of it.
MOST_TRIES = 5
PART_BYTES = 1 << 20
State = LoadSourceFile.State


def settle_files(run: Run, pk: int) -> LoadSource | None:
    """The source, once what has ended is written down and told; None: it was taken away."""
    with tenant_scope(run.tenant.pk):
        source = LoadSource.objects.select_related("made_by").filter(pk=pk).first()
        if source is not None:
            rows = settle(source)
            tell_of_files(source, rows)
            run.settled += [row.pk for row in rows]
    return source


def take_next(run: Run, pk: int, place: Place) -> bool:
    """Fetch and load the file whose turn it is; False: none's it is.

    Raises:
        BadPlace, Unreachable: the place itself.
    """
    with tenant_scope(run.tenant.pk):
        source = LoadSource.objects.filter(pk=pk, is_active=True).first()
        row = next_waiting(source) if source is not None else None
        if source is None or row is None:
            return False
        rule = rule_for(row.name, list(source.rules.select_related("mapping")))
        if rule is None:
            # The rules were changed since: it is as if it had never been seen.
            row.delete()
            return True
        LoadSourceFile.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    if row.tries >= MOST_TRIES:
        _put_off(run, row, state=State.FAILED, trouble="error")
        return True
    run.files += 1
    run.bytes += row.size
    with cast(BinaryIO, tempfile.TemporaryFile()) as file:
        load_id = _fetched(run, source, row, rule, place, file)
    if load_id is not None:
        work_on_load(tenant_id=run.tenant.pk, load_id=load_id)
        run.renew()
        settle_files(run, pk)
    return True


def _fetched(
    run: Run,
    source: LoadSource,
    row: LoadSourceFile,
    rule: LoadSourceRule,
    place: Place,
    file: BinaryIO,
) -> int | None:
    """Bring a file here and write its load down; returns the load, None: there is none to run."""
    found = Found(row.name, row.mark, row.size, row.modified_at)
    try:
        digest = place.read(found, file, most=settings.LOAD_UPLOAD_LIMIT_BYTES, beat=run.beat)
    except Changed:
        # The next look finds another mark, and waits until it stays.
        _put_off(run, row, state=State.GROWING, mark="")
        return None
    except TooLarge:
        _put_off(run, row, state=State.FAILED, trouble="too_large")
        return None
    except Unreadable as trouble:
        _put_off(run, row, state=State.FAILED, trouble=trouble.code)
        return None
    except Unreachable as trouble:
        if row.tries + 1 >= MOST_TRIES:
            _put_off(run, row, state=State.FAILED, trouble=trouble.code)
            return None
        raise
    run.renew()
    with tenant_scope(run.tenant.pk):
        current = (
            LoadSourceFile.objects.select_for_update(of=("self",))
            .filter(pk=row.pk, state=State.WAITING, mark=row.mark, is_current=True)
            .first()
        )
        if current is None:
            return None
        if _is_the_same(current, digest, row):
            return None
        return _written(source, current, rule, digest, file)


def _written(
    source: LoadSource, row: LoadSourceFile, rule: LoadSourceRule, digest: str, file: BinaryIO
) -> int:
    """The load of a file that is here, waiting for a worker, and that it is the file's."""
    kind = find_kind(rule.kind)
    assert kind is not None, "rules were looked at"
    file.seek(0)
    through = program.set(source.name)
    try:
        load = receive_file(
            kind=kind,
            filename=row.name.rpartition("/")[2],
            chunks=_parts(file.read),
            by=source.made_by,
        )
        ask_for_run_unseen(load=load, options=options_of(rule), by=source.made_by)
    finally:
        program.reset(through)
    row.load, row.sha256, row.kind = load, digest, rule.kind
    row.state, row.taken_at, row.trouble = State.TAKEN, timezone.now(), ""
    row.save()
    return int(load.pk)


def _is_the_same(current: LoadSourceFile, digest: str, row: LoadSourceFile) -> bool:
    """Whether only its mark is new: the content is that which was worked on last. Then what is known
    of that is known of this one."""
    former = former_of(current)
    if former is None or former.sha256 != digest:
        return False
    current.delete()
    former.mark, former.modified_at, former.is_current = row.mark, row.modified_at, True
    former.save(update_fields=["mark", "modified_at", "is_current"])
    return True


def _put_off(run: Run, row: LoadSourceFile, **values: str) -> None:
    """Write down why a file is not loaded now, and tell of it where it is not going to be."""
    has_failed = values["state"] == State.FAILED
    with tenant_scope(run.tenant.pk):
        waiting = LoadSourceFile.objects.filter(pk=row.pk, state=State.WAITING)
        changed = waiting.update(**values, settled_at=timezone.now() if has_failed else None)
        source = LoadSource.objects.filter(pk=row.source_id).first()
        if changed and has_failed and source is not None:
            tell_of_files(source, list(LoadSourceFile.objects.filter(pk=row.pk)))
            run.settled.append(row.pk)


def _parts(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while part := read(PART_BYTES):
        yield part
