"""How work is ranked and why it is closed, as other programs set it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Tenant
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.listings import Listing
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, given_to
from service.actions.close_reasons import Said, set_close_reasons
from service.actions.ranks import set_rank_weights
from service.compute.ranks import LIMITS, SIGNALS, RankWeights
from service.models import CloseReason, RankVersion
from service.queries.close_reasons import Reason, close_reasons
from service.queries.ranks import latest_version, top_with, weights_of

FIRST = 10
EXAMPLE: dict[str, Any] = {
    "version": 2,
    **RankWeights().to_json(),
    "made_at": "2026-10-05T09:30:00+08:00",
    "made_by": "ida@vendor.example",
    "note": "Silence weighs more",
}
PLACE: dict[str, Any] = {
    "cta": 812,
    "customer": "C-1042",
    "place": 1,
    "rank": 90210.5,
    "place_before": 3,
    "rank_before": 71100.0,
}
REASON: dict[str, Any] = {
    "ending": "dismissed",
    "key": "own_1",
    "label": "Out of business",
    "is_offered": True,
    "is_shipped": False,
}


class WeightsFields(Shaped):
    """Points of each signal (their share of all points counts), per cent of risk that every customer
    carries, working days to half the weight, per cent that overdue work grows to."""

    for _name in LIMITS:
        vars()[_name] = serializers.IntegerField()
    del _name


@extend_schema_serializer(examples=[OpenApiExample("Weights", EXAMPLE, response_only=True)])
class RankWeightsFields(WeightsFields):
    """The weights of ranks. `version` 0: as shipped."""

    version = serializers.IntegerField()
    made_at = serializers.DateTimeField(allow_null=True)
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    note = serializers.CharField()


class WeightsGiven(serializers.Serializer[Any]):
    """The weights that change; what is not sent stays."""

    for _name, (_least, _most) in LIMITS.items():
        vars()[_name] = serializers.IntegerField(min_value=_least, max_value=_most, required=False)
    del _name, _least, _most


class RankChanges(WeightsGiven):
    """The weights that change, and why; what is not sent stays."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


def _told(version: RankVersion | None) -> RankVersion:
    """The row with its weights beside it; of what ships one that is not saved."""
    found = version or RankVersion(version=0)
    for name, value in weights_of(version).to_json().items():
        setattr(found, name, value)
    if version is None:
        found.made_at = None  # type: ignore[assignment] # as long as anything is known
    return found


def weights_from(given: Given) -> RankWeights:
    """Those in force with what is given.

    Raises:
        ValidationError: no signal would have points.
    """
    held = weights_of(latest_version()).to_json()
    found = RankWeights(**{name: given.get(name, value) for name, value in held.items()})
    if not found.points:
        words = _("Give at least one signal points.")
        raise serializers.ValidationError({name: [words] for name in SIGNALS if name in given})
    return found


class RankWeightsNow(Item):
    """The weights that rank work now."""

    noun, plural = "rank_weights", "rank_weights"
    scope_to_read, scope_to_write = "rank_weights:write", "rank_weights:write"
    shape = RankWeightsFields
    changes = RankChanges

    def row(self, *, locked: bool = False) -> Any:
        return _told(latest_version())

    def change(self, row: Any, given: Given) -> None:
        """Weigh by these from now on, as another version; all open work is ranked again."""
        set_rank_weights(
            weights=weights_from(given), seen=row.version, note=given.get("note", ""),
            by=self.person,
        )  # fmt: skip


class RankVersions(Collection):
    """The weights before, the latest version first."""

    noun, plural = "rank_version", "rank_weights"
    scope_to_read = "rank_weights:write"
    shape = RankWeightsFields
    sorts = {"-version": "version"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = RankVersion.objects.select_related("made_by")
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        return [_told(row) for row in rows]


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("RankPlaces", {"results": [PLACE]}, response_only=True)]
)
class RankPlaces(serializers.Serializer[Any]):
    """The work that would come first, and what comes first now."""

    class Place(serializers.Serializer[Any]):
        cta = serializers.IntegerField()
        customer = serializers.CharField()
        place = serializers.IntegerField()
        rank = serializers.FloatField()
        place_before = serializers.IntegerField()
        rank_before = serializers.FloatField()

        class Meta:
            ref_name = "RankPlace"

    results = Place(many=True)


class RankPreview(ApiView):
    scope_to_read = scope_to_write = "rank_weights:write"

    @extend_schema(
        operation_id="preview_rank_weights", tags=["rank_weights"], request=WeightsGiven,
        responses={200: RankPlaces, **refusals(400, 401, 403, 429)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Which of today's work would come first with such weights. Nothing is changed."""
        refuse_unknown(request, ())
        weights = weights_from(given_to(WeightsGiven, request, partial=True))
        rows = [
            {
                "cta": cta.pk, "customer": cta.customer.key, "place": place.place,
                "rank": place.rank, "place_before": place.place_before,
                "rank_before": place.rank_before,
            }
            for place, cta in top_with(weights, FIRST)
        ]  # fmt: skip
        return Response({"results": rows})


@extend_schema_serializer(examples=[OpenApiExample("A reason", REASON, response_only=True)])
class CloseReasonFields(Shaped):
    """Why work is closed. `label`: in the tenant's words where it has some."""

    ending = serializers.ChoiceField(CloseReason.Ending.choices)
    key = serializers.CharField(help_text="What `complete` and `dismiss` of a CTA call it.")
    label = serializers.CharField()  # type: ignore[assignment]
    is_offered = serializers.BooleanField()
    is_shipped = serializers.BooleanField()


@extend_schema_serializer(
    examples=[OpenApiExample("A reason", {"ending": "dismissed", "label": "Out of business"})]
)
class NewCloseReason(serializers.Serializer[Any]):
    """A reason of the tenant's own."""

    ending = serializers.ChoiceField(CloseReason.Ending.choices)
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]


class CloseReasonChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    label = serializers.CharField(max_length=100)  # type: ignore[assignment]
    is_offered = serializers.BooleanField()


class CloseReasonRows(Resource):
    noun, plural = "close_reason", "close_reasons"
    scope_to_read, scope_to_write = "ctas:read", "rank_weights:write"
    shape = CloseReasonFields

    def every(self) -> list[Reason]:
        return close_reasons()


class CloseReasons(CloseReasonRows, Listing):
    """Every reason for closing work, the shipped ones first."""

    new = NewCloseReason

    def make(self, given: Given) -> Any:
        """Offer a reason of the tenant's own."""
        before = {(one.ending, one.key) for one in self.every()}
        set_close_reasons(said=[], new={given["ending"]: given["label"]}, by=self.person)
        fresh = [one for one in self.every() if (one.ending, one.key) not in before]
        if not fresh:
            raise Conflict(_("The same was written a moment ago. Read it again."))
        return fresh[0]


class OneCloseReason(CloseReasonRows, Item):
    """One reason for closing work."""

    changes = CloseReasonChanges

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            # A shipped one is no row yet: one at a time for a tenant.
            Tenant.objects.select_for_update(no_key=True).get(pk=self.tenant.pk)
        wanted = (self.kwargs["ending"], self.kwargs["key"])
        for one in self.every():
            if (one.ending, one.key) == wanted:
                return one
        raise Http404

    def change(self, row: Any, given: Given) -> None:
        """Say it in the tenant's words, or offer it no more; what was closed with it keeps it."""
        said = Said(
            row.ending, row.key, given.get("label", row.label),
            given.get("is_offered", row.is_offered),
        )  # fmt: skip
        set_close_reasons(said=[said], new={}, by=self.person)
