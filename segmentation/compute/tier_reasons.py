"""What a tier was given for, as codes for machines; people read `segmentation.reasons`.

`stage=churned`, `activity=high,value=high` (every counted dimension), `tenure_days>=365`,
`otherwise`: which condition fired. Or why there is no tier: `prospect` (`no_tier_in_stage=<stage>`
for other stages), `unknown:<name>,<name>`, `no_dimension_known`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from segmentation.compute.dimensions import LEVELS
from segmentation.compute.schemes import Bools, MeasureCondition, Scheme, TierRule
from segmentation.compute.stages import STAGES

PROSPECT = "prospect"
NO_DIMENSION_KNOWN = "no_dimension_known"
OTHERWISE = "otherwise"

Ranks = Mapping[str, npt.NDArray[np.int8]]
Conditions = Mapping[MeasureCondition, tuple[Bools, Bools]]
Integers = npt.NDArray[np.int64]


def reasons(
    scheme: Scheme,
    tier: Integers,
    stages: Integers,
    ranks: Ranks,
    conditions: Conditions,
) -> npt.NDArray[np.object_]:
    """Built once per distinct combination of what a reason says, then looked up."""
    known = {condition: answer.astype(np.int64) for condition, (_, answer) in conditions.items()}
    columns: list[npt.NDArray[Any]] = [tier + 1, stages, *ranks.values(), *known.values()]
    sizes = [len(scheme.rules) + 1, len(STAGES), *[4] * len(ranks), *[2] * len(known)]
    combined = np.ravel_multi_index(tuple(column.astype(np.int64) for column in columns), sizes)
    combinations, inverse = np.unique(combined, return_inverse=True)
    texts = np.empty(len(combinations), dtype=object)
    for position, combination in enumerate(np.transpose(np.unravel_index(combinations, sizes))):
        fired, stage = int(combination[0]) - 1, STAGES[int(combination[1])]
        levels = dict(zip(ranks, combination[2 : 2 + len(ranks)].tolist(), strict=True))
        answered = dict(zip(known, combination[2 + len(ranks) :].tolist(), strict=True))
        if fired >= 0:
            texts[position] = _fired_because(scheme.rules[fired], stage, levels)
        elif stage in scheme.without:
            texts[position] = PROSPECT if stage == "potential" else f"no_tier_in_stage={stage}"
        else:
            unknown = [name for name, level in levels.items() if level == 0]
            unknown += sorted({c.measure for c, answer in answered.items() if not answer})
            texts[position] = "unknown:" + ",".join(unknown) if unknown else NO_DIMENSION_KNOWN
    return texts[inverse]


def _fired_because(rule: TierRule, stage: str, levels: Mapping[str, int]) -> str:
    parts = [f"stage={stage}"] if rule.stages else []
    for name in rule.dimensions:
        if name in levels:
            word = LEVELS[name][levels[name] - 1] if levels[name] else "unknown"
            parts.append(f"{name}={word}")
    parts += [condition.text for condition in rule.measures]
    return ",".join(parts) or OTHERWISE
