"""Reports for other programs: listed, read as JSON, fetched as files, reviewed, approved, sent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Record, Resource, Verb
from reports.actions.report_changes import approve, put_back, review
from reports.actions.report_sending import send_reports
from reports.api.figures import StoredFigure
from reports.api.report_ground import ByPerson, heard, may_approve, may_edit
from reports.compute.documents import Audience
from reports.files import FORMATS, report_file
from reports.models import Report
from reports.queries import reports as queries
from reports.rendering.plain import report_json

EXAMPLE = {
    "id": 4711, "kind": "customer", "period": "2026-10", "customer": "C-1042", "language": "en",
    "version": 1, "corrects": None, "status": "sent", "made_at": "2026-11-01T07:00:03+08:00",
    "sent_at": "2026-11-03T09:12:40+08:00",
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A report", EXAMPLE, response_only=True)])
class ReportFields(Shaped):
    """A report of a month or quarter, for a customer's people or about the whole tenant."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Report.Kind.choices)
    period = serializers.CharField(help_text="`2026-10` or `2026-Q3`.")
    customer = serializers.CharField(source="customer.key", allow_null=True, default=None)
    language = serializers.CharField()
    version = serializers.IntegerField()
    corrects = serializers.IntegerField(
        source="correction_of_id", allow_null=True, help_text="Id of the report that it corrects."
    )
    status = serializers.ChoiceField(Report.State.choices, source="state")
    made_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class ReportFigure(StoredFigure):
    """As the report says it, whatever was restated since."""

    as_of = serializers.CharField(allow_null=True)
    night = serializers.CharField(allow_null=True)
    rules = serializers.IntegerField(allow_null=True)


class WholeReport(ReportFields):
    """A report with its figures and sections, drawn from what is stored of it alone."""

    figures = serializers.SerializerMethodField()
    sections = serializers.SerializerMethodField()

    @extend_schema_field(ReportFigure(many=True))
    def get_figures(self, row: Report) -> list[dict[str, Any]]:
        return list(_said(row)["figures"])

    @extend_schema_field(
        {"type": "array", "items": {"type": "object", "additionalProperties": True}}
    )
    def get_sections(self, row: Report) -> list[dict[str, Any]]:
        return list(_said(row)["sections"])


def _said(row: Report) -> dict[str, Any]:
    return report_json(
        row.document, row.texts, report=row.pk, version=row.version, status=row.state
    )


class ReportRows(Resource):
    noun, plural = "report", "reports"
    scope_to_read, scope_to_write = "reports:read", "reports:write"
    shape: ClassVar[type[Shaped]] = ReportFields

    def found(self) -> QuerySet[Any]:
        rows = queries.visible_reports(self.member) if self.member else Report.objects.all()
        return rows.select_related("customer")


class Reports(ReportRows, Collection):
    """Reports, those made last first."""

    sorts = {"-id": "pk", "period": "last_day"}
    filters = (
        filters.choice("kind", "kind", Report.Kind.choices),
        filters.text(
            "period", many=True, help="`2026-10`, `2026-Q3`; several with commas between."
        ),
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.choice("status", "state", Report.State.choices),
        filters.text("language"),
        filters.moment("sent_since", "sent_at__gte", help="Sent at this moment or later."),
    )

    def found(self) -> QuerySet[Any]:
        return super().found().defer("document", "texts")


FILE_TYPES = (
    "text/html", "application/pdf", "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip


class ReportFiles(ReportRows, Record):
    """A report as a file."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The name says which type; who accepts only that one is served as well."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="read_report_file",
        tags=["reports"],
        responses={
            **{(200, mime): OpenApiTypes.BINARY for mime in FILE_TYPES},
            **refusals(400, 401, 403, 404, 429),
        },
    )
    def get(self, request: Request, **names: Any) -> HttpResponseBase:
        """A report as `html`, `pdf`, `xlsx` or `json`; of customers' reports `?audience=` chooses
        whose, `key_user` unless told otherwise."""
        wanted, audience = names["name"], request.query_params.get("audience", "")
        if audience not in ("", *map(str, Audience)):
            raise serializers.ValidationError(
                {"audience": [_("One of: %(known)s.") % {"known": ", ".join(Audience)}]}
            )
        if wanted not in FORMATS:
            raise Http404
        made = report_file(self.row(), wanted, audience)
        return HttpResponse(made.content, content_type=made.mime)

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}


class _Step(ByPerson, ReportRows, Verb):
    """A way that reports go; If-Match names the report as it was read whole."""

    read_as = WholeReport


class ReportReviews(_Step):
    verb = "review"

    def act(self, row: Any, given: Given) -> None:
        """Say that a draft was read and is right. Takes the token of a person."""
        by = self.person_who(may_edit, row)
        self.done(heard(lambda: review(seen={row.pk: row.revision}, by=by)))


class ReportApprovals(_Step):
    verb = "approve"

    def act(self, row: Any, given: Given) -> None:
        """Say that a report may be sent. Takes the token of a person."""
        by = self.person_who(may_approve, row)
        self.done(heard(lambda: approve(seen={row.pk: row.revision}, by=by)))


class ReportReturns(_Step):
    verb = "return"

    def act(self, row: Any, given: Given) -> None:
        """Make a report that is not sent yet a draft again. Takes the token of a person."""
        by = self.person_who(may_edit, row)
        self.done(heard(lambda: put_back(seen={row.pk: row.revision}, by=by)))


class ReportSendings(_Step):
    verb = "send"

    def act(self, row: Any, given: Given) -> None:
        """Send an approved report to its usual readers. Takes the token of a person."""
        by = self.person_who(may_approve, row)
        done, left = heard(
            lambda: send_reports(seen={row.pk: row.revision}, tenant=self.tenant, by=by)
        )
        if left:
            raise Conflict(_("There is nobody to send it to, or it says nothing yet."))
        self.done(done)
