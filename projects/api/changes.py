"""Change requests for other programs: drafted, changed, and all that their screens say of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.views import Collection, Given, Item, Record
from projects.actions.change_requests import ChangeValues, draft_change, edit_change
from projects.api.change_shapes import ChangeRequestFields, ChangeTerms, NewChangeRequest
from projects.api.ground import OfProjects
from projects.models import (
    ChangeRequest,
    CustomerAnswer,
    Requirement,
    SigningLink,
    SigningQuestion,
)
from projects.queries.change_requests import standing_of, standing_of_link, with_standing
from projects.queries.intact_documents import with_intactness


class ChangeRequestRows(OfProjects):
    noun, plural = "change_request", "change_requests"
    scope_to_read, scope_to_write = "projects:read", "changes:write"
    shape = ChangeRequestFields

    def found(self) -> QuerySet[Any]:
        rows = with_standing(self.of_seen_projects(ChangeRequest.objects.all()), timezone.now())
        questions = SigningQuestion.objects.select_related("answered_by")
        answers = CustomerAnswer.objects.select_related("scan", "uploaded_by")
        return rows.select_related(
            "project__customer", "drafted_by", "approved_by"
        ).prefetch_related(
            "items",
            "requirements",
            Prefetch(
                "links",
                SigningLink.objects.select_related("contact", "sent_by").defer("document"),
            ),
            Prefetch("links__questions", questions),
            Prefetch("answers", with_intactness(answers).defer("document", "scan__data")),
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        now = timezone.now()
        for row in rows:
            row.standing = standing_of(row)
            row.said_links = list(row.links.all())
            for link in row.said_links:
                link.standing = standing_of_link(link, row, now)
            asked = [one for link in row.said_links for one in link.questions.all()]
            row.said_questions = sorted(asked, key=lambda one: one.pk)
            row.said_answer = next(iter(row.answers.all()), None)
        return rows


class ChangeRequestRecord(ChangeRequestRows, Record):
    """One of them by the keys of its project and its own."""

    def names(self) -> dict[str, Any]:
        return {"project__key": self.kwargs["project"], "key": self.kwargs["key"]}


class ChangeRequests(ChangeRequestRows, Collection):
    """Change requests, those raised last first."""

    sorts = {"-raised_on": "raised_on", "key": "key", "changed_at": "known_from"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.choice("state", "state", ChangeRequest.State.choices),
        filters.day("signed_from", "signed_on__gte"),
        filters.flag("has_question", "has_question", help="A signatory waits for an answer."),
        filters.changed_since(),
    )
    new = NewChangeRequest

    def make(self, given: Given) -> Any:
        """Draft a change request from a requirement that was found to be out of scope. The customer
        alone signs it, by the link of `signing-links` or on paper."""
        project = self.project_named(given["project"])
        requirement = Requirement.objects.filter(
            project=project, number=given["requirement"]
        ).first()
        if requirement is None:
            raise serializers.ValidationError(
                {"requirement": [_("The project has no requirement with this number.")]}
            )
        made = draft_change(
            requirement=requirement, values=_values(given, self.tenant.currency),
            raised_on=self.today, by=self.person,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneChangeRequest(ChangeRequestRecord, Item):
    """One change request: its terms, where it stands, and all that was sent, asked and answered."""

    changes = ChangeTerms

    def change(self, row: Any, given: Given) -> None:
        """Give an undecided change request other terms. One that was approved is a draft again, and
        links that were sent open no more. Items are replaced whole."""
        before = {
            "title": row.title,
            "text": row.text,
            "effort_days": row.effort_days,
            "price": row.price,
            "days_later": row.days_later,
            "items": [
                {"title": one.title, "effort_days": one.effort_days} for one in row.items.all()
            ],
        }
        values = _values(before | given, self.tenant.currency)
        edit_change(change=row, seen=row.version, values=values, by=self.person)


def _values(given: Given, currency: str) -> ChangeValues:
    """
    Raises:
        ValidationError: a price that cannot be paid in this currency.
    """
    price: Decimal | None = given.get("price")
    places = get_currency_precision(currency)
    if price is not None and price != round(price, places):
        raise serializers.ValidationError(
            {"price": [_("The currency has %(places)s decimal places.") % {"places": places}]}
        )
    return ChangeValues(
        title=given["title"],
        text=given["text"],
        effort_days=given.get("effort_days"),
        price=price,
        days_later=given.get("days_later", 0),
        items=[(one["title"], one["effort_days"]) for one in given.get("items", [])],
    )
