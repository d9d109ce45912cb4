"""What customers were sold, in few words."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from accounts.models import Contract, ContractLine, Customer, Module

numbers = count(1)


def sells(
    whom: Customer,
    start: date,
    end: date | None = None,
    fee: int | str = 1200,
    *,
    renewal_of: Contract | None = None,
    **line: Any,
) -> Contract:
    """A contract of one line; signed on its first day unless said otherwise."""
    module, _ = Module.objects.get_or_create(key="core", defaults={"name": "Core"})
    contract: Contract = Contract.objects.create(
        customer=whom, key=f"k{next(numbers)}", renewal_of=renewal_of
    )
    values = {"signed_on": start, "annual_fee": fee} | line
    ContractLine.objects.create(
        contract=contract, module=module, starts_on=start, ends_on=end, **values
    )
    return contract
