"""Addresses of the retention screens and of the lists behind their cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from segmentation.compute.cohorts import Cohort

YEAR, MONTH = "year", "month"


@dataclass(frozen=True)
class Links:
    """``group``: the customer group that a screen is narrowed to, which its addresses keep."""

    group: int | None = None

    def to(self, name: str, **asked: object) -> str:
        """The page of an URL name."""
        if self.group is not None:
            asked["group"] = self.group
        return f"{reverse(name)}?{urlencode(asked)}" if asked else reverse(name)

    def behind(self, of: str, month: date, **more: object) -> str:
        """The list of the customers behind a cell."""
        return self.to("retention_customers", of=of, month=f"{month:%Y-%m}", **more)

    def of_cohort(self, cohort: Cohort, k: int) -> str:
        return self.behind("cohort", cohort.month, after=k)

    def of_years(self, cohort: Cohort, k: int) -> str:
        return self.behind("cohort", cohort.month, after=k, span=YEAR)
