"""The further tables of `retention`: cohorts, renewals, persons, conversion; and lifetime value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ContractLine, Customer, Membership, Payment, Tenant
from accounts.tenancy import tenant_scope
from reports.queries.money import renewals_of
from segmentation.models import UsageEvent
from segmentation.queries.lifetime_value import customer_value
from segmentation.queries.retention_figures import (
    CONTRACTS,
    NOTHING,
    PAYMENTS,
    converting,
    customer_cohorts,
    ended_months,
    renewing,
)
from segmentation.queries.scopes import widest_scope
from tests.segmentation.sales import sells

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
UNTIL = date(2026, 7, 9)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def customer(key: str, known_from: datetime = LONG_AGO) -> Customer:
    found: Customer = Customer.objects.create(key=key, name=key, known_from=known_from)
    return found


def used(whom: Customer, person: str, moment: datetime) -> None:
    UsageEvent.objects.create(
        tenant_id=whom.tenant_id,
        message_id=f"m{UsageEvent.objects.count()}",
        customer=whom,
        person=person,
        event="open",
        occurred_at=moment,
        received_at=moment,
    )


def printed(tenant: Tenant, table: str, first: str, last: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command(
        "retention", f"--tenant={tenant.slug}", f"--from={first}", f"--to={last}", table, stdout=out
    )
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))


def test_cohorts_by_the_first_month_with_arr(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        sells(customer("stays"), date(2026, 3, 5), fee="100.50")
        sells(customer("leaves"), date(2026, 3, 31), date(2026, 5, 30), fee="50")
        sells(customer("tries"), date(2026, 3, 1), fee="70", is_trial=True)
        sells(customer("buys once"), date(2026, 3, 1), kind=ContractLine.Kind.ONE_OFF)
        sells(customer("early"), date(2025, 3, 1))
    rows = printed(tenant, "--cohorts", "2026-03", "2026-12")
    assert [row["months_after"] for row in rows] == ["0", "1", "2", "3"]
    assert {row["cohort"] for row in rows} == {"2026-03"}
    assert [(row["customers"], row["active"], row["amount"]) for row in rows] == [
        ("2", "2", "150.50"),
        ("2", "2", "150.50"),
        ("2", "1", "100.50"),
        ("2", "1", "100.50"),
    ]
    assert rows[-1]["rate"] == "0.5"


def test_without_subscriptions_cohorts_are_by_payment(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        one = customer("a")
        for number, (day, amount) in enumerate([(3, 10), (40, 5), (41, 5), (100, 7)]):
            Payment.objects.create(
                customer=one,
                key=f"p{number}",
                paid_on=date(2026, 1, 1) + timedelta(days=day),
                amount=amount,
            )
        assert customer_cohorts(UNTIL).basis == PAYMENTS
    rows = printed(tenant, "--cohorts", "2026-01", "2026-04")
    assert [(row["active"], row["amount"]) for row in rows] == [
        ("1", "10.00"),
        ("1", "10.00"),
        ("0", "0.00"),
        ("1", "7.00"),
    ]


def test_nothing_is_sold_and_nobody_pays(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        customer("a")
        assert customer_cohorts(UNTIL).basis == NOTHING
        found = customer_value(UNTIL, Decimal(1))
    assert (found.basis, found.refusal) == (NOTHING, "no_facts")
    assert printed(tenant, "--cohorts", "2026-01", "2026-04") == []


@pytest.fixture
def renewals(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        for name, ended, after, fee in (
            ("in time", date(2026, 2, 15), 90, "100"),
            ("too late", date(2026, 2, 15), 91, "40"),
            ("lost", date(2026, 2, 28), None, "60"),
            ("open", date(2026, 5, 31), None, "10"),
            ("open but renewed", date(2026, 5, 31), 1, "20"),
        ):
            whom = customer(name)
            old = sells(whom, date(2023, 1, 1), ended, fee)
            if after is not None:
                sells(whom, ended + timedelta(days=after), fee="999", renewal_of=old)
        endless = customer("endless")
        sells(endless, date(2023, 1, 1))
        sells(endless, date(2023, 1, 1), date(2026, 2, 2), is_trial=True)


@pytest.mark.usefixtures("renewals")
def test_renewals_of_the_due_and_those_still_open(tenant: Tenant) -> None:
    rows = printed(tenant, "--renewals", "2026-02", "2026-05")
    february, may = rows[0], rows[3]
    assert (february["contracts"], february["customers_renewed"]) == ("3", "1")
    assert february["customer_rate"] == "0.3333333333"
    assert (february["arr"], february["arr_renewed"], february["arr_rate"]) == (
        "200.00",
        "100.00",
        "0.5",
    )
    assert (may["contracts"], may["customer_rate"]) == ("0", "")
    assert (may["open_contracts"], may["open_renewed"], may["open_arr"]) == ("2", "1", "30.00")


@pytest.mark.usefixtures("renewals")
def test_months_that_are_judged_agree_with_the_month_in_review(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    member = make_member(tenant, "eve@acme.example", "executive")
    with tenant_scope(tenant.id):
        months = ended_months(UNTIL, 12)
        for due in renewing(months, UNTIL).months:
            if due.open_contracts:
                continue
            review = renewals_of(
                widest_scope(member), due.first_day, due.last_day, None, known_until=UNTIL
            )
            assert (review.contracts, review.customers, review.customers_renewed) == (
                due.contracts,
                due.customers,
                due.customers_renewed,
            )
            assert (review.arr * 10_000, review.arr_renewed * 10_000) == (due.arr, due.arr_renewed)


def test_without_a_link_between_contracts_nobody_can_tell_a_renewal(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        whom = customer("a")
        sells(whom, date(2024, 1, 1), date(2026, 1, 31))
        sells(whom, date(2026, 2, 1))
        assert not renewing(ended_months(UNTIL, 12), UNTIL).is_linked
    (row,) = printed(tenant, "--renewals", "2026-01", "2026-01")
    assert (row["contracts"], row["customer_rate"], row["arr_rate"]) == ("1", "", "")


def test_persons_by_their_first_day_where_the_tenant_is(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        one, two = customer("one"), customer("two")
        # In Shanghai this is the first of June already.
        eve = datetime(2026, 5, 31, 20, tzinfo=UTC)
        used(one, "ann", eve)
        used(one, "ann", eve + timedelta(days=1))
        used(two, "ann", eve)
        used(two, "ann", eve + timedelta(days=30))
        used(two, "bea", eve)
        used(two, "", eve - timedelta(days=30))
        used(two, "cai", NOW - timedelta(days=8))
        used(two, "cai", NOW + timedelta(days=1))
    june, july = printed(tenant, "--persons", "2026-01", "2026-12")
    assert june["cohort"] == "2026-06"
    assert [june[name] for name in ("persons", "d1_counted", "d1_returned")] == ["3", "3", "2"]
    assert (june["d7_returned"], june["d30_returned"]) == ("1", "1")
    assert (july["persons"], july["d7_counted"], july["d7_rate"]) == ("1", "1", "0")
    assert (july["d30_counted"], july["d30_rate"]) == ("0", "")


def test_conversion_of_trials_and_prospects(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        tried = customer("tried")
        sells(tried, date(2026, 3, 1), date(2026, 3, 31), is_trial=True)
        sells(tried, date(2026, 5, 1), signed_on=date(2026, 3, 21))
        still = customer("still")
        sells(still, date(2026, 3, 10), date(2026, 4, 9), is_trial=True)
        waiting = customer("waiting", datetime(2026, 4, 2, tzinfo=UTC))
        # Changed since: what was known first counts.
        from accounts.models import RowVersion

        RowVersion.objects.create(
            table="accounts_customer",
            row_id=waiting.pk,
            before={},
            known_from=datetime(2026, 3, 3, tzinfo=UTC),
            known_to=datetime(2026, 4, 2, tzinfo=UTC),
        )
        sells(customer("came signed", NOW), date(2026, 1, 1))
        (march,) = converting(UNTIL, tenant.zone)
    assert (march.month, march.entered, march.converted) == (date(2026, 3, 1), 3, 1)
    assert march.median_days == Fraction(20)
    (row,) = printed(tenant, "--conversion", "2026-03", "2026-03")
    assert (row["rate"], row["median_days"]) == ("0.3333333333", "20")


def test_one_table_at_a_time(tenant: Tenant) -> None:
    with pytest.raises(CommandError, match="not allowed"):
        call_command(
            "retention",
            f"--tenant={tenant.slug}",
            "--from=2026-01",
            "--to=2026-02",
            "--cohorts",
            "--persons",
        )


def test_value_by_contract_is_arpa_times_margin_by_churn(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        for number in range(9):
            sells(customer(f"c{number}"), date(2024, 1, 1), fee="1200")
        sells(customer("lost"), date(2024, 1, 1), date(2026, 6, 15), fee="1200")
        found = customer_value(UNTIL, Decimal("0.8"))
    assert (found.basis, found.as_of) == (CONTRACTS, date(2026, 6, 30))
    assert found.contract is not None
    # Ten customers at the start of each of twelve months, one lost: 1/120 a month.
    assert found.contract.monthly_churn == Fraction(1, 120)
    assert found.contract.value == 100 * Fraction(8, 10) * 120


def test_without_churn_the_value_is_not_estimable(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        sells(customer("a"), date(2024, 1, 1), fee="1200")
        found = customer_value(UNTIL, Decimal(1))
    assert found.contract is not None
    assert found.contract.value is None


def test_payers_without_contracts_are_valued_by_a_model_of_buying(tenant: Tenant) -> None:
    chance = np.random.default_rng(9)
    with tenant_scope(tenant.id):
        payments = []
        for number in range(120):
            whom = customer(f"c{number}")
            day, gap = date(2025, 1, 1) + timedelta(days=int(chance.integers(0, 90))), 10 + number
            while day <= UNTIL and (day == date(2025, 1, 1) or chance.random() < 0.9):
                payments.append(
                    Payment(
                        customer=whom,
                        key=f"p{len(payments)}",
                        paid_on=day,
                        amount=Decimal(int(chance.integers(50, 150))),
                    )
                )
                day += timedelta(days=int(chance.integers(1, gap)))
        Payment.objects.bulk_create(payments)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = customer_value(UNTIL, Decimal("0.5"))
        whole = customer_value(UNTIL, Decimal(1))
    assert len(queries) <= 2
    assert found.basis == PAYMENTS
    assert found.buying is not None
    assert whole.buying is not None
    assert found.buying.customers == len({payment.customer_id for payment in payments})
    assert 0 < found.buying.alive < found.buying.customers
    assert found.buying.total * 2 == pytest.approx(whole.buying.total)
    assert 50 < whole.buying.total / Decimal(whole.buying.expected) < 150


def test_few_payers_are_told_that_they_are_too_few(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        Payment.objects.create(customer=customer("a"), key="p", paid_on=UNTIL, amount=5)
        found = customer_value(UNTIL, Decimal(1))
    assert (found.basis, found.refusal) == (PAYMENTS, "too_few")
