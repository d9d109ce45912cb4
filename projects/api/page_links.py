"""Links by which a customer's people follow their project, for other programs: given, renewed,
revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.customer_pages import give_page_link, page_closed_by, revoke_page_link
from projects.actions.page_letters import write_follower
from projects.api.ground import (
    LANGUAGES,
    KeyField,
    LinkVerb,
    OfProjects,
    contact_of,
)
from projects.models import ProjectPageLink

EXAMPLE = {
    "id": 71, "project": "P-88", "contact": "ann@aurora.example", "name": "Ann Wu",
    "language": "en", "sent_at": "2026-09-01T10:00:00+08:00", "sent_by": "lee@vendor.example",
    "expires_at": "2027-02-28T10:00:00+08:00", "ends_after_acceptance": False, "closed": "",
    "opened_at": None, "last_opened_at": None, "opened_count": 0, "address": None,
}  # fmt: skip
CLOSED = [("", "It opens the page."), ("revoked", "revoked"), ("expired", "expired")]


@extend_schema_serializer(examples=[OpenApiExample("A link", EXAMPLE, response_only=True)])
class PageLinkFields(Shaped):
    """A link to the page on which one person of the customer follows a project. `address` stands in
    the answer to who makes the link, and is kept nowhere: whoever has it opens the page."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    contact = serializers.CharField(
        source="contact.key", allow_null=True, default=None, help_text="Null: no longer a contact."
    )
    name = serializers.CharField()
    language = serializers.CharField()
    sent_at = serializers.DateTimeField()
    sent_by = serializers.CharField(source="sent_by.email", allow_null=True, default=None)
    expires_at = serializers.DateTimeField()
    ends_after_acceptance = serializers.BooleanField(
        help_text="Ends 30 days after the acceptance, if that is earlier."
    )
    closed = serializers.ChoiceField(CLOSED, help_text="Empty while it opens the page.")
    opened_at = serializers.DateTimeField(allow_null=True)
    last_opened_at = serializers.DateTimeField(allow_null=True)
    opened_count = serializers.IntegerField()
    address = serializers.CharField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link",
            {"project": "P-88", "contact": "ann@aurora.example", "language": "en"},
            request_only=True,
        )
    ]
)
class NewPageLink(serializers.Serializer[Any]):
    """Who gets a link, for 180 days or until 30 days after the acceptance."""

    project = KeyField(help_text="Key of the project.")
    contact = KeyField(help_text="Key of the customer's contact.")
    language = serializers.ChoiceField(LANGUAGES, default="en", help_text="Of page and letter.")
    ends_after_acceptance = serializers.BooleanField(default=False)


class PageLinkRows(OfProjects):
    noun, plural = "page_link", "page_links"
    scope_to_read, scope_to_write = "projects:read", "projects:share"
    shape = PageLinkFields

    def found(self) -> QuerySet[Any]:
        rows = self.of_seen_projects(ProjectPageLink.objects.all())
        return rows.select_related("project", "contact", "sent_by")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        now = timezone.now()
        for row in rows:
            row.closed = page_closed_by(row, now, self.today)
            row.address = getattr(row, "address", None)
        return rows

    def given(self, **values: Any) -> ProjectPageLink:
        """A link that was just made, and its letter."""
        link, secret = give_page_link(by=self.person, **values)
        made: Any = link
        made.address = write_follower(link, self.tenant, secret)
        return link


class PageLinks(PageLinkRows, Collection):
    """Links to projects' pages, those given last first."""

    sorts = {"-sent_at": "sent_at"}
    filters = (
        filters.text("project", "project__key", many=True, help="Keys with commas between."),
        filters.text("contact", "contact__key", help="Key of the contact."),
        filters.flag("is_open", "revoked_at__isnull", help="Not taken back."),
    )
    new = NewPageLink
    told_once = frozenset({"address"})

    def make(self, given: Given) -> Any:
        """Let a contact follow a project; a link that they had stops working. Who has an e-mail
        address is written."""
        project = self.project_named(given.pop("project"))
        contact = contact_of(project, given.pop("contact"))
        return self.given(project=project, contact=contact, **given)


class OnePageLink(PageLinkRows, Item):
    """One link."""


class PageLinkRenewing(PageLinkRows, LinkVerb):
    verb = "renew"
    makes = PageLinkFields

    def act(self, row: Any, given: Given) -> Any:
        """Give the person another link: the one they had stops working, since no secret is kept."""
        if row.contact is None:
            raise Conflict(_("This person is no longer a contact of the customer."))
        made = self.given(
            project=row.project, contact=row.contact, language=row.language,
            ends_after_acceptance=row.ends_after_acceptance,
        )  # fmt: skip
        return self.told([made])[0]


class PageLinkRevoking(PageLinkRows, Verb):
    verb = "revoke"

    def act(self, row: Any, given: Given) -> Any:
        """End a link; it stops working at once."""
        revoke_page_link(link=row, by=self.person)
