"""Changed rules tried on the newest night say what the next night will say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from night_facts import customer, pay, project, sign, use

from accounts.models import Tenant
from segmentation.actions.nights import run_night
from segmentation.actions.rule_sets import publish_rules
from segmentation.models import Assignment, MeasureRow, Move, Night, Scored
from segmentation.queries.rule_preview import SUBJECTS, Preview, preview, previewed_night
from segmentation.queries.rules import current_rules
from segmentation.rules.merging import merge_rules

D = date(2026, 6, 10)
NEXT = D + timedelta(days=1)
YEAR = timedelta(days=365)
# Days before D; none of them is about to leave a window of 30 or 90 days.
USED = (3, 6, 9, 12, 15, 18, 21, 24, 40, 43, 46, 49, 70, 73, 76)


@pytest.fixture
def vendor(scope: Tenant) -> Tenant:
    """Customers of every kind, none of whom crosses a border of days between the two nights."""
    for number in range(12):
        one = customer(f"c{number:02}")
        sign(one, D - 2 * YEAR, D + YEAR, fee=1000 * (number + 1), seats=10)
        pay(one, D - timedelta(days=40 + 60 * number), 100 * number)
        pay(one, D - timedelta(days=10), 50 + number)
        for back in USED[number % 4 :: 1 + number % 3] if number % 5 else ():
            for person in range(1 + number % 3):
                use(one, D - timedelta(days=back), person=f"p{person}")
    prospect = customer("prospect")
    sign(prospect, D - YEAR, is_trial=True)
    gone = customer("gone")
    sign(gone, D - 2 * YEAR, D - timedelta(days=50))
    building = customer("building")
    sign(building, D - timedelta(days=60), D + YEAR)
    project(building, D - timedelta(days=50))
    fresh = customer("fresh")
    sign(fresh, D - timedelta(days=45), D + YEAR)
    silent = customer("silent")
    sign(silent, D - 2 * YEAR, D + YEAR, fee=90000)
    for back in range(55, 100, 7):
        use(silent, D - timedelta(days=back))
    renewed = customer("renewed")
    first = sign(renewed, D - 2 * YEAR, D - YEAR)
    sign(renewed, D - YEAR + timedelta(days=1), D + YEAR, renewal_of=first)
    for back in USED:
        use(renewed, D - timedelta(days=back))
    return scope


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a stage": {"stages": {"new_days": 30, "dormant_days": 90}},
    "dormant sooner, held": {"stages": {"dormant_days": 5}, "hysteresis_nights": 3},
    "dormant sooner, at once": {"stages": {"dormant_days": 5}, "hysteresis_nights": 0},
    "a dimension": {
        "dimensions": {
            "activity": {
                "measures": {
                    "active_days_30": {
                        "method": "thresholds",
                        "cuts": [9, 12],
                        "levels": ["low", "mid", "high"],
                    }
                }
            }
        }
    },
    "the order": {
        "tiers": {"schemes": {"a": {"order": ["lost", "mature", "new", "high", "low", "mid"]}}}
    },
    "the scheme": {"tiers": {"scheme": "c"}},
    "the look-back window": {
        "window_days": 60,
        "rfm": {"basis": "payments", "map": "eight", "monetary": {"method": "quantile", "bins": 4}},
    },
    "too many scores": {
        "rfm": {"map": "eight", "monetary": {"method": "quantile", "measure": "arr", "bins": 10}},
        "dimensions": {
            "value": {
                "measures": {"arr": None, "nps": {"method": "quantile", "bins": 3}},
            }
        },
    },
}


def said_by(day: date, subject: str) -> dict[int, str]:
    """What a stored night says of each customer."""
    if subject in {"eleven", "class8"}:
        return dict(Scored.objects.filter(as_of=day).values_list("customer_id", subject))
    held = Assignment.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    return dict(held.values_list("customer_id", subject))


def column(frame: pd.DataFrame, name: str) -> dict[int, str]:
    words = frame[name].astype(object)
    return {int(str(pk)): str(word) for pk, word in words.where(words.notna(), "").items()}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_preview_is_what_the_next_night_says(vendor: Tenant, change: dict[str, Any]) -> None:
    run_night(tenant=vendor, as_of=D - timedelta(days=1))
    run_night(tenant=vendor, as_of=D)
    night = previewed_night()
    assert night is not None
    assert night.as_of == D
    rules = merge_rules(current_rules(), change)
    found = preview(vendor, night, rules)
    assert isinstance(found, Preview)

    publish_rules(rules=rules, note="tried", by=None)
    run_night(tenant=vendor, as_of=NEXT)
    for subject in SUBJECTS:
        assert column(found.frame, f"{subject}_now") == said_by(D, subject), subject
        assert column(found.frame, f"{subject}_then") == said_by(NEXT, subject), subject
    assert column(found.frame, "reason_then") == said_by(NEXT, "reason")
    assert column(found.frame, "branch_then") == said_by(NEXT, "branch")
    stored = Night.objects.get(as_of=NEXT)
    assert found.refusals == stored.refusals
    for kind in ("stage", "tier"):
        moves = Move.objects.filter(night=stored, kind=kind)
        assert found.moved(kind) == moves.count()
        assert found.moved_by_rules(kind) == moves.filter(cause="rules").count()
        flows = found.flows(kind)
        assert sum(number for (old, new), number in flows.items() if old != new) == moves.count()


def test_the_changes_above_change_something(vendor: Tenant) -> None:
    run_night(tenant=vendor, as_of=D)
    night = previewed_night()
    assert night is not None
    unmoved = []
    for name, change in CHANGES.items():
        found = preview(vendor, night, merge_rules(current_rules(), change))
        assert isinstance(found, Preview)
        changed = [s for s in SUBJECTS if any(old != new for old, new in found.flows(s))]
        if not changed:
            unmoved.append(name)
    assert unmoved == ["nothing", "dormant sooner, held"]


def test_a_stage_that_is_held_runs_on_and_then_moves_whatever_the_rules(vendor: Tenant) -> None:
    """On its third worse night in a row a customer moves; rules that change nothing do not cause it."""
    for back in (26, 25, 24):
        run_night(tenant=vendor, as_of=D - timedelta(days=back))
    night = previewed_night()
    assert night is not None
    held = Assignment.objects.get(customer__key="silent", valid_to=None)
    assert (held.stage, held.worse_nights) == ("active", 2)
    found = preview(vendor, night, current_rules())
    assert isinstance(found, Preview)
    assert found.flows("stage")["active", "dormant"] == 1
    assert found.moved("stage") == 1
    assert found.moved_by_rules("stage") == 0


def test_a_night_without_what_stages_are_read_from_is_not_tried(vendor: Tenant) -> None:
    run_night(tenant=vendor, as_of=D)
    MeasureRow.objects.update(contract_signed=None)
    night = previewed_night()
    assert night is not None
    assert preview(vendor, night, current_rules()) == "not_kept"
    night.context = {}
    assert preview(vendor, night, current_rules()) == "not_kept"


def test_without_a_night_there_is_nothing_to_try_on(scope: Tenant) -> None:
    assert previewed_night() is None


def test_lists_of_who_would_move(vendor: Tenant) -> None:
    run_night(tenant=vendor, as_of=D)
    night = previewed_night()
    assert night is not None
    rules = merge_rules(current_rules(), CHANGES["dormant sooner, at once"])
    found = preview(vendor, night, rules)
    assert isinstance(found, Preview)
    moved = found.between("stage", None, None)
    assert len(moved) == found.moved("stage") > 0
    assert set(moved["stage_then"]) == {"dormant"}
    assert (
        len(found.between("stage", "active", "dormant"))
        == found.flows("stage")["active", "dormant"]
    )
    assert len(found.between("stage", None, "churned")) == 1
    assert len(found.between("tier", "", "")) == 1  # the prospect
    assert sum(number for _, _, number in found.by_rule("tier")) == len(found.frame)
