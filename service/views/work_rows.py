"""Work as rows of lists, blocks and panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.forms.assignments import people_to_assign
from accounts.permissions import may
from accounts.requests import TenantRequest
from service.compute.ranks import RankWeights
from service.models import Cta
from service.queries.close_reasons import close_reasons
from service.queries.ranks import versions_by_number
from service.queries.work import WorkRow, names_for, rows_of
from service.triggers import Names
from service.views.work_words import (
    RankWords,
    ending_of,
    rank_words,
    reason_labels,
    reason_of,
    strongest,
    title_of,
)


def today_of(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())


@dataclass(frozen=True)
class Shown:
    """A row as templates show it."""

    cta: Cta
    title: str
    reason: str
    tier: str
    steps: int
    steps_done: int
    rank: RankWords | None
    strongest: str
    ending: str
    is_late: bool
    is_snoozed: bool


def shown_rows(request: TenantRequest, ctas: Sequence[Cta], today: date) -> list[Shown]:
    """Rows with their words; a fixed number of statements, and one for groups that reasons name."""
    names, versions = names_for(request.tenant.currency, ctas), versions_by_number()
    labels = reason_labels()
    return [shown_row(row, names, versions, labels, today) for row in rows_of(ctas)]


def brief_rows(request: TenantRequest, ctas: Sequence[Cta], today: date) -> list[Shown]:
    """Rows of open work that say nothing of tiers and steps: what to do, for whom, by when and why
    first."""
    names, versions = names_for(request.tenant.currency, ctas), versions_by_number()
    return [shown_row(WorkRow(cta, "", 0, 0), names, versions, {}, today) for cta in ctas]


def shown_row(
    row: WorkRow,
    names: Names,
    versions: Mapping[int, RankWeights],
    labels: Mapping[tuple[str, str], str],
    today: date,
) -> Shown:
    cta = row.cta
    is_open = cta.state == Cta.State.OPEN
    rank = rank_words(cta, versions, names.currency) if is_open else None
    return Shown(
        cta=cta,
        title=title_of(cta),
        reason=reason_of(cta, names),
        tier=row.tier,
        steps=row.steps,
        steps_done=row.steps_done,
        rank=rank,
        strongest=strongest(rank) if rank else "",
        ending=ending_of(cta, labels),
        is_late=is_open and cta.due_on < today,
        is_snoozed=is_open and cta.snoozed_until is not None and cta.snoozed_until > today,
    )


def change_choices(request: TenantRequest) -> dict[str, Any]:
    """What the forms that change work offer; nothing for who may not."""
    if not may(request.membership, "work_ctas"):
        return {"may_work": False}
    reasons = [one for one in close_reasons() if one.is_offered]
    return {
        "may_work": True,
        "people": people_to_assign(),
        "done_reasons": [(one.key, one.label) for one in reasons if one.ending == "done"],
        "dismissed_reasons": [(one.key, one.label) for one in reasons if one.ending == "dismissed"],
    }
