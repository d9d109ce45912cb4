"""Who gets which reports and when they are made, for other programs; and the runs that make them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import ChangedMeanwhile, Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from reports.actions.report_templates import TemplateConflict, set_report_rule
from reports.actions.run_work import retry_run
from reports.compute.report_rules import (
    MONTH,
    QUARTER,
    read_rule,
    stored_customer_rules,
    tiers_getting,
)
from reports.compute.report_templates import AUDIENCES
from reports.models import Report, ReportFailure, ReportRun, ReportSettings
from reports.queries.report_runs import with_failures
from reports.tasks import enqueue_due
from segmentation.actions.turns import Turn, take_turn
from segmentation.charts import tiers_in_force
from segmentation.labels import TIERS
from segmentation.models import Night
from segmentation.queries.stored import latest_night

LENGTHS = (MONTH, QUARTER)
RULE: dict[str, Any] = {
    "month": {"decision_maker": ["high", "mid", ""], "key_user": ["high"]},
    "quarter": {"decision_maker": ["high"], "key_user": []},
    "day": 1,
    "hour": None,
}
RUN: dict[str, Any] = {
    "id": 12,
    "kind": "customer",
    "period": "2026-10",
    "state": "done",
    "phase": "done",
    "total": 980,
    "customers": 980,
    "made": 978,
    "refreshed": 0,
    "failed": 2,
    "attempts": 1,
    "error": "",
    "created_at": "2026-11-01T05:00:00+08:00",
    "finished_at": "2026-11-01T05:02:11+08:00",
}
FAILURE: dict[str, Any] = {
    "id": 3,
    "customer": "C-1042",
    "reason": "KeyError in figures",
    "attempts": 3,
    "at": "2026-11-01T05:01:40+08:00",
}


def tier_keys() -> list[str]:
    """Tiers that can be chosen, the last for customers without one."""
    night = latest_night()
    tiers = tiers_in_force(night) if night else ()
    return [*(key for key in TIERS if not tiers or key in tiers), ""]


class ByAudience(serializers.Serializer[Any]):
    """Tiers whose people of an audience get the report; an empty text: customers without a tier."""

    for _audience in AUDIENCES:
        vars()[_audience] = serializers.ListField(
            child=serializers.CharField(max_length=20, allow_blank=True), max_length=50
        )
    del _audience


@extend_schema_serializer(examples=[OpenApiExample("Who gets what", RULE)])
class ReportRuleFields(Shaped):
    """Which tiers' people get customers' reports of months and of quarters, and when drafts are made:
    on a day after the period, from an hour on by the tenant's clock (null: some hours after the
    night)."""

    month = ByAudience()
    quarter = ByAudience()
    day = serializers.IntegerField(min_value=1, max_value=14)
    hour = serializers.IntegerField(min_value=0, max_value=23, allow_null=True)


class OneReportRule(Item):
    """Who gets which reports."""

    noun, plural = "report_rule", "report_rules"
    scope_to_read, scope_to_write = "report_templates:read", "report_templates:write"
    shape = ReportRuleFields
    changes = ReportRuleFields

    def found(self) -> QuerySet[Any]:
        return ReportSettings.objects.all()

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            take_turn(Turn.REPORTS)
        kept = ReportSettings.objects.first()
        return kept or ReportSettings(version=0)

    def told(self, rows: Any) -> Any:
        keys = tier_keys()
        told = []
        for row in rows:
            rule = read_rule(row.rule)
            of = {
                length: {
                    audience: tiers_getting(rule.customer[length], audience, keys)
                    for audience in AUDIENCES
                }
                for length in LENGTHS
            }
            told.append({**of, "day": rule.day, "hour": rule.hour})
        return told

    def change(self, row: Any, given: Given) -> None:
        """Set who gets reports made from now on, and when they are made."""
        (held,), keys = self.told([row]), tier_keys()
        wanted = held | given
        gets = {length: {**held[length], **wanted[length]} for length in LENGTHS}
        for length in LENGTHS:
            for audience, tiers in gets[length].items():
                if any(tier not in keys for tier in tiers):
                    words = _("One of: %(known)s.") % {"known": ", ".join(keys)}
                    raise serializers.ValidationError({length: {audience: [words]}})
        rule = {
            "customer": stored_customer_rules(keys, gets),
            "day": wanted["day"],
            "hour": wanted["hour"],
        }
        try:
            set_report_rule(rule=rule, seen=row.version, by=self.person)
        except TemplateConflict as error:
            words = _("This was changed since you read it. Read it again.")
            raise ChangedMeanwhile(words) from error


@extend_schema_serializer(examples=[OpenApiExample("A run", RUN, response_only=True)])
class ReportRunFields(Shaped):
    """The production of the reports of a kind for a period."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Report.Kind.choices)
    period = serializers.CharField(help_text="`2026-10` or `2026-Q3`.")
    state = serializers.ChoiceField(Night.State.choices)
    phase = serializers.ChoiceField(ReportRun.Phase.choices)
    total = serializers.IntegerField(
        allow_null=True, help_text="Customers that are to get one; null: not known yet."
    )
    customers = serializers.IntegerField(help_text="That it went through.")
    made = serializers.IntegerField()
    refreshed = serializers.IntegerField()
    failed = serializers.IntegerField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A failure", FAILURE, response_only=True)])
class ReportFailureFields(Shaped):
    """That the report of a customer (null: of the tenant as a whole) could not be made."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key", allow_null=True, default=None)
    reason = serializers.CharField(help_text="Kind and place of the fault, never a value.")
    attempts = serializers.IntegerField()
    at = serializers.DateTimeField()


class ReportRunRows(Resource):
    noun, plural = "report_run", "report_runs"
    scope_to_read, scope_to_write = "report_runs:read", "report_runs:write"
    shape: ClassVar[type[Shaped]] = ReportRunFields

    def found(self) -> QuerySet[Any]:
        return with_failures(ReportRun.objects.all())


class ReportRuns(ReportRunRows, Collection):
    """The runs that made reports, the latest period first."""

    sorts = {"-period": "last_day", "-id": "pk"}
    filters = (
        filters.choice("kind", "kind", Report.Kind.choices),
        filters.text("period", many=True, help="Periods with commas between."),
        filters.choice("state", "state", Night.State.choices),
    )


class OneReportRun(ReportRunRows, Item):
    """One run: how far it is, what it made."""


class ReportRunRetry(ReportRunRows, Verb):
    verb = "retry"

    def act(self, row: Any, given: Given) -> None:
        """Try again what failed; what is made stays."""
        if not retry_run(run=row, by=self.person):
            raise Conflict(_("There is nothing to try again."))
        enqueue_due(self.tenant)


class ReportFailures(ReportRunRows, Collection):
    """Whose reports a run could not make, and why; of the customers that the token sees."""

    noun, plural = "report_failure", "report_failures"
    shape = ReportFailureFields
    sorts = {"id": "pk"}

    def found(self) -> QuerySet[Any]:
        if not super().found().filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        rows = ReportFailure.objects.filter(run=self.kwargs["pk"]).select_related("customer")
        if self.member is None:
            return rows
        seen = Q(customer__in=self.customers().order_by().values("pk"))
        return rows.filter(seen | Q(customer=None))
