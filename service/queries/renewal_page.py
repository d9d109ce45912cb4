"""Everything about one renewal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import Contract, ContractLine, Customer, Membership
from service.labels.renewals import reason_words
from service.models import (
    Renewal,
    RenewalCall,
    RenewalOutcome,
    RenewalSnapshot,
)
from service.queries.churn_reasons import churn_reasons
from service.queries.renewal_states import state_of, with_states


@dataclass(frozen=True)
class ReasonRow:
    text: str
    points: int


def visible_renewal(membership: Membership, contract_id: int, today: date) -> Renewal | None:
    """The renewal of a contract whose customer the member sees, with contract, customer and
    ``state``."""
    visible = Customer.objects.visible_to(membership).order_by().values("pk")
    found: Renewal | None = (
        with_states(Renewal.objects.filter(contract=contract_id, customer__in=visible), today)
        .select_related("contract", "customer__service_manager")
        .first()
    )
    return found


def ending_lines(renewal: Renewal) -> list[ContractLine]:
    """The subscription lines that end with the term."""
    return list(
        ContractLine.objects.filter(
            contract=renewal.contract_id, kind=ContractLine.Kind.SUBSCRIPTION, is_trial=False,
            ends_on=renewal.due_on,
        )
        .select_related("module")
        .order_by("module__name", "pk")
    )  # fmt: skip


def followers_of(renewal: Renewal) -> list[Contract]:
    return list(Contract.objects.filter(renewal_of=renewal.contract_id).order_by("key"))


def reasons_of(renewal: Renewal) -> list[ReasonRow]:
    return [ReasonRow(reason_words(told), int(told["points"])) for told in renewal.reasons]


def calls_of(renewal: Renewal) -> list[RenewalCall]:
    """The latest first."""
    return list(RenewalCall.objects.filter(contract=renewal.contract_id).select_related("said_by"))


def outcomes_of(renewal: Renewal) -> list[RenewalOutcome]:
    """The latest first, those taken back among them."""
    return list(
        RenewalOutcome.objects.filter(contract=renewal.contract_id).select_related(
            "said_by", "undone_by", "follower"
        )
    )


def months_of(renewal: Renewal) -> list[RenewalSnapshot]:
    """What was forecast at the months' ends, the latest first."""
    return list(
        RenewalSnapshot.objects.filter(contract=renewal.contract_id).order_by("-as_of")[:24]
    )


def reason_names() -> Mapping[str, str]:
    """Churn reason → its words, archived ones too."""
    return {reason.key: reason.name for reason in churn_reasons()}


def renewals_of_customer(customer: Customer, today: date) -> list[Renewal]:
    """A customer's renewals with their ``state``: the open ones, the next first, then the others, the
    latest first."""
    found = list(with_states(customer.renewals.select_related("contract"), today))
    open_ones = sorted(
        (row for row in found if state_of(row, today) == "open"), key=lambda row: row.due_on
    )
    decided = sorted(
        (row for row in found if state_of(row, today) != "open"),
        key=lambda row: row.due_on,
        reverse=True,
    )
    return open_ones + decided
