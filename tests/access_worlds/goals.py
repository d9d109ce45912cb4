"""A goal of the tenant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reports.models import KpiGoal


def make(world: Any) -> dict[str, Any]:
    goal = KpiGoal.objects.create(
        key="end_arr", baseline=Decimal(100), baseline_on=date(2026, 3, 31), target=Decimal(200),
        due_on=date(2030, 3, 31),
    )  # fmt: skip
    return {"kpi_goal": goal}


def _goal(world: Any) -> dict[str, Any]:
    return {"pk": world.further["kpi_goal"].pk}


OBJECTS = dict.fromkeys(("goal", "goal_changes", "goal_closures", "goal_customers"), _goal)  # fmt: skip
