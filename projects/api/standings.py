"""Where projects stand, for other programs: the rows of the list of projects."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.permissions import may
from accounts.queries.calendars import working_calendar
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item
from projects.api.ground import OfProjects
from projects.api.projects import PersonDays
from projects.compute.delivery import THOUSANDTHS
from projects.models import Side
from projects.queries.attention import Attention, needing
from projects.queries.plan_facts import plan_facts
from projects.queries.portfolio import Stage, row_of, stages, with_faces
from projects.queries.standing import standings

EXAMPLE = {
    "key": "P-88", "customer": "C-1042", "name": "Payroll rollout", "manager": "lee@vendor.example",
    "face": "Lee Chan", "stage": "running", "days": 39, "starts_on": "2026-08-03",
    "due_on": "2026-11-13", "accepted_on": None, "phase": "Build",
    "next_milestone": {"number": 14, "title": "Go-live", "side": "vendor", "starts_on": "2026-10-09",
                       "ends_on": "2026-10-09"},
    "waits_for": {"number": 12, "title": "Set up payroll", "side": "vendor",
                  "starts_on": "2026-09-07", "ends_on": "2026-09-11"},
    "plan_ends_on": "2026-11-17", "baseline_due_on": "2026-11-13", "days_over": 2,
    "may_lock_dates": False, "worked_days": "37.500", "baseline_days": "42.000",
    "planned_days": "44.000", "remaining": {"low": "6.000", "high": "9.500"},
    "forecast": {"low": "43.500", "high": "47.000", "basis": "range"},
    "expected_acceptance_on": "2026-11-20", "unapproved_days": "1.500", "open_risks": 2,
    "heaviest_risk": 3, "blocked_gates": 0,
    "payments": {"due": "0", "overdue": "0", "received": "120000", "held_up": "60000"},
    "last_touch_on": "2026-10-02",
}  # fmt: skip
NEEDS = [choice.value for choice in Attention]


class TaskLine(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField()
    side = serializers.ChoiceField(Side.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class DaysRange(serializers.Serializer[Any]):
    low = PersonDays()
    high = PersonDays()


class ForecastRange(DaysRange):
    """Person-days at completion. `basis`: how it was told."""

    basis = serializers.CharField()


class PaymentSums(serializers.Serializer[Any]):
    """Of the instalments that are tied to its milestones."""

    due = serializers.DecimalField(max_digits=22, decimal_places=4)
    overdue = serializers.DecimalField(max_digits=22, decimal_places=4)
    received = serializers.DecimalField(max_digits=22, decimal_places=4)
    held_up = serializers.DecimalField(
        max_digits=22, decimal_places=4, help_text="Come due while the milestone is not reached."
    )


@extend_schema_serializer(examples=[OpenApiExample("A project", EXAMPLE, response_only=True)])
class ProjectStandingFields(Shaped):
    """A project today: `days` are calendar days: of a late one how long over, of a running one how
    long left, of one to come until it starts, of an accepted one how long after the due day it was
    accepted. Other days are working days, efforts person-days, null where nobody can say."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    name = serializers.CharField()
    manager = serializers.CharField(source="manager.key", allow_null=True, default=None)
    face = serializers.CharField(
        source="face_name", allow_null=True, help_text="Whom the customer turns to."
    )
    stage = serializers.ChoiceField(Stage.choices)
    days = serializers.IntegerField(source="stage_days")
    starts_on = serializers.DateField()
    due_on = serializers.DateField()
    accepted_on = serializers.DateField(allow_null=True)
    phase = serializers.CharField(source="facts.phase", help_text="The first with open work.")
    next_milestone = serializers.SerializerMethodField()
    waits_for = serializers.SerializerMethodField()
    plan_ends_on = serializers.DateField(source="facts.ends_on", allow_null=True)
    baseline_due_on = serializers.DateField(source="facts.due_on", allow_null=True)
    days_over = serializers.IntegerField(source="facts.days_over", allow_null=True)
    may_lock_dates = serializers.BooleanField(source="facts.may_lock")
    worked_days = PersonDays(source="facts.effort_days")
    baseline_days = PersonDays(source="facts.baseline_effort", allow_null=True)
    planned_days = PersonDays(source="facts.planned_effort", allow_null=True)
    remaining = serializers.SerializerMethodField()
    forecast = serializers.SerializerMethodField()
    expected_acceptance_on = serializers.DateField(source="standing.acceptance", allow_null=True)
    unapproved_days = PersonDays(source="standing.unapproved")
    open_risks = serializers.IntegerField(source="risk_count")
    heaviest_risk = serializers.IntegerField(allow_null=True, help_text="Its number.")
    blocked_gates = serializers.IntegerField()
    payments = serializers.SerializerMethodField()
    last_touch_on = serializers.DateField(source="standing.last_touch", allow_null=True)

    @extend_schema_field(TaskLine(allow_null=True))
    def get_next_milestone(self, row: Any) -> dict[str, Any] | None:
        found = row.facts.next_milestone
        return dict(TaskLine(found).data) if found else None

    @extend_schema_field(TaskLine(allow_null=True))
    def get_waits_for(self, row: Any) -> dict[str, Any] | None:
        found = row.facts.waits_for
        return dict(TaskLine(found).data) if found else None

    @extend_schema_field(DaysRange(allow_null=True))
    def get_remaining(self, row: Any) -> dict[str, Any] | None:
        found = row.standing.remaining
        return dict(DaysRange({"low": found[0], "high": found[1]}).data) if found else None

    @extend_schema_field(ForecastRange(allow_null=True))
    def get_forecast(self, row: Any) -> dict[str, Any] | None:
        found = row.standing.forecast
        if found is None or found.low is None:
            return None
        low, high = (Decimal(effort) / THOUSANDTHS for effort in (found.low, found.high))
        return dict(ForecastRange({"low": low, "high": high, "basis": found.basis}).data)

    @extend_schema_field(PaymentSums(allow_null=True))
    def get_payments(self, row: Any) -> dict[str, Any] | None:
        return dict(PaymentSums(row.payment_sums).data) if row.payment_sums else None


class _Needing(filters.Filter):
    """Projects that somebody should look at."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        super().narrowed(found.none(), given)
        # The tenant's time zone is on.
        return needing(found, given, timezone.localdate())


class StandingRows(OfProjects):
    noun, plural = "project_standing", "project_standings"
    scope_to_read = "projects:read"
    shape = ProjectStandingFields

    def found(self) -> QuerySet[Any]:
        places = [
            When(condition, then=Value(str(name))) for name, condition in stages(self.today).items()
        ]
        return with_faces(self.projects()).annotate(
            stage=Case(*places, default=Value(""), output_field=CharField())
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """A fixed number of statements, however many there are."""
        calendar = working_calendar()
        facts = plan_facts([row.pk for row in rows], calendar)
        more = standings(list(rows), self.today, calendar)
        sees_money = self.member is None or may(self.member, "view_money")
        for row in rows:
            row.facts, row.standing = facts[row.pk], more[row.pk]
            row.stage_days = row_of(row, self.today).days
            risks = row.standing.risks
            row.risk_count = len(risks)
            row.heaviest_risk = risks[0].number if risks else None
            row.blocked_gates = len(row.standing.gates)
            row.payment_sums = row.standing.payments if sees_money else None
        return rows


class Standings(StandingRows, Collection):
    """Where projects stand today, those due first first."""

    sorts = {"due_on": "due_on", "starts_on": "starts_on", "key": "key", "name": "name"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("manager", "manager__key", help="E-mail of the project manager."),
        filters.choice("stage", "stage", Stage.choices),
        _Needing("only", "key", serializers.CharField, str,
                 "Unapproved effort, a blocked gate or an open risk.", choices=NEEDS),
    )  # fmt: skip


class OneStanding(StandingRows, Item):
    """Where one project stands today."""
