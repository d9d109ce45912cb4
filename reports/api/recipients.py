"""Whom reports go to, for other programs: sent to further people, handed over, stopped, answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, NoReturn

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.contact_links import contact_path
from accounts.letter_texts import public_address
from accounts.models import Contact
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from reports.actions.report_letters import try_letter_again
from reports.actions.report_links import give_link, revoke_links
from reports.actions.report_sending import readers_of, send_report, wake
from reports.api.report_ground import ByPerson, heard, may_approve
from reports.api.reports import ReportFields, ReportRows, WholeReport
from reports.compute.documents import Audience
from reports.models import Report, ReportAnswer, ReportRecipient
from reports.queries.report_readers import Reader
from reports.queries.reports import answers_to
from service.models import Told

MOST_READERS = 500
EXAMPLE: dict[str, Any] = {
    "id": 91,
    "contact": "ann@aurora.example",
    "member": None,
    "name": "Ann Wu",
    "address": "ann@aurora.example",
    "audience": "decision_maker",
    "state": "queued",
    "why": "",
    "chosen_at": "2026-11-03T09:12:40+08:00",
    "told_at": "2026-11-03T09:13:02+08:00",
    "opened_count": 2,
    "last_opened_at": "2026-11-04T10:00:00+08:00",
    "has_link": True,
}
ANSWER: dict[str, Any] = {
    "id": 4,
    "kind": "question",
    "name": "Ann Wu",
    "at": "2026-11-04T10:02:00+08:00",
    "case": "TN-311",
    "request": None,
    "score": None,
    "comment": "",
}


@extend_schema_serializer(examples=[OpenApiExample("A recipient", EXAMPLE, response_only=True)])
class RecipientFields(Shaped):
    """Somebody a report was sent to: a contact of the customer; of other reports a member, or an address
    that somebody named. `state` is of the letter; `why` says why none was written."""

    id = serializers.IntegerField()
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    member = serializers.CharField(source="member.user.email", allow_null=True, default=None)
    name = serializers.CharField()
    address = serializers.CharField()
    audience = serializers.CharField(help_text="Empty: the report has one page for all.")
    state = serializers.ChoiceField(Told.choices)
    why = serializers.CharField()
    chosen_at = serializers.DateTimeField()
    told_at = serializers.DateTimeField(allow_null=True)
    opened_count = serializers.SerializerMethodField()
    last_opened_at = serializers.SerializerMethodField()
    has_link = serializers.SerializerMethodField(help_text="Whether one of its links works.")

    def get_opened_count(self, row: ReportRecipient) -> int:
        return sum(link.opened_count for link in row.links.all())

    def get_last_opened_at(self, row: ReportRecipient) -> datetime | None:
        return max((at for link in row.links.all() if (at := link.last_opened_at)), default=None)

    def get_has_link(self, row: ReportRecipient) -> bool:
        now = timezone.now()
        return any(not link.closed_by(now) for link in row.links.all())


@extend_schema_serializer(examples=[OpenApiExample("An answer", ANSWER, response_only=True)])
class ReportAnswerFields(Shaped):
    """What a recipient said by the link: a wish (`request`, its key where it is one by now), a question
    (`case`) or a score."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ReportAnswer.Kind.choices)
    name = serializers.CharField()
    at = serializers.DateTimeField()
    case = serializers.CharField(source="case.key", allow_null=True, default=None)
    request = serializers.IntegerField(source="ask.request_id", allow_null=True, default=None)
    score = serializers.IntegerField(source="score.score", allow_null=True, default=None)
    comment = serializers.CharField(source="score.comment", default="")


class ChosenReader(serializers.Serializer[Any]):
    """Of customers' reports a contact and which of its two pages; of others a member who is among the
    usual readers, or any address, which gets the PDF and no link."""

    contact = serializers.CharField(max_length=200, required=False, help_text="Key of a contact.")
    audience = serializers.ChoiceField(
        [str(one) for one in Audience], required=False, default=str(Audience.KEY_USER)
    )
    member = serializers.EmailField(max_length=254, required=False)
    address = serializers.EmailField(max_length=254, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("contact", "member", "address")) != 1:
            raise serializers.ValidationError(_("Say one of: contact, member, address."))
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A contact",
            {"readers": [{"contact": "ann@aurora.example", "audience": "decision_maker"}]},
        )
    ]
)
class ChosenReaders(serializers.Serializer[Any]):
    """To whom; who has it does not get it again."""

    readers = serializers.ListField(child=ChosenReader(), min_length=1, max_length=MOST_READERS)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link",
            {"url": "https://tenure.example/r/1-…", "expires_at": "2027-05-02T09:12:40+08:00"},
            response_only=True,
        )
    ]
)
class HandedLink(Shaped):
    """An address at which the recipient reads the report. It is said once: the same request with the
    same Idempotency-Key is answered with null."""

    url = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField()


class RecipientRows(Resource):
    noun, plural = "report_recipient", "report_recipients"
    scope_to_read, scope_to_write = "reports:read", "reports:write"
    shape: ClassVar[type[Shaped]] = RecipientFields

    def report(self) -> Report:
        """
        Raises:
            Http404: there is none, or not for this token.
        """
        rows = ReportRows()
        rows.request = self.request
        found: Report | None = rows.found().filter(pk=self.kwargs["report"]).first()
        if found is None:
            raise Http404
        return found

    def found(self) -> QuerySet[Any]:
        rows = ReportRecipient.objects.filter(report=self.report())
        return rows.select_related("contact", "member__user", "report").prefetch_related("links")


class Recipients(RecipientRows, Collection):
    """Whom a report was sent to, whether the letter was written, and how often it was opened."""

    sorts = {"name": "name", "-chosen_at": "chosen_at"}
    filters = (filters.choice("state", "state", Told.choices),)


class RecipientRecord(RecipientRows, Record):
    """One of them."""

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}


class OneRecipient(RecipientRecord, Item):
    """One of those whom a report was sent to."""


class _RecipientVerb(ByPerson, RecipientRecord, Verb):
    """Done by who may send the report."""


class RecipientLink(_RecipientVerb):
    verb = "hand_link_to"
    makes = HandedLink
    told_once = frozenset({"url"})

    def act(self, row: Any, given: Given) -> Any:
        """Make a link for a contact that is handed over by chat; earlier ones go on working. Takes the
        token of a person."""
        by = self.person_who(may_approve, row.report)
        link, secret = give_link(recipient=row, by=by)
        url = public_address() + contact_path(self.tenant.pk, secret)
        return {"url": url, "expires_at": link.expires_at}


class RecipientRevocation(_RecipientVerb):
    verb = "revoke_links_of"

    def act(self, row: Any, given: Given) -> None:
        """End the links of a recipient, and stop the letter that has not left. Takes the token of a
        person."""
        revoke_links(recipient=row, by=self.person_who(may_approve, row.report))


class RecipientLetter(_RecipientVerb):
    verb = "write_again_to"

    def act(self, row: Any, given: Given) -> None:
        """Try the letter again that could not be written. Takes the token of a person."""
        by = self.person_who(may_approve, row.report)
        if not try_letter_again(recipient=row, by=by):
            raise Conflict(_("There is nothing to try again."))
        transaction.on_commit(partial(wake, self.tenant.pk), robust=True)


class ReportChosenSendings(ByPerson, ReportRows, Verb):
    verb = "send_to_readers"
    needs = ChosenReaders
    makes = ReportFields
    read_as = WholeReport

    def row(self, *, locked: bool = False) -> Any:
        # It is held when it is sent; its revision says whether it is as it was read.
        return super().row()

    def act(self, row: Any, given: Given) -> Report:
        """Send an approved report to those who are chosen, or one that was sent to further people.
        Takes the token of a person."""
        by = self.person_who(may_approve, row)
        usual: Sequence[Reader] = ()
        if any("member" in one for one in given["readers"]):
            usual = readers_of([row], self.tenant, timezone.now())[row.pk]
        readers = [self._reader(row, one, usual) for one in given["readers"]]
        heard(lambda: send_report(report=row, seen=row.revision, readers=readers, by=by))
        sent: Report = self.row()
        return sent

    def _reader(self, row: Report, one: Given, usual: Sequence[Reader]) -> Reader:
        """
        Raises:
            ValidationError: nobody who may have this report.
        """
        if row.customer_id is not None:
            contacts = Contact.objects.filter(customer=row.customer_id, key=one.get("contact", ""))
            found = contacts.first()
            if found is None:
                _refuse(_("The customer has no such contact."))
            return Reader(found.name, found.email, one["audience"], contact=found)
        if "address" in one:
            return Reader(one["address"], one["address"])
        for reader in usual:
            if reader.member is not None and reader.member.user.email == one.get("member"):
                return reader
        _refuse(_("Nobody of this address reads such reports."))


class ReportAnswers(RecipientRows, Collection):
    """What recipients of a report answered by its link, the latest first."""

    noun, plural = "report_answer", "report_answers"
    shape = ReportAnswerFields
    sorts = {"-at": "at"}
    filters = (filters.choice("kind", "kind", ReportAnswer.Kind.choices),)

    def found(self) -> QuerySet[Any]:
        return answers_to(self.report())


def _refuse(words: str) -> NoReturn:
    """
    Raises:
        ValidationError: always.
    """
    raise serializers.ValidationError({"readers": [words]})
