"""How a renewal turned out: the contract's lines follow what is said, and both can be taken back while
nothing depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.contracts import (
    NewLine,
    remove_contract,
    restore_ends,
    shorten_contract,
    write_contract,
)
from accounts.actions.webhooks import emit
from accounts.models import Contract, ContractLine, Instalment, User
from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from service.actions.renewal_upkeep import refresh_renewals, take_renewals_turn
from service.models import Renewal, RenewalOutcome
from service.queries.churn_reasons import offered_reasons
from service.queries.renewal_states import CHURNED, OPEN, kind_of_renewal, state_of


@dataclass(frozen=True)
class NewTerm:
    """What a customer signed instead of a contract that ends."""

    key: str
    signed_on: date
    lines: Sequence[NewLine]
    yearly_instalments: bool = False


@transaction.atomic
def renew(
    *, contract: Contract, term: NewTerm, note: str, today: date, by: User | None
) -> RenewalOutcome:
    """Write the contract that renews one. It expands, contracts or renews by its annual fees.

    Raises:
        ValidationError: the renewal is decided already, a line starts before the contract or more
            than 90 days after its end, or as :func:`write_contract`.
    """
    renewal = _open_renewal(contract, today)
    latest = renewal.due_on + timedelta(days=RENEWED_WITHIN_DAYS)
    begun = min(contract.lines.values_list("starts_on", flat=True))
    for line in term.lines:
        if line.starts_on > latest:
            raise ValidationError(
                {
                    "starts_on": _(
                        "What starts after %(day)s, 90 days after the end, renews nothing."
                    )
                    % {"day": latest.isoformat()}
                }
            )
        if line.starts_on <= begun:
            raise ValidationError(
                {"starts_on": _("What renews a contract starts after the contract itself.")}
            )
    if term.signed_on > today:
        raise ValidationError({"signed_on": _("This day has not come yet.")})
    follower = write_contract(
        customer=contract.customer,
        key=term.key,
        lines=term.lines,
        signed_on=term.signed_on,
        renewal_of=contract,
        yearly_instalments=term.yearly_instalments,
        by=by,
    )
    after = sum((line.annual_fee for line in term.lines), Decimal(0))
    return _written(
        renewal,
        RenewalOutcome(
            contract=contract,
            kind=kind_of_renewal(renewal.arr, after),
            follower=follower,
            arr_after=after,
            note=note.strip(),
            said_on=today,
            said_by=by,
        ),
    )


@transaction.atomic
def churn(
    *, contract: Contract, reason: str, last_day: date, note: str, today: date, by: User | None
) -> RenewalOutcome:
    """The customer does not renew. Ends it earlier than agreed, the contract's lines end then.

    Args:
        reason: key of a churn reason that is offered.

    Raises:
        ValidationError: the renewal is decided already, no such reason, or a last day after the term
            or before a line begins.
    """
    renewal = _open_renewal(contract, today)
    if reason not in dict(offered_reasons()):
        raise ValidationError({"reason": _("Choose a reason of the list.")})
    if last_day > renewal.due_on:
        raise ValidationError(
            {"last_day": _("The term ends on %(day)s.") % {"day": renewal.due_on.isoformat()}}
        )
    before = shorten_contract(contract=contract, last_day=last_day, by=by)
    return _written(
        renewal,
        RenewalOutcome(
            contract=contract,
            kind=CHURNED,
            churn_reason=reason,
            note=note.strip(),
            shortened={str(pk): day.isoformat() for pk, day in before.items() if day is not None},
            said_on=today,
            said_by=by,
        ),
    )


@transaction.atomic
def undo_outcome(*, outcome: RenewalOutcome, by: User | None) -> None:
    """Take an outcome back, and with it what it wrote.

    Raises:
        ValidationError: it is taken back already, or something was built on it since.
    """
    take_renewals_turn()
    current = (
        RenewalOutcome.objects.select_for_update(of=("self",))
        .select_related("contract__customer", "follower__customer")
        .get(pk=outcome.pk)
    )
    if current.undone_at is not None:
        raise ValidationError(_("This was taken back already."))
    follower = current.follower
    current.undone_at, current.undone_by, current.follower = timezone.now(), by, None
    current.save()
    if follower is not None:
        _refuse_changed(follower, current)
        remove_contract(contract=follower, by=by)
    elif current.shortened:
        _give_ends_back(current, by)
    record(
        "renewal.outcome_undone",
        by=by,
        about=current.contract,
        outcome=current.kind,
        contract=follower.key if follower else "",
    )
    emit(
        "renewal.reverted",
        {
            "contract": current.contract.key,
            "customer_id": current.contract.customer_id,
            "outcome": current.kind,
        },
    )
    refresh_renewals([current.contract.customer_id])


def _open_renewal(contract: Contract, today: date) -> Renewal:
    """Its row, while no other transaction decides it."""
    take_renewals_turn()
    renewal: Renewal | None = Renewal.objects.filter(contract=contract).first()
    if renewal is None:
        raise ValidationError(_("This contract has no end that could be renewed."))
    told = RenewalOutcome.objects.filter(contract=contract, undone_at__isnull=True).exists()
    state = state_of(renewal, today)
    # Who is silent for 90 days has left; why, or that they come back after all, can still be said.
    if told or (state != OPEN and state != CHURNED):
        raise ValidationError(_("This renewal is decided already."))
    return renewal


def _written(renewal: Renewal, outcome: RenewalOutcome) -> RenewalOutcome:
    outcome.arr_before = renewal.arr
    outcome.likelihood = renewal.likelihood
    outcome.called_percent, outcome.called_amount = renewal.percent, renewal.amount
    outcome.save()
    record(
        "renewal.decided",
        by=outcome.said_by,
        about=outcome.contract,
        outcome=outcome.kind,
        contract=outcome.follower.key if outcome.follower else "",
        arr_before=f"{outcome.arr_before:f}",
        arr_after=f"{outcome.arr_after:f}",
        churn_reason=outcome.churn_reason,
    )
    emit(
        "renewal.decided",
        {
            "contract": outcome.contract.key,
            "customer_id": outcome.contract.customer_id,
            "outcome": outcome.kind,
            "due_on": renewal.due_on,
            "arr_before": outcome.arr_before,
            "arr_after": outcome.arr_after,
            "renewed_by": outcome.follower.key if outcome.follower else None,
            "churn_reason": outcome.churn_reason or None,
        },
    )
    refresh_renewals([renewal.customer_id])
    return outcome


def _refuse_changed(follower: Contract, outcome: RenewalOutcome) -> None:
    rows = [
        follower,
        *ContractLine.objects.filter(contract=follower),
        *Instalment.objects.filter(contract=follower),
    ]
    if any(row.known_from > outcome.said_at for row in rows):
        raise ValidationError(
            _("The contract %(key)s was changed since. Take it back where it was changed.")
            % {"key": follower.key}
        )


def _give_ends_back(outcome: RenewalOutcome, by: User | None) -> None:
    before = {int(pk): date.fromisoformat(day) for pk, day in outcome.shortened.items()}
    lines = ContractLine.objects.filter(contract=outcome.contract, pk__in=list(before))
    found = {line.pk: line for line in lines}
    if set(found) != set(before) or any(
        line.known_from > outcome.said_at for line in found.values()
    ):
        raise ValidationError(_("The lines of the contract were changed since."))
    restore_ends(contract=outcome.contract, ends=before, by=by)
