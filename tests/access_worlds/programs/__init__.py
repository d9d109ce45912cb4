"""What programs can do of what screens do: each URL inside a tenant is said by name.

A module of this package has two tables. ``API``: the name of a URL → the operations of
``/api/v1`` that do the same, as ``"GET /customers/{key}"``. ``SCREEN_ONLY``: the name of a URL →
why no program needs it, in a sentence.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

API: dict[str, tuple[str, ...]] = {}
SCREEN_ONLY: dict[str, str] = {}

for _found in iter_modules(__path__):
    _module = import_module(f"{__name__}.{_found.name}")
    for _ours, _theirs in ((API, _module.API), (SCREEN_ONLY, _module.SCREEN_ONLY)):
        assert not _ours.keys() & _theirs.keys(), f"said twice: {_ours.keys() & _theirs.keys()}"
        _ours.update(_theirs)
