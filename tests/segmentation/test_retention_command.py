"""`retention`, from contract lines in the database."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Contract, ContractLine, Customer, Module, Tenant
from accounts.tenancy import tenant_scope
from segmentation.queries.retention import (
    RETENTION_COLUMNS,
    retention_between,
    retention_months,
)

HEADER = (
    "month,start_arr,new,expansion,contraction,churned,reactivated,end_arr,grr,nrr,"
    "customers_start,customers_lost,logo_churn"
)


def add_line(
    customer: str, starts_on: date, ends_on: date | None, fee: str, **fields: Any
) -> ContractLine:
    """A line of a contract of its own; inside a scope."""
    of, _ = Customer.objects.get_or_create(key=customer, defaults={"name": customer})
    module, _ = Module.objects.get_or_create(key="core", defaults={"name": "Core"})
    number = Contract.objects.count()
    contract = Contract.objects.create(customer=of, key=f"C-{number}")
    return ContractLine.objects.create(
        contract=contract,
        module=module,
        signed_on=starts_on,
        starts_on=starts_on,
        ends_on=ends_on,
        annual_fee=Decimal(fee),
        **fields,
    )


@pytest.fixture
def lines(tenant: Tenant) -> None:
    """A spring of every kind of movement, and lines that carry none."""
    old = date(2024, 1, 1)
    with tenant_scope(tenant.id):
        add_line("keeps", old, None, "400.50")
        add_line("grows", old, None, "100")
        add_line("grows", date(2025, 6, 5), None, "25.25")
        add_line("shrinks", old, date(2025, 6, 15), "200")
        add_line("shrinks", date(2025, 6, 16), None, "150.0001")
        add_line("leaves", old, date(2025, 6, 15), "299.50")
        add_line("comes", date(2025, 6, 15), None, "70")
        add_line("returns", old, date(2024, 6, 1), "10")
        add_line("returns", date(2025, 6, 15), None, "20")
        add_line("keeps", old, None, "9000", is_trial=True)
        add_line("keeps", old, None, "9000", kind=ContractLine.Kind.ONE_OFF)


def printed(tenant: Tenant, first: str, last: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(
        "retention",
        f"--tenant={tenant.slug}",
        f"--from={first}",
        f"--to={last}",
        *arguments,
        stdout=out,
    )
    return out.getvalue()


@pytest.mark.usefixtures("lines")
def test_one_row_per_month_as_csv(tenant: Tenant) -> None:
    text = printed(tenant, "2025-05", "2025-07")
    assert text.splitlines()[0] == HEADER
    rows = {row["month"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == ["2025-05", "2025-06", "2025-07"]
    assert rows["2025-06"] == {
        "month": "2025-06",
        "start_arr": "1000.00",
        "new": "70.00",
        "expansion": "25.25",
        "contraction": "49.9999",
        "churned": "299.50",
        "reactivated": "20.00",
        "end_arr": "765.7501",
        "grr": "0.6505001",
        "nrr": "0.6757501",
        "customers_start": "4",
        "customers_lost": "1",
        "logo_churn": "0.25",
    }
    assert rows["2025-05"]["grr"] == "1"
    assert rows["2025-07"]["start_arr"] == "765.7501"


@pytest.mark.usefixtures("lines")
def test_as_json_the_numbers_are_numbers(tenant: Tenant) -> None:
    (june,) = json.loads(printed(tenant, "2025-06", "2025-06", "--format=json"))
    assert list(june) == list(RETENTION_COLUMNS)
    assert june["start_arr"] == 1000
    assert june["logo_churn"] == 0.25


def test_rates_without_a_start_are_empty(tenant: Tenant) -> None:
    text = printed(tenant, "2025-06", "2025-06")
    assert text.splitlines()[1] == "2025-06,0.00,0.00,0.00,0.00,0.00,0.00,0.00,,,0,0,"
    (june,) = json.loads(printed(tenant, "2025-06", "2025-06", "--format=json"))
    assert june["grr"] is None


@pytest.mark.usefixtures("lines")
def test_another_tenant_sees_none_of_it(make_tenant: Any) -> None:
    assert (
        printed(make_tenant("other"), "2025-06", "2025-06")
        .splitlines()[1]
        .startswith("2025-06,0.00")
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-6", "2025-07"), ("2025-13", "2026-01"), ("2025-07", "2025-06"), ("0001-01", "0001-02")],
)
def test_wrong_months_are_wrong_usage(tenant: Tenant, first: str, last: str) -> None:
    with pytest.raises(CommandError) as refused:
        printed(tenant, first, last)
    assert refused.value.returncode == 2


@pytest.mark.usefixtures("lines")
def test_the_figures_are_exact_for_screens_too(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        (june,) = retention_months(date(2025, 6, 1), date(2025, 6, 30))
        quarter = retention_between(date(2025, 4, 1), date(2025, 6, 30))
    assert june.contraction == Decimal("49.9999")
    assert (quarter.start_arr, quarter.end_arr) == (june.start_arr, june.end_arr)
    assert june.start_arr + june.new + june.expansion + june.reactivated == (
        june.end_arr + june.contraction + june.churned
    )


def test_it_is_one_statement_whatever_the_number_of_lines(
    tenant: Tenant, django_assert_num_queries: Any
) -> None:
    day = date(2025, 1, 1)
    for size in (1, 20):
        with tenant_scope(tenant.id):
            for number in range(size):
                add_line(f"c{number}", day + timedelta(days=number), None, "10")
            with django_assert_num_queries(1):
                retention_months(date(2025, 1, 1), date(2025, 12, 31))
