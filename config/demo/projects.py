"""Implementation projects: the first one, and roll-outs of what is bought later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.demo.chance import Chance, Integers
from config.demo.companies import are_chinese
from config.demo.contracts import customer_keys
from config.demo.persons import Texts
from config.demo.profiles import EXPANSIONS, Profiles
from config.demo.timeline import NEVER, Timeline

# Delivery, touchpoints and cases are told of so many customers; they are the larger part of the rows
# of a demo, and one of a hundred thousand customers is there to measure nights.
TOLD_CUSTOMERS = 20_000


def _keys(number: Integers, ordinal: Integers) -> list[str]:
    return [
        f"PJ-{entry + 1:06d}-{count}"
        for entry, count in zip(number.tolist(), ordinal.tolist(), strict=True)
    ]


@dataclass(frozen=True)
class ProjectPlans:
    """Parallel arrays, one entry per project, by customer and ordinal; days as in Profiles.

    customer: position in Profiles · ordinal: 1 the first implementation, then roll-outs · starts, due,
    accepted · agreed: the day on which the project became known.
    """

    customer: Integers
    ordinal: Integers
    starts: Integers
    due: Integers
    accepted: Integers
    agreed: Integers
    keys: Texts


def project_plans(chance: Chance, timeline: Timeline, profiles: Profiles) -> ProjectPlans:
    """The projects of these customers."""
    first = np.flatnonzero(profiles.signs)
    rollout, expansion = np.nonzero((profiles.expanded < NEVER) & profiles.adds_module)
    assert expansion.max(initial=0) < EXPANSIONS
    bought = profiles.expanded[rollout, expansion]
    number = profiles.number[rollout]
    begun = np.minimum(bought + chance.between(1, 9, "roll-out start", number, expansion), 0)
    due = begun + chance.between(25, 60, "roll-out plan", number, expansion)
    accepted = due + chance.between(-8, 25, "roll-out delay", number, expansion)
    accepted = timeline.office_day(np.where(accepted > 0, NEVER, accepted))

    customer = np.concatenate([first, rollout])
    ordinal = np.concatenate([np.ones_like(first), 2 + expansion])
    starts = np.concatenate([profiles.kickoff[first], begun])
    order = np.lexsort((ordinal, customer))
    keys = np.array(_keys(profiles.number[customer], ordinal), dtype=object)
    return ProjectPlans(
        customer=customer[order],
        ordinal=ordinal[order],
        starts=starts[order],
        due=np.concatenate([profiles.due[first], due])[order],
        accepted=np.concatenate([profiles.accepted[first], accepted])[order],
        agreed=np.minimum(starts, np.concatenate([profiles.signed[first, 0] + 1, begun]))[order],
        keys=keys[order],
    )


def project_frame(
    chance: Chance,
    timeline: Timeline,
    profiles: Profiles,
    plans: ProjectPlans,
    manager: Texts,
) -> pd.DataFrame:
    """Projects: customer, key, name, manager (e-mail), starts_on, due_on, accepted_on, template.

    accepted_on is empty while a project runs; first_known_on and known_on are the days on which
    its start and its present state became known; has_sow: whether delivery is told of it. `manager`
    has one entry per customer.
    """
    customer, ends = plans.customer, plans.accepted
    chinese = are_chinese(chance, profiles.root)[customer]
    is_first = plans.ordinal == 1
    name = np.where(
        chinese,
        np.where(is_first, "系统上线实施", "新模块推广"),
        np.where(is_first, "Go-live", "New module roll-out"),
    )
    template = np.select(
        [~is_first, profiles.size[customer] > 0.7, profiles.size[customer] < 0.25],
        ["rollout", "enterprise", "fast_track"],
        "standard",
    )
    return pd.DataFrame(
        {
            "customer": customer_keys(profiles.number[customer]),
            "key": plans.keys,
            "name": name.astype(object),
            "manager": manager[customer],
            "starts_on": timeline.dates(plans.starts),
            "due_on": timeline.dates(plans.due),
            "accepted_on": timeline.dates(ends),
            "template": template.astype(object),
            "has_sow": profiles.number[customer] < TOLD_CUSTOMERS,
            "first_known_on": timeline.dates(plans.agreed),
            "known_on": timeline.dates(np.where(ends < NEVER, ends, plans.agreed)),
        }
    )
