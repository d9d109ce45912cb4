"""Implementation projects: the first one, and roll-outs of what is bought later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.demo.chance import Chance, Integers
from config.demo.companies import are_chinese
from config.demo.contracts import customer_keys
from config.demo.persons import Texts
from config.demo.profiles import EXPANSIONS, Profiles
from config.demo.timeline import NEVER, Timeline


def _keys(number: Integers, ordinal: Integers) -> list[str]:
    return [
        f"PJ-{entry + 1:06d}-{count}"
        for entry, count in zip(number.tolist(), ordinal.tolist(), strict=True)
    ]


def project_frame(
    chance: Chance, timeline: Timeline, profiles: Profiles, manager: Texts
) -> pd.DataFrame:
    """Projects: customer, key, name, manager (e-mail), starts_on, due_on, accepted_on, template.

    accepted_on is empty while a project runs; first_known_on and known_on are the days on which
    its start and its present state became known. `manager` has one entry per customer.
    """
    first = np.flatnonzero(profiles.signs)
    rollout, expansion = np.nonzero((profiles.expanded < NEVER) & profiles.adds_module)
    bought = profiles.expanded[rollout, expansion]
    number = profiles.number[rollout]
    begun = np.minimum(bought + chance.between(1, 9, "roll-out start", number, expansion), 0)
    due = begun + chance.between(25, 60, "roll-out plan", number, expansion)
    accepted = due + chance.between(-8, 25, "roll-out delay", number, expansion)
    accepted = timeline.office_day(np.where(accepted > 0, NEVER, accepted))

    customer = np.concatenate([first, rollout])
    ordinal = np.concatenate([np.ones_like(first), 2 + expansion])
    starts = np.concatenate([profiles.kickoff[first], begun])
    dues = np.concatenate([profiles.due[first], due])
    ends = np.concatenate([profiles.accepted[first], accepted])
    agreed = np.minimum(starts, np.concatenate([profiles.signed[first, 0] + 1, begun]))
    chinese = are_chinese(chance, profiles.root)[customer]
    is_first = ordinal == 1
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
    order = np.lexsort((ordinal, customer))
    assert expansion.max(initial=0) < EXPANSIONS
    return (
        pd.DataFrame(
            {
                "customer": customer_keys(profiles.number[customer]),
                "key": _keys(profiles.number[customer], ordinal),
                "name": name.astype(object),
                "manager": manager[customer],
                "starts_on": timeline.dates(starts),
                "due_on": timeline.dates(dues),
                "accepted_on": timeline.dates(ends),
                "template": template.astype(object),
                "first_known_on": timeline.dates(agreed),
                "known_on": timeline.dates(np.where(ends < NEVER, ends, agreed)),
            }
        )
        .iloc[order]
        .reset_index(drop=True)
    )
