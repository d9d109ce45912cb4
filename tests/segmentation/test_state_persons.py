"""States hold the names of persons who used something: they go with their customer."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actions.loads import undo_load
from accounts.loads.dependants import CannotUndo
from accounts.models import Customer, Tenant
from segmentation.actions.nights import run_night
from segmentation.models import Assignment, MeasureRow, UsageEvent, UsageState
from tests.accounts.loads.conftest import load  # noqa: F401

USAGE = "customer,occurred_at,event,person\nA,2024-06-01,open,ann\nB,2024-06-01,open,bea\n"


@pytest.fixture
def loads(load: Any, scope: Tenant) -> dict[str, Any]:  # noqa: F811
    """Two customers, each by a load of its own, their usage, and a night that made the states."""
    found = {
        "a": load("customers", "key,name\nA,Alpha\n").load,
        "b": load("customers", "key,name\nB,Beta\n").load,
        "usage": load("usage", USAGE).load,
    }
    run_night(tenant=scope)
    assert persons() == {"A": ["ann"], "B": ["bea"]}
    return found


def persons() -> dict[str, list[str]]:
    return dict(UsageState.objects.values_list("customer__key", "persons"))


def test_undoing_the_usage_takes_its_persons_away_with_the_next_night(
    loads: dict[str, Any], scope: Tenant
) -> None:
    undo_load(load=loads["usage"], by=None)
    before = persons()
    run_night(tenant=scope, restate="the usage was taken back")
    assert before == {"A": ["ann"], "B": ["bea"]}
    assert not any(persons().values())


def test_a_customer_whom_a_night_has_seen_stays_with_its_states(loads: dict[str, Any]) -> None:
    """What nights said of it is no guess that could be made again: its load cannot be undone."""
    undo_load(load=loads["usage"], by=None)
    with pytest.raises(CannotUndo) as refused:
        undo_load(load=loads["a"], by=None)
    words = "1 measures of nights belong to what this load created; 1 tiers of nights belong"
    assert str(refused.value).startswith(words)
    assert "scored" not in str(refused.value)
    assert Customer.objects.filter(key="A").exists()
    assert set(persons()) == {"A", "B"}


def test_states_alone_do_not_keep_a_load_from_being_undone(loads: dict[str, Any]) -> None:
    undo_load(load=loads["usage"], by=None)
    for model in (MeasureRow, Assignment):
        model.objects.filter(customer__key="A").delete()
    undo_load(load=loads["a"], by=None)
    assert persons() == {"B": ["bea"]}


def test_deleting_a_customer_takes_its_persons_away(loads: dict[str, Any]) -> None:
    UsageEvent.objects.filter(customer__key="A").delete()
    Customer.objects.get(key="A").delete()
    assert persons() == {"B": ["bea"]}
