"""What kinds of keys ``create_key`` makes, besides tokens of the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence

# Kind → makes one, in the open scope of its tenant: name and scopes in, the key as it is given to the
# program out. Raises ValidationError. Apps add theirs in ``AppConfig.ready()``.
key_kinds: dict[str, Callable[[str, Sequence[str]], str]] = {}
