"""Delivery figures: days and effort of projects against their locked baselines.

Effort is in thousandths of a person-day, as whole numbers, so that every sum is exact; days are
working days of a calendar. The definitions are those of docs/decisions/delivery.md.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from accounts.compute.working_days import Days, WorkingCalendar

THOUSANDTHS = 1000
INDEX_PLACES = 10

EFFORTS = ("actual_effort", "in_scope_effort", "approved_change_effort", "unapproved_effort")
FIGURES = (
    "baseline_days",
    "actual_days",
    "schedule_variance_days",
    "baseline_effort",
    *EFFORTS,
    "unclassified_effort",
    "effort_variance",
)

_DAY = np.timedelta64(1, "D")
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def delivery_figures(
    projects: pd.DataFrame, work: pd.DataFrame, calendar: WorkingCalendar, as_of: date
) -> pd.DataFrame:
    """The figures of projects at the end of a day.

    Args:
        projects: a row per project, indexed by project; starts_on, accepted_on, baseline_starts_on,
            baseline_due_on (`datetime64`, NaT: not accepted, no baseline) and baseline_effort
            (`Int64`, thousandths, NA without a baseline). An acceptance after the day does not count
            yet.
        work: effort up to the day, any number of rows per project: project, item (`baseline`: booked
            on an item of the baseline in force; `outside`: on an item that is not in it; empty: on
            none), change (`signed`, `unsigned`: booked on a change request that the customer had
            signed by the day, or had not; empty: on none) and effort (thousandths). A change request
            decides, whatever the item.

    Returns:
        FIGURES for each project, in its order, `Int64`, NA where undefined:

        - baseline_days: working days from the first to the last day of the baseline;
        - actual_days: from the start to the acceptance, or to the day while the project runs; 0
          before it starts;
        - schedule_variance_days: accepted, actual minus baseline days; running, the working days
          since the baseline's last day, 0 until then;
        - in_scope_effort: on items of the baseline, and on nothing in particular while there is a
          baseline; approved_change_effort: on signed change requests; unapproved_effort: on others,
          and on items outside the baseline; unclassified_effort: what was booked on nothing;
        - effort_variance: actual minus baseline effort.
    """
    baseline = projects["baseline_effort"].astype("Int64")
    has_baseline = baseline.notna().to_numpy()
    due, accepted = _days(projects["baseline_due_on"]), _days(projects["accepted_on"])
    is_accepted = accepted <= np.datetime64(as_of, "D")
    until: Days = np.where(is_accepted, accepted, np.datetime64(as_of, "D"))
    planned = _each(calendar, _days(projects["baseline_starts_on"]), due)
    actual = _each(calendar, _days(projects["starts_on"]), until)
    overdue = _each(calendar, due + _DAY, until)
    found = pd.DataFrame(
        {
            "baseline_days": planned,
            "actual_days": actual,
            "schedule_variance_days": overdue.where(~is_accepted, actual - planned),
        }
    ).set_axis(projects.index)
    found["baseline_effort"] = baseline
    for name, column in _efforts(work).items():
        found[name] = column.reindex(projects.index, fill_value=0).astype("Int64")
    found.loc[~has_baseline, "in_scope_effort"] = pd.NA
    found["effort_variance"] = found["actual_effort"] - baseline
    return found[list(FIGURES)]


def creep_index(unapproved: int | None, baseline: int | None) -> Decimal | None:
    """Unapproved effort divided by baseline effort, to ten places; None without a baseline or with
    one that holds no effort."""
    if unapproved is None or not baseline:
        return None
    scaled = round(Fraction(unapproved, baseline) * 10**INDEX_PLACES)  # half to even
    return Decimal(scaled).scaleb(-INDEX_PLACES, _WIDE)


def plain(number: int | Decimal | None, *, thousandths: bool = False) -> str:
    """A number without an exponent and without zeros at its end; nothing as the empty text."""
    if number is None:
        return ""
    decimal = Decimal(number)
    if thousandths:
        decimal = decimal.scaleb(-3, _WIDE)
    text = format(decimal, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _efforts(work: pd.DataFrame) -> dict[str, pd.Series]:
    """Effort of projects by what it was booked on; projects without work are left out."""
    item, change = work["item"].to_numpy(), work["change"].to_numpy()
    effort = work["effort"].to_numpy(dtype=np.int64)
    on_change = change != ""
    parts = {
        "actual_effort": np.ones(len(work), dtype=bool),
        "in_scope_effort": ~on_change & (item != "outside"),
        "approved_change_effort": change == "signed",
        "unapproved_effort": (change == "unsigned") | (~on_change & (item == "outside")),
        "unclassified_effort": ~on_change & (item == ""),
    }
    found = pd.DataFrame({name: effort * chosen for name, chosen in parts.items()})
    summed = found.groupby(work["project"].to_numpy()).sum()
    return {name: summed[name] for name in parts}


def _days(column: pd.Series) -> Days:
    return column.to_numpy(dtype="datetime64[D]")


def _each(calendar: WorkingCalendar, firsts: Days, lasts: Days) -> pd.Series:
    """Working days from first to last, NA where one of them is missing."""
    unknown = np.isnat(firsts) | np.isnat(lasts)
    counted = np.zeros(len(firsts), dtype=np.int64)
    counted[~unknown] = calendar.working_days_each(firsts[~unknown], lasts[~unknown])
    return pd.Series(counted, dtype="Int64").mask(unknown)
