"""What a play says and what came of it, as other programs read and write it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from service.api.requests import Words
from service.compute.play_documents import (
    LONGEST_NAME,
    LONGEST_PURPOSE,
    LONGEST_TITLE,
    MOST_DUE_DAYS,
    MOST_EXPIRY_DAYS,
    MOST_STEPS,
    OWNERS,
    TASK,
)
from service.models import PlayFiring

DOCUMENT: dict[str, Any] = {
    "names": {"en": "Renewal in 90 days"},
    "purposes": {"en": "Nobody is surprised by an end."},
    "trigger": {"kind": "renewal", "days": 90},
    "condition": None,
    "steps": [
        {
            "titles": {"en": "Call the decision maker"}, "owner": "face", "member": "", "due": 5,
            "kind": "task", "survey": "",
        }
    ],
    "end": {"trigger_gone": True, "condition_gone": False, "expires_days": 60},
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "key": "renewal-90",
    "version": 1,
    "is_on": True,
    "on_from": "2026-10-01",
    "trigger": "renewal",
    "document": DOCUMENT,
    "fired": 14,
    "open": 9,
    "done": 21,
    "closed": 25,
    "has_newer": False,
    "archived_at": None,
    "changed_at": "2026-10-01T09:30:00+08:00",
}
EXAMPLE_FIRING: dict[str, Any] = {
    "customer": "C-1042",
    "night": "2026-11-19",
    "version": 1,
    "outcome": "opened",
    "taken_back_at": None,
    "cta": 812,
}
EXAMPLE_RUN: dict[str, Any] = {
    "night": "2026-11-19",
    "state": "done",
    "finished_at": "2026-11-20T02:10:00+08:00",
    "fired": 14,
    "opened": 12,
    "closed": 3,
    "taken_back": 0,
    "refusals": [{"play": "own-7", "code": "measure_gone"}],
}


@extend_schema_serializer(examples=[OpenApiExample("A play", EXAMPLE, response_only=True)])
class PlayFields(Shaped):
    """What is done for a customer when something happens to it. `fired`: in the last 30 days; `open`:
    work open now; of the last 90 days so much was `done` of so much that was `closed`."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    is_on = serializers.BooleanField()
    on_from = serializers.DateField(
        allow_null=True, help_text="Nights before this day set nothing off."
    )
    trigger = serializers.CharField(source="trigger_kind")
    document = Attributes(help_text="In every language: names, trigger, condition, steps, end.")
    fired = serializers.IntegerField()
    open = serializers.IntegerField()
    done = serializers.IntegerField()
    closed = serializers.IntegerField()
    has_newer = serializers.BooleanField(
        help_text="A newer release ships another text; see `answer-release`."
    )
    archived_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()


class StepWords(serializers.Serializer[Any]):
    """What is to be done, by whom (`member`: the key of a colleague), within so many working days."""

    titles = Words(LONGEST_TITLE)
    owner = serializers.ChoiceField(OWNERS, required=False, default="face")
    member = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="",
        help_text="Where the owner is `member`.",
    )  # fmt: skip
    due = serializers.IntegerField(
        min_value=0, max_value=MOST_DUE_DAYS, required=False, default=5
    )  # fmt: skip
    kind = serializers.CharField(max_length=40, required=False, default=TASK)
    survey = serializers.CharField(
        max_length=80, required=False, allow_blank=True, default="",
        help_text="Which survey, where the kind is `survey`.",
    )  # fmt: skip


class EndWords(serializers.Serializer[Any]):
    """When open work is over: when that holds no longer, or after so many days; null: never."""

    trigger_gone = serializers.BooleanField(required=False, default=True)
    condition_gone = serializers.BooleanField(required=False, default=False)
    expires_days = serializers.IntegerField(
        min_value=1, max_value=MOST_EXPIRY_DAYS, required=False, allow_null=True, default=60
    )


class DocumentWords(serializers.Serializer[Any]):
    """The document of a play; a part that is not sent stays as it is. What a trigger asks for beside
    its `kind` is what the editor asks for."""

    names = Words(LONGEST_NAME, required=False)
    purposes = Words(LONGEST_PURPOSE, required=False)
    trigger = Attributes(required=False)
    condition = Attributes(required=False, allow_null=True, help_text="As of a customer group.")
    steps = StepWords(many=True, required=False, max_length=MOST_STEPS)  # type: ignore[call-arg]
    end = EndWords(required=False)


@extend_schema_serializer(examples=[OpenApiExample("A play", {"document": DOCUMENT})])
class NewPlay(serializers.Serializer[Any]):
    """A play of the tenant's own: names, trigger and at least one step are needed."""

    document = DocumentWords()


@extend_schema_serializer(
    examples=[OpenApiExample("Other words", {"document": {"names": {"en": "Renewal soon"}}})]
)
class PlayChanges(serializers.Serializer[Any]):
    """The parts of the document that change; they become its next version."""

    document = DocumentWords()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A version",
            {
                "version": 1,
                "document": DOCUMENT,
                "made_at": "2026-10-01T09:30:00+08:00",
                "made_by": None,
            },
            response_only=True,
        )
    ]
)
class PlayVersionFields(Shaped):
    """What a play said from a moment on."""

    version = serializers.IntegerField()
    document = Attributes()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(
        source="made_by.email", allow_null=True, default=None, help_text="Null: it is shipped."
    )


@extend_schema_serializer(examples=[OpenApiExample("A firing", EXAMPLE_FIRING, response_only=True)])
class PlayFiringFields(Shaped):
    """That an event of a customer set a play off on a night; `cta`: the work that came of it."""

    customer = serializers.CharField(source="customer.key")
    night = serializers.DateField(source="as_of")
    version = serializers.IntegerField()
    outcome = serializers.ChoiceField(PlayFiring.Outcome.choices)
    taken_back_at = serializers.DateTimeField(
        allow_null=True, help_text="The night was restated and does not say so any more."
    )
    cta = serializers.IntegerField(source="cta_id", allow_null=True)


class PlayRefusal(serializers.Serializer[Any]):
    """A play that could not be asked, by its key, and why."""

    play = serializers.CharField()
    code = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A run", EXAMPLE_RUN, response_only=True)])
class PlayRunFields(Shaped):
    """What the plays did on a night: events, work opened and closed."""

    night = serializers.DateField(source="as_of")
    state = serializers.CharField(help_text="As of a night: queued, done, dead and so on.")
    finished_at = serializers.DateTimeField(allow_null=True)
    fired = serializers.IntegerField()
    opened = serializers.IntegerField()
    closed = serializers.IntegerField()
    taken_back = serializers.IntegerField()
    refusals = PlayRefusal(many=True)
