"""What whoever looks after a customer expects of a renewal; and how much each reason counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Contract, User
from service.actions.renewal_upkeep import (
    call_renewals,
    refresh_renewals,
    take_renewals_turn,
)
from service.compute.renewal_risk import SHIPPED_WEIGHTS
from service.models import Renewal, RenewalCall, RenewalStage, RenewalWeights
from service.queries.renewal_states import OPEN, state_of
from service.queries.renewal_weights import latest_weights, weights_in_force

MOST_POINTS = 100


class CallConflict(Exception):
    """Another call was made since this one's page was opened. ``call``: that one."""

    def __init__(self, call: RenewalCall) -> None:
        super().__init__(call.pk)
        self.call = call


@transaction.atomic
def make_call(
    *,
    contract: Contract,
    seen: int,
    stage: str,
    percent: int | None,
    amount: Decimal | None,
    note: str,
    today: date,
    by: User | None,
) -> RenewalCall:
    """Say how far a renewal is, how likely, and with how much.

    Args:
        seen: id of the call that the person looked at; 0: none.
        amount: ARR that is expected; None: what the contract is worth.

    Raises:
        CallConflict: the latest call is another than ``seen``.
        ValidationError: the renewal is decided, or nothing new is said.
    """
    take_renewals_turn()
    renewal = Renewal.objects.get(contract=contract)
    latest = RenewalCall.objects.filter(contract=contract).first()
    if (latest.pk if latest else 0) != seen:
        assert latest is not None
        raise CallConflict(latest)
    if state_of(renewal, today) != OPEN:
        raise ValidationError(_("This renewal is decided: there is nothing left to forecast."))
    stage = RenewalStage(stage).value
    before = (latest.stage, latest.percent, latest.amount) if latest else ("not_begun", None, None)
    if before == (stage, percent, amount) and not note.strip():
        raise ValidationError(_("Nothing new is said."))
    call: RenewalCall = RenewalCall.objects.create(
        contract=contract,
        stage=stage,
        percent=percent,
        amount=amount,
        note=note.strip(),
        said_on=today,
        said_by=by,
    )
    refresh_renewals([renewal.customer_id])
    record(
        "renewal.called",
        by=by,
        about=contract,
        stage=stage,
        percent="" if percent is None else percent,
        amount="" if amount is None else f"{amount:f}",
    )
    return call


@transaction.atomic
def set_weights(*, weights: Mapping[str, int], seen: int, by: User | None) -> bool:
    """Let reasons count these points from now on; forecasts that are kept stay as they were.

    Args:
        weights: points of every reason.
        seen: id of the version that the person changed; 0: as shipped.

    Returns whether anything changed.

    Raises:
        ValidationError: somebody changed them meanwhile, or points are negative or too many.
    """
    take_renewals_turn()
    latest = latest_weights()
    if (latest.pk if latest else 0) != seen:
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    before = weights_in_force()
    for key, points in weights.items():
        if key not in SHIPPED_WEIGHTS:
            raise ValueError(key)
        if not 0 <= points <= MOST_POINTS:
            raise ValidationError({key: _("Points are from 0 to 100.")})
    if all(before[key] == points for key, points in weights.items()):
        return False
    RenewalWeights.objects.create(weights={**before, **weights}, set_by=by)
    changed = [key for key, points in weights.items() if before[key] != points]
    record(
        "renewal.weights_set",
        by=by,
        before={key: before[key] for key in changed},
        after={key: weights[key] for key in changed},
    )
    call_renewals()
    return True
