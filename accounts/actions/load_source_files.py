"""Files of load sources: which of those that lie there are to be loaded, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from django.conf import settings
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Collate
from django.utils import timezone

from accounts.load_places import Found, Listing
from accounts.loads.reading import DateOrder, DecimalMark
from accounts.loads.running import LoadOptions
from accounts.models import Load, LoadSource, LoadSourceFile, LoadSourceRule

State = LoadSourceFile.State

# What is loaded before what, where one look finds several: what others refer to comes first.
ORDER = (
    "customers", "modules", "contacts", "contracts", "payments", "instalments", "projects", "sow",
    "change_requests", "tasks", "effort", "training", "usage", "touchpoints", "cases", "requests",
    "surveys",
)  # fmt: skip
SHOWN_NAMES = 20
# Contents that were replaced, and files that lie there no more, are forgotten after so long.
KEPT_FORMER = timedelta(days=90)
# A file that was changed lately is believed once it was found the same for so long.
STAYS = timedelta(seconds=60)
ENDED = (Load.State.DONE, Load.State.REFUSED, Load.State.DEAD, Load.State.UNDONE)


class What(StrEnum):
    """What a look makes of a file."""

    LOAD = "load"
    GROWS = "grows"
    KNOWN = "known"
    OPEN = "open"
    TOO_LARGE = "too_large"
    NO_RULE = "no_rule"


@dataclass(frozen=True)
class Planned:
    """A file that lies there, the rule that fits it, and what is known of it."""

    found: Found
    what: What
    rule: LoadSourceRule | None = None
    row: LoadSourceFile | None = None


def rule_for(name: str, rules: Sequence[LoadSourceRule]) -> LoadSourceRule | None:
    """The first rule that fits. Case counts as little as it does where people name files."""
    folded = name.casefold()
    last = folded.rpartition("/")[2]
    for rule in rules:
        pattern = rule.pattern.casefold()
        if fnmatchcase(folded if "/" in pattern else last, pattern):
            return rule
    return None


def rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def options_of(rule: LoadSourceRule) -> LoadOptions:
    """What a person would say of the file on screen."""
    mapping = rule.mapping
    dates = rule.dates or (mapping.dates if mapping else "")
    return LoadOptions(
        mapping=dict(mapping.mapping) if mapping else {},
        dates=DateOrder(dates) if dates else None,
        decimal=DecimalMark(rule.decimal) if rule.decimal else None,
        skip_bad=rule.skips_bad,
        recipe=rule.recipe,
    )


def known_files(source: LoadSource) -> dict[str, LoadSourceFile]:
    """What is known of the latest content of each file, by name."""
    rows = LoadSourceFile.objects.filter(source=source, is_current=True)
    return {row.name: row for row in rows}


def plan_of(
    listing: Listing, rules: Sequence[LoadSourceRule], known: Mapping[str, LoadSourceFile]
) -> list[Planned]:
    """What a look makes of each file, in the order in which they are loaded."""
    planned = [_planned(found, rule_for(found.name, rules), known) for found in listing.files]
    return sorted(planned, key=_turn)


def note_listing(source: LoadSource, listing: Listing) -> bool:
    """Write down what lies there now, in the open scope; returns whether a file still grows.

    What is to be loaded is WAITING from here on, whoever dies.
    """
    now = timezone.now()
    known = known_files(source)
    rules = list(source.rules.all())
    planned = plan_of(listing, rules, known)
    _note(source, planned, now)
    names = {found.name for found in listing.files}
    _note_absence(source, names, known, now, is_whole=not listing.is_cut)
    left = [one.found.name for one in planned if one.what == What.NO_RULE]
    left += listing.links
    source.last_look = {
        "seen": len(listing.files) + len(listing.links),
        "left": len(left),
        "names": sorted(left)[:SHOWN_NAMES],
        "cut": listing.is_cut,
    }
    return any(one.what == What.GROWS for one in planned)


def next_waiting(source: LoadSource) -> LoadSourceFile | None:
    """The file whose turn it is; None also while another one of the source is being loaded, since
    it may bring what this one refers to."""
    rows = LoadSourceFile.objects.filter(source=source, is_current=True)
    if LoadSourceFile.objects.filter(source=source, state=State.TAKEN).exists():
        return None
    turn = Case(
        *(When(kind=kind, then=Value(place)) for place, kind in enumerate(ORDER)),
        default=Value(len(ORDER)),
    )
    waiting = rows.filter(state=State.WAITING)
    return waiting.order_by(turn, Collate("name", "C"), "pk").first()


def settle(source: LoadSource) -> list[LoadSourceFile]:
    """Write down what became of files whose loads have ended; returns those. A refused one may have
    been loaded by hand since, with its columns matched anew."""
    taken = LoadSourceFile.objects.filter(
        Q(state=State.TAKEN) | Q(state=State.REFUSED, load__state=Load.State.DONE), source=source
    )
    settled = []
    for row in taken.select_for_update(of=("self",), skip_locked=True).select_related("load"):
        load: Load | None = row.load
        if load is not None and load.state not in ENDED:
            continue
        row.trouble = ""
        if load is None:
            row.state, row.trouble = State.FAILED, "load_gone"
        elif load.state == Load.State.DEAD:
            row.state, row.trouble = State.FAILED, "load_died"
        elif load.state == Load.State.REFUSED:
            row.state = State.REFUSED
        else:
            row.state = State.LOADED
        row.settled_at = timezone.now()
        row.save(update_fields=["state", "trouble", "settled_at"])
        settled.append(row)
    return settled


def former_of(row: LoadSourceFile) -> LoadSourceFile | None:
    """What was read under this name before; what could not be had between tells nothing."""
    rows = LoadSourceFile.objects.filter(source=row.source_id, name=row.name, pk__lt=row.pk)
    return rows.exclude(sha256="").order_by("-pk").first()


def _is_back(row: LoadSourceFile) -> bool:
    """Of one that lies there: whether it was gone before it was taken."""
    return bool(row.state == State.FAILED and row.trouble == "gone")


def _stays(row: LoadSourceFile) -> bool:
    """Whether it has been seen as it is for a while: two looks in one moment tell nothing."""
    return bool(row.seen_at <= timezone.now() - STAYS)


def _planned(
    found: Found, rule: LoadSourceRule | None, known: Mapping[str, LoadSourceFile]
) -> Planned:
    row = known.get(found.name)
    is_same = row is not None and row.mark == found.mark
    if is_same and row is not None and row.state != State.GROWING and not _is_back(row):
        what = What.OPEN if row.state in (State.WAITING, State.TAKEN) else What.KNOWN
    elif rule is None:
        what = What.NO_RULE
    elif found.size > settings.LOAD_UPLOAD_LIMIT_BYTES:
        what = What.TOO_LARGE
    elif found.is_young and not (is_same and row is not None and _stays(row)):
        what = What.GROWS
    else:
        # Also one that is young, but the same as it was a while ago, or is back.
        what = What.LOAD
    return Planned(found, what, rule, row)


def _turn(planned: Planned) -> tuple[int, str]:
    return rank(planned.rule.kind) if planned.rule else len(ORDER) + 1, planned.found.name


_STATES = {
    What.LOAD: State.WAITING,
    What.GROWS: State.GROWING,
    What.TOO_LARGE: State.FAILED,
}


def _note(source: LoadSource, planned: Sequence[Planned], now: datetime) -> None:
    new, former = [], []
    for one in planned:
        if one.what not in _STATES or one.rule is None:
            continue
        values = {
            "mark": one.found.mark,
            "size": one.found.size,
            "modified_at": one.found.modified_at,
            "kind": one.rule.kind,
            "state": _STATES[one.what],
            "trouble": "too_large" if one.what == What.TOO_LARGE else "",
            "settled_at": now if one.what == What.TOO_LARGE else None,
            "tries": 0,
        }
        if one.row is not None and (
            one.row.state in (State.GROWING, State.WAITING) or _is_back(one.row)
        ):
            # Nothing of it was loaded: it is only what will be.
            if one.row.mark != one.found.mark:
                values["seen_at"] = now
            elif _is_back(one.row):
                # One that is listed and never there is given up some time.
                values["tries"] = one.row.tries
            LoadSourceFile.objects.filter(pk=one.row.pk).update(**values)
            continue
        if one.row is not None:
            former.append(one.row.pk)
        new.append(LoadSourceFile(source=source, name=one.found.name, seen_at=now, **values))
    LoadSourceFile.objects.filter(pk__in=former).update(is_current=False)
    LoadSourceFile.objects.bulk_create(new, batch_size=1000)


def _note_absence(
    source: LoadSource,
    names: set[str],
    known: Mapping[str, LoadSourceFile],
    now: datetime,
    *,
    is_whole: bool,
) -> None:
    """What is gone before it was taken is said so; what is gone for long is forgotten, and only then:
    a folder that was away for a moment must not be loaded anew, old values over newer ones."""
    rows = LoadSourceFile.objects.filter(source=source)
    back = [row.pk for name, row in known.items() if row.gone_at and name in names]
    rows.filter(pk__in=back).update(gone_at=None)
    if not is_whole:
        return
    absent = [row for name, row in known.items() if name not in names]
    rows.filter(pk__in=[row.pk for row in absent if row.gone_at is None]).update(gone_at=now)
    gone = [row.pk for row in absent if row.state in (State.GROWING, State.WAITING)]
    rows.filter(pk__in=gone).update(state=State.FAILED, trouble="gone", settled_at=now)
    cutoff = now - KEPT_FORMER
    over = [row.pk for row in absent if row.settled_at and row.gone_at and row.gone_at < cutoff]
    rows.filter(pk__in=over).delete()
    # What was loaded last stays known until something else of the name was read.
    unread = rows.filter(is_current=True, sha256="").values("name")
    replaced = rows.filter(is_current=False, settled_at__lt=cutoff)
    replaced.exclude(name__in=unread).delete()
