"""The REST API does what the screens do, but for what only a screen needs, which is said with its
reason."""

from __future__ import annotations

from access_worlds.programs import API, SCREEN_ONLY
from access_worlds.urls import INSIDE

from accounts.rest.described import document

SCREENS = {url.name for url in INSIDE}


def test_every_screen_has_its_operation_or_its_reason() -> None:
    said = API.keys() | SCREEN_ONLY.keys()
    assert sorted(SCREENS - said) == [], "say them in a module of access_worlds.programs"
    assert sorted(said - SCREENS) == [], "there is no such screen"
    assert sorted(API.keys() & SCREEN_ONLY.keys()) == []


def test_every_operation_that_is_named_exists() -> None:
    there = {
        f"{method.upper()} {path.removeprefix('/api/v1').rstrip('/')}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    named = {operation for operations in API.values() for operation in operations}
    assert sorted(named - there) == []


def test_reasons_are_sentences() -> None:
    assert [name for name, why in SCREEN_ONLY.items() if len(why.split()) < 3] == []
