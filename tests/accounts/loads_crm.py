"""What exports of CRMs come to, once a recipe has loaded them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import ContractLine

Brought = Callable[..., dict[str, Any]]


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer[name] for name in ("created", "updated", "unchanged", "rejected"))


def errors(answer: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    return [(e["line"], e["column"], e["value"], e["code"]) for e in answer["errors"]]


def told(answer: dict[str, Any], what: str) -> dict[str, list[int]]:
    found = {note["code"]: note["lines"] for note in answer.get(what, [])}
    assert all(note["reason"] and note["rows"] >= 1 for note in answer.get(what, []))
    return found


def lines() -> list[tuple[Any, ...]]:
    names = ("contract__key", "contract__customer__key", "module__key", "signed_on", "starts_on")
    found = ContractLine.objects.order_by("contract__key", "module__key")
    return list(found.values_list(*names, "ends_on", "annual_fee"))
