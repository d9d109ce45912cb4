"""Who moved a goal's figure and who would move it, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from reports.compute.report_periods import period_with
from reports.queries.goal_contributors import (
    GROUPS,
    Contributor,
    contributions,
    first_day_of,
    is_about_leaving,
    keys_in_parts,
    ltv_factors,
    page_of,
)
from reports.queries.goal_potentials import DAILY, largest_potentials
from reports.queries.goals import GoalStanding, goal_of, standings
from reports.queries.risks import largest_risks
from segmentation.api.asked import whole
from segmentation.queries.portfolio import portfolio
from segmentation.queries.scopes import everybody, widest_scope
from segmentation.queries.stored import latest_night

MOST, ROWS, MOST_ROWS, FARTHEST = 8, 100, 500, 10**7
PART: dict[str, Any] = {
    "key": "logo_churn_12m",
    "then": "0.12",
    "now": "0.1",
    "difference": "-0.02",
    "groups": [{"by": "tier", "group": "high", "label": "high", "done": "-0.01", "customers": 3}],
}
EXAMPLE: dict[str, Any] = {
    "parts": [PART],
    "factors": [{"factor": "churn", "done": "1200.5"}],
    "risks": [{"customer": "C-1042", "name": "Aurora", "arr": "120000.00", "flags": ["renewal"]}],
    "potentials": [],
}
CUSTOMERS: dict[str, Any] = {
    "total": 1,
    "results": [{"customer": "C-1042", "name": "Aurora", "done": "-0.0025"}],
}


@extend_schema_serializer(examples=[OpenApiExample("Parts", EXAMPLE, response_only=True)])
class KpiGoalParts(serializers.Serializer[Any]):
    """What stands behind the difference since the baseline. `parts`: the figure, or each factor of it
    that customers have parts of, by groups of the customers that the token sees; `factors`: what each
    did to a lifetime value; `risks` and `potentials`: who would move it most, at most eight."""

    class Part(serializers.Serializer[Any]):
        class Group(serializers.Serializer[Any]):
            by = serializers.CharField(help_text="`tier`, `manager` or `industry`.")
            group = serializers.CharField(help_text="Its key; `?group=` of the customers.")
            vars()["label"] = serializers.CharField()
            done = serializers.CharField()
            customers = serializers.IntegerField()

            class Meta:
                ref_name = "KpiGoalPartGroup"

        key = serializers.CharField(help_text="`?of=` of the customers.")
        then = serializers.CharField()
        now = serializers.CharField()
        difference = serializers.CharField()
        groups = Group(many=True)

        class Meta:
            ref_name = "KpiGoalPart"

    class Factor(serializers.Serializer[Any]):
        factor = serializers.CharField()
        done = serializers.CharField()

        class Meta:
            ref_name = "KpiGoalFactor"

    class Risk(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        arr = serializers.CharField()
        flags = serializers.ListField(child=serializers.CharField())

        class Meta:
            ref_name = "KpiGoalRisk"

    class Potential(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        persons = serializers.IntegerField()
        rate = serializers.CharField()
        gain = serializers.CharField()

        class Meta:
            ref_name = "KpiGoalPotential"

    parts = Part(many=True)
    factors = Factor(many=True)
    risks = Risk(many=True)
    potentials = Potential(many=True)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Customers", CUSTOMERS, response_only=True)]
)
class KpiGoalCustomers(serializers.Serializer[Any]):
    """What each customer did to a figure, those that did most first."""

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        done = serializers.CharField()

        class Meta:
            ref_name = "KpiGoalCustomer"

    total = serializers.IntegerField()
    results = Row(many=True)


class _OfGoal(ApiView):
    scope_to_read = "kpi_goals:read"

    def standing(self, pk: int) -> GoalStanding:
        """
        Raises:
            Http404: there is no such goal.
        """
        goal = goal_of(pk) if pk < 2**63 else None
        if goal is None:
            raise Http404
        last = period_with(self.tenant.local_date(timezone.now()), quarter=False).before
        return standings([goal], last)[0]


class PartsOfGoal(_OfGoal):
    @extend_schema(
        operation_id="read_kpi_goal_parts",
        tags=["kpi_goals"],
        responses={200: KpiGoalParts, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Who moved a goal's figure since its baseline, and who would move it most."""
        refuse_unknown(request, ())
        standing = self.standing(pk)
        found = contributions(standing, self.member, self.tenant)
        factors = ltv_factors(found, standing, self.tenant) or {}
        told = {
            "parts": [
                {
                    "key": one.key, "then": _text(one.then), "now": _text(one.now),
                    "difference": _text(one.difference),
                    "groups": [
                        {
                            "by": by, "group": each.key, "label": str(each.label),
                            "done": _text(each.done), "customers": each.customers,
                        }
                        for by, rows in one.groups.items()
                        for each in rows
                    ],
                }
                for one in found
            ],
            "factors": [{"factor": name, "done": _text(done)} for name, done in factors.items()],
            **self._ahead(standing),
        }  # fmt: skip
        return Response(told)

    def _ahead(self, standing: GoalStanding) -> dict[str, Any]:
        nothing: dict[str, Any] = {"risks": [], "potentials": []}
        if standing.goal.key == DAILY:
            found = largest_potentials(standing, self.member, self.tenant, most=MOST)
            keys = _keys([one.customer_id for one in found])
            rows = [
                {
                    "customer": keys[one.customer_id], "name": one.name, "persons": one.persons,
                    "rate": _text(one.rate), "gain": _text(one.gain),
                }
                for one in found
            ]  # fmt: skip
            return nothing | {"potentials": rows}
        night = latest_night()
        if night is None or not is_about_leaving(standing.goal.key):
            return nothing
        scope = everybody() if self.member is None else widest_scope(self.member)
        listed = portfolio(scope, night, is_latest=True)
        risks = largest_risks(listed, scope, night, first_day_of(night.as_of), most=MOST)
        rows = [
            {
                "customer": one.row["key"], "name": one.row["name"], "arr": str(one.arr),
                "flags": list(one.flags),
            }
            for one in risks
        ]  # fmt: skip
        return nothing | {"risks": rows}


class CustomersOfGoal(_OfGoal):
    @extend_schema(
        operation_id="list_kpi_goal_customers",
        tags=["kpi_goals"],
        parameters=[
            OpenApiParameter("of", str, description="A `key` of the parts; the first unless said."),
            OpenApiParameter("by", str, enum=["tier", "manager", "industry"]),
            OpenApiParameter("group", str, description="Of `by`, the key of a group."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
            ),
            OpenApiParameter(
                "offset", {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0}
            ),
        ],
        responses={200: KpiGoalCustomers, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The customers that did something to a goal's figure, of a group or of all."""
        refuse_unknown(request, ("of", "by", "group", "limit", "offset"))
        standing = self.standing(pk)
        keys = keys_in_parts(standing.goal.key)
        key = request.query_params.get("of", keys[0] if keys else "")
        by, group = (request.query_params.get(name, "") for name in ("by", "group"))
        if not keys:
            return Response({"total": 0, "results": []})
        _known(key, keys, "of")
        _known(by, ("", *GROUPS), "by")
        serializers.CharField(max_length=300, allow_blank=True).run_validation(group)
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        rows, total = page_of(
            standing, key, self.member, self.tenant, by=by, group=group,
            part=slice(offset, offset + limit),
        )  # fmt: skip
        named = _keys([int(one.key) for one in rows])
        return Response({"total": total, "results": [_row(one, named) for one in rows]})


def _row(one: Contributor, named: dict[int, str]) -> dict[str, Any]:
    return {"customer": named[int(one.key)], "name": str(one.label), "done": _text(one.done)}


def _keys(ids: Sequence[int]) -> dict[int, str]:
    return dict(Customer.objects.filter(pk__in=ids).values_list("pk", "key"))


def _known(asked: str, known: Sequence[str], name: str) -> None:
    """
    Raises:
        ValidationError: it is none of them.
    """
    if asked not in known:
        words = _("One of: %(known)s.") % {"known": ", ".join(known)}
        raise serializers.ValidationError({name: [words]})


def _text(value: Fraction) -> str:
    """As a number with all the digits of a double."""
    return str(float(value))
