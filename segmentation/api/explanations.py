"""Why a customer has its tier, for other programs: what was read, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.views import Item
from segmentation.api.nights import LATEST, stored_night
from segmentation.compute.explanations import Change, Explanation, Number, ReadMeasure
from segmentation.queries.standing import Standing, standing_of

READ: dict[str, Any] = {
    "read_for": "value",
    "measure": "arr",
    "value": "120000.00",
    "cuts": ["20000.00", "100000.00"],
    "level": "high",
    "score": None,
    "is_reversed": False,
}
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "night": "2026-11-20",
    "stage": "in_use",
    "since": "2026-10-31",
    "unexplained": None,
    "schemes": [
        {
            "scheme": "a", "is_own": True, "tier": "high", "reason": "high_value",
            "dimensions": {"activity": "high", "value": "high"}, "read": [READ],
            "upward": None, "no_upward": "already_highest",
            "downward": {
                "measure": "arr", "value": "120000.00", "needed": "100000.00", "beyond": False,
                "tier": "mid", "nights": 3, "falls": True,
            },
            "no_downward": None,
        }
    ],
}  # fmt: skip


class ReadFields(serializers.Serializer[Any]):
    """A measure that was read: for a dimension, a side of a facet, one of R, F and M, or the tier
    itself. Money as text; `cuts` ascend, null: they were refused."""

    read_for = serializers.CharField()
    measure = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    cuts = serializers.ListField(child=serializers.CharField(), allow_null=True)
    level = serializers.CharField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    is_reversed = serializers.BooleanField()


class ChangeFields(serializers.Serializer[Any]):
    """A measure would have to be `needed` (more than that where `beyond`) for the customer to be in
    `tier`, everything else as it is; `nights`: only after so many in a row."""

    measure = serializers.CharField()
    value = serializers.CharField()
    needed = serializers.CharField()
    beyond = serializers.BooleanField()
    tier = serializers.CharField()
    nights = serializers.IntegerField()
    falls = serializers.BooleanField(help_text="That is less than it has.")


class ExplainedScheme(serializers.Serializer[Any]):
    """The tier in one scheme, with the smallest single change upward and downward, or why there is
    none. Where nothing explains it any more, only tier and reason."""

    scheme = serializers.CharField()
    is_own = serializers.BooleanField(help_text="The scheme that the rules picked.")
    tier = serializers.CharField(help_text="Empty: none.")
    reason = serializers.CharField()
    dimensions = serializers.DictField(child=serializers.CharField(allow_null=True))
    read = ReadFields(many=True)
    upward = ChangeFields(allow_null=True)
    no_upward = serializers.CharField(allow_null=True)
    downward = ChangeFields(allow_null=True)
    no_downward = serializers.CharField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Why", EXAMPLE, response_only=True)])
class ExplanationFields(Shaped):
    """Where a customer stood on a night and why. `unexplained`: `not_kept` where too little of the night
    is kept to explain it, `not_known` where the night did not know the customer."""

    customer = serializers.CharField()
    night = serializers.DateField()
    stage = serializers.CharField()
    since = serializers.DateField(allow_null=True, help_text="Night since which it has its tier.")
    unexplained = serializers.ChoiceField(["not_kept", "not_known"], allow_null=True)
    schemes = ExplainedScheme(many=True)


class OneExplanation(Item):
    """Why a customer has its tier on a night (a day as YYYY-MM-DD, or `latest`)."""

    noun, plural = "explanation", "explanations"
    scope_to_read = "standings:read"
    shape = ExplanationFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.customers()
        return rows

    def row(self, *, locked: bool = False) -> Any:
        found = self.found().filter(key=self.kwargs["customer"]).first()
        if found is None:
            raise Http404
        return found

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        night = stored_night(str(self.kwargs.get("as_of", LATEST)))
        return [_told(row, night.as_of, standing_of(row, night.as_of.isoformat())) for row in rows]


def _told(customer: Any, night: Any, found: Standing) -> dict[str, Any]:
    told = {
        "customer": customer.key, "night": night, "stage": "", "since": found.since,
        "unexplained": None, "schemes": [],
    }  # fmt: skip
    if found.assignment is None:
        return told | {"unexplained": "not_known"}
    return told | {
        "stage": found.assignment.stage,
        "unexplained": None if found.explanation else "not_kept",
        "schemes": [_scheme(found, name) for name in found.schemes],
    }


def _scheme(found: Standing, name: str) -> dict[str, Any]:
    assert found.assignment is not None
    explained, is_own = found.explanation_in(name), name == found.scheme
    reason = found.assignment.reason if is_own else explained.reason if explained else ""
    told = {"scheme": name, "is_own": is_own, "tier": found.tier_in(name), "reason": reason}
    return told | _why(explained)


def _why(explained: Explanation | None) -> dict[str, Any]:
    if explained is None:
        nothing = dict.fromkeys(("upward", "no_upward", "downward", "no_downward"))
        return {"dimensions": {}, "read": [], **nothing}
    return {
        "dimensions": {**explained.levels, **explained.sides},
        "read": [_read(one) for one in explained.read],
        "upward": _change(explained.upward),
        "no_upward": explained.no_upward,
        "downward": _change(explained.downward),
        "no_downward": explained.no_downward,
    }


def _read(one: ReadMeasure) -> dict[str, Any]:
    return {
        "read_for": one.read_for, "measure": one.measure,
        "value": None if one.value is None else _text(one.value),
        "cuts": None if one.cuts is None else [_text(cut) for cut in one.cuts],
        "level": one.level, "score": one.score, "is_reversed": one.reversed,
    }  # fmt: skip


def _change(one: Change | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "measure": one.measure, "value": _text(one.value), "needed": _text(one.needed),
        "beyond": one.beyond, "tier": one.tier, "nights": one.nights, "falls": one.falls,
    }  # fmt: skip


def _text(value: Number) -> str:
    return str(value)
