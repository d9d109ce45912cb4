"""How change requests are said and what programs say of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models.contracts import MONEY
from accounts.rest.shapes import Shaped
from projects.actions.signing_links import VALID_FOR_DAYS
from projects.api.ground import LANGUAGES, KeptScan, KeyField, PlanDay, ScanFile, SeenVersion
from projects.api.projects import PersonDays
from projects.models import ChangeRequest, CustomerAnswer
from projects.queries.change_requests import Standing

LONGEST_TEXT = 10_000
LONGEST_WORDS = 2000
MOST_ITEMS = 100
MOST_DAYS_LATER = 2000
MOST_PRICE = Decimal(10**12)
STANDINGS = [one.value for one in Standing]
# Where links for the customer's people stand.
LINK_STANDINGS = ("open", "answered", "revoked", "expired", "over")
CHANGE: dict[str, Any] = {
    "project": "P-88", "key": "CR-3", "title": "Second payroll calendar", "state": "signed",
    "standing": "signed", "effort_days": "3.000", "price": "18000.0000", "days_later": 4,
    "booked_days": "1.500", "raised_on": "2026-09-14", "decided_on": None,
    "signed_on": "2026-09-21", "text": "A calendar for hourly staff.",
    "items": [{"title": "Calendar", "effort_days": "3.000"}], "requirements": [12],
    "drafted_by": "lee@vendor.example", "approved_by": "eve@vendor.example",
    "approved_at": "2026-09-15T10:00:00+08:00",
    "links": [{
        "id": 31, "contact": "zhou", "signatory": "Zhou Min", "language": "en",
        "sent_by": "lee@vendor.example", "sent_at": "2026-09-15T11:00:00+08:00",
        "expires_at": "2026-09-29T11:00:00+08:00", "standing": "answered",
        "document_hash": "5f" * 32,
    }],
    "questions": [{
        "id": 7, "link": 31, "text": "From which month on?",
        "asked_at": "2026-09-16T09:00:00+08:00", "answer": "From October.",
        "answered_at": "2026-09-16T09:40:00+08:00", "answered_by": "lee@vendor.example",
    }],
    "answer": {
        "outcome": "signed", "name": "Zhou Min", "reason": "", "at": "2026-09-21T16:02:00+08:00",
        "link": 31, "document_hash": "5f" * 32, "is_intact": True, "person_erased_at": None,
        "scan": None, "uploaded_by": None,
    },
    "version": 2, "changed_at": "2026-09-21T16:02:00+08:00",
}  # fmt: skip
NEW: dict[str, Any] = {
    "project": "P-88", "requirement": 12, "title": "Second payroll calendar",
    "text": "A calendar for hourly staff.", "effort_days": "3", "price": "18000",
    "days_later": 4, "items": [{"title": "Calendar", "effort_days": "3"}],
}  # fmt: skip


class ChangeItemFields(serializers.Serializer[Any]):
    title = serializers.CharField()
    effort_days = PersonDays()


class SigningLinkFields(Shaped):
    """A change request as it was sent to one signatory. Its address is told when it is made, and
    never again."""

    id = serializers.IntegerField()
    contact = serializers.CharField(
        source="contact.key", allow_null=True, default=None, help_text="Null: no longer a contact."
    )
    signatory = serializers.CharField()
    language = serializers.CharField()
    sent_by = serializers.CharField(source="sent_by.email", allow_null=True, default=None)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    standing = serializers.ChoiceField(LINK_STANDINGS, help_text="`over`: all is decided.")
    document_hash = serializers.CharField(help_text="SHA-256 of what the signatory sees.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link",
            CHANGE["links"][0]
            | {"standing": "open", "address": "https://tenure.example/r/1.…/"},
            response_only=True,
        )
    ]
)  # fmt: skip
class NewLinkFields(SigningLinkFields):
    """A link just made."""

    address = serializers.CharField(
        allow_null=True,
        help_text="Shown this once and kept nowhere; null where the request is answered again.",
    )


class QuestionFields(serializers.Serializer[Any]):
    """What a signatory asked before deciding."""

    id = serializers.IntegerField()
    link = serializers.IntegerField(source="link_id")
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.CharField(source="answered_by.email", allow_null=True, default=None)


class CustomerAnswerFields(serializers.Serializer[Any]):
    """What the customer signed or declined: `document` and `document/scan` are the very bytes."""

    outcome = serializers.ChoiceField(CustomerAnswer.Outcome.choices)
    name = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    link = serializers.IntegerField(source="link_id", allow_null=True)
    document_hash = serializers.CharField(help_text="SHA-256 of the document.")
    is_intact = serializers.BooleanField(
        help_text="False: a person’s data were taken out of the document since, or it was altered."
    )
    person_erased_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Where it is not intact: a person’s data were taken out then, and nothing else was "
        "altered. Null: it was.",
    )
    scan = KeptScan(allow_null=True)
    uploaded_by = serializers.CharField(source="uploaded_by.email", allow_null=True, default=None)


@extend_schema_serializer(examples=[OpenApiExample("Signed", CHANGE, response_only=True)])
class ChangeRequestFields(Shaped):
    """Work outside the signed scope. ``key`` is unique within the project."""

    project = serializers.CharField(source="project.key")
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(ChangeRequest.State.choices)
    standing = serializers.ChoiceField(
        STANDINGS, help_text="The state, with links and questions counted in."
    )
    effort_days = PersonDays(allow_null=True)
    price = serializers.DecimalField(**MONEY, allow_null=True)
    days_later = serializers.IntegerField(
        help_text="Working days by which the due day moves when it is signed."
    )
    booked_days = PersonDays(source="booked", allow_null=True, help_text="Worked on it so far.")
    raised_on = serializers.DateField()
    decided_on = serializers.DateField(
        allow_null=True, help_text="The day on which it was declined or withdrawn."
    )
    signed_on = serializers.DateField(allow_null=True)
    text = serializers.CharField()
    items = ChangeItemFields(many=True)
    requirements = serializers.SerializerMethodField()
    drafted_by = serializers.CharField(source="drafted_by.email", allow_null=True, default=None)
    approved_by = serializers.CharField(source="approved_by.email", allow_null=True, default=None)
    approved_at = serializers.DateTimeField(allow_null=True)
    links = SigningLinkFields(source="said_links", many=True)
    questions = QuestionFields(source="said_questions", many=True)
    answer = CustomerAnswerFields(source="said_answer", allow_null=True)
    version = serializers.IntegerField(help_text="Counts its changes.")
    changed_at = serializers.DateTimeField(source="known_from")

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_requirements(self, row: Any) -> list[int]:
        """Numbers of the requirements that it came from."""
        return sorted(one.number for one in row.requirements.all())


class GivenDays(serializers.DecimalField):
    """Person-days to be written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=9, decimal_places=3, min_value=Decimal(0), max_value=Decimal(100_000),
            **kwargs,
        )  # fmt: skip


class GivenItem(serializers.Serializer[Any]):
    """An item that the baseline gets when it is signed."""

    title = serializers.CharField(max_length=300)
    effort_days = GivenDays()


@extend_schema_serializer(
    examples=[OpenApiExample("Terms", {"effort_days": "4", "items": []}, request_only=True)]
)
class ChangeTerms(serializers.Serializer[Any]):
    """The terms that the customer signs; items add up to the effort, or there are none."""

    title = serializers.CharField(max_length=300)
    text = serializers.CharField(max_length=LONGEST_TEXT, help_text="What is to be done.")
    effort_days = GivenDays(allow_null=True, required=False)
    price = serializers.DecimalField(
        **MONEY, allow_null=True, required=False, min_value=Decimal(0), max_value=MOST_PRICE,
        help_text="In the tenant's currency, in amounts that it has.",
    )  # fmt: skip
    days_later = serializers.IntegerField(
        min_value=0, max_value=MOST_DAYS_LATER, required=False,
        help_text="Working days by which the due day moves.",
    )  # fmt: skip
    items = serializers.ListField(child=GivenItem(), max_length=MOST_ITEMS, required=False)


@extend_schema_serializer(examples=[OpenApiExample("A draft", NEW, request_only=True)])
class NewChangeRequest(ChangeTerms):
    """A change request from a requirement that was found to be out of scope."""

    project = KeyField(help_text="Key of the project.")
    requirement = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Its number in the project."
    )


class ChangeSeen(serializers.Serializer[Any]):
    """What is approved: the terms as they were read."""

    version = SeenVersion()


@extend_schema_serializer(
    examples=[OpenApiExample("To sign", {"contact": "zhou", "language": "en"}, request_only=True)]
)
class SigningLinkOf(serializers.Serializer[Any]):
    """Who signs, in which language, until when."""

    contact = KeyField(help_text="Key of a contact of the customer.")
    language = serializers.ChoiceField(LANGUAGES)
    valid_days = serializers.IntegerField(min_value=1, max_value=90, default=VALID_FOR_DAYS)


class QuestionAnswer(serializers.Serializer[Any]):
    """What the signatory then reads."""

    answer = serializers.CharField(max_length=LONGEST_WORDS)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A scan",
            {"name": "Zhou Min", "signed_on": "2026-09-21",
             "scan": {"filename": "CR-3.pdf", "content": "JVBERi0xLjcK"}},
            request_only=True,
        )
    ]
)  # fmt: skip
class SignedByScan(serializers.Serializer[Any]):
    """Who signed on paper, when, and the scan of it."""

    name = serializers.CharField(max_length=200)
    signed_on = PlanDay()
    scan = ScanFile()
    language = serializers.ChoiceField(
        LANGUAGES, default="en", help_text="Of the document that was signed."
    )
