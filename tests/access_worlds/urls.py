"""Every URL there is, by walking the resolvers, and how a path is made of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from access_worlds.objects import OBJECTS
from access_worlds.world import World


@dataclass(frozen=True)
class Url:
    """``path`` has placeholders such as ``<int:pk>``; ``arguments`` are their names."""

    name: str
    path: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def noun(self) -> str:
        """What the path begins with."""
        return self.path.partition("/")[0]


def urls_of(urlconf: str) -> list[Url]:
    def walk(resolver: URLResolver, prefix: str, arguments: tuple[str, ...]) -> Iterator[Url]:
        for found in resolver.url_patterns:
            path = prefix + str(found.pattern)
            named = arguments + tuple(found.pattern.converters or found.pattern.regex.groupindex)
            if isinstance(found, URLPattern):
                yield Url(found.name or path, path, named, found.callback)
            else:
                yield from walk(found, path, named)

    return list(walk(get_resolver(urlconf), "", ()))


INSIDE = urls_of("config.tenant_urls")
OUTSIDE = urls_of("config.urls")

# Noun → URLs inside a tenant that begin with it: what one test asks. Two workers share them.
NOUNS: dict[str, list[Url]] = {}
for _url in INSIDE:
    NOUNS.setdefault(_url.noun or "landing", []).append(_url)

# Inside a tenant, for every member whatever the role: it only leads on to another page.
FOR_EVERY_MEMBER = {"landing"}

# What stands in these paths is no object of a tenant: every tenant has the same schemes and tiers.
SAME_EVERYWHERE = {"product_report", "strategy", "strategy_returns"}


def path_of(url: Url, world: World, slug: str) -> str:
    given = OBJECTS[url.name](world) if url.arguments else {}
    assert set(given) == set(url.arguments), f"OBJECTS[{url.name!r}] names other arguments"
    path = url.path
    for name, value in given.items():
        start = path.index(f":{name}>") if f":{name}>" in path else path.index(f"<{name}>")
        path = (
            path[: path.rindex("<", 0, start + 1)] + str(value) + path[path.index(">", start) + 1 :]
        )
    return f"/t/{slug}/{path}"


def ability_of(url: Url) -> str:
    return str(getattr(url.view, "ability", ""))
