"""What is done with weekly reports: facts read anew, sent, corrected; links revoked."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Contact
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Verb
from projects.actions.link_letters import address_of_link, write_reader
from projects.actions.weeklies import (
    correct_report,
    refresh_report,
    revoke_weekly_link,
    send_report,
)
from projects.api.ground import HeldInTurn, LinkVerb, SeenVersion, contact_of
from projects.api.weeklies import WeeklyRecord, WholeWeekly
from projects.models import Project, WeeklyReportLink
from projects.queries.weeklies import usual_recipients

MOST_READERS = 100
SENT: dict[str, Any] = {
    "id": 301,
    "links": [{"id": 12, "contact": "zhou", "name": "Zhou Min",
               "expires_at": "2027-05-19T16:00:00+08:00",
               "address": "https://tenure.example/r/1.…/"}],
}  # fmt: skip


@extend_schema_serializer(
    examples=[OpenApiExample("To one", {"revision": 3, "contacts": ["zhou"]}, request_only=True)]
)
class WeeklyReaders(serializers.Serializer[Any]):
    """Who of the customer is to have it."""

    revision = SeenVersion()
    contacts = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=MOST_READERS, required=False,
        help_text="Keys of contacts; without: whom the one before went to.",
    )  # fmt: skip


class SentLinkFields(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    contact = serializers.CharField(source="contact.key")
    name = serializers.CharField()
    expires_at = serializers.DateTimeField()
    address = serializers.CharField(
        allow_null=True,
        help_text="Shown this once and kept nowhere; null where the request is answered again.",
    )


@extend_schema_serializer(examples=[OpenApiExample("Sent", SENT, response_only=True)])
class SentWeekly(Shaped):
    """The links that were just made."""

    id = serializers.IntegerField(help_text="Of the report.")
    links = SentLinkFields(many=True)


class WeeklyRefresh(WeeklyRecord, Verb):
    verb = "refresh"

    def act(self, row: Any, given: Given) -> None:
        """Read the facts of a draft anew; the manager's words stay."""
        refresh_report(report=row, seen=row.revision, tenant=self.tenant, by=self.person)


class WeeklySending(WeeklyRecord, LinkVerb):
    verb = "send"
    needs = WeeklyReaders
    makes = SentWeekly

    def act(self, row: Any, given: Given) -> Any:
        """Send a draft, which never changes again, or one that was sent to further people; each is
        written with a link of their own."""
        contacts: list[Contact]
        if "contacts" in given:
            keys = dict.fromkeys(given["contacts"])
            contacts = [contact_of(row.project, key, "contacts") for key in keys]
        else:
            contacts = usual_recipients([row.project_id])[row.project_id]
        made = send_report(report=row, seen=given["revision"], contacts=contacts, by=self.person)
        links: list[Any] = []
        for link, secret in made:
            write_reader(link, self.tenant, secret)
            said: Any = link
            said.address = address_of_link(self.tenant, secret)
            links.append(said)
        return {"id": row.pk, "links": links}


class WeeklyCorrection(WeeklyRecord, HeldInTurn, Verb):
    verb = "correct"
    makes = WholeWeekly

    def hold_first(self) -> None:
        projects = Project.objects.filter(weeklies=self.kwargs["pk"])
        projects.select_for_update(of=("self",)).first()

    def act(self, row: Any, given: Given) -> Any:
        """Begin a further version of a report that was sent, as a draft; the one that was sent
        stays."""
        made = correct_report(report=row, tenant=self.tenant, by=self.person)
        return self.told([self.found().get(pk=made.pk)])[0]


class WeeklyLinkRevocation(WeeklyRecord, Verb):
    verb = "revoke_link_of"

    def act(self, row: Any, given: Given) -> None:
        """End a link to a report."""
        link = WeeklyReportLink.objects.filter(report=row, pk=self.kwargs["link"]).first()
        if link is None:
            raise Http404
        revoke_weekly_link(link=link, by=self.person)
