"""What every change of reports has in common: rows locked and as they were seen, one update, a record
of each in the audit, and what is needed to take the change back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from reports.models import Report, ReportChange

State = Report.State
MOST_AT_ONCE = 500
KEPT = ("state", "reviewed_at", "reviewed_by_id", "approved_at", "approved_by_id")

Seen = Mapping[int, int]
"""Id of a report → the revision of it that was on screen."""


class ReportConflict(Exception):
    """Somebody changed the report since it was on screen."""


@dataclass(frozen=True)
class Changed:
    """change: with which it can be undone; None: nothing changed. passed_over: how many were left as
    they are, since somebody changed them meanwhile or they need no such change."""

    change: ReportChange | None
    count: int
    passed_over: int


@transaction.atomic
def review(*, seen: Seen, by: User, now: datetime | None = None) -> Changed:
    """Say that drafts read as they should.

    Raises:
        ReportConflict: it is a single one, and not as it was seen.
    """
    moment = now or timezone.now()
    values = {"state": State.REVIEWED, "reviewed_at": moment, "reviewed_by": by}
    return _change(seen, "report.reviewed", [State.DRAFT], values, by)


@transaction.atomic
def approve(*, seen: Seen, by: User, now: datetime | None = None) -> Changed:
    """Say that reports may be sent; who approves a draft has reviewed it.

    Raises:
        ReportConflict: it is a single one, and not as it was seen.
    """
    moment = now or timezone.now()
    values = {"state": State.APPROVED, "approved_at": moment, "approved_by": by}
    drafts = Report.objects.filter(pk__in=list(seen), state=State.DRAFT)
    # In the order in which all changes hold them: two at once never wait for one another.
    looked_at = list(drafts.select_for_update().order_by("pk").values_list("pk", flat=True))
    found = _change(seen, "report.approved", [State.DRAFT, State.REVIEWED], values, by)
    if found.change is not None:
        done = [row["report"] for row in found.change.rows if row["report"] in looked_at]
        Report.objects.filter(pk__in=done).update(reviewed_at=moment, reviewed_by=by)
    return found


@transaction.atomic
def put_back(*, seen: Seen, by: User) -> Changed:
    """Make drafts of reports that were reviewed or approved.

    Raises:
        ReportConflict: it is a single one, and not as it was seen.
    """
    values = {
        "state": State.DRAFT, "reviewed_at": None, "reviewed_by": None, "approved_at": None,
        "approved_by": None,
    }  # fmt: skip
    return _change(seen, "report.returned", [State.REVIEWED, State.APPROVED], values, by)


@transaction.atomic
def undo_change(*, change: ReportChange, by: User) -> int:
    """Give reports back what they were before a change. Returns how many.

    Raises:
        ValidationError: it was undone before, or one was changed or sent since.
    """
    current = ReportChange.objects.select_for_update().get(pk=change.pk)
    if current.undone_at is not None:
        raise ValidationError(_("This was undone before."))
    rows = {row["report"]: row for row in current.rows}
    found = list(
        Report.objects.filter(pk__in=rows).select_for_update(of=("self",)).order_by("pk")
        .select_related("customer").defer("document", "texts")
    )  # fmt: skip
    if len(found) < len(rows) or any(
        one.is_sent or one.revision != rows[one.pk]["revision"] for one in found
    ):
        raise ValidationError(_("Somebody has changed one of them since; nothing was undone."))
    for report in found:
        for name, value in rows[report.pk]["before"].items():
            setattr(report, name, _read(name, value))
        report.revision += 1
        record("report.change_undone", by=by, about=report, period=report.period)
    Report.objects.bulk_update(found, [*KEPT, "revision"])
    current.undone_at = timezone.now()
    current.save(update_fields=["undone_at"])
    return len(found)


def locked(report_id: int, seen: int) -> Report:
    """A report that may still change, held until the transaction ends.

    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: it was sent.
    """
    current: Report = (
        Report.objects.select_for_update(of=("self",)).select_related("customer").get(pk=report_id)
    )
    check_seen(current, seen)
    return current


def check_seen(report: Report, seen: int) -> None:
    """
    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: it was sent.
    """
    if report.is_sent:
        raise ValidationError(_("This report was sent; it never changes. Correct it instead."))
    if report.revision != seen:
        raise ReportConflict


def touched_since(read: Seen) -> set[int]:
    """Of drafts that somebody edited, reviewed or removed since they were read; the others are held
    until the transaction ends."""
    if not read:
        return set()
    drafts = Report.objects.filter(pk__in=list(read), state=State.DRAFT).order_by("pk")
    held = dict(drafts.select_for_update(of=("self",)).values_list("pk", "revision"))
    return {pk for pk, revision in read.items() if held.get(pk) != revision}


def fitting(seen: Seen, states: Sequence[str]) -> tuple[list[Report], int]:
    """The reports in one of these states that nobody changed since they were seen, held until the
    transaction ends, and how many others there were.

    Raises:
        ReportConflict: it is a single one, and it does not fit.
    """
    found = list(
        Report.objects.filter(pk__in=list(seen))
        .select_for_update(of=("self",))
        .select_related("customer")
        .defer("document")
        .order_by("pk")
    )
    fit = [one for one in found if one.revision == seen[one.pk] and one.state in states]
    if len(seen) == 1 and found and not fit:
        raise ReportConflict
    return fit, len(seen) - len(fit)


def _change(
    seen: Seen, verb: str, states: Sequence[str], values: Mapping[str, Any], by: User
) -> Changed:
    fit, passed_over = fitting(seen, states)
    if not fit:
        return Changed(None, 0, passed_over)
    rows = [
        {
            "report": one.pk,
            "revision": one.revision + 1,
            "before": {name: _plain(getattr(one, name)) for name in KEPT},
        }
        for one in fit
    ]
    Report.objects.filter(pk__in=[one.pk for one in fit]).update(
        revision=F("revision") + 1, **values
    )
    for one in fit:
        record(verb, by=by, about=one, period=one.period)
    change = ReportChange.objects.create(by=by, verb=verb, rows=rows)
    return Changed(change, len(fit), passed_over)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") and value else value
