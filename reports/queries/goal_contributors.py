"""Who moved a goal's figure since its baseline, and who would move it most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.models import Customer, Membership, Tenant, Visibility
from reports.catalogue import OVER_YEAR
from reports.compute.goals import Factors, factor_shares
from reports.frames.goal_parts import (
    ARPA,
    CHURN,
    Asked,
    Part,
    Wholes,
    customers_page,
    is_in_parts,
    parts_of,
)
from reports.queries.goals import GoalStanding
from segmentation.queries.stored import latest_night

MOST = 8
GROUPS = ("tier", "manager", "industry")
LTV = "ltv"


@dataclass(frozen=True)
class Contributor:
    """What a customer or a group did to the figure: its part of the difference, in the figure's unit."""

    key: str
    label: str
    done: Fraction
    customers: int = 1


@dataclass(frozen=True)
class Contributions:
    """
    key: of the figure or factor. then, now: the figure from the facts as known now; difference: what
        all customers did together, which is now − then.
    customers: the ones that did most, of those that the member sees. groups: those, by tier, manager
        and industry; they sum up to the difference where the member sees all.
    """

    key: str
    then: Fraction
    now: Fraction
    customers: tuple[Contributor, ...]
    groups: dict[str, tuple[Contributor, ...]]

    @property
    def difference(self) -> Fraction:
        return self.now - self.then


def keys_in_parts(key: str) -> tuple[str, ...]:
    """The figures whose difference is taken apart for a goal: itself, or the factors of it that
    customers have parts of; none where that cannot be told."""
    if key == LTV:
        return (ARPA, CHURN)
    return (key,) if is_in_parts(key) else ()


def contributions(
    standing: GoalStanding, membership: Membership | None, tenant: Tenant
) -> list[Contributions]:
    """Of each of ``keys_in_parts``; one statement each. Empty: the figure did not come to be since the
    baseline, or is absent on one of the two days."""
    found = []
    for key in keys_in_parts(standing.goal.key):
        asked = asked_of(standing, key, tenant)
        read = parts_of(asked, most=MOST, only=seen_ids(membership)) if asked else None
        if read is not None:
            found.append(_contributions(key, *read))
    return found


def page_of(
    standing: GoalStanding,
    key: str,
    membership: Membership | None,
    tenant: Tenant,
    *,
    by: str = "",
    group: str = "",
    part: slice | None = None,
) -> tuple[list[Contributor], int]:
    """Customers that did something to the figure, with how many they are; of a group, or of all."""
    asked = asked_of(standing, key, tenant)
    read = asked and customers_page(asked, by=by, key=group, part=part, only=seen_ids(membership))
    if not read:
        return [], 0
    wholes, parts, total = read
    return [_contributor(wholes, one) for one in parts], total


def asked_of(standing: GoalStanding, key: str, tenant: Tenant) -> Asked | None:
    """From the month of the baseline to the latest one; None where nothing is between them."""
    baseline = standing.baseline_month
    if baseline is None or standing.latest.period.last <= baseline.period.last:
        return None
    night = latest_night()
    return Asked(
        key, standing.latest.period, baseline.period, tenant.zone, night.as_of if night else None
    )


def seen_ids(membership: Membership | None) -> list[int] | None:
    """Of who looks at it, None being a program of the tenant's own; None: all."""
    if membership is None or membership.sees("customers") == Visibility.ALL:
        return None
    return list(Customer.objects.visible_to(membership).order_by().values_list("pk", flat=True))


def ltv_factors(
    found: list[Contributions], standing: GoalStanding, tenant: Tenant
) -> dict[str, Fraction] | None:
    """What monthly ARPA, margin and churn did to the lifetime value, summing up to its difference;
    the margin is the one that is set now on both days. None where one of them is absent."""
    by_key = {one.key: one for one in found}
    if standing.goal.key != LTV or set(by_key) != {ARPA, CHURN}:
        return None
    arpa, churn, margin = by_key[ARPA], by_key[CHURN], Fraction(tenant.gross_margin)
    if not churn.then or not churn.now:
        return None
    return factor_shares(
        Factors(arpa.then, margin, churn.then), Factors(arpa.now, margin, churn.now)
    )


def _contributions(key: str, wholes: Wholes, parts: list[Part]) -> Contributions:
    total = next(part for part in parts if part.by == "total")
    groups = {
        by: tuple(
            sorted(
                (_contributor(wholes, part) for part in parts if part.by == by),
                key=lambda one: (-abs(one.done), one.label),
            )
        )
        for by in GROUPS
    }
    return Contributions(
        key,
        then=Fraction(total.then) / wholes.then,
        now=Fraction(total.now) / wholes.now,
        customers=tuple(_contributor(wholes, part) for part in parts if part.by == "customer"),
        groups=groups,
    )


def _contributor(wholes: Wholes, part: Part) -> Contributor:
    customers = part.customers if part.by != "customer" else 1
    return Contributor(part.key, part.label, wholes.share(part.now, part.then), customers)


def first_day_of(day: date) -> date:
    return day.replace(day=1)


def is_about_leaving(key: str) -> bool:
    """Whether customers that leave move the figure for the worse."""
    return key.removesuffix(OVER_YEAR) in {
        "logo_churn", "grr", "nrr", LTV, "end_arr", "customers", "churned", "customers_lost",
    }  # fmt: skip
