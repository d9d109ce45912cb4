"""Where customers were met, for other programs: listed, read, logged, changed, taken away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.actions.touchpoints import (
    TouchpointValues,
    change_touchpoint,
    log_touchpoint,
    remove_touchpoint,
    told_now,
)
from accounts.models import Contact, Customer, Role, Touchpoint
from accounts.queries.service import occasion_of, within_reach
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes, Named, colleagues
from accounts.rest.views import Collection, Given, Item, Resource
from accounts.touchpoint_kinds import KINDS
from accounts.touchpoint_ties import tie_kinds

MOST_CONTACTS = 50
MOST_TIES = 10
LONGEST_NOTE = 10_000
EXAMPLE: dict[str, Any] = {
    "key": "touch-9f31c02ab4d1",
    "customer": "C-1042",
    "kind": "visit",
    "happened_on": "2026-10-12",
    "contacts": ["ann@aurora.example"],
    "colleague": "ben@vendor.example",
    "note": "Walked through the stock-taking; two questions are open.",
    "next_step": "Answer on batch numbers",
    "next_on": "2026-10-19",
    "about": [{"kind": "case", "id": 310}],
    "attributes": {},
    "changed_at": "2026-10-12T17:05:00+08:00",
}


class About(serializers.Serializer[Any]):
    """What it was about: a kind of record and its number."""

    kind = serializers.CharField(max_length=20, help_text="E.g. `case`, `cta`, `project`.")
    id = serializers.IntegerField(source="object_id", min_value=1, max_value=2**63 - 1)


@extend_schema_serializer(examples=[OpenApiExample("A visit", EXAMPLE, response_only=True)])
class TouchpointFields(Shaped):
    """One occasion on one day. ``kind`` is in the vendor's own words; contacts and the colleague by
    their keys."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    kind = serializers.CharField(help_text="Shipped are " + ", ".join(f"`{one}`" for one in KINDS))
    happened_on = serializers.DateField()
    contacts = serializers.ListField(child=serializers.CharField(), source="met")
    colleague = serializers.CharField(source="colleague.key", allow_null=True, default=None)
    note = serializers.CharField()
    next_step = serializers.CharField()
    next_on = serializers.DateField(allow_null=True)
    about = About(many=True, source="ties.all")
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")


class TouchpointChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. People by their keys."""

    kind = serializers.CharField(max_length=60)
    happened_on = serializers.DateField()
    contacts = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=MOST_CONTACTS,
        help_text="Keys of the customer's contacts; all of them.",
    )
    colleague = Named(among=colleagues, required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    next_step = serializers.CharField(max_length=300, required=False, allow_blank=True)
    next_on = serializers.DateField(required=False, allow_null=True)
    about = About(
        many=True, required=False, max_length=MOST_TIES, help_text="At most one of a kind."
    )  # type: ignore[call-arg]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A call",
            {
                "customer": "C-1042",
                "kind": "call",
                "happened_on": "2026-10-12",
                "contacts": ["ann@aurora.example"],
                "colleague": "ben@vendor.example",
                "note": "Asked for the price of ten further seats.",
            },
            request_only=True,
        )
    ]
)
class NewTouchpoint(TouchpointChanges):
    """Without a colleague: whose token it is, and nobody for a program of the tenant's own."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")


class _MetContact(filters.Filter):
    """Occasions at which a contact was, whoever else was there."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        wanted = super().narrowed(Touchpoint.objects.all(), given)
        return found.filter(
            Q(pk__in=wanted.values("pk"))
            | Q(occasion__in=wanted.exclude(occasion="").values("occasion"))
        )


def _occasions() -> QuerySet[Any]:
    """An occasion with several contacts is a row for each: the first stands for it."""
    earlier = Touchpoint.objects.exclude(occasion="").filter(
        occasion=OuterRef("occasion"), pk__lt=OuterRef("pk")
    )
    return (
        Touchpoint.objects.filter(~Exists(earlier))
        .select_related("customer", "contact", "colleague")
        .prefetch_related("ties")
    )


class TouchpointRows(Resource):
    noun, plural = "touchpoint", "touchpoints"
    scope_to_read, scope_to_write = "touchpoints:read", "touchpoints:write"
    shape = TouchpointFields

    def found(self) -> QuerySet[Any]:
        rows = self.of_seen_customers(_occasions())
        return rows if self.member is None else within_reach(rows, self.member)

    def ties(
        self, customer: Customer, about: list[Given], kept: set[tuple[str, int]]
    ) -> dict[str, int]:
        """What the touchpoint is about, as the person of the token may choose it.

        Args:
            kept: (kind, number) of what it is about already, which may stay.

        Raises:
            PermissionDenied: something new, and the token is of no person.
            ValidationError: an unknown kind, two of one kind, nothing that may be chosen.
        """
        known = {kind.key: kind for kind in tie_kinds()}
        found: dict[str, int] = {}
        for one in about:
            key, number = one["kind"], one["object_id"]
            if key not in known or key in found:
                words = _("One of each, out of: %(known)s.") % {"known": ", ".join(known)}
                raise serializers.ValidationError({"about": [words]})
            if (key, number) not in kept:
                self.somebody()
                assert self.member is not None
                offered = known[key].offered(self.member, customer)
                if all(pk != number for pk, _words in offered):
                    words = _("There is no such thing of this customer that it can be about.")
                    raise serializers.ValidationError({"about": [words]})
            found[key] = number
        return found

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        met: dict[str, list[str]] = defaultdict(list)
        occasions = [row.occasion for row in rows if row.occasion]
        if occasions:
            for occasion, key in (
                Touchpoint.objects.filter(occasion__in=occasions, contact__isnull=False)
                .order_by("pk")
                .values_list("occasion", "contact__key")
            ):
                met[occasion].append(key)
        for row in rows:
            alone = [row.contact.key] if row.contact else []
            row.met = met[row.occasion] if row.occasion else alone
        return rows


class Touchpoints(TouchpointRows, Collection):
    """Touchpoints, by their keys."""

    sorts = {"key": "key", "happened_on": "happened_on", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        _MetContact(**vars(filters.text("contact", "contact__key", help="Key of a contact."))),
        filters.text("colleague", "colleague__key", help="E-mail of the person."),
        filters.text("kind", many=True),
        filters.day("happened_from", "happened_on__gte", help="On this day or later."),
        filters.day("happened_to", "happened_on__lte", help="On this day or before."),
        filters.changed_since(),
    )
    new = NewTouchpoint

    def make(self, given: Given) -> Any:
        """Keep a meeting. A next step becomes work of whoever met the customer."""
        customer = self.customer_named(given.pop("customer"))
        if "colleague" not in given and self.member is not None:
            given["colleague"] = self.member.colleagues.order_by("pk").first()
        ties = self.ties(customer, given.pop("about", []), set())
        values = TouchpointValues(**_among(customer, given))
        made = log_touchpoint(customer=customer, values=values, ties=ties, by=self.person)
        # Also one that the person does not see any more, being another's.
        return _occasions().get(pk=made.pk)


class OneTouchpoint(TouchpointRows, Item):
    """One touchpoint."""

    changes = TouchpointChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change what was written down of a meeting: one's own, or as an administrator."""
        self._refuse_others(row)
        about = given.pop("about", None)
        kept = {(tie.kind, tie.object_id) for tie in row.ties.all()}
        ties = None if about is None else self.ties(row.customer, about, kept)
        values = replace(told_now(occasion_of(row)), **_among(row.customer, given))
        change_touchpoint(touchpoint=row, values=values, ties=ties, by=self.person)

    def remove(self, row: Any) -> None:
        """Take a meeting away: one's own, or as an administrator; past nights still know it."""
        self._refuse_others(row)
        remove_touchpoint(touchpoint=row, by=self.person)

    def _refuse_others(self, row: Touchpoint) -> None:
        """
        Raises:
            PermissionDenied: somebody else was there.
        """
        if self.member is None or self.member.has_role(Role.ADMIN):
            return
        if row.colleague is None or row.colleague.membership_id != self.member.pk:
            raise exceptions.PermissionDenied(
                _("Who met the customer, or an administrator, changes this.")
            )


def _among(customer: Customer, given: Given) -> Given:
    """The values with contacts in place of their keys.

    Raises:
        ValidationError: a key that no contact of the customer has.
    """
    if "contacts" not in given:
        return given
    keys = list(dict.fromkeys(given["contacts"]))
    found = {row.key: row for row in Contact.objects.filter(customer=customer, key__in=keys)}
    unknown = [key for key in keys if key not in found]
    if unknown:
        raise serializers.ValidationError(
            {"contacts": [_("There is nothing with the key %(key)s.") % {"key": unknown[0]}]}
        )
    return given | {"contacts": [found[key] for key in keys]}
