"""How loads are told to other programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.loads.running import in_words
from accounts.models import Load
from accounts.rest.shapes import Shaped

SHOWN_ERRORS = 100
# How a sentence names what is said about a file.
OPTIONS = {"dates": "`dates`: `dmy`, `mdy`", "decimal": "`decimal`: `point`, `comma`"}
COUNTS: dict[str, Any] = {
    "read": 2, "created": 2, "updated": 0, "unchanged": 0, "rejected": 0,
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "id": 88,
    "kind": "payments",
    "state": "done",
    "filename": "Ledger.csv",
    "by": None,
    **COUNTS,
    "made_at": "2026-02-04T07:00:00+08:00",
    "finished_at": "2026-02-04T07:00:01+08:00",
    "undone_at": None,
}
ERROR = {
    "line": 3, "row": 1, "column": "amount", "value": "12O", "code": "not_an_amount",
    "reason": "This is not an amount.",
}  # fmt: skip


class LoadError(serializers.Serializer[Any]):
    """A value that is refused. ``row`` counts the sent ``rows`` from 0 and is null for CSV."""

    line = serializers.IntegerField(allow_null=True, help_text="Of the file, from 1.")
    row = serializers.IntegerField(allow_null=True, required=False)
    column = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class Counts(Shaped):
    """How many rows were read, and what became of them."""

    read = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A load", EXAMPLE, response_only=True)])
class LoadFields(Counts):
    """One file or list of rows, and what came of it."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(Load.State.choices)
    filename = serializers.CharField()
    by = serializers.CharField(source="created_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField(source="created_at")
    finished_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A load", EXAMPLE | {"errors": []}, response_only=True)]
)
class WholeLoad(LoadFields):
    """A load with the first of its errors."""

    errors = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(LoadError(many=True))
    def get_errors(self, row: Load) -> list[dict[str, Any]]:
        return [in_words(one, options=OPTIONS) for one in row.errors[:SHOWN_ERRORS]]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Written",
            {"load": 88, "kind": "payments", "refused": False, **COUNTS, "errors": []},
            response_only=True,
        )
    ]
)
class LoadAnswer(Counts):
    """As the command ``load`` says it. ``load`` is null where nothing was written: a dry run.
    Further fields tell what was found out about the file."""

    load = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    refused = serializers.BooleanField()
    errors = LoadError(many=True)  # type: ignore[assignment]
