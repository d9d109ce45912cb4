"""A token of a program."""

from __future__ import annotations

from typing import Any

from accounts.models import ApiToken


def make(world: Any) -> dict[str, Any]:
    token = ApiToken.objects.create(name="T", scopes=["cases:read"], secret_hash="0" * 64)
    return {"api_token": token}


OBJECTS = {"api_token_revocations": lambda w: {"pk": w.further["api_token"].pk}}
