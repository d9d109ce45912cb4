"""What a program sends to be loaded: rows as JSON, or the text of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.loads.reading import DateOrder, DecimalMark
from accounts.loads.recipes import RECIPES
from accounts.loads.registry import LoadKind, find_kind, kinds
from accounts.loads.running import LoadOptions

KIND_NAMES = [kind.name for kind in kinds()]
RECIPE_NAMES = list(RECIPES)
MOST_ROWS = 50_000
MOST_COLUMNS = 300
MOST_CSV = 5 * 1024 * 1024
ROWS = [
    {"customer": "C-1042", "key": "P-88120", "paid_on": "2026-02-03", "amount": 120000},
    {"customer": "C-1042", "key": "P-88121", "paid_on": "2026-02-03", "amount": "-500.00"},
]


@dataclass(frozen=True)
class Asked:
    """What was asked for. ``starts``: the line on which each row of JSON begins → its place."""

    kind: LoadKind
    data: bytes
    options: LoadOptions
    dry_run: bool
    starts: Mapping[int, int] = field(default_factory=dict)

    def row_of(self, line: int | None) -> int | None:
        return self.starts.get(line) if line is not None else None


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
        "minItems": 1,
        "maxItems": MOST_ROWS,
    }
)
class Rows(serializers.Field[Any, Any, Any, Any]):
    """Rows by the names of their columns; each value a text, a number, true, false or null."""

    def to_internal_value(self, data: Any) -> tuple[bytes, dict[int, int]]:
        """The rows as the bytes of a CSV file, and the line on which each begins."""
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise serializers.ValidationError(_("A list of rows is needed here."))
        if not 1 <= len(data) <= MOST_ROWS:
            raise serializers.ValidationError(_("From 1 to %(most)s rows.") % {"most": MOST_ROWS})
        names = list(dict.fromkeys(name for row in data for name in row))
        if not 1 <= len(names) <= MOST_COLUMNS:
            raise serializers.ValidationError(
                _("From 1 to %(most)s columns.") % {"most": MOST_COLUMNS}
            )
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        heads = [_cell(name, 0, name) for name in names]
        writer.writerow(heads)
        line = 2 + sum(name.count("\n") for name in heads)
        starts = {}
        for place, row in enumerate(data):
            cells = [_cell(row.get(name), place, name) for name in names]
            starts[line] = place
            writer.writerow(cells)
            line += 1 + sum(cell.count("\n") for cell in cells)
        return text.getvalue().encode(), starts


def _cell(value: Any, place: int, name: str) -> str:
    """A value as a CSV file holds it.

    Raises:
        ValidationError: it is no text and no number.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if not isinstance(value, str):
        raise serializers.ValidationError(
            {str(place): {name: [_("A text, a number, true, false or null is needed here.")]}}
        )
    if "\x00" in value:
        raise serializers.ValidationError({str(place): [_("A NUL is no text.")]})
    return value.replace("\r\n", "\n").replace("\r", "\n")


@extend_schema_serializer(
    examples=[
        OpenApiExample("Two payments", {"kind": "payments", "rows": ROWS}, request_only=True),
        OpenApiExample(
            "Customers from a file whose columns are called otherwise",
            {
                "kind": "customers",
                "csv": "Account ID,Account Name\nC-1042,Aurora Foods\n",
                "map": {"key": "Account ID", "name": "Account Name"},
                "dry_run": True,
            },
            request_only=True,
        ),
        OpenApiExample(
            "Companies as HubSpot exports them",
            {
                "kind": "customers",
                "csv": "Record ID,Company name\n1042,Aurora Foods\n",
                "recipe": "hubspot-companies",
            },
            request_only=True,
        ),
    ]
)
class NewLoad(serializers.Serializer[Any]):
    """Either ``rows`` or ``csv``. Columns of each kind: the guide on loading."""

    kind = serializers.ChoiceField(KIND_NAMES)
    rows = Rows(required=False)
    csv = serializers.CharField(
        required=False, max_length=MOST_CSV, trim_whitespace=False,
        help_text="The text of a CSV file with a header row.",
    )  # fmt: skip
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would happen.")
    skip_bad = serializers.BooleanField(default=False, help_text="Leave refused rows out.")
    map = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text="Our column → theirs, where they are called otherwise; empty: not from this file.",
    )
    recipe = serializers.ChoiceField(
        RECIPE_NAMES, required=False, allow_null=True,
        help_text="The export of another program that these rows are, its columns as it names "
        "them; of the same kind.",
    )  # fmt: skip
    dates = serializers.ChoiceField(
        [one.value for one in DateOrder], required=False, allow_null=True,
        help_text="Needed where the dates of a file fit two orders.",
    )  # fmt: skip
    decimal = serializers.ChoiceField(
        [one.value for one in DecimalMark], required=False, allow_null=True,
        help_text="Of amounts; of `rows` a point unless told otherwise.",
    )  # fmt: skip

    def validate(self, attrs: Any) -> Any:
        if ("rows" in attrs) == ("csv" in attrs):
            raise serializers.ValidationError({"rows": [_("Send either rows or csv.")]})
        recipe = RECIPES.get(attrs.get("recipe") or "")
        if recipe is not None and recipe.kind != attrs["kind"]:
            words = _("The recipe “%(name)s” makes %(kind)s.")
            raise serializers.ValidationError(
                {"recipe": [words % {"name": recipe.name, "kind": recipe.kind}]}
            )
        columns = {column.name for column in _kind(attrs["kind"]).columns}
        unknown = [name for name in attrs.get("map", {}) if name not in columns]
        if unknown:
            raise serializers.ValidationError(
                {"map": [_("One of: %(known)s.") % {"known": ", ".join(sorted(columns))}]}
            )
        return attrs


def read_given(values: Mapping[str, Any]) -> Asked:
    """What the valid body of a request asks for."""
    data, starts = values["rows"] if "rows" in values else (values["csv"].encode(), {})
    mark = values.get("decimal") or (DecimalMark.POINT.value if "rows" in values else None)
    return Asked(
        kind=_kind(values["kind"]),
        data=data,
        options=LoadOptions(
            mapping=values.get("map", {}),
            dates=DateOrder(values["dates"]) if values.get("dates") else None,
            decimal=DecimalMark(mark) if mark else None,
            skip_bad=values["skip_bad"],
            recipe=values.get("recipe") or "",
        ),
        dry_run=values["dry_run"],
        starts=starts,
    )


def _kind(name: str) -> LoadKind:
    found = find_kind(name)
    assert found is not None, "the choice was looked at"
    return found
