"""What the month in review says in figures, and what belongs to them: its goals, its report, what was
restated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.permissions import may
from accounts.requests import TenantRequest
from reports.changes import Change, number_of, relative
from reports.compute.report_periods import ReportPeriod
from reports.queries.delivery import delivery_of_month
from reports.queries.goals import goals_of
from reports.queries.money import Cash, Renewals
from reports.queries.month import MonthInReview
from reports.queries.month_voice import counts_of
from reports.queries.restated import reports_beside
from reports.views.month_restated import restated_figures
from reports.views.month_tiles import (
    TILES,
    VOICE,
    Kept,
    Teller,
    month_values,
    tile_notes,
    voice_notes,
)
from reports.views.reports import STATE_TONES
from segmentation.queries.scopes import Scope
from ui import formats
from ui.tags.formats import language


def told_figures(
    request: TenantRequest,
    scope: Scope,
    period: ReportPeriod,
    kept: Kept,
    review: MonthInReview,
    cash: Cash,
    renewals: Renewals,
) -> dict[str, Any]:
    """The figures that come first, and what customers said; of the whole tenant also its goals, the
    report of the month, and what was restated. Three statements, one more with goals, and one where
    figures are stored."""
    currency = request.tenant.currency
    found = counts_of(scope, period)
    counts = found.values()
    margin = formats.percent(request.tenant.gross_margin, language(), 0)
    teller = Teller(
        review=review,
        kept=kept,
        values=month_values(review, cash, renewals, counts),
        goals=goals_of(period) if scope.is_whole else (),
        currency=currency,
        formulas={"ltv": ltv_formula(margin)},
    )
    reports = reports_beside(period) if scope.is_whole else {}
    report = reports.get(period.key) if may(request.membership, "view_reports") else None
    return {
        "tiles": teller.tiles(TILES, tile_notes(cash, renewals, review, currency)),
        "voice": teller.tiles(VOICE, voice_notes(found.answers, counts)),
        "report_beside": report,
        "report_tone": report and STATE_TONES[report.state],
        "restated": restated_figures(period, request.tenant, reports) if kept.now else [],
    }


def ltv_formula(margin: str) -> str:
    return _(
        "Monthly ARR per customer × gross margin (%(margin)s) ÷ monthly logo churn of the last twelve "
        "months."
    ) % {"margin": margin}


def delivery_figures(scope: Scope, period: ReportPeriod, kept: Kept) -> dict[str, Any]:
    """Delivery and scope of the month, against the month before: as its figures are stored, else read
    again."""
    now = delivery_of_month(scope, period.first, period.last)
    if now is None:
        return {"delivery": None}
    if kept.before is not None:
        held = kept.before.figures
        earlier = [
            number_of(held.get(key))
            for key in ("accepted_projects", "unapproved_days", "signed_not_live_arr",
                        "delivery_cycle_days")
        ]  # fmt: skip
    else:
        before = delivery_of_month(scope, period.before.first, period.before.last)
        if before is None:
            return {"delivery": now}
        earlier = [
            number_of(one)
            for one in (before.accepted, before.unapproved, before.not_live, before.cycle_days)
        ]
    accepted, unapproved, not_live, cycle = earlier
    changes: dict[str, Change] = {
        "accepted": relative(now.accepted, accepted, better="more"),
        "unapproved": relative(now.unapproved, unapproved, better="less"),
        "not_live": relative(now.not_live, not_live, better="less"),
        "cycle": relative(now.cycle_days, cycle, better="less"),
    }
    return {"delivery": now, "delivery_change": changes}
