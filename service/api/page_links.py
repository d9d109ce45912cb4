"""The links of three kinds of pages: cases, requests, success plans."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Contact, Customer
from accounts.rest.problems import Conflict
from service.actions.case_links import give_case_link, revoke_case_link
from service.actions.contact_letters import CASES, PLAN, REQUESTS
from service.actions.request_links import give_page_link, revoke_page_links
from service.actions.success_plans import give_plan_link, revoke_plan_link
from service.api.links import LinkRevoking, LinkRows, Links, OneLink
from service.models import CaseLink, RequestPageLink, SuccessPlanLink


class CaseLinkRows(LinkRows):
    noun, plural = "case_link", "case_links"
    scope_to_read, scope_to_write = "cases:write", "cases:write"
    model, template = CaseLink, CASES

    def found(self) -> QuerySet[Any]:
        """Without those that stand in letters about one case."""
        return super().found().filter(case=None)


class CaseLinks(CaseLinkRows, Links):
    """Links by which contacts report cases and follow their own, the latest first. Giving one ends
    the one that the contact had."""

    def give(self, customer: Customer, contact: Contact, language: str) -> tuple[CaseLink, str]:
        return give_case_link(
            customer=customer, contact=contact, language=language, by=self.person
        )  # fmt: skip


class OneCaseLink(CaseLinkRows, OneLink):
    """One link about cases."""


class CaseLinkRevoking(CaseLinkRows, LinkRevoking):
    verb = "revoke"

    def end(self, row: Any) -> None:
        revoke_case_link(link=row, by=self.person)


class RequestLinkRows(LinkRows):
    noun, plural = "request_link", "request_links"
    scope_to_read, scope_to_write = "requests:write", "requests:write"
    model, template = RequestPageLink, REQUESTS


class RequestLinks(RequestLinkRows, Links):
    """Links by which contacts see what they asked for, ask for more and vote, the latest first."""

    def give(
        self, customer: Customer, contact: Contact, language: str
    ) -> tuple[RequestPageLink, str]:  # fmt: skip
        return give_page_link(contact=contact, language=language, by=self.person)


class OneRequestLink(RequestLinkRows, OneLink):
    """One link about requests."""


class RequestLinkRevoking(RequestLinkRows, LinkRevoking):
    verb = "revoke"

    def end(self, row: Any) -> None:
        """With it every one of the contact's, as the screen does."""
        if row.contact is None or row.revoked_at is not None:
            raise Conflict(_("This link was taken back before."))
        revoke_page_links(contact=row.contact, by=self.person)


class PlanLinkRows(LinkRows):
    noun, plural = "success_plan_link", "success_plan_links"
    scope_to_read, scope_to_write = "account_files:read", "account_files:share"
    model, template = SuccessPlanLink, PLAN


class PlanLinks(PlanLinkRows, Links):
    """Links by which contacts follow the success plan, the latest first. Giving one ends the one that
    the contact had."""

    def give(
        self, customer: Customer, contact: Contact, language: str
    ) -> tuple[SuccessPlanLink, str]:  # fmt: skip
        return give_plan_link(
            customer=customer, contact=contact, language=language, by=self.person
        )  # fmt: skip


class OnePlanLink(PlanLinkRows, OneLink):
    """One link to a success plan."""


class PlanLinkRevoking(PlanLinkRows, LinkRevoking):
    verb = "revoke"

    def end(self, row: Any) -> None:
        revoke_plan_link(link=row, by=self.person)
