"""Where one customer stood on a stored night, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Customer
from segmentation.compute.assignments import Context, Rules
from segmentation.compute.explanations import Explanation, explain
from segmentation.frames.reading import kept_measures
from segmentation.models import Assignment, MeasureRow, Move, Night
from segmentation.queries.portfolio import held_on
from segmentation.queries.rules import document_of
from segmentation.queries.stored import night_asked, offered_nights
from segmentation.rules.basis import measures_of_slots, settle_basis


@dataclass(frozen=True)
class Standing:
    """``nights``: the stored ones, latest first. The rest is empty before the first night;
    ``assignment`` when the night did not know the customer; ``measured`` and ``explanation`` when
    the night's measures are not kept any more.

    ``since``: the night from which on it has the tier it has.
    """

    nights: list[Night]
    night: Night | None = None
    assignment: Assignment | None = None
    measured: MeasureRow | None = None
    explanation: Explanation | None = None
    since: date | None = None

    @property
    def is_latest(self) -> bool:
        return self.night is not None and self.night == self.nights[0]


def standing_of(customer: Customer, asked: str) -> Standing:
    """On the night asked for (an ISO day, or empty for the latest). At most five statements."""
    nights = offered_nights()
    night = night_asked(asked, nights)
    if night is None:
        return Standing(nights)
    assignment = Assignment.objects.filter(held_on(night.as_of), customer=customer.pk).first()
    if assignment is None:
        return Standing(nights, night)
    measured = MeasureRow.objects.filter(as_of=night.as_of, customer=customer.pk).first()
    last_move = (
        Move.objects.filter(customer=customer.pk, kind=Move.Kind.TIER, as_of__lte=night.as_of)
        .order_by("-as_of")
        .values_list("as_of", flat=True)
        .first()
    )
    return Standing(
        nights,
        night,
        assignment,
        measured,
        _explanation(night, assignment) if measured else None,
        last_move,
    )


def _explanation(night: Night, assignment: Assignment) -> Explanation | None:
    """None for a night stored without what explaining needs."""
    stored = Night.objects.select_related("rule_set").get(pk=night.pk)
    if not stored.context or not assignment.stage:
        return None
    document = rules_of(stored)
    rules = Rules.from_document(document, measures_of_slots(document))
    table = kept_measures(night.as_of, [assignment.customer_id])
    if table is None:
        return None
    return explain(
        assignment.customer_id,
        table,
        assignment.stage,
        rules,
        Context.from_json(stored.context),
    )


def rules_of(night: Night) -> dict:  # type: ignore[type-arg]
    """The rule document that a night followed; before any, the default settled as that night did."""
    return settle_basis(document_of(night.rule_set), has_contracts=False)


def spans_of(customer: Customer, *, most: int) -> list[Assignment]:
    """What every night said of the customer, as spans, latest first."""
    return list(Assignment.objects.filter(customer=customer.pk).order_by("-valid_from")[:most])
