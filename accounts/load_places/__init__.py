"""Places where files of a tenant lie: what is there, and reading one. Nothing is ever written there."""

from accounts.load_places.found import (
    BadPlace,
    Changed,
    Found,
    Listing,
    Place,
    TooLarge,
    Unreachable,
    Unreadable,
)

__all__ = [
    "BadPlace",
    "Changed",
    "Found",
    "Listing",
    "Place",
    "TooLarge",
    "Unreachable",
    "Unreadable",
]
