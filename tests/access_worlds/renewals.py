"""A contract that ends, with an outcome that can be taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.actions.contracts import NewLine
from accounts.models import Contract, ContractLine, Module
from service.actions.churn_reasons import add_churn_reason
from service.actions.referrals import record_referral
from service.actions.renewal_outcomes import NewTerm, renew
from service.actions.renewal_upkeep import refresh_renewals

DAY = timedelta(days=1)


def make(world: Any) -> dict[str, Any]:
    today = world.tenant.local_date(timezone.now())
    module = Module.objects.create(key="renewed", name="Renewed")
    made: dict[str, Any] = {}
    for name in ("open_contract", "renewed_contract"):
        made[name] = Contract.objects.create(customer=world.customer, key=name)
        ContractLine.objects.create(
            contract=made[name], module=module, signed_on=date(2024, 1, 1),
            starts_on=date(2024, 1, 1), ends_on=today + 30 * DAY, annual_fee=100,
        )  # fmt: skip
    refresh_renewals([world.customer.pk])
    line = NewLine(module, today + 31 * DAY, None, Decimal(100))
    made["renewal_outcome"] = renew(
        contract=made["renewed_contract"], term=NewTerm("next", today, [line]), note="",
        today=today, by=world.member.user,
    )  # fmt: skip
    made["churn_reason"] = add_churn_reason(name="Moved away", by=world.member.user)
    made["referral"] = record_referral(
        referrer=world.customer, values={"prospect_name": "Somebody", "referred_on": today},
        today=today, by=world.member.user,
    )  # fmt: skip
    return made


def _contract(world: Any) -> dict[str, Any]:
    return {"pk": world.further["open_contract"].pk}


OBJECTS = {
    "renewal": _contract,
    "renewal_calls": _contract,
    "renewal_terms": _contract,
    "renewal_churn": _contract,
    "renewal_undoing": lambda world: {"pk": world.further["renewal_outcome"].pk},
    "payment_brief": lambda world: {"pk": world.customer.pk},
    "payment_brief_uses": lambda world: {"pk": world.customer.pk},
    "new_referral": lambda world: {"pk": world.customer.pk},
    "referral": lambda world: {"pk": world.further["referral"].pk},
    "referral_removal": lambda world: {"pk": world.further["referral"].pk},
    "churn_reason": lambda world: {"key": world.further["churn_reason"].key},
}
