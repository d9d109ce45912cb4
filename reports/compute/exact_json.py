"""JSON in which decimals stay exact: written as the digits they are, read back as decimals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


class ExactEncoder(json.JSONEncoder):
    """For `JSONField(encoder=…)`: a Decimal is a JSON number with all its places."""

    def encode(self, o: Any) -> str:
        if isinstance(o, Decimal):
            if not o.is_finite():
                raise ValueError(f"{o} is no number to write down")
            return format(o, "f")
        if isinstance(o, Mapping):
            return (
                "{"
                + ", ".join(f"{super(ExactEncoder, self).encode(str(key))}: {self.encode(held)}"
                            for key, held in o.items())
                + "}"
            )  # fmt: skip
        if isinstance(o, Sequence) and not isinstance(o, str):
            return "[" + ", ".join(self.encode(one) for one in o) + "]"
        return super().encode(o)


class ExactDecoder(json.JSONDecoder):
    """For `JSONField(decoder=…)`: numbers with a point are decimals, whole ones are integers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "parse_float": Decimal})
