"""When a contract counts as renewed. Apart from what computes with it, which takes long to import."""

from __future__ import annotations

# A contract that follows within so many days of the end renews it.
RENEWED_WITHIN_DAYS = 90
