"""A survey asked of some contacts, and what they open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client
from night_facts import LONG_AGO, customer

from accounts.contact_links import contact_path
from accounts.models import Contact, ContactRole, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from service.actions.survey_sending import ask_contact, hand_key, start_round
from service.actions.surveys import keep_shipped_survey
from service.models import Survey, SurveyAnswer, SurveyInvitation, SurveyRound

NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)
TODAY = date(2026, 11, 10)


@dataclass
class SurveyWorld:
    """A tenant with two customers; ``ann`` and ``dan`` are A's, ``ben`` is B's."""

    tenant: Tenant
    by: User
    survey: Survey
    ann: Contact
    dan: Contact
    ben: Contact

    def asked(self, whom: Contact | None = None, **further: Any) -> tuple[SurveyInvitation, str]:
        """Ask one contact; the link and its path."""
        link, secret = ask_contact(
            survey=further.pop("survey", self.survey), contact=whom or self.ann, language="en",
            tenant=self.tenant, by=self.by, **further,
        )  # fmt: skip
        return link, contact_path(self.tenant.pk, secret)

    def round(self, contacts: Sequence[Contact] | Any, **further: Any) -> SurveyRound | None:
        rows: Any = contacts
        if isinstance(contacts, (list, tuple)):
            rows = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
        options = {
            "survey": self.survey, "why": "hand", "key": hand_key(), "language": "en",
            "tenant": self.tenant, "by": self.by, **further,
        }  # fmt: skip
        return start_round(contacts=rows, **options)


def person(whom: Customer, key: str, *roles: str, email: str | None = None) -> Contact:
    """A contact with an address at its customer's unless another (or none) is given."""
    found = Contact.objects.create(
        customer=whom, key=key, name=key.title(), known_from=LONG_AGO,
        email=f"{key}@{whom.key.lower()}.example" if email is None else email,
    )  # fmt: skip
    for role in roles:
        ContactRole.objects.create(contact=found, role=role, known_from=LONG_AGO)
    return found


def survey_world(tenant: Tenant, by: User) -> SurveyWorld:
    """In the tenant's open scope."""
    alpha, beta = customer("A"), customer("B")
    return SurveyWorld(
        tenant=tenant,
        by=by,
        survey=keep_shipped_survey(key="relationship", language="en"),
        ann=person(alpha, "ann", "key_user"),
        dan=person(alpha, "dan", "decision_maker"),
        ben=person(beta, "ben", "end_user"),
    )


def scored(link: SurveyInvitation) -> list[int]:
    return list(SurveyAnswer.objects.filter(invitation=link.pk).values_list("score", flat=True))


def late(link: SurveyInvitation, tenant: Tenant) -> None:
    """The link's time is over."""
    ended = link.sent_at + timedelta(microseconds=1)
    with tenant_scope(tenant.id):
        SurveyInvitation.objects.filter(pk=link.pk).update(expires_at=ended)


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()
