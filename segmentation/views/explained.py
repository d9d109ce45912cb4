"""A tier explained, ready to be drawn: what was read, and the nearest ways up and down."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Q

from accounts.models import ContactRole
from segmentation.compute.dimensions import LEVELS
from segmentation.compute.explanations import Explanation, ReadMeasure
from segmentation.compute.facets import SIDES, VALUE_LEVELS
from segmentation.labels import DIMENSIONS, SCHEMES
from segmentation.labels import SIDES as SIDE_WORDS
from segmentation.queries.standing import Standing
from segmentation.queries.strategies import Key, strategies_of
from segmentation.strategies import ROLE, Strategy

Drawn = dict[str, Any]


def explained_schemes(found: Standing, language: str) -> list[Drawn]:
    """A dict per scheme that is shown, the tenant's own first."""
    assert found.assignment is not None
    strategies = strategies_of(_wanted(found), language)
    return [_scheme(found, name, strategies) for name in found.schemes]


def strategies_of_roles(customer_id: int, day: date, language: str) -> list[Strategy]:
    """What to do for the roles that the customer's contacts have on a day; two statements."""
    held = ContactRole.objects.filter(
        Q(from_on__isnull=True) | Q(from_on__lte=day),
        Q(to_on__isnull=True) | Q(to_on__gte=day),
        contact__customer=customer_id,
    )
    roles = set(held.order_by().values_list("role", flat=True).distinct())
    found = strategies_of([(ROLE, role) for role in roles], language)
    return [found[ROLE, role] for role in ContactRole.Kind.values if (ROLE, role) in found]


def _scheme(found: Standing, name: str, strategies: dict[Key, Strategy]) -> Drawn:
    assert found.assignment is not None
    explanation = found.explanation_in(name)
    own = name == found.scheme
    tier = found.tier_in(name)
    drawn: Drawn = {
        "scheme": name,
        "title": SCHEMES[name],
        "is_own": own,
        "tier": tier,
        "reason": found.assignment.reason if own else explanation.reason if explanation else "",
        "explanation": explanation,
        "strategies": [strategies[key] for key in _keys(found, name) if key in strategies],
        "facets": _facets(found) if name == "b" else [],
    }
    if explanation is not None:
        drawn |= {
            "dimensions": dimensions_read(explanation, own=own, scheme=name),
            "conditions": [scale(one, ()) for one in explanation.read if one.read_for == "tier"],
        }
    return drawn


def _facets(found: Standing) -> list[tuple[str, str]]:
    """(name, level) of what stands beside the tier of scheme b; unknown levels are empty."""
    assert found.assignment is not None
    return [
        (str(DIMENSIONS["value"]), found.assignment.facet_value),
        (str(DIMENSIONS["need"]), found.assignment.need),
    ]


def _keys(found: Standing, scheme: str) -> list[Key]:
    assert found.assignment is not None
    keys = [(scheme, found.tier_in(scheme))]
    if scheme == "b":
        keys.append(("b", f"value.{found.assignment.facet_value}"))
        keys.append(("b", f"need.{found.assignment.need}"))
    return keys


def _wanted(found: Standing) -> list[Key]:
    return [key for name in found.schemes for key in _keys(found, name)]


def dimensions_read(explanation: Explanation, *, own: bool, scheme: str) -> list[Drawn]:
    """Per dimension (and side of the value facet) its level and the measures behind it, those with
    a value first. Of a scheme that is shown beside the own only what it reads itself."""
    words = {name: LEVELS[name] for name in LEVELS} | dict.fromkeys(SIDES, VALUE_LEVELS)
    titles = {**DIMENSIONS, **SIDE_WORDS}
    levels = {**explanation.levels, **explanation.sides}
    named = explanation.dimensions if not own else tuple(LEVELS)
    shown = {*named, *(("need", *SIDES) if scheme == "b" else ())}
    rows = []
    read = [one for one in explanation.read if one.read_for in shown]
    for name, parts in groupby(read, key=lambda one: one.read_for):
        scales = [scale(one, words[name]) for one in parts]
        rows.append(
            {
                "name": titles[name],
                "level": levels.get(name),
                "scales": [one for one in scales if one["value"] is not None],
                "unknown": [one for one in scales if one["value"] is None],
            }
        )
    return rows


def scale(read: ReadMeasure, words: tuple[str, ...]) -> Drawn:
    """A measure between its cut points: ``steps`` from the lowest, the one it is in marked."""
    cuts = list(read.cuts or ())
    place = sum(1 for cut in cuts if read.value is not None and cut < read.value)
    return {
        "measure": read.measure,
        "value": read.value,
        "cuts": cuts,
        "refused": read.cuts is None,
        "steps": [
            {"until": cut, "here": number == place and read.value is not None}
            for number, cut in enumerate([*cuts, None])
        ]
        if cuts
        else [],
        "level": read.level,
        "score": read.score,
        "reversed": read.reversed,
        "words": words,
    }
