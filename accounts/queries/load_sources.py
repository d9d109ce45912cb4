"""How load sources stand, and what became of their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.load_source_labels import TONES, trouble_words
from accounts.loads.labels import DATE_ORDERS, quoted_options
from accounts.loads.recipes import find_recipe
from accounts.loads.running import in_words
from accounts.models import Load, LoadSource, LoadSourceFile, LoadSourceRule
from accounts.queries.loads import kind_label

State = LoadSourceFile.State
OPEN = (State.GROWING, State.WAITING, State.TAKEN)
FAILED = (State.REFUSED, State.FAILED)


@dataclass(frozen=True)
class Standing:
    """How one source stands: ``state`` is ``off``, ``failing``, ``good`` or ``new``; and how many of
    its files wait, and were refused or could not be taken, of their latest contents."""

    source: LoadSource
    state: str
    waiting: int
    failed: int


def sources() -> QuerySet[LoadSource]:
    return LoadSource.objects.select_related("made_by")


def standings() -> list[Standing]:
    """Of every source, by name. Two statements, however many there are."""
    rows = (
        LoadSourceFile.objects.filter(is_current=True)
        .order_by()
        .values("source", "state")
        .annotate(count=Count("pk"))
    )
    counts: dict[tuple[int, str], int] = {
        (row["source"], row["state"]): row["count"] for row in rows
    }
    return [
        Standing(
            source,
            state_of(source),
            sum(counts.get((source.pk, state), 0) for state in OPEN),
            sum(counts.get((source.pk, state), 0) for state in FAILED),
        )
        for source in sources()
    ]


def state_of(source: LoadSource) -> str:
    if not source.is_active:
        return "off"
    if source.failures:
        return "failing"
    return "good" if source.looked_at else "new"


def files_of(source: LoadSource, *, state: str = "") -> QuerySet[LoadSourceFile]:
    """What was seen there, with the loads; "" for every state."""
    found: QuerySet[LoadSourceFile] = LoadSourceFile.objects.filter(source=source)
    if state:
        found = found.filter(state=state)
    return found.select_related("load").defer("load__preview", "load__options", "load__notes")


def file_of_load(load: Load) -> LoadSourceFile | None:
    """The file of a source that a load is of; None: somebody brought it."""
    return LoadSourceFile.objects.filter(load=load).select_related("source").first()


def counts_of(source: LoadSource) -> dict[str, int]:
    """State → how many contents are in it."""
    rows = (
        LoadSourceFile.objects.filter(source=source)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"))
    )
    return {str(row["state"]): int(row["count"]) for row in rows}


def file_words(row: LoadSourceFile) -> str:
    """Why a file was not loaded, or what its load came to; "" while that is not known."""
    load = row.load
    if row.state == State.FAILED:
        return trouble_words(row.trouble)
    if load is None or row.state not in (State.REFUSED, State.LOADED):
        return ""
    if row.state == State.REFUSED:
        first = in_words(load.errors[0], options=quoted_options()) if load.errors else None
        if first is None:
            return ""
        where = _("Line %(line)s: ") % {"line": first["line"]} if first["line"] else ""
        column = f"{first['column']}: " if first["column"] else ""
        return f"{where}{column}{first['reason']}"
    words = _("%(created)s created, %(updated)s changed, %(unchanged)s unchanged") % {
        "created": load.created, "updated": load.updated, "unchanged": load.unchanged,
    }  # fmt: skip
    if load.rejected:
        words += ", " + ngettext(
            "%(count)s row left out", "%(count)s rows left out", load.rejected
        ) % {"count": load.rejected}
    return words


def file_tone(row: LoadSourceFile) -> str:
    return TONES[State(row.state)]


def schedule_words(source: LoadSource) -> str:
    """When it is looked at."""
    if source.schedule == LoadSource.Schedule.DAILY:
        return _("every day at %(hour)s:00") % {"hour": f"{source.hour or 0:02}"}
    return ngettext("every %(count)s minute", "every %(count)s minutes", source.minutes or 0) % {
        "count": source.minutes or 0
    }


def match_words(rule: LoadSourceRule) -> str:
    """How the columns of its files are called."""
    if recipe := find_recipe(rule.recipe):
        return f"{recipe.program}: {recipe.name}"
    return str(rule.mapping.name) if rule.mapping else _("as in the guide")


def rule_rows(source: LoadSource) -> list[dict[str, Any]]:
    """The rules as a table shows them."""
    return [
        {
            "rule": rule,
            "kind": kind_label(rule.kind),
            "match": match_words(rule),
            "dates": DATE_ORDERS.get(rule.dates, ""),
        }
        for rule in source.rules.select_related("mapping")
    ]
