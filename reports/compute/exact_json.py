"""JSON in which decimals stay exact: written as the digits they are, read back as decimals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring as _as_it_is
from json.encoder import encode_basestring_ascii as _in_ascii
from typing import Any


class ExactEncoder(json.JSONEncoder):
    """For `JSONField(encoder=…)`: a Decimal is a JSON number with all its places."""

    def encode(self, o: Any) -> str:
        return self._written(o, _in_ascii if self.ensure_ascii else _as_it_is)

    def _written(self, o: Any, text: Callable[[str], str]) -> str:
        # Exact types first: nearly everything is of one, and abstract classes answer slowly.
        kind = type(o)
        if kind is str:
            return text(o)
        if kind is int:
            return repr(o)
        if kind is dict:
            pairs = [
                f"{text(key if type(key) is str else str(key))}: {self._written(held, text)}"
                for key, held in o.items()
            ]
            return "{" + ", ".join(pairs) + "}"
        if kind is list or kind is tuple:
            return "[" + ", ".join([self._written(one, text) for one in o]) + "]"
        if isinstance(o, Decimal):
            if not o.is_finite():
                raise ValueError(f"{o} is no number to write down")
            return format(o, "f")
        if isinstance(o, Mapping):
            return self._written(dict(o), text)
        if isinstance(o, Sequence) and not isinstance(o, str):
            return self._written(list(o), text)
        return super().encode(o)


class ExactDecoder(json.JSONDecoder):
    """For `JSONField(decoder=…)`: numbers with a point are decimals, whole ones are integers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "parse_float": Decimal})
