"""What is done to a record heeds the tag by which the record was read, however it is told afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.rest.views import Item, Verb


def views(patterns: Any, before: str = "") -> Iterator[tuple[str, type]]:
    for found in patterns:
        path = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from views(found.url_patterns, path)
        elif isinstance(found, URLPattern) and isinstance(
            view := getattr(found.callback, "cls", None), type
        ):
            yield path, view


def test_verbs_know_how_their_record_is_read() -> None:
    every = dict(views(get_resolver("config.urls").url_patterns))
    seen, wrong = 0, []
    for path, view in every.items():
        item = every.get(path.rpartition("/")[0])
        if issubclass(view, Verb) and item is not None and issubclass(item, Item):
            seen += 1
            same = item.told is view.told or issubclass(view, item.__mro__[1])
            if (view.read_as or view.shape) is not item.shape or not same:
                wrong.append(path)
    assert seen > 50
    assert wrong == []
