"""Recipes for the exports of other programs, by name: `load customers FILE --recipe NAME`."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.loads.reading import Column
from accounts.loads.reading.recipe import Recipe
from accounts.loads.recipes import hubspot, salesforce

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (*hubspot.RECIPES, *salesforce.RECIPES)
}


def find_recipe(name: str) -> Recipe | None:
    """The recipe of this name."""
    return RECIPES.get(name)


def fitting_recipe(kind: str, header: Sequence[str], columns: Sequence[Column]) -> Recipe | None:
    """The recipe that a file of this kind was exported for, told by its header."""
    return next(
        (found for found in RECIPES.values() if found.kind == kind and found.fits(header, columns)),
        None,
    )
