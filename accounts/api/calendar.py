"""The working calendar, for other programs: its versions, changes of it, and countries' holidays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.calendars import CalendarBusy, change_calendar
from accounts.calendars.changes import CalendarChange
from accounts.calendars.document import KINDS, NAME_LENGTH, SpecialDay
from accounts.calendars.proposals import countries, propose, region_names, weekdays_of
from accounts.calendars.years import FIRST_YEAR, LAST_YEAR
from accounts.models import CalendarVersion
from accounts.rest.problems import Busy, Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource

MOST_DAYS, MOST_YEARS = 4000, 50
CALENDAR: dict[str, Any] = {
    "version": 4,
    "known_from": "2026-01-05T10:00:00+08:00",
    "published_by": "ida@vendor.example",
    "note": "2026 as announced",
    "country": "CN",
    "weekdays": [1, 2, 3, 4, 5],
    "years": [2025, 2026],
    "days": [{"day": "2026-10-01", "kind": "holiday", "name": "国庆节"}],
}


@extend_schema_serializer(
    examples=[OpenApiExample("A version of the calendar", CALENDAR, response_only=True)]
)
class CalendarFields(Shaped):
    """The days that the tenant works. ``weekdays`` are worked, 1 is Monday; ``days`` differ from
    their weekday; of ``years`` every holiday is known."""

    version = serializers.IntegerField()
    known_from = serializers.DateTimeField()
    published_by = serializers.CharField(source="published_by.email", allow_null=True, default=None)
    note = serializers.CharField()
    country = serializers.CharField(source="document.country")
    weekdays = serializers.ListField(child=serializers.IntegerField(), source="document.weekdays")
    years = serializers.ListField(child=serializers.IntegerField(), source="document.years")
    days = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "day": {"type": "string", "format": "date"},
                    "kind": {"type": "string", "enum": ["holiday", "working"]},
                    "name": {"type": "string"},
                },
                "required": ["day", "kind", "name"],
            },
        }
    )
    def get_days(self, row: CalendarVersion) -> list[dict[str, str]]:
        return [
            {"day": one["day"], "kind": one["kind"], "name": one.get("name", "")}
            for one in row.document["days"]
        ]


class SpecialDayFields(serializers.Serializer[Any]):
    """A day that differs from its weekday."""

    day = serializers.DateField()
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField(
        max_length=NAME_LENGTH, required=False, allow_blank=True, default=""
    )


def _year() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A company day",
            {
                "put": [{"day": "2026-11-27", "kind": "holiday", "name": "Company day"}],
                "note": "As agreed with the works council",
            },
            request_only=True,
        )
    ]
)
class CalendarChangeFields(serializers.Serializer[Any]):
    """What changes; what is not sent stays. First the special days of ``emptied`` years go, then
    those of ``drop``, then ``put`` are said."""

    put = SpecialDayFields(many=True, required=False, max_length=MOST_DAYS)  # type: ignore[call-arg]
    drop = serializers.ListField(
        child=serializers.DateField(), required=False, max_length=MOST_DAYS,
        help_text="Days that are like their weekday again.",
    )  # fmt: skip
    emptied = serializers.ListField(child=_year(), required=False, max_length=MOST_YEARS)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False,
        allow_empty=False, max_length=7, help_text="Those that are worked; 1 is Monday.",
    )  # fmt: skip
    country = serializers.CharField(
        max_length=20, required=False,
        help_text="E.g. `CN`, `DE-BY`: whose holidays it starts from; of another one no year is "
        "complete.",
    )  # fmt: skip
    complete = serializers.ListField(
        child=_year(), required=False, max_length=MOST_YEARS,
        help_text="Years of which every holiday is known now.",
    )  # fmt: skip
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class CalendarRows(Resource):
    noun, plural = "calendar_version", "calendar_versions"
    scope_to_read, scope_to_write = "calendar:read", "calendar:write"
    shape = CalendarFields

    def found(self) -> QuerySet[Any]:
        return CalendarVersion.objects.select_related("published_by")


class CalendarVersions(CalendarRows, Collection):
    """Versions of the working calendar; the first of the list is in force."""

    sorts = {"-version": "version"}
    new = CalendarChangeFields

    def make(self, given: Given) -> Any:
        """Change the calendar: a further version, which counts from the next night on. 409 where it
        says so already; 503 while a file is loaded."""
        if given.get("country") and not _is_known(given["country"]):
            raise serializers.ValidationError({"country": [_("This country is not known.")]})
        days = [*(one["day"] for one in given.get("put", ())), *given.get("drop", ())]
        if any(not FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
            words = _("The year is not between %(first)s and %(last)s.")
            told = words % {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise serializers.ValidationError({"put": [told]})
        # Of a day that is said twice the last holds.
        put = {one["day"]: SpecialDay(**one) for one in given.get("put", ())}
        weekdays = given.get("weekdays")
        change = CalendarChange(
            put=tuple(put.values()),
            drop=tuple(given.get("drop", ())),
            emptied=frozenset(given.get("emptied", ())),
            weekdays=None if weekdays is None else frozenset(weekdays),
            country=given.get("country"),
            complete=frozenset(given.get("complete", ())),
        )
        try:
            made = change_calendar(change=change, note=given.get("note", ""), by=self.person)
        except CalendarBusy as busy:
            raise Busy(str(busy)) from busy
        if made is None:
            raise Conflict(_("Nothing to change: the calendar says so already."))
        return made


class OneCalendarVersion(CalendarRows, Item):
    """One version of the working calendar."""


PROPOSAL: dict[str, Any] = {
    "country": "CN",
    "year": 2026,
    "is_settled": True,
    "weekdays": [1, 2, 3, 4, 5],
    "days": [{"day": "2026-10-01", "kind": "holiday", "name": "国庆节"}],
}


@extend_schema_serializer(
    examples=[OpenApiExample("A country's year", PROPOSAL, response_only=True)]
)
class ProposalFields(Shaped):
    """A country's special days of one year. Not settled: more is to come, or days that follow the
    moon are estimated. ``weekdays``: worked there."""

    country = serializers.CharField()
    year = serializers.IntegerField()
    is_settled = serializers.BooleanField()
    weekdays = serializers.ListField(child=serializers.IntegerField())
    days = SpecialDayFields(many=True)


class HolidayProposal(Item):
    """A country's statutory days of one year, to be said in a change of the calendar."""

    noun, plural = "holiday_proposal", "holiday_proposals"
    scope_to_read = "calendar:read"
    shape = ProposalFields

    def row(self, *, locked: bool = False) -> Mapping[str, Any]:
        country, year = self.kwargs["country"], self.kwargs["year"]
        if not _is_known(country) or not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404
        found = propose(country, year)
        return {
            "country": country,
            "year": year,
            "is_settled": found.is_settled,
            "weekdays": sorted(weekdays_of(country)),
            "days": found.days,
        }


def _is_known(country: str) -> bool:
    """Whether it is a country, or one with its region, whose holidays are known."""
    land, dash, region = country.partition("-")
    return land in countries() and (not dash or region in region_names(land))
