"""What a look would find and do, without doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actions.load_source_files import Planned, What, known_files, plan_of
from accounts.actions.load_sources import place_of
from accounts.models import LoadSource, Tenant

SHOWN = 200
# Seconds: somebody waits for it, and so does a thread of the web server.
PATIENCE = 10.0
# What would be made of a file, and its tone.
TRIAL_WORDS: Mapping[What, tuple[str | Promise, str]] = {
    What.LOAD: (_("would be loaded"), "good"),
    What.GROWS: (_("still being written: would wait"), "info"),
    What.KNOWN: (_("known: nothing would happen"), "neutral"),
    What.OPEN: (_("waits to be loaded, or is being loaded"), "info"),
    What.TOO_LARGE: (_("too large: would not be taken"), "danger"),
    What.NO_RULE: (_("no rule fits: would be left alone"), "neutral"),
}


@dataclass(frozen=True)
class Tried:
    """shown: the first files in the order of loading; counts: how many there are of each; links:
    those that are passed over; is_cut: there are more than are looked at."""

    shown: Sequence[Planned]
    counts: Mapping[What, int]
    links: Sequence[str]
    is_cut: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def try_source(*, source: LoadSource, tenant: Tenant) -> Tried:
    """
    Raises:
        BadPlace, Unreachable: it cannot be looked at.
    """
    listing = place_of(source, tenant, patience=PATIENCE).listed()
    planned = plan_of(listing, list(source.rules.all()), known_files(source))
    return Tried(
        planned[:SHOWN], Counter(one.what for one in planned), listing.links[:SHOWN],
        listing.is_cut,
    )  # fmt: skip
