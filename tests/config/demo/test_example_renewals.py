"""Renewals of the demo: calls, losses with their reasons, referrals and suggestions, made once."""

from __future__ import annotations

from datetime import timedelta

from members import make_member

from accounts.models import Contract, ContractLine, Customer, Module, OutgoingMail, Tenant
from accounts.tenancy import tenant_scope
from config.demo.renewals import make_example_renewals
from service.models import Referral, RenewalCall, RenewalOutcome, Suggestion

DAY = timedelta(days=1)


def test_something_of_every_kind_is_made_once(tenant: Tenant) -> None:
    make_member(tenant, "alice@acme.example", "admin")
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        modules = [Module.objects.create(key=f"m{number}", name="模块") for number in range(3)]
        for number in range(60):
            customer = Customer.objects.create(key=f"c{number}", name="客户", industry="零售")
            # Every fourth is a prospect; the others came over three years, and some have left.
            if number % 4 == 0:
                continue
            starts = until - (200 + 17 * number) * DAY
            contract = Contract.objects.create(customer=customer, key=f"k{number}")
            for step, module in enumerate(modules[: 1 + number % 3]):
                ContractLine.objects.create(
                    contract=contract, module=module, signed_on=starts,
                    starts_on=starts + 120 * step * DAY,
                    ends_on=starts + 700 * DAY, annual_fee=1000,
                )  # fmt: skip
    counts = []
    for _time in range(2):
        make_example_renewals(tenant)
        with tenant_scope(tenant.id):
            counts.append(
                [
                    model.objects.count()
                    for model in (RenewalCall, RenewalOutcome, Referral, Suggestion)
                ]
            )
    assert counts[0] == counts[1]
    assert all(counts[0])
    with tenant_scope(tenant.id):
        assert not RenewalCall.objects.filter(said_on__gt=until).exists()
        assert not OutgoingMail.objects.exists()
