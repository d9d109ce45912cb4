"""How many points each reason counts."""

from __future__ import annotations

from service.compute.renewal_risk import SHIPPED_WEIGHTS
from service.models import RenewalWeights


def latest_weights() -> RenewalWeights | None:
    """The version in force; None: as shipped."""
    found: RenewalWeights | None = RenewalWeights.objects.first()
    return found


def weights_in_force() -> dict[str, int]:
    """Points of every reason."""
    kept = latest_weights()
    return {**SHIPPED_WEIGHTS, **_known(kept.weights if kept else {})}


def _known(weights: dict[str, int]) -> dict[str, int]:
    return {key: int(points) for key, points in weights.items() if key in SHIPPED_WEIGHTS}
