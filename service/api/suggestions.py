"""Talks about the annual payment: what belongs on one page before them, and what was suggested."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from segmentation.queries.scopes import everybody, widest_scope
from service.actions.suggestions import show_suggestions
from service.api.requests import named_contact
from service.queries.payment_briefs import payment_brief, suggested
from service.queries.referrals import suggestions

INSTALMENT: dict[str, Any] = {
    "contract": "K-2024-17", "due_on": "2026-12-01", "amount": "60000.0000",
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "instalment": INSTALMENT,
    "overdue": [],
    "overdue_amount": "0.0000",
    "since": "2025-12-02",
    "until": "2026-11-23",
    "is_first": False,
    "uses": [{"module": "Orders", "events": 9000, "persons": 12, "recent": 700}],
    "persons": 14,
    "night": "2026-11-22",
    "sessions": 2,
    "cases": 7,
    "satisfaction": 4.5,
    "changes": 1,
    "updates": 3,
    "owned": ["orders"],
    "unused": [],
    "former": [],
    "peers": 24,
    "suggested": [{"module": "Stock", "owners": 15, "users": 12}],
}
SUGGESTION: dict[str, Any] = {
    "customer": "C-1042",
    "module": "stock",
    "why": {"peers": 24, "owners": 15, "users": 12},
    "shown_on": "2026-11-23",
    "contact": "ann@aurora.example",
    "shown_by": "mia@vendor.example",
    "taken_on": None,
}


class BriefInstalment(serializers.Serializer[Any]):
    """An instalment that nobody has paid."""

    contract = serializers.CharField(source="contract.key")
    due_on = serializers.DateField()
    amount = serializers.DecimalField(20, 4)


class ModuleUsed(serializers.Serializer[Any]):
    """Use of a module since the last payment; `recent`: events of the last 30 days."""

    module = serializers.CharField(source="name", help_text="Empty: usage that names none.")
    events = serializers.IntegerField()
    persons = serializers.IntegerField()
    recent = serializers.IntegerField()


class WorthSuggesting(serializers.Serializer[Any]):
    """A module that the customer lacks: how many peers own it, and how many of those use it."""

    module = serializers.CharField(source="name")
    owners = serializers.IntegerField()
    users = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A brief", EXAMPLE, response_only=True)])
class PaymentBriefFields(Shaped):
    """What a customer got since it paid last, what is owed, and what to suggest. `is_first`: nothing was
    paid yet, and it is the last year. Counts: training sessions, solved cases with their mean
    satisfaction, signed changes, product updates. Modules by their keys."""

    customer = serializers.CharField()
    instalment = BriefInstalment(source="brief.instalment", allow_null=True)
    overdue = BriefInstalment(source="brief.overdue", many=True)
    overdue_amount = serializers.DecimalField(20, 4, source="brief.overdue_amount")
    since = serializers.DateField(source="brief.since")
    until = serializers.DateField(source="brief.until")
    is_first = serializers.BooleanField(source="brief.is_first")
    uses = ModuleUsed(source="brief.modules", many=True)
    persons = serializers.IntegerField(source="brief.persons")
    night = serializers.DateField(source="brief.night.as_of", allow_null=True, default=None)
    sessions = serializers.IntegerField(source="brief.session_count")
    cases = serializers.IntegerField(source="brief.case_count")
    satisfaction = serializers.FloatField(source="brief.satisfaction", allow_null=True)
    changes = serializers.IntegerField(source="brief.change_count")
    updates = serializers.IntegerField(source="brief.update_count")
    owned = serializers.ListField(child=serializers.CharField())
    unused = serializers.ListField(
        child=serializers.CharField(), help_text="Owned, without an event in 30 days."
    )
    former = serializers.ListField(
        child=serializers.CharField(), help_text="Owned last, where no contract runs."
    )
    peers = serializers.IntegerField(source="brief.peers.peers")
    suggested = WorthSuggesting(source="brief.peers.suggested", many=True)


class BriefUsing(serializers.Serializer[Any]):
    """Who of the customer was shown it; null: nobody named."""

    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None, help_text="Key."
    )


class BriefRows(Resource):
    noun, plural = "payment_brief", "payment_briefs"
    scope_to_read, scope_to_write = "payment_briefs:read", "payment_briefs:write"
    shape = PaymentBriefFields

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def row(self, *, locked: bool = False) -> Any:
        customer = self.customers().filter(key=self.kwargs["customer"]).first()
        if customer is None:
            raise Http404
        brief = payment_brief(customer, None, self.today, self.tenant.zone, self.member)
        return {
            "row": customer, "customer": customer.key, "brief": brief,
            "owned": _keys(brief.owned), "unused": _keys(brief.unused),
            "former": _keys(brief.former),
        }  # fmt: skip


class PaymentBrief(BriefRows, Item):
    """What belongs on one page before a talk about the annual payment."""


class PaymentBriefUse(BriefRows, Verb):
    verb = "use"
    needs = BriefUsing

    def act(self, row: Any, given: Given) -> Any:
        """Note that the brief was used in a talk: what it suggests was shown; once a day."""
        customer, brief = row["row"], row["brief"]
        contact = named_contact(customer, given["contact"]) if given["contact"] else None
        show_suggestions(
            customer=customer, shown=suggested(brief), contact=contact, today=self.today,
            by=self.person,
        )  # fmt: skip


def _keys(modules: list[Any]) -> list[str]:
    return [module.key for module in modules]


@extend_schema_serializer(examples=[OpenApiExample("Stock", SUGGESTION, response_only=True)])
class SuggestionFields(Shaped):
    """That a customer was shown a module, by which figures, and since when it has it."""

    customer = serializers.CharField(source="customer.key")
    module = serializers.CharField(source="module.key")
    why = Attributes()
    shown_on = serializers.DateField()
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    shown_by = serializers.CharField(source="shown_by.email", allow_null=True, default=None)
    taken_on = serializers.DateField(allow_null=True)


class Suggestions(Collection):
    """Modules that were suggested, the latest first."""

    noun, plural = "suggestion", "suggestions"
    scope_to_read = "referrals:read"
    shape = SuggestionFields
    sorts = {"-shown_on": "shown_on", "taken_on": "taken_on"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("module", "module__key"),
        filters.flag("is_open", "taken_on__isnull", help="Not taken yet."),
        filters.day("since", "shown_on__gte", help="On this day or later."),
    )

    def found(self) -> QuerySet[Any]:
        scope = everybody() if self.member is None else widest_scope(self.member)
        rows: QuerySet[Any] = suggestions(scope)
        return rows.select_related("customer", "module", "contact", "shown_by")
