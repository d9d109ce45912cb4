"""What answers to a survey come to, with how sure one can be.

The Net Promoter Score is the mean of +1 (promoters), 0 (passives) and -1 (detractors), in points. Its
interval is the adjusted Wald interval: three imaginary answers, three quarters a promoter, one and a
half passive, three quarters a detractor, are added before the usual interval of a mean,
p + d - (p - d)^2 being the variance of one answer. Without them the interval of few answers, or of
answers that are all alike, would claim far more than they say. Means of CSAT and effort have Student's
interval, response rates Wilson's (`segmentation.compute.effects`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from segmentation.compute.effects import LEAST, Interval, Mean, Share, Z

PROMOTER_FROM, DETRACTOR_TO = 9, 6
# Promoters, passives, detractors that are added to the interval.
ADDED = (0.75, 1.5, 0.75)

# What a score means, per kind: scores from the first up to the second are good, below that bad or,
# for effort, the other way round.
GOOD: Mapping[str, tuple[int, int]] = {"nps": (9, 10), "csat": (4, 5), "ces": (1, 3)}
BAD: Mapping[str, tuple[int, int]] = {"nps": (0, 6), "csat": (1, 2), "ces": (5, 7)}


def standing(kind: str, score: int) -> str:
    """``good``, ``bad`` or ``middle``: promoters, detractors and passives of an NPS."""
    low, high = GOOD[kind]
    if low <= score <= high:
        return "good"
    low, high = BAD[kind]
    return "bad" if low <= score <= high else "middle"


def net_promoter(promoters: int, passives: int, detractors: int) -> tuple[float, Interval]:
    """The score in points, and its interval of 95 %; ValueError without answers."""
    answers = promoters + passives + detractors
    if answers <= 0 or min(promoters, passives, detractors) < 0:
        raise ValueError("no answers")
    score = (promoters - detractors) / answers
    weight = answers + sum(ADDED)
    high, low = (promoters + ADDED[0]) / weight, (detractors + ADDED[2]) / weight
    middle = high - low
    half = Z * math.sqrt((high + low - middle * middle) / weight)
    interval = Interval(middle - half, middle + half).within(-1, 1)
    return 100 * score, Interval(100 * interval.low, 100 * interval.high)


@dataclass(frozen=True)
class Answers:
    """The answers of one kind in one group of them, by score, and how many were asked by a link.

    ``counts``: score → answers. ``asked`` and ``responded``: invitations sent, and those of them that
    were answered; answers from files were asked elsewhere and are in neither.
    """

    kind: str
    counts: Mapping[int, int] = field(default_factory=dict)
    asked: int = 0
    responded: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_too_few(self) -> bool:
        """Fewer answers than a figure is given for."""
        return self.total < LEAST

    @property
    def response(self) -> Share:
        return Share(self.asked, self.responded)

    def standing_count(self, name: str) -> int:
        return sum(n for score, n in self.counts.items() if standing(self.kind, score) == name)

    @property
    def value(self) -> float | None:
        """NPS in points, or the mean; None with too few answers."""
        return None if self.is_too_few else self.plain_value

    @property
    def plain_value(self) -> float | None:
        """The same of however few answers there are; None without any."""
        if not self.total:
            return None
        return self._net()[0] if self.kind == "nps" else self._mean().value

    @property
    def interval(self) -> Interval | None:
        """None with too few answers, and of a mean where all are equal."""
        if self.is_too_few:
            return None
        if self.kind == "nps":
            return self._net()[1]
        found = self._mean().interval
        return found and found.within(1, 5 if self.kind == "csat" else 7)

    def _net(self) -> tuple[float, Interval]:
        return net_promoter(*(self.standing_count(name) for name in ("good", "middle", "bad")))

    def _mean(self) -> Mean:
        return Mean(
            self.total,
            float(sum(score * n for score, n in self.counts.items())),
            float(sum(score * score * n for score, n in self.counts.items())),
        )
