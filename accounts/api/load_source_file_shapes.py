"""How files of load sources are told to other programs: those that were seen, and those of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.load_source_files import What
from accounts.models import LoadSourceFile
from accounts.queries.load_sources import file_words
from accounts.rest.shapes import Shaped

STATES: Sequence[tuple[str, str | Promise]] = LoadSourceFile.State.choices
FILE: dict[str, Any] = {
    "id": 91,
    "name": "companies-2026-11-23.csv",
    "kind": "customers",
    "size": 48211,
    "mark": "9b2cf535f27731c974343645a3985328",
    "modified_at": "2026-11-23T02:00:00+08:00",
    "sha256": "",
    "state": "waiting",
    "current": True,
    "trouble": "",
    "words": "",
    "load": None,
    "seen_at": "2026-11-23T06:00:02+08:00",
    "settled_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A file", FILE, response_only=True)])
class LoadSourceFileFields(Shaped):
    """One content of one file that was seen. `mark` is what it is known by without reading it;
    `current`: no other content was seen under this name since."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text="Below the path of its source.")
    kind = serializers.CharField()
    size = serializers.IntegerField()
    mark = serializers.CharField()
    modified_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField(help_text="Empty: it was not read yet.")
    state = serializers.ChoiceField(STATES)
    current = serializers.BooleanField(source="is_current")
    trouble = serializers.CharField(help_text="Why it could not be taken.")
    words = serializers.SerializerMethodField()
    load = serializers.IntegerField(source="load_id", allow_null=True)
    seen_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)

    def get_words(self, row: LoadSourceFile) -> str:
        return file_words(row)


class TriedFile(serializers.Serializer[Any]):
    """A file that lies there, and what a look would do with it."""

    name = serializers.CharField()
    size = serializers.IntegerField()
    modified_at = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    would = serializers.ChoiceField([one.value for one in What])


@extend_schema_serializer(
    many=False,
    examples=[
        OpenApiExample(
            "A trial",
            {
                "total": 1,
                "cut": False,
                "links": [],
                "files": [
                    {
                        "name": "companies-2026-11-23.csv",
                        "size": 48211,
                        "modified_at": "2026-11-23T02:00:00+08:00",
                        "kind": "customers",
                        "would": "load",
                    }
                ],
            },
            response_only=True,
        )
    ],
)
class LoadSourceTrial(serializers.Serializer[Any]):
    """What lies there now, in the order in which it would be loaded: the first 200 files."""

    total = serializers.IntegerField()
    cut = serializers.BooleanField(help_text="There are more than are looked at.")
    links = serializers.ListField(
        child=serializers.CharField(), help_text="Links, which are not followed."
    )
    files = TriedFile(many=True)
