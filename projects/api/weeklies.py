"""Weekly project reports for other programs: drafted, changed, thrown away, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record
from projects.actions.weeklies import discard_report, draft_report, edit_report
from projects.api.ground import LANGUAGES, KeyField, OfProjects, PlanDay
from projects.compute.weekly_reports import LONGEST_TEXT, TEXTS, monday_of, week_to_report
from projects.models import WeeklyReport, WeeklyReportLink
from projects.queries.weeklies import usual_language, usual_recipients

EXAMPLE: dict[str, Any] = {
    "id": 301, "project": "P-88", "week": "2026-11-16", "language": "en", "version": 1,
    "correction_of": None, "correction": "", "state": "sent", "shows_effort": False,
    "shows_risks": False, "drafted_at": "2026-11-20T06:00:00+08:00", "drafted_by": None,
    "sent_at": "2026-11-20T16:00:00+08:00", "sent_by": "lee@vendor.example",
    "revision": 3,
}  # fmt: skip
WHOLE: dict[str, Any] = EXAMPLE | {
    "texts": {"summary": "Both payroll companies run in parallel."},
    "facts": {"schema": 1, "day_on": "2026-11-20", "done": {"count": 3, "rows": []}},
    "usual_recipients": ["zhou"],
    "links": [{
        "id": 12, "contact": "zhou", "name": "Zhou Min", "sent_by": "lee@vendor.example",
        "sent_at": "2026-11-20T16:00:00+08:00", "expires_at": "2027-05-19T16:00:00+08:00",
        "opened_count": 2, "last_opened_at": "2026-11-21T09:00:00+08:00", "closed_by": "",
    }],
}  # fmt: skip
# Parts of the facts that are told where the report shows them.
SHOWN_IF = {"effort": "shows_effort", "risks": "shows_risks"}


@extend_schema_serializer(examples=[OpenApiExample("Sent", EXAMPLE, response_only=True)])
class WeeklyFields(Shaped):
    """What happened in a project in one week, for the customer's people. Once sent it never changes;
    a correction is a further version."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    week = serializers.DateField(help_text="Its Monday.")
    language = serializers.CharField()
    version = serializers.IntegerField()
    correction_of = serializers.IntegerField(source="correction_of_id", allow_null=True)
    correction = serializers.CharField(help_text="What is corrected.")
    state = serializers.ChoiceField(WeeklyReport.State.choices)
    shows_effort = serializers.BooleanField()
    shows_risks = serializers.BooleanField()
    drafted_at = serializers.DateTimeField()
    drafted_by = serializers.CharField(
        source="drafted_by.email", allow_null=True, default=None, help_text="Null: the platform."
    )
    sent_at = serializers.DateTimeField(allow_null=True)
    sent_by = serializers.CharField(source="sent_by.email", allow_null=True, default=None)
    revision = serializers.IntegerField(help_text="Counts the changes of a draft.")


class WeeklyLinkFields(serializers.Serializer[Any]):
    """Who has a link to it. Its address is told when it is made, and never again."""

    id = serializers.IntegerField()
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    name = serializers.CharField()
    sent_by = serializers.CharField(source="sent_by.email", allow_null=True, default=None)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    opened_count = serializers.IntegerField()
    last_opened_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(
        source="why_closed", help_text="`revoked` or `expired`; empty: it opens."
    )


@extend_schema_serializer(examples=[OpenApiExample("Sent", WHOLE, response_only=True)])
class WholeWeekly(WeeklyFields):
    """A weekly report with its facts, the manager's words by section, and who has it."""

    texts = serializers.DictField(child=serializers.CharField())
    facts = serializers.SerializerMethodField()
    usual_recipients = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of contacts: whom it goes to unless told."
    )
    links = WeeklyLinkFields(source="said_links", many=True)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_facts(self, row: Any) -> dict[str, Any]:
        hidden = {name for name, switch in SHOWN_IF.items() if not getattr(row, switch)}
        return {name: value for name, value in row.facts.items() if name not in hidden}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A week", {"project": "P-88", "week": "2026-11-16"}, request_only=True)
    ]
)
class NewWeekly(serializers.Serializer[Any]):
    """Whose report of which week."""

    project = KeyField(help_text="Key of the project.")
    week = PlanDay(
        required=False, help_text="A day of the week; without: the week that is to be reported."
    )
    language = serializers.ChoiceField(
        LANGUAGES, required=False, help_text="Without: that of the report before."
    )


class WeeklyTexts(serializers.Serializer[Any]):
    """The manager's words; what is not sent stays, what is empty goes."""

    for _name in TEXTS:
        vars()[_name] = serializers.CharField(
            max_length=LONGEST_TEXT, required=False, allow_blank=True
        )
    del _name


@extend_schema_serializer(
    examples=[OpenApiExample("Words", {"texts": {"summary": "All is well."}}, request_only=True)]
)
class WeeklyChanges(serializers.Serializer[Any]):
    """What the manager writes of a draft. Figures are read from the project's records."""

    texts = WeeklyTexts(required=False)
    shows_effort = serializers.BooleanField(required=False)
    shows_risks = serializers.BooleanField(required=False)
    correction = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True,
        help_text="What is corrected; of corrections alone.",
    )  # fmt: skip


class WeeklyRows(OfProjects):
    noun, plural = "weekly_report", "weekly_reports"
    scope_to_read, scope_to_write = "projects:read", "weeklies:write"
    shape: ClassVar[type[Shaped]] = WeeklyFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = WeeklyReport.objects.select_related(
            "project", "drafted_by", "sent_by"
        )
        return self.of_seen_projects(rows)


class WeeklyRecord(WeeklyRows, Record):
    """One of them by its number, whole."""

    shape = WholeWeekly

    def found(self) -> QuerySet[Any]:
        links = WeeklyReportLink.objects.select_related("contact", "sent_by")
        return super().found().prefetch_related(Prefetch("links", links))

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        now, usual = timezone.now(), usual_recipients([row.project_id for row in rows])
        for row in rows:
            row.usual_recipients = [one.key for one in usual[row.project_id]]
            row.said_links = list(row.links.all())
            for link in row.said_links:
                link.why_closed = link.closed_by(now)
        return rows


class WeeklyReports(WeeklyRows, Collection):
    """Weekly reports, the latest weeks first."""

    sorts = {"-week": "week", "id": "pk"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.text("manager", "project__manager__key", help="E-mail of the project manager."),
        filters.day("week", "week", help="Its Monday."),
        filters.text("language", "language"),
        filters.choice("state", "state", WeeklyReport.State.choices),
    )
    new = NewWeekly

    def found(self) -> QuerySet[Any]:
        return super().found().defer("facts", "texts")

    def make(self, given: Given) -> Any:
        """Draft a project's report of a week from the facts, or have the one that is there."""
        project = self.project_named(given["project"])
        day = given.get("week") or week_to_report(self.today)
        language = given.get("language") or usual_language(project, get_language() or "en")
        made = draft_report(
            project=project, week=monday_of(day), language=language, tenant=self.tenant,
            by=self.person,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneWeeklyReport(WeeklyRecord, Item):
    """One weekly report whole."""

    changes = WeeklyChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Write the manager's words of a draft, and say what of it the customer sees."""
        edit_report(
            report=row, seen=row.revision, texts=row.texts | given.get("texts", {}),
            shows_effort=given.get("shows_effort", row.shows_effort),
            shows_risks=given.get("shows_risks", row.shows_risks),
            correction=given.get("correction", row.correction), by=self.person,
        )  # fmt: skip

    def remove(self, row: Any) -> None:
        """Drop a draft; it can be drafted again from the facts."""
        discard_report(report=row, seen=row.revision, by=self.person)
