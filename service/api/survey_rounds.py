"""Asking surveys for other programs: rounds that are started and closed, the links in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ContactRole
from accounts.rest import filters
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb, given_to
from segmentation.models import CustomerGroup
from segmentation.queries.customer_groups import groups_for
from service.actions.survey_sending import ask_contacts, close_round
from service.actions.surveys import survey_by
from service.api.requests import LANGUAGES
from service.api.survey_words import Tiers
from service.models import SurveyInvitation, SurveyKind, SurveyRound
from service.queries.survey_choices import chosen_contacts
from service.queries.survey_links import may_close, seen_rounds
from service.queries.survey_recipients import Asking, outlook
from service.queries.surveys import offered_surveys, survey_settings

EXAMPLE: dict[str, Any] = {
    "id": 12,
    "survey": "Quarterly NPS",
    "kind": "nps",
    "why": "quarterly",
    "label": "2026-Q4",
    "project": None,
    "opened_at": "2026-10-08T09:00:00+08:00",
    "closes_at": "2026-11-07T09:00:00+08:00",
    "asked": 180,
    "answered": 64,
    "left_out": {"asked_lately": 12},
}
ASKED: dict[str, Any] = {"survey": "7", "label": "After the fair", "roles": ["key_user"]}


@extend_schema_serializer(examples=[OpenApiExample("A round", EXAMPLE, response_only=True)])
class SurveyRoundFields(Shaped):
    """That a survey was asked of several. `asked` and `answered` count the links of customers that the
    token sees."""

    id = serializers.IntegerField()
    survey = serializers.CharField(source="survey.name")
    kind = serializers.ChoiceField(SurveyKind.choices, source="survey.kind")
    why = serializers.ChoiceField(SurveyRound.Why.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    project = serializers.CharField(source="project.key", allow_null=True, default=None)
    opened_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="Why not → of how many."
    )


@extend_schema_serializer(examples=[OpenApiExample("Key users", ASKED)])
class NewSurveyRound(serializers.Serializer[Any]):
    """Which survey goes to whom; nothing said: to every contact of the customers that the token sees.
    Who was asked lately, or wants none, is left out."""

    survey = serializers.CharField(max_length=40, help_text="Its reference.")
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=120, required=False, allow_blank=True, default=""
    )
    group = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None,
        help_text="Id of a customer group.",
    )  # fmt: skip
    tiers = Tiers(required=False, default=list)
    roles = serializers.ListField(
        child=serializers.ChoiceField(ContactRole.Kind.choices),
        max_length=len(ContactRole.Kind), required=False, default=list,
    )  # fmt: skip
    language = serializers.ChoiceField(
        LANGUAGES,
        required=False,
        allow_null=True,
        default=None,
        help_text="Null: as the rules say.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("An outlook", {"asked": 41, "left_out": {"capped": 7}}, response_only=True)
    ]
)
class SurveyOutlookFields(serializers.Serializer[Any]):
    """What a round would come to."""

    asked = serializers.IntegerField()
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="Why not → of how many."
    )


class Chooses(ApiView):
    """Whom a new round would ask."""

    def chosen(self, given: Given) -> QuerySet[Any]:
        """
        Raises:
            ValidationError: there is no such survey in use, or no such group for this token.
        """
        offered = offered_surveys(get_language() or "en", active=True)
        if all(one.reference != given["survey"] for one in offered):
            raise serializers.ValidationError({"survey": [_("There is no such survey.")]})
        group = given["group"]
        if group is not None:
            seen: QuerySet[Any] = CustomerGroup.objects.all()
            seen = seen if self.member is None else groups_for(self.member)
            if not seen.filter(pk=group, archived_at__isnull=True).exists():
                raise serializers.ValidationError({"group": [_("There is no such group.")]})
        found: QuerySet[Any] = chosen_contacts(
            self.member, group=group, tiers=given["tiers"], roles=given["roles"],
            today=self.tenant.local_date(timezone.now()),
        )  # fmt: skip
        return found


class RoundRows(Resource):
    noun, plural = "survey_round", "survey_rounds"
    scope_to_read, scope_to_write = "surveys:read", "surveys:write"
    shape = SurveyRoundFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = SurveyRound.objects.all()
        if self.member is not None:
            rows = seen_rounds(self.member)
        return rows.select_related("survey", "project")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With how many were asked and answered; one statement."""
        links = SurveyInvitation.objects.filter(
            round__in=[row.pk for row in rows], state=SurveyInvitation.State.SENT
        )
        links = self.of_seen_customers(links)
        counted = links.order_by().values("round_id").annotate(
            asked=Count("pk"), answered=Count("answered_at")
        )  # fmt: skip
        found = {row["round_id"]: row for row in counted}
        for row in rows:
            row.asked = found.get(row.pk, {}).get("asked", 0)
            row.answered = found.get(row.pk, {}).get("answered", 0)
        return rows


class SurveyRounds(Chooses, RoundRows, Collection):
    """Rounds of surveys, the latest first."""

    sorts = {"-opened_at": "opened_at"}
    filters = (
        filters.choice("kind", "survey__kind", SurveyKind.choices),
        filters.choice("why", "why", SurveyRound.Why.choices),
        filters.moment("since", "opened_at__gte"),
    )
    new = NewSurveyRound

    def make(self, given: Given) -> Any:
        """Ask a survey; the letters follow within minutes."""
        contacts = self.chosen(given)
        made = ask_contacts(
            survey=survey_by(given["survey"], language=get_language() or "en"), contacts=contacts,
            language=given["language"] or survey_settings().language, label=given["label"],
            tenant=self.tenant, by=self.person,
        )  # fmt: skip
        return RoundRows.found(self).get(pk=made.pk)


class OneSurveyRound(RoundRows, Item):
    """One round."""


class SurveyRoundClosing(RoundRows, Verb):
    verb = "close"

    def act(self, row: Any, given: Given) -> Any:
        """Take no more answers; links that were not sent stay unsent."""
        if self.member is not None and not may_close(self.member, row):
            raise exceptions.PermissionDenied(
                _("Closing ends the links of customers that the person of this token does not see.")
            )
        close_round(survey_round=row, by=self.person)


class SurveyOutlook(Chooses):
    scope_to_read = scope_to_write = "surveys:write"

    @extend_schema(
        operation_id="preview_survey_round", tags=["survey_rounds"], request=NewSurveyRound,
        responses={200: SurveyOutlookFields, **refusals(400, 401, 403, 429)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """What such a round would come to: how many would be asked, and how many left out for what.
        Nothing is sent."""
        refuse_unknown(request, ())
        contacts = self.chosen(given_to(NewSurveyRound, request))
        now = timezone.now()
        asking = Asking(
            now=now, today=self.tenant.local_date(now), cap_days=survey_settings().cap_days
        )
        found = outlook(contacts, asking)
        return Response({"asked": found.asked, "left_out": found.left_out})
