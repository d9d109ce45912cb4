"""Where two rule sets differ, and carrying somebody's changes over onto a third."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]

ABSENT = object()
"""Stands for the value of a key that is not there."""


@dataclass(frozen=True)
class Difference:
    """old and new: values of JSON, or ABSENT."""

    path: Path
    old: Any
    new: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Every key whose value differs, in the order of `new`, what is only in `old` after it.

    Objects are compared key by key, except those with `method`, which count as one value, as they
    do in a rule file.
    """
    return list(_between(old, new, ()))


def carried_over(
    base: Mapping[str, Any], changed: Mapping[str, Any], onto: Mapping[str, Any]
) -> dict[str, Any]:
    """`onto` with everything that `changed` changed of `base`; where both changed something, what
    `changed` says holds. The result may be invalid."""
    result = deepcopy(dict(onto))
    for difference in differences(base, changed):
        _put(result, difference.path, difference.new)
    return result


def at(document: Mapping[str, Any], path: Path) -> Any:
    """The value at a path; KeyError when there is none."""
    value: Any = document
    for key in path:
        value = value[key]
    return value


def replaced(document: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy of the document with another value at a path."""
    result = deepcopy(dict(document))
    _put(result, path, deepcopy(value))
    return result


def _between(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> list[Difference]:
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        before, after = old.get(key, ABSENT), new.get(key, ABSENT)
        if _is_branch(before) and _is_branch(after):
            found += _between(before, after, (*path, key))
        elif before is ABSENT or after is ABSENT or before != after:
            found.append(Difference((*path, key), before, after))
    return found


def _is_branch(value: Any) -> bool:
    return isinstance(value, Mapping) and "method" not in value


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    branch = document
    for key in path[:-1]:
        if not isinstance(branch.get(key), dict):
            branch[key] = {}
        branch = branch[key]
    if value is ABSENT:
        branch.pop(path[-1], None)
    else:
        branch[path[-1]] = deepcopy(value)
