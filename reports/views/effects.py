"""Does tiering work? Tiers over time, and around a change of rules or strategies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.effect_table import (
    change_words,
    comparison_block,
    measure_block,
    tier_label,
)
from reports.views.behind import Shown, listing
from segmentation.compute.effects import LEAST, MEASURES
from segmentation.compute.months import month_number
from segmentation.compute.schemes import SCHEMES
from segmentation.queries.behind_figures import behind_outcome
from segmentation.queries.customer_groups import nights_computed
from segmentation.queries.effects import (
    MONTHS_SHOWN,
    Change,
    around,
    changes_of,
    compare_around,
    effects_of,
    pairs_of,
)
from segmentation.queries.rules import current_rules
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import latest_night, parse_day, stored_nights
from segmentation.views.narrowing import narrowing_of
from ui import formats
from ui.palette import MARKS
from ui.tags.formats import language

AFTER = (1, 3, 6, 12)
USUAL_AFTER = 3
Pair = tuple[date, date]


@require("view_effects")
@require_GET
def effects(request: TenantRequest) -> HttpResponse:
    """Of each tier of a scheme what became of its customers so many months later."""
    night = latest_night()
    scheme = scheme_asked(request.GET.get("scheme", ""))
    after = months_asked(request.GET.get("after", ""))
    pairs = pairs_of(list(stored_nights().values_list("as_of", flat=True)), after)
    # Of each night its own members, so that no one night's are those that count.
    narrowing = narrowing_of(request, None)
    context: dict[str, Any] = {
        "scheme": scheme,
        "schemes": [(key, label) for key, label in scheme_names().items()],
        "after": after,
        "afters": AFTER,
        "least": LEAST,
        "pairs": pairs,
        "narrowing": narrowing,
    }
    if night is None or not pairs:
        return render(request, "reports/effects/too_few_nights.html", context)
    scope = narrowing.within(widest_scope(request.membership))
    found = effects_of(scope, night, scheme, pairs)
    changes = changes_of(request.tenant.zone)
    change = next((one for one in changes if one.key == request.GET.get("change", "")), None)
    days = sorted({one.start for one in found})
    context |= {
        "as_of": night.as_of,
        "measures": [
            measure_block(measure, found, days, scheme, after, group=scope.group_id)
            for measure in MEASURES
        ],
        "is_nobody": not found,
        **computed(scope.group_id, pairs[-MONTHS_SHOWN:]),
        "changes": [(one.key, change_words(one)) for one in changes],
        "change": change,
        "change_words": change_words(change) if change else "",
        **(compared(change, pairs, scope, scheme) if change else {}),
    }
    return render(request, "reports/effects/page.html", context)


def computed(group: int | None, pairs: Sequence[Pair]) -> dict[str, int]:
    """Of how many of the nights on which customers are taken the group was not computed."""
    if group is None:
        return {}
    missing = len(pairs) - nights_computed(group, [start for start, _ in pairs])
    return {"nights_missing": missing, "nights_shown": len(pairs)}


def scheme_asked(asked: str) -> str:
    """The scheme in the address, or the one that gives the tenant its tiers."""
    return asked if asked in SCHEMES else str(current_rules()["tiers"]["scheme"])


def months_asked(asked: str) -> int:
    return next((months for months in AFTER if str(months) == asked), USUAL_AFTER)


def scheme_names() -> dict[str, str]:
    return {
        "a": _("Scheme A: value groups"),
        "b": _("Scheme B: lifecycle"),
        "c": _("Scheme C: ladder"),
    }


def compared(change: Change, pairs: Sequence[Pair], scope: Scope, scheme: str) -> dict[str, Any]:
    """Before and after, a block per measure; what is missing is said."""
    before, after = around(change, pairs)
    context: dict[str, Any] = {"before": before, "after_pair": after}
    if before is None or after is None:
        return context
    rows = compare_around(scope, scheme, before, after)
    by_tier = {row.tier: row for row in rows}
    tiers = [key for key in [*MARKS["tier"], ""] if key in by_tier]
    months = month_number(before[1]) - month_number(before[0])
    context["comparisons"] = [
        block
        for block in (
            comparison_block(
                measure,
                [by_tier[tier] for tier in tiers],
                scheme,
                months,
                group=scope.group_id,
            )
            for measure in MEASURES
        )
        if block["rows"]
    ]
    return context


@require("view_effects")
@require_GET
def members(request: TenantRequest) -> HttpResponse:
    """The customers that a figure of a tier is made of."""
    asked = request.GET
    scheme, tier = asked.get("scheme", ""), asked.get("tier", "")
    measure = next((name for name in MEASURES if name == asked.get("measure")), MEASURES[0])
    start, end = parse_day(asked.get("from", "")), parse_day(asked.get("to", ""))
    if scheme not in SCHEMES or start is None or end is None:
        # An address that names no figure leads back to them.
        return redirect("effects")
    tier = "" if tier == "none" else tier
    night = stored_nights().filter(as_of=start).first()
    narrowing = narrowing_of(request, night, on=start)
    scope = narrowing.within(widest_scope(request.membership))
    rows = behind_outcome(scheme, tier, start, end, measure, scope)
    title = _("%(tier)s on %(start)s, as they were on %(end)s") % {
        "tier": tier_label(tier),
        "start": formats.short_date(start, language()),
        "end": formats.short_date(end, language()),
    }
    columns: list[Shown] = [
        (_("ARR at first"), "money", lambda row: row.amount),
        (_("ARR then"), "money", lambda row: row.amount_after),
        (_("Active days (30) then"), "number", lambda row: row.number),
    ]
    return listing(
        request,
        title=title,
        rows=rows,
        columns=columns,
        back="effects",
        as_of=end,
        narrowing=narrowing,
    )
