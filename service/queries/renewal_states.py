"""Whether a renewal is open, or how it turned out: for one, and as a column of many.

By the definition of the renewal rate of the due: renewed is what another contract renews that starts
at the latest 90 days after the end; it is decided that nobody does when these are over, or earlier
when somebody said that the customer leaves.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import pgettext_lazy

from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from service.models import Renewal, RenewalOutcome

OPEN = "open"
RENEWED, EXPANDED, CONTRACTED, CHURNED = (str(kind) for kind in RenewalOutcome.Kind.values)
KEPT = (RENEWED, EXPANDED, CONTRACTED)
STATES = {
    OPEN: pgettext_lazy("renewal", "Open"),
    **{str(kind.value): kind.label for kind in RenewalOutcome.Kind},
}


def state_of(renewal: Renewal, today: date) -> str:
    if renewal.renewed_on is not None:
        return kind_of_renewal(renewal.arr, renewal.renewed_arr)
    over = renewal.due_on + timedelta(days=RENEWED_WITHIN_DAYS) < today
    return CHURNED if renewal.churn_told or over else OPEN


def kind_of_renewal(before: Decimal, after: Decimal | None) -> str:
    """The ARR of a contract, and of what renews it (None: nothing, as a contract of no value)."""
    after = after or Decimal(0)
    if after > before:
        return EXPANDED
    return CONTRACTED if after < before else RENEWED


def with_states(renewals: QuerySet, today: date) -> QuerySet:
    """With ``state``, as :func:`state_of` says it."""
    over = Q(due_on__lt=today - timedelta(days=RENEWED_WITHIN_DAYS))
    return renewals.annotate(
        state=Case(
            When(renewed_arr__gt=F("arr"), then=Value(EXPANDED)),
            When(renewed_arr__lt=F("arr"), then=Value(CONTRACTED)),
            When(renewed_on__isnull=False, then=Value(RENEWED)),
            When(Q(churn_told=True) | over, then=Value(CHURNED)),
            default=Value(OPEN),
            output_field=CharField(),
        )
    )
