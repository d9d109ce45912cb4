"""What service keeps: one module per noun."""

from service.models.ctas import Cta, CtaStep
from service.models.plays import Play, PlayFiring, PlayRun, PlayStanding, PlayVersion

__all__ = [
    "Cta",
    "CtaStep",
    "Play",
    "PlayFiring",
    "PlayRun",
    "PlayStanding",
    "PlayVersion",
]
