"""Where one customer stood on a stored night, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from accounts.models import Customer, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from segmentation.compute.assignments import Rules
from segmentation.compute.contexts import Context
from segmentation.compute.explanations import Explanation, explain
from segmentation.compute.measures import MeasureTable
from segmentation.compute.stages import BOOLEAN_FACTS, DAY_FACTS, StageFacts
from segmentation.frames.asof import AsOf
from segmentation.frames.one_customer import measure_customer
from segmentation.frames.reading import kept_measures
from segmentation.models import Assignment, MeasureRow, Move, Night, Scored
from segmentation.queries.portfolio import held_on
from segmentation.queries.remembered import of_night
from segmentation.queries.rules import document_of
from segmentation.queries.stored import night_shown, offered_nights
from segmentation.rules.basis import measures_of_slots, settle_basis


@dataclass(frozen=True)
class Standing:
    """``nights``: the stored ones, latest first. The rest is empty before the first night;
    ``assignment`` when the night did not know the customer; ``measured`` and ``explanation`` when
    the night's measures are not kept any more. ``scored``: scores and segments.

    ``scheme``: the one whose tier it is; ``also_shown``: further ones, best explained by ``others``.
    ``since``: the night from which on it has the tier it has.
    """

    nights: list[Night]
    night: Night | None = None
    assignment: Assignment | None = None
    measured: MeasureRow | None = None
    explanation: Explanation | None = None
    scheme: str = "a"
    also_shown: tuple[str, ...] = ()
    others: Mapping[str, Explanation] = field(default_factory=dict)
    since: date | None = None
    scored: MeasureRow | Scored | None = None

    @property
    def schemes(self) -> tuple[str, ...]:
        """The tenant's own first."""
        return (self.scheme, *self.also_shown)

    def tier_in(self, scheme: str) -> str:
        """As the night stored it; empty for none, and for a night of before the scheme was."""
        if self.assignment is None:
            return ""
        own = self.assignment.tier if scheme == self.scheme else ""
        return own or str(getattr(self.assignment, f"tier_{scheme}"))

    def explanation_in(self, scheme: str) -> Explanation | None:
        return self.explanation if scheme == self.scheme else self.others.get(scheme)

    @property
    def is_latest(self) -> bool:
        return self.night is not None and self.night == self.nights[0]


def standing_of(customer: Customer, asked: str) -> Standing:
    """On the night shown for a day (ISO, or empty for the latest).

    At most seven statements; some twenty more where the night's measures are computed again. What
    explains the tier is remembered: the result of a night does not change under its digest.
    """
    nights = offered_nights()
    night = night_shown(asked, nights)
    if night is None:
        return Standing(nights)
    assignment = Assignment.objects.filter(held_on(night.as_of), customer=customer.pk).first()
    if assignment is None:
        return Standing(nights, night)
    kept = MeasureRow.objects.filter(as_of=night.as_of, customer=customer.pk).first()
    last_move = (
        Move.objects.filter(customer=customer.pk, kind=Move.Kind.TIER, as_of__lte=night.as_of)
        .order_by("-as_of")
        .values_list("as_of", flat=True)
        .first()
    )
    stored = Night.objects.select_related("rule_set").get(pk=night.pk)
    document = rules_of(stored)
    rules = Rules.from_document(document, measures_of_slots(document))
    measured, table = _measured(stored, assignment, kept, document)
    found: dict[str, Explanation] = {}
    if measured is not None:
        name = f"explanations-{customer.pk}"
        found = of_night(
            name, stored, lambda: _explanations(stored, assignment, rules, measured, table)
        )
    own = rules.scheme.name
    return Standing(
        nights,
        stored,
        assignment,
        measured,
        found.get(own),
        own,
        rules.also_shown,
        {name: found[name] for name in rules.also_shown if name in found},
        last_move,
        kept or Scored.objects.filter(as_of=night.as_of, customer=customer.pk).first(),
    )


def _measured(
    night: Night,
    assignment: Assignment,
    kept: MeasureRow | None,
    document: Mapping[str, Any],
) -> tuple[MeasureRow | None, MeasureTable | None]:
    """What the night measured of the customer: as it is kept, or computed again from what was known
    then. The table is of the latter only; the former's is read when something is to be explained."""
    if kept is not None:
        return kept, None
    kinds = night.context.get("kinds")
    if night.known_at is None or kinds is None:
        return None, None
    tenant = Tenant.objects.get(pk=current_tenant_id())
    asof = AsOf(
        tenant.id,
        night.as_of,
        night.known_at,
        night.zone_in(tenant),
        document["window_days"],
        calendar=working_calendar(night.known_at),
    )
    return measure_customer(asof, assignment.customer_id, kinds) or (None, None)


def _explanations(
    night: Night,
    assignment: Assignment,
    rules: Rules,
    measured: MeasureRow,
    table: MeasureTable | None,
) -> dict[str, Explanation]:
    """Scheme → explanation, of the schemes that are shown; empty for a night stored without what
    explaining needs."""
    if not night.context or not assignment.stage:
        return {}
    table = table or kept_measures(night.as_of, [assignment.customer_id])
    if table is None:
        return {}
    context = Context.from_json(night.context)
    usage_known = night.context.get("kinds", {}).get("usage", True)
    facts = _stage_facts(measured, usage_known=usage_known)
    return {
        name: explain(
            assignment.customer_id,
            table,
            assignment.stage,
            rules,
            context,
            scheme=rules.schemes[name],
            facts=facts,
        )
        for name in (rules.scheme.name, *rules.also_shown)
    }


def _stage_facts(measured: MeasureRow, *, usage_known: bool) -> StageFacts | None:
    """What the stage was read from, a row; None when the night did not keep it."""
    if measured.contract_signed is None:
        return None
    row = {
        **{name: bool(getattr(measured, name)) for name in BOOLEAN_FACTS},
        **{name: getattr(measured, name) for name in DAY_FACTS},
        "usage_trend": measured.usage_trend,
    }
    types = dict.fromkeys(DAY_FACTS, "Int64") | {"usage_trend": "Float64"}
    return StageFacts(pd.DataFrame([row], dtype=object).astype(types), usage_known)


def rules_of(night: Night) -> dict:  # type: ignore[type-arg]
    """The rule document that a night followed; before any, the default settled as that night did."""
    return settle_basis(document_of(night.rule_set), has_contracts=False)


def spans_of(customer: Customer, *, most: int) -> list[Assignment]:
    """Where every night placed the customer, as spans, latest first."""
    return list(Assignment.objects.filter(customer=customer.pk).order_by("-valid_from")[:most])


def kept_scores_of(customer: Customer, *, most: int) -> list[MeasureRow]:
    """What the latest night and month-ends scored of the customer, latest first."""
    rows = MeasureRow.objects.filter(customer=customer.pk).order_by("-as_of")
    return list(rows.only("as_of", "r", "f", "m", "eleven", "class8")[:most])
