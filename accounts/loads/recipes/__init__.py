"""Recipes for the exports of other programs, by name: `load customers FILE --recipe NAME`."""

from __future__ import annotations

from accounts.loads.reading.recipe import Recipe
from accounts.loads.recipes import hubspot, salesforce

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (*hubspot.RECIPES, *salesforce.RECIPES)
}


def find_recipe(name: str) -> Recipe | None:
    """The recipe of this name."""
    return RECIPES.get(name)
