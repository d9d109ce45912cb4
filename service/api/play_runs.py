"""What plays said, did and would have done, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item
from service.actions.plays import document_of
from service.api.play_shapes import PlayFiringFields, PlayRunFields, PlayVersionFields
from service.compute.play_dry_runs import NOBODY
from service.models import Cta, Play, PlayFiring, PlayRun, PlayVersion
from service.queries.play_dry_runs import DryRun, dry_run
from service.triggers import Unasked

EXAMPLE: dict[str, Any] = {
    "refusal": "",
    "nights": 90,
    "from": "2026-08-23",
    "to": "2026-11-20",
    "events": 61,
    "opened": 48,
    "customers": 40,
    "weeks": [{"week_of": "2026-11-16", "ctas": 5, "steps": 9}],
    "people": [
        {"person": "Mia Chen", "ctas": 20, "steps": 40, "most_ctas": 4, "most_steps": 8}
    ],
    "rows": [{"customer": "C-1042", "first": "2026-09-02", "times": 1, "owner": "Mia Chen"}],
}  # fmt: skip


class DryRunWeek(serializers.Serializer[Any]):
    """Work opened and steps that fall due in a week, by its Monday."""

    week_of = serializers.DateField()
    ctas = serializers.IntegerField()
    steps = serializers.IntegerField()


class DryRunLoad(serializers.Serializer[Any]):
    """What somebody would have had; an empty name: nobody."""

    person = serializers.CharField()
    ctas = serializers.IntegerField()
    steps = serializers.IntegerField()
    most_ctas = serializers.IntegerField(help_text="In the week that had the most steps.")
    most_steps = serializers.IntegerField()


class DryRunRow(serializers.Serializer[Any]):
    """A customer for whom work would have been opened, at most 100 of those that the token sees."""

    customer = serializers.CharField(source="customer.key")
    first = serializers.DateField()
    times = serializers.IntegerField()
    owner = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A dry run", EXAMPLE, response_only=True)])
class DryRunFields(Shaped):
    """The last ninety days as if the play had been on. `refusal`: a code where it cannot be asked;
    `nights` 0: fewer than two nights are stored."""

    refusal = serializers.CharField()
    nights = serializers.IntegerField()
    to = serializers.DateField(source="last", allow_null=True)
    events = serializers.IntegerField()
    opened = serializers.IntegerField()
    customers = serializers.IntegerField()
    weeks = DryRunWeek(many=True)
    people = DryRunLoad(many=True)
    rows = DryRunRow(many=True)

    def get_fields(self) -> Any:
        return super().get_fields() | {
            "from": serializers.DateField(source="first", allow_null=True)
        }  # fmt: skip


@dataclass
class Told:
    """A dry run as its shape reads it."""

    refusal: str = ""
    nights: int = 0
    first: date | None = None
    last: date | None = None
    events: int = 0
    opened: int = 0
    customers: int = 0
    weeks: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)


class PlayDryRun(Item):
    """The last ninety days as if the play had been on, by the stored nights."""

    noun, plural = "play_dry_run", "plays"
    scope_to_read = "plays:write"
    shape = DryRunFields

    def row(self, *, locked: bool = False) -> Any:
        play = Play.objects.filter(key=self.kwargs["key"]).first()
        if play is None:
            raise Http404
        try:
            found = dry_run(
                tenant=self.tenant, document=document_of(play), membership=self.member
            )  # fmt: skip
        except Unasked as reason:
            return Told(refusal=reason.code)
        return Told() if found is None else _told(found)


def _told(run: DryRun) -> Told:
    return Told(
        nights=run.nights, first=run.first, last=run.last, events=run.events, opened=run.opened,
        customers=run.customers,
        weeks=[
            {"week_of": date.fromordinal(monday), "ctas": ctas, "steps": steps}
            for monday, ctas, steps in run.load.weeks
        ],
        people=[
            {
                "person": "" if one.person == NOBODY else run.names.get(one.person, ""),
                "ctas": one.ctas, "steps": one.steps,
                "most_ctas": one.most_ctas, "most_steps": one.most_steps,
            }
            for one in run.load.persons
        ],
        rows=list(run.listed),
    )  # fmt: skip


class OfPlay(Collection):
    """Rows of the play that the address names."""

    scope_to_read = "plays:read"

    def play(self) -> Play:
        """
        Raises:
            Http404: there is none.
        """
        found: Play | None = Play.objects.filter(key=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        return found


class PlayVersions(OfPlay):
    """What a play said, the latest version first."""

    noun, plural = "play_version", "play_versions"
    shape = PlayVersionFields
    sorts = {"-version": "version"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = PlayVersion.objects.filter(play=self.play())
        return rows.select_related("made_by")


class PlayFirings(OfPlay):
    """What set a play off, the latest night first."""

    noun, plural = "play_firing", "play_firings"
    shape = PlayFiringFields
    sorts = {"-night": "as_of"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.day("since", "as_of__gte", help="On this night or later."),
    )

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = PlayFiring.objects.filter(play=self.play())
        return self.of_seen_customers(rows.select_related("customer"))

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With the work that came of them; one statement."""
        opened = {
            (customer, event): pk
            for pk, customer, event in Cta.objects.filter(
                play__in={row.play_id for row in rows},
                customer__in={row.customer_id for row in rows},
            ).values_list("pk", "customer_id", "event_key")
        }
        for row in rows:
            row.cta_id = opened.get((row.customer_id, row.event_key))
        return rows


class PlayRuns(Collection):
    """What the plays did night by night, the latest first."""

    noun, plural = "play_run", "play_runs"
    scope_to_read = "plays:read"
    shape = PlayRunFields
    sorts = {"-night": "as_of"}
    filters = (filters.choice("state", "state", PlayRun.State.choices),)

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = PlayRun.objects.all()
        return rows
