"""What every change of work has in common: rows locked and of the version that was seen, one update,
a record of each in the audit, and what is needed to take the change back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from accounts.actions.audit import program
from accounts.models import AuditRecord, User
from service.actions.cta_events import CLOSED, REOPENED, tell_ctas
from service.models import Cta, WorkChange

# Fields that a change may give back.
KEPT = (
    "state",
    "owner_id",
    "snoozed_until",
    "closed_at",
    "closed_by_id",
    "close_reason",
    "close_note",
)
MOST_AT_ONCE = 500


class WorkConflict(Exception):
    """Somebody changed the work since it was on screen. ``cta``: as it is now."""

    def __init__(self, cta: Cta) -> None:
        super().__init__(cta.pk)
        self.cta = cta


@dataclass(frozen=True)
class Changed:
    """What came of a change of work.

    change: with which it can be undone; None: nothing changed. count: of how much work. passed_over:
    how much was left as it is, since somebody changed it meanwhile or it needs no such change.
    """

    change: WorkChange | None
    count: int
    passed_over: int


Seen = Mapping[int, int]
"""Id of a piece of work → the version of it that was on screen."""


@dataclass
class Batch:
    """Work that is about to change: locked, each of the version that was seen."""

    ctas: list[Cta]
    passed_over: int
    steps: dict[int, list[int]] = field(default_factory=dict)


def lock(seen: Seen, *, states: Sequence[str]) -> Batch:
    """The work in one of these states that nobody changed since it was seen.

    Raises:
        WorkConflict: it is a single one, and somebody changed it or it is in another state.
    """
    found = list(
        Cta.objects.filter(pk__in=list(seen))
        .select_for_update(of=("self",))
        .select_related("customer", "owner")
        .order_by("pk")
    )
    fit = [cta for cta in found if cta.version_seen == seen[cta.pk] and cta.state in states]
    if len(seen) == 1 and found and not fit:
        raise WorkConflict(found[0])
    return Batch(fit, len(seen) - len(fit))


def keep(
    batch: Batch,
    verb: str,
    values: Mapping[str, Any],
    *,
    told: Mapping[str, Any],
    by: User | None,
    step: int | None = None,
) -> Changed:
    """Give all work of a batch these values, with a record of each; ``told``: what the audit says of
    it, beside what changed. ``step``: the step that was done or begun again."""
    if not batch.ctas:
        return Changed(None, 0, batch.passed_over)
    rows = [
        {
            "cta": cta.pk,
            "version": cta.version_seen + 1,
            "before": {name: plain(getattr(cta, name)) for name in KEPT},
            "steps": batch.steps.get(cta.pk, []),
            "step": step,
        }
        for cta in batch.ctas
    ]
    ids = [cta.pk for cta in batch.ctas]
    with one_open_of_play():
        Cta.objects.filter(pk__in=ids).update(**values, version_seen=F("version_seen") + 1)
    change = WorkChange.objects.create(by=by, verb=verb, rows=rows)
    record_each(batch.ctas, verb, by=by, **told)
    if "state" in values:
        tell_ctas(REOPENED if values["state"] == Cta.State.OPEN else CLOSED, ids)
    return Changed(change, len(ids), batch.passed_over)


@contextmanager
def one_open_of_play() -> Iterator[None]:
    """Where work is opened again: another transaction, a night's for one, may be opening other work
    of the same play, which only the database can see.

    Raises:
        ValidationError: it has.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if violated != "cta_one_open_of_play":
            raise
        raise second_open() from None


def second_open() -> ValidationError:
    """Of one play a customer has one piece of open work."""
    return ValidationError(
        _("Other work of the same play is open for the customer by now; close that first.")
    )


def record_each(ctas: Sequence[Cta], verb: str, *, by: User | None, **told: Any) -> None:
    """A record of the audit per piece of work, in one statement, as :func:`accounts.actions.audit.record`
    says them."""
    through = program.get()
    if through and by is not None:
        told["program"] = through
    AuditRecord.objects.bulk_create(
        AuditRecord(
            actor=by,
            actor_label=by.email if by else through,
            verb=verb,
            object_type=Cta._meta.label_lower,
            object_id=cta.pk,
            object_label=cta.title[:300],
            data={"customer": cta.customer.name, **told},
        )
        for cta in ctas
    )


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value
