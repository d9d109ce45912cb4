"""Work (CTAs) for other programs: ranked, with the arithmetic of each rank, opened and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day, Named, colleagues
from accounts.rest.views import Collection, Given, Item, Resource
from segmentation.strategies import language_of
from service.actions.ctas import LONGEST_TITLE, NewStep, open_cta
from service.compute.ranks import SIGNALS
from service.labels.plays import reason_words
from service.models import Cta, CtaStep
from service.queries.ranks import Arithmetic, arithmetic_of, versions_by_number
from service.queries.work import names_for, rows_of, visible_work

MOST_STEPS = 12
EXAMPLE: dict[str, Any] = {
    "id": 512,
    "customer": "C-1042",
    "title": "Renew before it ends",
    "reason": "The contract ends in 30 days.",
    "play": "renewal-90",
    "state": "open",
    "owner": "mia@vendor.example",
    "opened_on": "2026-11-18",
    "due_on": "2026-12-02",
    "snoozed_until": None,
    "closed_at": None,
    "closed_by": None,
    "close_reason": "",
    "close_note": "",
    "tier": "high",
    "rank": 41200.0,
    "arithmetic": {
        "stake": "120000.0000",
        "stake_source": "arr",
        "risk": 0.46,
        "urgency": 0.75,
        "days_left": 3,
        "signals": {"moved": 0.5, "trend": 0.2, "overdue": 0.0, "cases": 0.0, "silence": 1.0},
        "weights_version": 0,
        "computed_on": "2026-11-21",
        "night": "2026-11-20",
    },
    "steps": [
        {
            "number": 0,
            "title": "Call the decision maker",
            "kind": "task",
            "owner": "mia@vendor.example",
            "due_on": "2026-11-25",
            "done_at": None,
        }
    ],
    "version": 1,
}


class StepFields(serializers.Serializer[Any]):
    """Something to do within it, by somebody, by a day; `number` from 0."""

    number = serializers.IntegerField(source="position")
    title = serializers.CharField(source="shown")
    kind = serializers.CharField()
    owner = serializers.CharField(source="owner.key", allow_null=True, default=None)
    due_on = serializers.DateField()
    done_at = serializers.DateTimeField(allow_null=True)


class Signals(serializers.Serializer[Any]):
    """What the risk is summed of, each from 0 to 1."""

    for _signal in SIGNALS:
        vars()[_signal] = serializers.FloatField()
    del _signal


class ArithmeticFields(serializers.Serializer[Any]):
    """How the rank came about: `rank` = stake × risk × urgency. An empty stake counts as 1."""

    stake = serializers.DecimalField(20, 4, allow_null=True)
    stake_source = serializers.CharField(source="rank.stake_source")
    risk = serializers.FloatField(source="rank.risk")
    urgency = serializers.FloatField(source="rank.urgency")
    days_left = serializers.IntegerField(
        source="facts.days_left", help_text="Working days; negative: overdue."
    )
    signals = Signals(source="rank.signals")
    weights_version = serializers.IntegerField(source="version", help_text="0: as shipped.")
    computed_on = serializers.DateField(source="day", allow_null=True)
    night = serializers.DateField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Work", EXAMPLE, response_only=True)])
class CtaFields(Shaped):
    """One dated piece of work for a customer."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    title = serializers.CharField(source="shown")
    reason = serializers.CharField(source="why", help_text="Why it is there, in a sentence.")
    play = serializers.CharField(source="play.key", allow_null=True, default=None)
    state = serializers.ChoiceField(Cta.State.choices)
    owner = serializers.CharField(source="owner.key", allow_null=True, default=None)
    opened_on = serializers.DateField()
    due_on = serializers.DateField()
    snoozed_until = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(source="closed_by.email", allow_null=True, default=None)
    close_reason = serializers.CharField(help_text="Key of a reason.")
    close_note = serializers.CharField()
    tier = serializers.CharField(help_text="Of the customer on the latest night; empty: none.")
    rank = serializers.FloatField()
    arithmetic = ArithmeticFields(allow_null=True, help_text="Null: not ranked yet, or closed.")
    steps = StepFields(source="shown_steps", many=True)
    version = serializers.IntegerField(source="version_seen")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Work by hand",
            {
                "customer": "C-1042",
                "title": "Call about the new module",
                "due_on": "2026-12-02",
                "owner": "mia@vendor.example",
                "steps": ["Call", "Send the offer"],
            },
        )
    ]
)
class NewCta(serializers.Serializer[Any]):
    """Work for a customer. Without an owner it is nobody's."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    title = serializers.CharField(max_length=LONGEST_TITLE)
    due_on = Day()
    owner = Named(among=colleagues, required=False, default=None)
    why = serializers.CharField(
        max_length=LONGEST_TITLE, required=False, allow_blank=True, default=""
    )
    steps = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TITLE),
        max_length=MOST_STEPS, required=False, default=list,
    )  # fmt: skip


class CtaRows(Resource):
    noun, plural = "cta", "ctas"
    scope_to_read, scope_to_write = "ctas:read", "ctas:write"
    shape = CtaFields

    def found(self) -> QuerySet[Any]:
        return self.whole(Cta.objects.all() if self.member is None else visible_work(self.member))

    def whole(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """With all that is said of them."""
        steps = CtaStep.objects.select_related("owner").order_by("position")
        return rows.select_related(
            "customer", "owner", "play", "version", "closed_by"
        ).prefetch_related(Prefetch("steps", steps))

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """In the words of screens, with what they compute: a fixed number of statements."""
        names, versions = names_for(self.tenant.currency, rows), versions_by_number()
        language = language_of(get_language() or "")
        for found in rows_of(rows):
            cta: Any = found.cta
            cta.shown, cta.tier = cta.words(language), found.tier
            cta.why = reason_words(cta.reason, names)
            cta.arithmetic = _arithmetic(cta, versions)
            cta.shown_steps = list(cta.steps.all())
            for step in cta.shown_steps:
                step.shown = step.words(cta, language)
        return rows

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())


class Ctas(CtaRows, Collection):
    """Work, what ranks highest first."""

    sorts = {
        "-rank": "rank",
        "due_on": "due_on",
        "opened_on": "opened_on",
        "closed_at": "closed_at",
    }
    filters = (
        filters.choice("state", "state", Cta.State.choices),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("owner", "owner__key", help="E-mail of the person."),
        filters.flag("is_nobodys", "owner__isnull"),
        filters.text("play", "play__key"),
        filters.day("due_until", "due_on__lte", help="Due on this day or earlier."),
        filters.day("snoozed_after", "snoozed_until__gt", help="Put off beyond this day."),
        filters.moment("closed_since", "closed_at__gte"),
    )
    new = NewCta

    def make(self, given: Given) -> Any:
        """Open work for a customer by hand."""
        customer = self.customer_named(given["customer"])
        why = {"kind": "by_hand", **({"text": given["why"]} if given["why"] else {})}
        steps = [NewStep(title, given["due_on"], given["owner"]) for title in given["steps"]]
        made = open_cta(
            customer=customer, title=given["title"], due_on=given["due_on"], owner=given["owner"],
            reason=why, steps=steps, opened_on=self.today, by=self.person,
        )  # fmt: skip
        made.refresh_from_db()
        return made


class OneCta(CtaRows, Item):
    """One piece of work."""


def _arithmetic(cta: Any, versions: Mapping[int, Any]) -> Arithmetic | None:
    return arithmetic_of(cta, dict(versions)) if cta.state == Cta.State.OPEN else None
