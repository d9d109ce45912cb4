"""What a customer bought, owes and paid, as its page shows it on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.labels import attribute_label
from accounts.models import Contract, ContractLine, Customer, Instalment, Payment


@dataclass(frozen=True)
class LineView:
    """``state``: ``active``, ``ended`` or ``future`` on the day."""

    line: ContractLine
    state: str

    @property
    def counts_as_arr(self) -> bool:
        return (
            self.state == "active"
            and self.line.kind == ContractLine.Kind.SUBSCRIPTION
            and not self.line.is_trial
        )


@dataclass(frozen=True)
class InstalmentView:
    """``state``: ``paid``, ``overdue``, ``today`` or ``future``; ``days``: how long overdue."""

    instalment: Instalment
    state: str
    days: int = 0


@dataclass(frozen=True)
class ContractView:
    """A contract with its lines, instalments and place in the chain of renewals.

    ``state``: ``active`` when a line is, else ``future`` or ``ended``; ``arr``: annual fees of its
    active subscription lines, trials not counted.
    """

    contract: Contract
    state: str
    arr: Decimal
    starts_on: date | None
    ends_on: date | None
    lines: list[LineView] = field(default_factory=list)
    instalments: list[InstalmentView] = field(default_factory=list)
    renewed_by: list[Contract] = field(default_factory=list)

    @property
    def attributes(self) -> list[tuple[str, Any]]:
        """The further columns of the contracts file: label and value."""
        return [(attribute_label(name), value) for name, value in self.contract.attributes.items()]

    @property
    def overdue(self) -> Decimal:
        return sum(
            (view.instalment.amount for view in self.instalments if view.state == "overdue"),
            Decimal(0),
        )


def contracts_of(customer: Customer, today: date) -> list[ContractView]:
    """All contracts of a customer as of a day: active ones first, then the latest term first.

    Four queries, however many contracts.
    """
    contracts = (
        Contract.objects.filter(customer=customer)
        .select_related("renewal_of")
        .prefetch_related("renewals")
    )
    lines: dict[int, list[LineView]] = {}
    for line in (
        ContractLine.objects.filter(contract__customer=customer)
        .select_related("module")
        .order_by("starts_on", "module__name")
    ):
        lines.setdefault(line.contract_id, []).append(LineView(line, _term_state(line, today)))
    instalments: dict[int, list[InstalmentView]] = {}
    for instalment in (
        Instalment.objects.filter(contract__customer=customer)
        .select_related("paid_by")
        .order_by("due_on")
    ):
        instalments.setdefault(instalment.contract_id, []).append(_instalment(instalment, today))
    views = [
        _contract(contract, lines.get(contract.pk, []), instalments.get(contract.pk, []))
        for contract in contracts
    ]
    order = {"active": 0, "future": 1, "ended": 2}
    return sorted(
        views,
        key=lambda view: (
            order[view.state],
            -(view.starts_on or date.min).toordinal(),
            view.contract.key,
        ),
    )


def payments_of(customer: Customer) -> QuerySet:
    """Payments with contract and module."""
    return Payment.objects.filter(customer=customer).select_related("contract", "module")


def _contract(
    contract: Contract, lines: list[LineView], instalments: list[InstalmentView]
) -> ContractView:
    states = {view.state for view in lines}
    state = next((name for name in ("active", "future") if name in states), "ended")
    ends = [view.line.ends_on for view in lines]
    return ContractView(
        contract=contract,
        state=state,
        arr=sum((view.line.annual_fee for view in lines if view.counts_as_arr), Decimal(0)),
        starts_on=min((view.line.starts_on for view in lines), default=None),
        ends_on=None if None in ends else max((day for day in ends if day), default=None),
        lines=lines,
        instalments=instalments,
        renewed_by=list(contract.renewals.all()),
    )


def _term_state(line: ContractLine, today: date) -> str:
    if line.starts_on > today:
        return "future"
    return "ended" if line.ends_on is not None and line.ends_on < today else "active"


def _instalment(instalment: Instalment, today: date) -> InstalmentView:
    if instalment.paid_by_id is not None:
        return InstalmentView(instalment, "paid")
    days = (today - instalment.due_on).days
    if days > 0:
        return InstalmentView(instalment, "overdue", days)
    return InstalmentView(instalment, "today" if days == 0 else "future")
