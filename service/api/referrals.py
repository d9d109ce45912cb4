"""Referrals for other programs: who recommended us to whom, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Customer
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day
from accounts.rest.views import Collection, Given, Item, Resource
from service.actions.referrals import change_referral, record_referral, remove_referral
from service.api.requests import named_contact
from service.models import Referral
from service.queries.referrals import STATES, with_outcomes

EXAMPLE: dict[str, Any] = {
    "id": 17,
    "referrer": "C-1042",
    "contact": "ann@aurora.example",
    "prospect": "C-2001",
    "prospect_name": "Borealis Trade",
    "referred_on": "2026-06-02",
    "outcome": "came",
    "signed_on": "2026-08-15",
    "arr": "60000.0000",
    "note": "",
}


@extend_schema_serializer(examples=[OpenApiExample("A referral", EXAMPLE, response_only=True)])
class ReferralFields(Shaped):
    """That a customer recommended us. `outcome`: came when the prospect signed; `prospect` and its `arr`
    of today are null of one that the token does not see."""

    id = serializers.IntegerField()
    referrer = serializers.CharField(source="referrer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    prospect = serializers.CharField(source="seen_prospect.key", allow_null=True, default=None)
    prospect_name = serializers.CharField()
    referred_on = serializers.DateField()
    outcome = serializers.ChoiceField(list(STATES))
    signed_on = serializers.DateField(allow_null=True)
    arr = serializers.DecimalField(20, 4, allow_null=True)
    note = serializers.CharField()


class ReferralChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, help_text="Key of the referrer's contact."
    )
    prospect = serializers.CharField(
        max_length=200, required=False, allow_null=True,
        help_text="Key of a customer; null: nobody's record yet.",
    )  # fmt: skip
    prospect_name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    referred_on = Day(required=False)
    state = serializers.ChoiceField(Referral.State.choices, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A prospect", {"referrer": "C-1042", "prospect_name": "Borealis Trade"})
    ]
)
class NewReferral(ReferralChanges):
    """Who recommended us to whom: a customer by its key, or somebody by name."""

    referrer = serializers.CharField(max_length=200, help_text="Key of the customer.")


class ReferralRows(Resource):
    noun, plural = "referral", "referrals"
    scope_to_read, scope_to_write = "referrals:read", "referrals:write"
    shape = ReferralFields

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Referral.objects.select_related("referrer", "prospect", "contact")
        rows = self.of_seen_customers(rows, "referrer")
        return with_outcomes(rows, self.today, self.member)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With the prospects that the token sees; one statement."""
        ids = {row.prospect_id for row in rows if row.prospect_id is not None}
        seen = set(self.customers().filter(pk__in=ids).values_list("pk", flat=True))
        for row in rows:
            row.seen_prospect = row.prospect if row.prospect_id in seen else None
        return rows

    def values(self, referrer: Customer, given: Given) -> Given:
        """With the contact and the prospect that are named.

        Raises:
            ValidationError: there is none, for this token.
        """
        found = dict(given)
        if found.get("contact") is not None:
            found["contact"] = named_contact(referrer, found["contact"])
        if found.get("prospect") is not None:
            found["prospect"] = self.customer_named(found["prospect"], "prospect")
        return found


class Referrals(ReferralRows, Collection):
    """Referrals, the latest first."""

    sorts = {"-referred_on": "referred_on"}
    filters = (
        filters.text("referrer", "referrer__key", many=True, help="Keys with commas between."),
        filters.text("prospect", "prospect__key"),
        filters.choice("outcome", "outcome", list(STATES)),
        filters.day("since", "referred_on__gte", help="On this day or later."),
    )
    new = NewReferral

    def found(self) -> QuerySet[Any]:
        """Asked for a prospect, only of those that the person sees: an answer would tell of others."""
        rows = super().found()
        asked = "prospect" in self.request.query_params
        return self.of_seen_customers(rows, "prospect") if asked else rows

    def make(self, given: Given) -> Any:
        """Write down that a customer recommended us."""
        referrer = self.customer_named(given.pop("referrer"), "referrer")
        values = {"referred_on": self.today} | self.values(referrer, given)
        made = record_referral(
            referrer=referrer, values=values, today=self.today, by=self.person
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneReferral(ReferralRows, Item):
    """One referral."""

    changes = ReferralChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change a referral; what was before is kept."""
        values = self.values(row.referrer, given)
        change_referral(
            referral=row, seen=row.version, values=values, today=self.today, by=self.person
        )

    def remove(self, row: Any) -> None:
        """Take one away that was written down by mistake; nights before now still know it."""
        remove_referral(referral=row, by=self.person)
