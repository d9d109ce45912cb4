"""What a measure is, in the reader's words: formula, unit and source together, and why it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import lazystr
from django.utils.translation import gettext as _

from segmentation import catalogue
from segmentation.labels import UNITS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text


def formula_of(key: str) -> str:
    """The definition with the unit."""
    measure = catalogue.get(key)
    return _("%(definition)s Unit: %(unit)s.") % {
        "definition": measure.definition,
        "unit": UNITS[measure.unit],
    }


def source_of(key: str) -> str:
    return str(catalogue.FACTS[catalogue.get(key).facts])


class HeadingWords:
    """Formula, unit and source for a heading, in the language of whoever reads it."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __str__(self) -> str:
        return _("%(formula)s Source: %(source)s.") % {
            "formula": formula_of(self.key),
            "source": source_of(self.key),
        }


def heading_why(key: str) -> Text:
    return lazystr(HeadingWords(key))


def why_missing(key: str) -> str:
    """Why a measure has no value: its facts are announced, or this customer has none."""
    if not catalogue.get(key).has_facts:
        return _("Not known yet: facts come with %(source)s.") % {"source": source_of(key)}
    return _("Not known for this customer.")
