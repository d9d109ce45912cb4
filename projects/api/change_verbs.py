"""What is done with change requests: approved inside, withdrawn, sent to be signed, signed on paper."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from accounts.rest.views import Given, Verb
from projects.actions.change_requests import approve_change, withdraw_change
from projects.actions.link_letters import address_of_link, write_signatory
from projects.actions.signing_answers import sign_by_scan
from projects.actions.signing_links import revoke_link, send_for_signature
from projects.actions.signing_questions import answer_question
from projects.api.change_shapes import (
    ChangeSeen,
    NewLinkFields,
    QuestionAnswer,
    SignedByScan,
    SigningLinkOf,
)
from projects.api.changes import ChangeRequestRecord
from projects.api.ground import (
    SCAN_TYPES,
    TEXT_TYPES,
    Kept,
    KeptFile,
    LinkVerb,
    contact_of,
    file_operation,
    of_scan,
    of_text,
    scan_of,
)
from projects.models import ChangeRequest, CustomerAnswer, SigningLink, SigningQuestion


class ChangeApproval(ChangeRequestRecord, Verb):
    verb = "approve"
    scope_to_write = "changes:approve"
    needs = ChangeSeen

    def act(self, row: Any, given: Given) -> None:
        """Say inside that a draft may go to the customer; who wrote it asks somebody else. Takes the
        token of a person."""
        approve_change(change=row, seen=given["version"], by=self.somebody())


class ChangeWithdrawal(ChangeRequestRecord, Verb):
    verb = "withdraw"

    def act(self, row: Any, given: Given) -> None:
        """Take an undecided change request back; its links open no more."""
        withdraw_change(change=row, on=self.today, by=self.person)


class SigningLinks(ChangeRequestRecord, LinkVerb):
    verb = "send_to_sign"
    needs = SigningLinkOf
    makes = NewLinkFields

    def act(self, row: Any, given: Given) -> Any:
        """Freeze what was approved as a document for one signatory of the customer, who gets the link
        by e-mail where there is an address. Nobody signs for the customer by this API."""
        contact = contact_of(row.project, given.pop("contact"))
        made, secret = send_for_signature(
            change=row, contact=contact, tenant=self.tenant, by=self.person, **given
        )
        write_signatory(made, self.tenant, secret)
        link: Any = made
        link.standing, link.address = "open", address_of_link(self.tenant, secret)
        return link


class SigningLinkRevocation(ChangeRequestRecord, Verb):
    verb = "revoke_signing_link"

    def act(self, row: Any, given: Given) -> None:
        """End a link that nobody has answered."""
        link = SigningLink.objects.filter(change_request=row, pk=self.kwargs["link"]).first()
        if link is None:
            raise Http404
        revoke_link(link=link, by=self.person)


class QuestionAnswering(ChangeRequestRecord, Verb):
    verb = "answer_question"
    needs = QuestionAnswer

    def act(self, row: Any, given: Given) -> None:
        """Answer what a signatory asked; they read it where they asked. Takes the token of a person."""
        question = SigningQuestion.objects.filter(
            link__change_request=row, pk=self.kwargs["question"]
        ).first()
        if question is None:
            raise Http404
        answer_question(question=question, text=given["answer"], by=self.somebody())


class ScanUpload(ChangeRequestRecord, Verb):
    verb = "sign_by_scan"
    needs = SignedByScan

    def act(self, row: Any, given: Given) -> None:
        """Keep the stamped scan of what the customer signed on paper: it is signed, and enters the
        baseline. Takes the token of a person."""
        scan = scan_of(given["scan"])
        assert scan is not None
        sign_by_scan(
            change=row, name=given["name"], signed_on=given["signed_on"], filename=scan[0],
            data=scan[1], language=given["language"], tenant=self.tenant, by=self.somebody(),
        )  # fmt: skip


class _Answered(ChangeRequestRecord, KeptFile):
    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = ChangeRequest.objects.prefetch_related(
            Prefetch("answers", CustomerAnswer.objects.select_related("scan"))
        )
        return self.of_seen_projects(rows)

    def answer(self, row: Any) -> CustomerAnswer:
        found: CustomerAnswer | None = next(iter(row.answers.all()), None)
        if found is None:
            raise Http404
        return found


@file_operation("read_signed_document", "change_requests", TEXT_TYPES)
class SignedDocument(_Answered):
    """What the customer signed or declined, byte for byte as it was in front of them: canonical JSON.
    The ETag is the SHA-256 of these bytes, and `document_hash` the one that was kept with them."""

    def file(self, row: Any) -> Kept:
        answer = self.answer(row)
        name = f"{row.key}-{answer.document_hash[:12]}.json"
        return of_text(answer.document, name)


@file_operation("read_signed_scan", "change_requests", SCAN_TYPES)
class SignedScanFile(_Answered):
    """The stamped scan as it was uploaded; the ETag is its SHA-256."""

    def file(self, row: Any) -> Kept:
        return of_scan(self.answer(row).scan)
