"""What a token may do: names of scopes, each with the ability that a person needs for the same."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Scope:
    """``key`` such as ``cases:read``; ``ability`` of accounts.permissions."""

    key: str
    label: str | Promise
    ability: str


# Apps add theirs in ``AppConfig.ready()``.
scopes: dict[str, Scope] = {}


def register(scope: Scope) -> None:
    scopes[scope.key] = scope
