"""A play as if it had been on: over the stored nights of the last ninety days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from accounts.models import Colleague, Customer, Membership, Tenant, Visibility
from accounts.planning import planning
from segmentation.queries.stored import stored_nights
from service.compute.play_documents import PlayDocument
from service.compute.play_dry_runs import NOBODY, Load, load, opened
from service.frames.play_dry_runs import past_events
from service.frames.play_statements import Nights
from service.queries.play_facts import Tenancy, events_of, tenancy_now

DAYS = 90
MOST_CUSTOMERS = 100


@dataclass(frozen=True)
class DryRunCustomer:
    """A customer for whom work would have been opened, first on this night, so many times."""

    customer: Customer
    first: date
    times: int
    owner: str


@dataclass(frozen=True)
class DryRun:
    """nights: how many stored nights were asked, from first to last; events: how often it would have
    been set off, fired of them opening work; customers: for how many; listed: those of them that the
    member sees, the latest first, at most MOST_CUSTOMERS, of ``visible``; names: of colleagues."""

    nights: int
    first: date
    last: date
    events: int
    opened: int
    customers: int
    load: Load
    listed: list[DryRunCustomer]
    visible: int
    names: dict[int, str]


def dry_run(
    *, tenant: Tenant, document: PlayDocument, membership: Membership | None
) -> DryRun | None:
    """By the same statements as a night's run; a dozen, whatever the number of customers. None where
    fewer than two nights are stored. ``membership``: who looks; None: a program of the tenant's own.

    Raises:
        Unasked: the trigger or the condition cannot be asked.
    """
    facts = tenancy_now(tenant)
    if facts is None:
        return None
    since = facts.newest - timedelta(days=DAYS)
    days = sorted(stored_nights().filter(as_of__gt=since).values_list("as_of", flat=True))
    before = stored_nights().filter(as_of__lte=since).values_list("as_of", flat=True).first()
    if before is not None:
        days.insert(0, before)
    pairs = list(pairwise(days))
    if not pairs:
        return None
    facts.kept = tuple(day for day in facts.kept if day >= since - timedelta(days=31))
    nights = Nights(pairs, first=since + timedelta(days=1))
    with planning():
        events = past_events(events_of(document, facts, nights, play_id=None), tenant.pk)
    done = opened(events, document.end.expires_days)
    named = dict(Colleague.objects.values_list("pk", "name"))
    ctas = pd.DataFrame({"person": _persons(done, document, facts)[0], "day": done["day"] + 1})
    steps = _steps(done, document, facts)
    listed, visible = _listed(done, ctas["person"], membership, named)
    return DryRun(
        nights=len(pairs),
        first=pairs[0][1],
        last=facts.newest,
        events=len(events),
        opened=len(done),
        customers=int(done["customer"].nunique()),
        load=load(ctas, steps),
        listed=listed,
        visible=visible,
        names=named,
    )


def _persons(done: pd.DataFrame, document: PlayDocument, facts: Tenancy) -> list[pd.Series]:
    """Who would have had each step, one series per step."""
    found = []
    for step in document.steps:
        if step.owner == "member":
            person = facts.colleagues.get(step.member)
            found.append(done["face"] if person is None else done["face"] * 0 + person)
        else:
            found.append(done[step.owner])
    return found


def _steps(done: pd.DataFrame, document: PlayDocument, facts: Tenancy) -> pd.DataFrame:
    """Every step with the day on which it would have fallen due."""
    epoch = date(1970, 1, 1).toordinal()
    mornings = (done["day"].to_numpy() + 1 - epoch).astype("datetime64[D]")
    parts = []
    persons = _persons(done, document, facts)
    for step, person in zip(document.steps, persons, strict=True):
        due = facts.calendar.add_each(mornings, np.full(len(mornings), step.due))
        parts.append(
            pd.DataFrame({"person": person.to_numpy(), "day": due.astype("int64") + epoch})
        )
    return pd.concat(parts, ignore_index=True)


def _listed(
    done: pd.DataFrame, owners: pd.Series, membership: Membership | None, names: dict[int, str]
) -> tuple[list[DryRunCustomer], int]:
    per_customer = (
        done.assign(owner=owners)
        .groupby("customer")
        .agg(
            first=("day", "min"),
            latest=("day", "max"),
            times=("day", "size"),
            owner=("owner", "last"),
        )
        .sort_values("latest", ascending=False, kind="stable")
    )
    if membership is not None and membership.sees("customers") != Visibility.ALL:
        seen = Customer.objects.visible_to(membership).order_by().values_list("pk", flat=True)
        per_customer = per_customer[per_customer.index.isin(list(seen))]
    shown = per_customer.head(MOST_CUSTOMERS)
    customers = Customer.objects.in_bulk([int(pk) for pk in shown.index])
    listed = [
        DryRunCustomer(
            customers[int(str(pk))],
            date.fromordinal(int(row["first"])),
            int(row["times"]),
            names.get(int(row["owner"]), "") if row["owner"] != NOBODY else "",
        )
        for pk, row in shown.iterrows()
        if int(str(pk)) in customers
    ]
    return listed, len(per_customer)
