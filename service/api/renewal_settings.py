"""Forecasts of renewals, how they came true, and what they are weighed by, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item, Resource
from segmentation.compute.exact import unscaled_decimal
from segmentation.queries.scopes import Scope, everybody, widest_scope
from service.actions.churn_reasons import add_churn_reason, change_churn_reason
from service.actions.renewal_calls import MOST_POINTS, set_weights
from service.compute.renewal_risk import SHIPPED_WEIGHTS
from service.queries.churn_reasons import Reason, churn_reasons
from service.queries.renewal_accuracy import came_true
from service.queries.renewal_weights import latest_weights, weights_in_force
from service.queries.renewals import Forecast, forecasts, quarters_around, renewals

MONEY = (
    "due", "renewed", "kept", "lost", "open", "system", "manager", "committed", "at_risk",
)  # fmt: skip
COUNTS = (
    "renewals", "renewed_count", "lost_count", "open_count", "unsaid", "called", "committed_count",
    "at_risk_count",
)  # fmt: skip
FORECAST: dict[str, Any] = {
    "quarter": "2026-Q4",
    **dict.fromkeys(MONEY, "120000.0000"),
    **dict.fromkeys(COUNTS, 3),
}
ACCURACY: dict[str, Any] = {"calls": 40, "brier": "0.1100", "hits": "0.8500"}
CAME_TRUE: dict[str, Any] = {
    "quarters": [
        {
            "quarter": "2026-Q3", "renewals": 12, "decided": 12, "called": 9,
            "system": "800000.0000", "manager": "820000.0000", "kept": "790000.0000",
            "is_over": True,
        }
    ],
    "system": ACCURACY,
    "manager": ACCURACY,
    "both": ACCURACY,
    "classes": [{"name": "likely", "calls": 31, "said": "84.0000", "renewed": "87.1000"}],
}  # fmt: skip
REASON: dict[str, Any] = {
    "key": "price", "name": "Price", "is_archived": False, "is_shipped": True, "version": 0,
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A quarter", FORECAST, response_only=True)])
class RenewalForecastFields(Shaped):
    """The renewals that end in a quarter, of the customers that the token sees; amounts are ARR. `due`:
    what ends; of it `renewed`, `lost` and `open`; `kept`: what the new contracts are worth. `system`
    and `manager`: what is forecast; `unsaid` open ones the system says nothing of, `called` the manager
    does; of the open, `committed` is at that stage and `at_risk` less likely than half."""

    quarter = serializers.CharField()
    for _name in MONEY:
        vars()[_name] = serializers.DecimalField(24, 4)
    for _name in COUNTS:
        vars()[_name] = serializers.IntegerField()
    del _name


class RenewalForecasts(Listing):
    """What is forecast for the quarters around now, the first first."""

    noun, plural = "renewal_forecast", "renewal_forecasts"
    scope_to_read = "renewals:read"
    shape = RenewalForecastFields

    def every(self) -> Sequence[Any]:
        today: date = self.tenant.local_date(timezone.now())
        quarters = quarters_around(today)
        found = forecasts(renewals(_scope(self), today), quarters)
        return [_shown(str(quarter), found[quarter]) for quarter in quarters]


def _shown(quarter: str, told: Forecast) -> dict[str, Any]:
    return {"quarter": quarter} | {name: getattr(told, name) for name in (*MONEY, *COUNTS)}


class AccuracyOf(serializers.Serializer[Any]):
    """Of calls that are decided since: `brier`, the mean of (likelihood − outcome)², and `hits`, the
    share on the right side of 50 %."""

    calls = serializers.IntegerField()
    brier = serializers.DecimalField(8, 4, allow_null=True)
    hits = serializers.DecimalField(8, 4, allow_null=True)


class QuarterCameTrue(serializers.Serializer[Any]):
    """What was forecast before a quarter began, and kept since."""

    quarter = serializers.CharField()
    renewals = serializers.IntegerField()
    decided = serializers.IntegerField()
    called = serializers.IntegerField()
    system = serializers.DecimalField(24, 4)
    manager = serializers.DecimalField(24, 4)
    kept = serializers.DecimalField(24, 4)
    is_over = serializers.BooleanField(help_text="All are decided.")


class ClassCameTrue(serializers.Serializer[Any]):
    """What was said on average of a class, and what share was renewed, in per cent."""

    name = serializers.CharField()
    calls = serializers.IntegerField()
    said = serializers.DecimalField(8, 4, allow_null=True)
    renewed = serializers.DecimalField(8, 4, allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Accuracy", CAME_TRUE, response_only=True)])
class RenewalAccuracyFields(Shaped):
    """How forecasts of the last eight quarters came true. `both`: the system's of what the manager
    called, too."""

    quarters = QuarterCameTrue(many=True)
    system = AccuracyOf()
    manager = AccuracyOf()
    both = AccuracyOf()
    classes = ClassCameTrue(many=True)


class RenewalAccuracy(Item):
    """How forecasts came true, of the customers that the token sees."""

    noun, plural = "renewal_accuracy", "renewal_forecasts"
    scope_to_read = "renewals:read"
    shape = RenewalAccuracyFields

    def row(self, *, locked: bool = False) -> Any:
        told = came_true(_scope(self), self.tenant.local_date(timezone.now()))
        return {
            "quarters": [
                {
                    "quarter": f"{one.first_day.year}-Q{(one.first_day.month + 2) // 3}",
                    **{
                        name: getattr(one, name)
                        for name in ("renewals", "decided", "called", "is_over")
                    },
                    **{
                        name: unscaled_decimal(getattr(one, name))
                        for name in ("system", "manager", "kept")
                    },
                }
                for one in told.quarters
            ],
            "system": told.system, "manager": told.manager, "both": told.both,
            "classes": told.classes,
        }  # fmt: skip


class RenewalPointsFields(Shaped):
    """How many points each risk counts against a renewal, 0 to 100. `id` 0: as shipped."""

    id = serializers.IntegerField()
    for _name in SHIPPED_WEIGHTS:
        vars()[_name] = serializers.IntegerField()
    del _name
    set_at = serializers.DateTimeField(allow_null=True)


class RenewalPointsChanges(serializers.Serializer[Any]):
    """The points that change; what is not sent stays."""

    for _name in SHIPPED_WEIGHTS:
        vars()[_name] = serializers.IntegerField(min_value=0, max_value=MOST_POINTS, required=False)
    del _name


class RenewalPoints(Item):
    """The points by which renewals are called."""

    noun, plural = "renewal_points", "renewal_points"
    scope_to_read, scope_to_write = "renewal_points:write", "renewal_points:write"
    shape = RenewalPointsFields
    changes = RenewalPointsChanges

    def row(self, *, locked: bool = False) -> Any:
        latest = latest_weights()
        return {
            "id": latest.pk if latest else 0, "set_at": latest.set_at if latest else None,
            **weights_in_force(),
        }  # fmt: skip

    def change(self, row: Any, given: Given) -> None:
        """Let risks count these points from now on; every open renewal is called anew."""
        set_weights(weights=given, seen=row["id"], by=self.person)


@extend_schema_serializer(examples=[OpenApiExample("A reason", REASON, response_only=True)])
class ChurnReasonFields(Shaped):
    """Why customers leave. `version` 0: as shipped."""

    key = serializers.CharField(help_text="What `churn` of a renewal calls it.")
    name = serializers.CharField()
    is_archived = serializers.BooleanField(help_text="Not offered any more.")
    is_shipped = serializers.BooleanField()
    version = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A reason", {"name": "Merged"})])
class NewChurnReason(serializers.Serializer[Any]):
    """A reason of the tenant's own."""

    name = serializers.CharField(max_length=100)


class ChurnReasonChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. Without a name a shipped one is called as shipped."""

    name = serializers.CharField(max_length=100, allow_blank=True)
    is_archived = serializers.BooleanField()


class ChurnReasonRows(Resource):
    noun, plural = "churn_reason", "churn_reasons"
    scope_to_read, scope_to_write = "renewals:read", "churn_reasons:write"
    shape = ChurnReasonFields

    def every(self) -> list[Reason]:
        return churn_reasons()

    def the(self, key: str) -> Reason:
        """
        Raises:
            Http404: there is none with this key.
        """
        for one in self.every():
            if one.key == key:
                return one
        raise Http404


class ChurnReasons(ChurnReasonRows, Listing):
    """Every churn reason, the shipped ones first."""

    new = NewChurnReason

    def make(self, given: Given) -> Any:
        """Add a reason of the tenant's own."""
        return self.the(add_churn_reason(name=given["name"], by=self.person).key)


class OneChurnReason(ChurnReasonRows, Item):
    """One churn reason."""

    changes = ChurnReasonChanges

    def row(self, *, locked: bool = False) -> Any:
        return self.the(self.kwargs["key"])

    def change(self, row: Any, given: Given) -> None:
        """Call a reason otherwise, offer it no longer, or again."""
        try:
            change_churn_reason(
                key=row.key, seen=row.version, name=given.get("name", row.name),
                is_archived=given.get("is_archived", row.is_archived), by=self.person,
            )  # fmt: skip
        except ValidationError as error:
            if hasattr(error, "error_dict") and "archived" in error.message_dict:
                words = error.message_dict["archived"]
                raise serializers.ValidationError({"is_archived": words}) from error
            raise


def _scope(view: Any) -> Scope:
    return everybody() if view.member is None else widest_scope(view.member)
