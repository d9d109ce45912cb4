"""After a night, closed periods are looked at again, once; late facts are said in the month's review."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast
from unittest.mock import patch

import pytest
from django.test import Client
from night_facts import customer, sign

from accounts.actions.facts import keep_versions
from accounts.models import ContractLine, Customer, Tenant, Touchpoint, User
from accounts.tenancy import tenant_scope
from reports.actions.figure_checks import (
    check_figures,
    closed_periods,
    night_to_check,
    restated_of,
)
from reports.actions.figures import make_customer_figures
from reports.compute.report_periods import period_of
from reports.documents.executive_tables import Tables
from reports.documents.figure_words import told_apart
from reports.models import FigureCheck, FigureSet, Report, Restatement
from reports.queries.executive_facts import ExecutiveFacts
from reports.queries.restated import Restated
from reports.tasks import check_closed_figures, sweep_figures
from segmentation.actions.nights import run_night

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def contracts(tenant: Tenant) -> Tenant:
    with tenant_scope(tenant.id):
        for name in ("anna", "berta"):
            sign(customer(name), date(2025, 1, 1), fee=1000)
        run_night(tenant=tenant, as_of=date(2026, 6, 9))
    return tenant


def shorten() -> None:
    line = ContractLine.objects.first()
    assert line is not None
    keep_versions([line], until=NOW)
    line.ends_on, line.known_from = date(2026, 4, 15), NOW
    line.save()


def test_closed_are_eighteen_months_and_the_whole_quarters_among_them(tenant: Tenant) -> None:
    keys = [one.key for one in closed_periods(tenant, NOW)]
    months = [key for key in keys if "Q" not in key]
    assert (len(months), months[0], months[-1]) == (18, "2024-12", "2026-05")
    assert sorted(set(keys) - set(months)) == [
        "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1",
    ]  # fmt: skip


def test_a_late_fact_is_restated_from_its_month_on_and_once(contracts: Tenant) -> None:
    with tenant_scope(contracts.id):
        night = night_to_check()
        assert night is not None
        assert check_figures(night=night, tenant=contracts, now=NOW)
        assert night_to_check() is None
        assert FigureSet.objects.count() == 23
        assert not Restatement.objects.exists()
        shorten()
        run_night(tenant=contracts, as_of=date(2026, 6, 10), known_at=None)
        night = night_to_check()
        assert night is not None
        check = check_figures(night=night, tenant=contracts, now=NOW + timedelta(1))
        assert check is not None
        told = Restatement.objects.filter(key="end_arr")
        assert sorted(told.values_list("period", flat=True)) == ["2026-04", "2026-05"]
        assert {one.night_id for one in told} == {night.pk}
        assert check.restated == Restatement.objects.count()
        assert FigureSet.objects.filter(version=2).count() == 2


def test_the_task_checks_once_for_each_result_of_a_night(contracts: Tenant) -> None:
    with patch.object(check_closed_figures, "delay") as delay:
        sweep_figures()
        delay.assert_called_once_with(contracts.pk)
        check_closed_figures(contracts.pk)
        check_closed_figures(contracts.pk)
        sweep_figures()
        delay.assert_called_once()
    with tenant_scope(contracts.id):
        assert FigureCheck.objects.count() == 1


def test_the_month_says_what_was_restated(
    client: Client, executive: User, contracts: Tenant
) -> None:
    check_closed_figures(contracts.pk)
    client.force_login(executive)
    assert "What was restated" not in client.get("/t/acme/month/?month=2026-04").content.decode()
    with tenant_scope(contracts.id):
        shorten()
        run_night(tenant=contracts, as_of=date(2026, 6, 10))
    check_closed_figures(contracts.pk)
    page = client.get("/t/acme/month/?month=2026-04").content.decode()
    assert "What was restated" in page
    assert "2,000" in page
    assert "1,000" in page
    march = client.get("/t/acme/month/?month=2026-03").content.decode()
    assert "What was restated" not in march


@pytest.mark.parametrize(
    ("unit", "before", "after", "told"),
    [
        ("money", "54158304.0000", "54237108.0000", ("$54,158,304", "$54,237,108")),
        ("money", "54158304.0000", "54158304.2500", ("$54,158,304.0", "$54,158,304.2")),
        ("money", "353136.0000", "358980.0000", ("$353.1K", "$359K")),
        ("share", "0.9934795595", "0.9933812843", ("99.35%", "99.34%")),
        ("days", "12.26", "12.30", ("12.26", "12.30")),
        ("count", 22, 23, ("22", "23")),
        ("money", None, "0", ("–", "$0")),
    ],
)
def test_what_was_restated_never_reads_the_same_before_and_after(
    unit: str, before: str | int | None, after: str | int, told: tuple[str, str]
) -> None:
    was, now = (Decimal(one) if isinstance(one, str) else one for one in (before, after))
    assert told_apart(was, now, unit, currency="USD", language="en") == told


def test_the_executives_table_of_it_tells_them_apart() -> None:
    one = Restated(
        "2026-04", "end_arr", Decimal(54158304), Decimal(54237108), NOW, NOW.date(), figure_set=1
    )
    facts = cast("ExecutiveFacts", None)
    (table,) = Tables(facts=facts, language="en", currency="USD").restated([one])
    words = [cell.text for cell in table.rows[0]]
    assert words[2:4] == ["$54,158,304", "$54,237,108"]


def test_what_a_report_would_say_otherwise_today_is_told_and_the_report_stays(
    contracts: Tenant,
) -> None:
    with tenant_scope(contracts.id):
        one = Customer.objects.get(key="anna")
        may = period_of("2026-05")
        Touchpoint.objects.create(
            customer=one, key="t1", kind="call", happened_on=date(2026, 5, 4), known_from=NOW
        )
        make_customer_figures(period=may, night=None, known_at=NOW)
        sent = Report(figure_set=FigureSet.objects.get(customer=one))
        assert restated_of(sent, known_at=NOW + timedelta(1)) == []
        Touchpoint.objects.create(
            customer=one, key="t2", kind="call", happened_on=date(2026, 5, 5), known_from=NOW
        )
        (told,) = restated_of(sent, known_at=NOW + timedelta(1))
        assert (told.key, told.before, told.after) == ("touchpoints", 1, 2)
        assert sent.figure_set is not None
        assert sent.figure_set.value("touchpoints") == 1
        # Nobody else's figures were made again.
        assert FigureSet.objects.filter(kind="customer").count() == 3
