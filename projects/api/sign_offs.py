"""Sign-offs for other programs: who was asked to confirm what, by which links, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.contact_links import LinkClosed
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.sign_off_answers import answer_on_screen
from projects.api.change_shapes import LINK_STANDINGS
from projects.api.ground import (
    TEXT_TYPES,
    HeldInTurn,
    Kept,
    KeptFile,
    OfProjects,
    file_operation,
    of_text,
)
from projects.models import Gate, Side, SignOff, SignOffAnswer, SignOffLink
from projects.queries.gates import is_asked, standing_of_link, unanswered
from projects.queries.intact_documents import with_intactness

LONGEST_REASON = 2000
EXAMPLE: dict[str, Any] = {
    "id": 90, "project": "P-88", "gate": 41, "title": "Overall solution", "round": 1,
    "side": "customer", "colleague": None, "contact": "zhou", "name": "Zhou Min",
    "language": "en", "asked_at": "2026-09-18T10:00:00+08:00", "asked_by": "lee@vendor.example",
    "deadline_on": "2026-09-25", "silence_counts": False, "withdrawn_at": None,
    "is_waiting": False, "document_hash": "5f" * 32, "is_intact": True, "person_erased_at": None,
    "links": [{
        "id": 12, "signatory": "Zhou Min", "sent_by": "lee@vendor.example",
        "sent_at": "2026-09-18T10:00:00+08:00", "expires_at": "2026-10-09T23:59:59+08:00",
        "reached_at": "2026-09-18T10:01:00+08:00", "standing": "answered",
    }],
    "reminders": [{"kind": "before", "at": "2026-09-24T08:00:00+08:00"}],
    "answer": {
        "outcome": "approved", "name": "Zhou Min", "reason": "", "satisfaction": None,
        "at": "2026-09-24T15:00:00+08:00", "counts_on": "2026-09-24", "answered_by": None,
        "document_hash": "5f" * 32,
    },
}  # fmt: skip
ASKED: dict[str, Any] = {
    "sign_off": 90, "side": "customer", "name": "Zhou Min", "deadline_on": "2026-09-25",
    "document_hash": "5f" * 32, "link": 12, "address": "https://tenure.example/r/1.…/",
}  # fmt: skip


class SignOffLinkFields(serializers.Serializer[Any]):
    """A link by which a contact opens it. Its address is told when it is made, and never again."""

    id = serializers.IntegerField()
    signatory = serializers.CharField()
    sent_by = serializers.CharField(source="sent_by.email", allow_null=True, default=None)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    reached_at = serializers.DateTimeField(
        allow_null=True, help_text="When its letter left, or somebody opened it."
    )
    standing = serializers.ChoiceField(LINK_STANDINGS)


class ReminderFields(serializers.Serializer[Any]):
    """A letter about a sign-off that nobody answered."""

    kind = serializers.CharField(help_text="`before`, `deadline` or `overdue`.")
    at = serializers.DateTimeField()


class SignOffAnswerFields(serializers.Serializer[Any]):
    """What an approver answered, or that a customer's silence counted."""

    outcome = serializers.ChoiceField(SignOffAnswer.Outcome.choices)
    name = serializers.CharField()
    reason = serializers.CharField()
    satisfaction = serializers.IntegerField(allow_null=True, help_text="1 to 5, at the acceptance.")
    at = serializers.DateTimeField()
    counts_on = serializers.DateField()
    answered_by = serializers.CharField(source="answered_by.email", allow_null=True, default=None)
    document_hash = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A sign-off", EXAMPLE, response_only=True)])
class SignOffFields(Shaped):
    """That one approver was asked to confirm a gate; `document` is exactly what they were asked."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="gate.project.key")
    gate = serializers.IntegerField(source="gate_id")
    title = serializers.CharField(source="gate.title", help_text="Of the gate.")
    round = serializers.IntegerField()
    side = serializers.ChoiceField(Side.choices)
    colleague = serializers.CharField(source="colleague.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    name = serializers.CharField(help_text="As it was then.")
    language = serializers.CharField()
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField(source="asked_by.email", allow_null=True, default=None)
    deadline_on = serializers.DateField()
    silence_counts = serializers.BooleanField(
        help_text="After the deadline silence is consent, by the clause of the SOW."
    )
    withdrawn_at = serializers.DateTimeField(
        allow_null=True, help_text="Another approver was asked in their stead."
    )
    is_waiting = serializers.BooleanField(help_text="The answer is still waited for.")
    document_hash = serializers.CharField(help_text="SHA-256 of the document.")
    is_intact = serializers.BooleanField(
        help_text="False: a person’s data were taken out of the document since, or it was altered."
    )
    person_erased_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Where it is not intact: a person’s data were taken out then, and nothing else was "
        "altered. Null: it was.",
    )
    links = SignOffLinkFields(source="said_links", many=True)
    reminders = ReminderFields(source="said_reminders", many=True)
    answer = SignOffAnswerFields(source="said_answer", allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Asked", ASKED, response_only=True)])
class AskedFields(Shaped):
    """Who was asked just now, and the link of a contact."""

    sign_off = serializers.IntegerField(help_text="Its id.")
    side = serializers.ChoiceField(Side.choices)
    name = serializers.CharField()
    deadline_on = serializers.DateField()
    document_hash = serializers.CharField()
    link = serializers.IntegerField(allow_null=True, help_text="Id of the link; ours sign in.")
    address = serializers.CharField(
        allow_null=True,
        help_text="Shown this once and kept nowhere; null where the request is answered again.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Confirmed", {"outcome": "approved", "document_hash": "5f" * 32}, request_only=True
        )
    ]
)
class OwnAnswer(serializers.Serializer[Any]):
    """What our own approver answers."""

    outcome = serializers.ChoiceField(["approved", "returned"])
    reason = serializers.CharField(
        max_length=LONGEST_REASON, required=False, allow_blank=True, default="",
        help_text="What has to be mended; needed where it is returned.",
    )  # fmt: skip
    document_hash = serializers.CharField(
        max_length=64, help_text="Of the document that was read: what is confirmed is this one."
    )


class SignOffRows(OfProjects):
    noun, plural = "sign_off", "sign_offs"
    scope_to_read, scope_to_write = "projects:read", "sign_offs:ask"
    shape = SignOffFields

    def found(self) -> QuerySet[Any]:
        """Those of the projects that the token's person sees, and the person's own."""
        rows: QuerySet[Any] = with_intactness(SignOff.objects.all()).annotate(
            waits=Exists(unanswered().order_by().filter(pk=OuterRef("pk")))
        )
        if self.member is not None:
            seen = self.projects().order_by().values("pk")
            rows = rows.filter(Q(gate__project__in=seen) | Q(colleague__membership=self.member))
        return rows.select_related(
            "gate__project", "gate__phase", "colleague__membership", "contact", "asked_by", "clause"
        ).prefetch_related(
            Prefetch("answers", SignOffAnswer.objects.select_related("answered_by")),
            Prefetch("links", SignOffLink.objects.select_related("sent_by")),
            "reminders",
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        now = timezone.now()
        for row in rows:
            row.is_waiting = is_asked(row, row.gate)
            row.silence_counts = row.clause_id is not None
            row.said_links = list(row.links.all())
            for link in row.said_links:
                link.standing = standing_of_link(link, now, is_asked=row.is_waiting)
            row.said_reminders = list(row.reminders.all())
            row.said_answer = next(iter(row.answers.all()), None)
        return rows


class SignOffRecord(SignOffRows, HeldInTurn):
    """One of them by its number. Who answers has its gate in hand first, as everybody who does."""

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def hold_first(self) -> None:
        gates = Gate.objects.filter(sign_offs=self.kwargs["pk"])
        gates.select_for_update(of=("self",)).first()

    def must_see_project(self, row: Any) -> None:
        """Who was asked answers; the rest is of those who see the project.

        Raises:
            Http404: the token's person does not see it.
        """
        if not self.projects().filter(pk=row.gate.project_id).exists():
            raise Http404


class SignOffs(SignOffRows, Collection):
    """Sign-offs, those asked last first."""

    sorts = {"-id": "pk", "deadline_on": "deadline_on"}
    filters = (
        filters.text("project", "gate__project__key", help="Key of the project."),
        filters.whole("gate", "gate", most=2**63 - 1, help="Id of the gate."),
        filters.choice("side", "side", Side.choices),
        filters.text("colleague", "colleague__key", help="E-mail of our approver."),
        filters.flag("is_waiting", "waits", help="The answer is still waited for."),
    )


class OneSignOff(SignOffRecord, Item):
    """One sign-off: who was asked, by which links, and the answer."""


@file_operation("read_sign_off_document", "sign_offs", TEXT_TYPES)
class SignOffDocument(SignOffRecord, KeptFile):
    """What was put before the approver, byte for byte: canonical JSON. The ETag is the SHA-256 of
    these bytes, and `document_hash` the one that was kept with them."""

    def file(self, row: Any) -> Kept:
        name = f"sign-off-{row.document_hash[:12]}.json"
        return of_text(row.document, name)


class SignOffAnswering(SignOffRecord, Verb):
    verb = "answer"
    scope_to_write = "sign_offs:answer"
    needs = OwnAnswer

    def act(self, row: Any, given: Given) -> None:
        """Confirm or return, as who was asked on our side. Takes that person's token; the customer's
        approver answers by the link alone."""
        by = self.somebody()
        try:
            answer_on_screen(
                sign_off=row, seen_hash=given["document_hash"], outcome=given["outcome"],
                reason=given["reason"], tenant=self.tenant, by=by,
            )  # fmt: skip
        except LinkClosed as error:
            raise Conflict(
                _("It is answered, not asked any more, or another document than the one read.")
            ) from error
