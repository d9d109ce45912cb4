"""Measures that another app registers with a query are gathered, kept and usable in rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from night_facts import customer, project

from accounts.models import Tenant
from segmentation import catalogue
from segmentation.actions.nights import run_night
from segmentation.actions.rule_sets import publish_rules
from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts, kept_measures
from segmentation.models import MeasureRow, Scored
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules

D = date(2026, 6, 30)
DAY = timedelta(1)
OPEN_PROJECTS = Measure(
    "open_projects",
    "Open projects",  # type: ignore[arg-type]
    "Projects begun and not accepted.",  # type: ignore[arg-type]
    Unit.COUNT,
    Number.WHOLE,
    Better.NEITHER,
    "projects",
    sql="SELECT customer_id, count(*) FROM projects_project WHERE tenant_id = %(tenant)s "
    "AND known_from <= %(known_at)s AND starts_on <= %(day)s "
    "AND coalesce(accepted_on > %(day)s, true) GROUP BY customer_id",
)


@pytest.fixture(autouse=True)
def fresh_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(catalogue, "_measures", dict(catalogue._measures))


def gathered(tenant: Tenant) -> dict[str, object]:
    facts = gather_facts(AsOf(tenant.id, D, datetime(2026, 7, 1, tzinfo=UTC), tenant.zone))
    column = facts.table.column("open_projects").dropna()
    return dict(zip(facts.keys[column.index], column, strict=True))


def test_it_is_gathered_kept_and_scored(scope: Tenant) -> None:
    catalogue.register(OPEN_PROJECTS)
    for key, count in (("none", 0), ("one", 1), ("three", 3)):
        whom = customer(key)
        for _ in range(count):
            project(whom, D - DAY)
        project(whom, D - 9 * DAY, D - DAY)
        project(whom, D + DAY)
        project(whom, D - DAY, known=datetime(2026, 8, 1, tzinfo=UTC))
    slot = {"measure": "open_projects", "method": "thresholds", "cuts": [0, 1, 2, 3]}
    rules = merge_rules(default_rules(), {"rfm": {"frequency": slot}})
    publish_rules(rules=rules, by=None)
    run_night(tenant=scope, as_of=D, known_at=datetime(2026, 7, 1, tzinfo=UTC))

    kept = MeasureRow.objects.order_by("customer__key").values_list("customer__key", "further")
    assert list(kept) == [
        ("none", {}),
        ("one", {"open_projects": 1}),
        ("three", {"open_projects": 3}),
    ]
    table = kept_measures(D)
    assert table is not None
    assert sorted(table.column("open_projects").dropna()) == [1, 3]
    scores = Scored.objects.filter(as_of=D).order_by("customer__key")
    scores = scores.values_list("customer__key", "f")
    assert list(scores) == [("none", None), ("one", 2), ("three", 4)]


def test_a_customer_without_a_row_is_unknown_or_has_none(scope: Tenant) -> None:
    catalogue.register(replace(OPEN_PROJECTS, zero_when_absent=True))
    one, _ = customer("one"), customer("none")
    assert gathered(scope) == {}, "no customer has any: nothing is known"
    project(one, D)
    assert gathered(scope) == {"one": 1, "none": 0}


def test_amounts_and_ratios_come_back_as_they_were(scope: Tenant) -> None:
    for key, number, unit, value in (
        ("money_of_ours", Number.AMOUNT, Unit.MONEY, "12.3456"),
        ("share_of_ours", Number.RATIO, Unit.SHARE, "0.1::double precision + 0.2"),
    ):
        catalogue.register(
            replace(
                OPEN_PROJECTS,
                key=key,
                number=number,
                unit=unit,
                sql=f"SELECT id, {value} FROM accounts_customer WHERE tenant_id = %(tenant)s",
            )
        )
    customer("a")
    run_night(tenant=scope, as_of=D)
    table = kept_measures(D)
    assert table is not None
    assert table.column("money_of_ours").to_list() == [123456]
    assert table.places_of("money_of_ours") == 4
    assert table.column("share_of_ours").to_list() == [0.1 + 0.2]


def test_an_announced_measure_stays_unknown(scope: Tenant) -> None:
    customer("a")
    facts = gather_facts(AsOf(scope.id, D, datetime(2026, 7, 1, tzinfo=UTC), scope.zone))
    assert facts.table.column("nps").isna().all()


def test_a_key_that_is_no_column_name_is_refused() -> None:
    with pytest.raises(ValueError, match="not named like a column"):
        catalogue.register(replace(OPEN_PROJECTS, key="open projects'"))
