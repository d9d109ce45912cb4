"""The events of a play on nights of the past, with who would have had to do with them."""

from __future__ import annotations

import pandas as pd

from segmentation.frames.copying import TEXT, copy_out
from service.frames.play_statements import PEOPLE, Sql

ROLES = ("face", "service_manager", "project_manager", "salesperson", "team_lead")


def past_events(events: Sql, tenant_id: int) -> pd.DataFrame:
    """One row per customer and night: customer, day (as date.toordinal), event, and per role the
    colleague (id; 0: nobody). Roles are those of today."""
    named = ", ".join(f"coalesce(p.{role}_id, 0)" for role in ROLES)
    return copy_out(
        f"{events[0]} SELECT e.customer_id, e.as_of - DATE '0001-01-01' + 1, e.event_key, {named} "
        f"FROM event e JOIN ({PEOPLE}) p ON p.customer_id = e.customer_id",
        {
            "customer": "int64",
            "day": "int64",
            "event": TEXT,
            **dict.fromkeys(ROLES, "int64"),
        },
        [*events[1], tenant_id, tenant_id],  # type: ignore[arg-type] # places, not names
    )
