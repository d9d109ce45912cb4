"""The customers behind a number of a preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from accounts.models import Customer
from segmentation.compute.exact import MONEY_PLACES, unscaled_decimal
from segmentation.queries.rule_preview import DECIDED, Preview
from segmentation.queries.scopes import Scope


@dataclass(frozen=True)
class Mover:
    """A customer with where it stands and would stand (empty: nowhere), and, of a tier or
    stage, the codes of what decides it."""

    pk: int
    key: str
    name: str
    arr: Decimal | None
    now: str
    then: str
    why_now: str
    why_then: str


@dataclass(frozen=True)
class Movers:
    """``frame``: rows of ``Preview.frame``, in the order of the list."""

    frame: pd.DataFrame
    subject: str

    @property
    def total(self) -> int:
        return len(self.frame)

    def ordered(self, by: str, *, descending: bool) -> Movers:
        """By ``name`` or ``arr``, customers without an amount last."""
        if by == "name":
            names = Customer.objects.filter(pk__in=self._ids(self.frame))
            order = names.order_by("-name" if descending else "name", "pk")
            frame = self.frame.loc[list(order.values_list("pk", flat=True))]
        else:
            frame = self.frame.sort_index().sort_values(
                "arr", ascending=not descending, na_position="last", kind="stable"
            )
        return replace(self, frame=frame)

    def rows(self, part: slice | None = None) -> list[Mover]:
        """Some of them, or all; customers taken away since that night are left out."""
        frame = self.frame if part is None else self.frame.iloc[part]
        customers = Customer.objects.in_bulk(self._ids(frame))
        why = DECIDED.get(self.subject, self.subject)
        columns = (f"{self.subject}_now", f"{self.subject}_then", f"{why}_now", f"{why}_then")
        words = [
            ["" if pd.isna(word) else str(word) for word in frame[column].astype(object)]
            for column in columns
        ]
        found = []
        for pk, arr, *held in zip(self._ids(frame), frame["arr"], *words, strict=True):
            if customer := customers.get(pk):
                amount = None if pd.isna(arr) else unscaled_decimal(int(arr), MONEY_PLACES)
                found.append(Mover(pk, customer.key, customer.name, amount, *held))
        return found

    @staticmethod
    def _ids(frame: pd.DataFrame) -> list[int]:
        return [int(pk) for pk in frame.index.to_list()]


def movers(
    found: Preview, subject: str, now: str | None, then: str | None, *, scope: Scope
) -> Movers:
    """The customers of the scope that would go from ``now`` to ``then`` (see Preview.between)."""
    frame = found.between(subject, now, then)
    if not scope.is_whole:
        frame = frame[frame.index.isin(scope.ids)]
    return Movers(frame, subject)
