"""Payments counted over another look-back window than a night's."""

from __future__ import annotations

import pandas as pd

from accounts.planning import planning
from segmentation.compute.exact import MONEY_PLACES
from segmentation.frames import money
from segmentation.frames.asof import AsOf
from segmentation.frames.copying import copy_out
from segmentation.frames.facts import revisions
from segmentation.frames.gathering import MEASURES

WINDOWED = ("frequency", "monetary")
"""The measures that depend on the rules: on ``window_days``."""


def windowed_measures(asof: AsOf) -> pd.DataFrame:
    """WINDOWED by customer id, Int64, money as whole numbers of its smallest unit.

    Customers without a payment ever have no row.
    """
    steps = money.payments(revisions(asof))
    common = ", ".join(f"{name} AS ({steps[name]})" for name in ("payments", "paid"))
    frequency, monetary = (MEASURES[name][1] for name in WINDOWED)
    with planning():
        return _counted(asof, common, frequency, monetary)


def _counted(asof: AsOf, common: str, frequency: str, monetary: str) -> pd.DataFrame:
    return copy_out(
        f"WITH {common} SELECT paid.customer_id, {frequency}, "
        f"(({monetary})::numeric(20, 4) * {10**MONEY_PLACES})::bigint FROM paid",
        {"customer_id": "int64", **dict.fromkeys(WINDOWED, "Int64")},
        asof.parameters(),
    ).set_index("customer_id")
