"""The plays that ship, in both languages: written as data, off until a tenant switches them on."""

from __future__ import annotations

from functools import cache

from service.compute.play_documents import PlayDocument, checked
from service.shipped.plays_of_days import PLAYS_OF_DAYS
from service.shipped.plays_of_people import PLAYS_OF_PEOPLE
from service.shipped.plays_of_scheme_a import PLAYS_OF_SCHEME_A
from service.shipped.plays_of_scheme_b import PLAYS_OF_SCHEME_B
from service.shipped.plays_of_scheme_c import PLAYS_OF_SCHEME_C


@cache
def shipped_plays() -> dict[str, PlayDocument]:
    """By key, in the order in which they are offered."""
    every = (
        *PLAYS_OF_SCHEME_A,
        *PLAYS_OF_SCHEME_B,
        *PLAYS_OF_SCHEME_C,
        *PLAYS_OF_DAYS,
        *PLAYS_OF_PEOPLE,
    )
    return {key: checked(document) for key, document in every}
