"""What customers ask of the product, for other programs: requests with their weight, and askings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Contact, Customer, Module
from accounts.permissions import may
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day, Named
from accounts.rest.views import Collection, Given, Item, Resource
from service.actions.requests import Asking, RequestConflict, capture_ask, edit_request
from service.models import Ask, Request
from service.queries.request_weights import weights, with_weights

LONGEST_TITLE, LONGEST_TEXT = 300, 10_000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
EXAMPLE: dict[str, Any] = {
    "id": 88,
    "title": "Export to Excel",
    "text": "With the filters that are set.",
    "module": "orders",
    "status": "planned",
    "raised_on": "2026-06-02",
    "planned_for": "2027-Q1",
    "decided_on": "2026-09-14",
    "shipped_on": None,
    "shared_titles": {"en": "Export to Excel"},
    "merged_into": None,
    "customers": 12,
    "arr": "830000.0000",
    "version": 4,
}
EXAMPLE_ASK: dict[str, Any] = {
    "key": "ask-5f0c2a91be",
    "request": 88,
    "counts_for": 88,
    "status": "planned",
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "title": "We need the list in Excel",
    "text": "",
    "made_on": "2026-06-02",
    "module": "orders",
    "case": None,
    "channel": "colleague",
}


def modules(context: Any) -> QuerySet[Any]:
    return Module.objects.all()


class Words(serializers.DictField):
    """Language → words, of languages that letters are written in."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=longest), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        found: dict[str, str] = super().to_internal_value(data)
        if unknown := sorted(set(found) - set(LANGUAGES)):
            words = _("One of: %(known)s.") % {"known": ", ".join(LANGUAGES)}
            raise serializers.ValidationError({name: [words] for name in unknown})
        return found


@extend_schema_serializer(examples=[OpenApiExample("A request", EXAMPLE, response_only=True)])
class RequestFields(Shaped):
    """A wish as product management decides it. `customers`: who asked or voted for it, each once, and
    `arr` theirs on the latest night; of a request that was merged both count where it went."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    module = serializers.CharField(source="module.key", allow_null=True, default=None)
    status = serializers.ChoiceField(Request.Status.choices)
    raised_on = serializers.DateField()
    planned_for = serializers.CharField()
    decided_on = serializers.DateField(allow_null=True)
    shipped_on = serializers.DateField(allow_null=True)
    shared_titles = Words(LONGEST_TITLE, help_text="What contacts of other customers may read.")
    merged_into = serializers.IntegerField(source="root_id", allow_null=True)
    customers = serializers.IntegerField()
    arr = serializers.DecimalField(
        20, 4, allow_null=True, help_text="Null: not known, or not for this token."
    )
    version = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("An asking", EXAMPLE_ASK, response_only=True)])
class AskFields(Shaped):
    """One customer's asking, in its words. `counts_for`: the request that decides over it."""

    key = serializers.CharField()
    request = serializers.IntegerField(source="request_id")
    counts_for = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField(help_text="Of the request that decides over it.")
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    title = serializers.CharField()
    text = serializers.CharField()
    made_on = serializers.DateField()
    module = serializers.CharField(source="module.key", allow_null=True, default=None)
    case = serializers.CharField(source="case.key", allow_null=True, default=None)
    channel = serializers.ChoiceField(Ask.Channel.choices)

    def get_status(self, ask: Any) -> str:
        return str((ask.request.root or ask.request).status)

    def get_counts_for(self, ask: Any) -> int:
        return int(ask.request.root_id or ask.request_id)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A wish", {"customer": "C-1042", "title": "Export to Excel", "made_on": "2026-11-20"}
        )
    ]
)
class NewRequest(serializers.Serializer[Any]):
    """What a customer asks for, as somebody heard it."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    title = serializers.CharField(max_length=LONGEST_TITLE)
    text = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )
    made_on = Day(required=False, allow_null=True, default=None, help_text="Null: today.")
    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None,
        help_text="Key of the customer's contact.",
    )  # fmt: skip
    module = Named(among=modules, required=False, default=None)


class RequestChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)
    module = Named(among=modules)
    shared_titles = Words(
        LONGEST_TITLE, help_text="All of them; none: it is not shared. Name no customer."
    )


class RequestRows(Resource):
    noun, plural = "request", "requests"
    scope_to_read, scope_to_write = "requests:read", "requests:write"
    shape = RequestFields

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Request.objects.select_related("module", "root")
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With their weights, as the board has them."""
        found = weights()
        weighed = dict(
            zip(found.requests, zip(found.customers, found.arrs, strict=True), strict=True)
        )
        for row in rows:
            row.customers, row.arr = weighed.get(row.pk, (0, None))
            row.arr = row.arr if self.sees_money else None
        return rows

    @property
    def sees_money(self) -> bool:
        return self.member is None or may(self.member, "view_money")


class Requests(RequestRows, Collection):
    """Requests that stand for themselves, those raised last first."""

    sorts = {
        "-raised_on": "raised_on",
        "decided_on": "decided_on",
        "title": "title",
        "customers": "weight_customers",
        "arr": "weight_arr",
    }
    filters = (
        filters.choice("status", "status", Request.Status.choices),
        filters.text("module", "module__key"),
        filters.text("title", "title__icontains", help="A part of it."),
        filters.day("raised_since", "raised_on__gte", help="On this day or later."),
        filters.day("decided_since", "decided_on__gte", help="On this day or later."),
        filters.day("shipped_since", "shipped_on__gte", help="On this day or later."),
    )
    new = NewRequest

    def found(self) -> QuerySet[Any]:
        rows = super().found().filter(root=None)
        if self.request.query_params.get("sort", "").lstrip("-") in ("customers", "arr"):
            return with_weights(rows, sees_money=self.sees_money)
        return rows

    def make(self, given: Given) -> Any:
        """Write down what a customer asks for, as a new request."""
        customer = self.customer_named(given.pop("customer"))
        made = capture_ask(
            customer=customer, asking=asking(customer, given, self.today), today=self.today,
            by=self.person,
        )  # fmt: skip
        return super().found().get(pk=made.request_id)


class OneRequest(RequestRows, Item):
    """One request, also one that was merged into another."""

    scope_to_write = "requests:decide"
    changes = RequestChanges

    def change(self, row: Any, given: Given) -> None:
        """Put it into better words, and share a title with other customers."""
        try:
            edit_request(request=row, seen=row.version, values=given, by=self.person)
        except RequestConflict as error:
            raise Conflict(_("Somebody changed this request meanwhile.")) from error


class Asks(Collection):
    """What customers asked for in their own words, the latest first."""

    noun, plural = "ask", "asks"
    scope_to_read = "requests:read"
    shape = AskFields
    sorts = {"-made_on": "made_on"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.whole("request", "request_id", most=2**63 - 1, help="That it came with."),
        filters.whole("merged_into", "request__root_id", most=2**63 - 1),
        filters.text("module", "request__module__key"),
        filters.day("since", "made_on__gte", help="On this day or later."),
        filters.day("until", "made_on__lte", help="On this day or earlier."),
    )

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Ask.objects.select_related(
            "request__root", "customer", "contact", "module", "case"
        )
        return self.of_seen_customers(rows)


def asking(customer: Customer, given: Given, today: date) -> Asking:
    """
    Raises:
        ValidationError: the customer has no such contact.
    """
    key = given.pop("contact", None)
    contact = named_contact(customer, key) if key else None
    return Asking(**given | {"made_on": given["made_on"] or today, "contact": contact})


def named_contact(customer: Customer, key: str) -> Contact:
    """
    Raises:
        ValidationError: the customer has no such contact.
    """
    found: Contact | None = Contact.objects.filter(customer=customer, key=key).first()
    if found is None:
        raise serializers.ValidationError(
            {"contact": [_("The customer has no contact with this key.")]}
        )
    return found
