"""What a contact is asked on a page that is no survey's own, and whether it is asked at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Contact, Tenant
from service.models import SurveyKind
from service.models.surveys import SCALES
from service.queries.survey_recipients import Asking, judged, quarterly_contacts
from service.queries.surveys import latest_words, survey_settings, words_in
from service.shipped.surveys import SHIPPED


@dataclass(frozen=True)
class Question:
    """``words``: as a survey's in one language, with ``question``, ``low`` and ``high``."""

    kind: str
    words: dict[str, Any]

    @property
    def scores(self) -> range:
        low, high = SCALES[self.kind]
        return range(low, high + 1)


def question_for(contact: Contact, *, tenant: Tenant, now: datetime, language: str) -> Question:
    """The tenant's survey of the quarter where its rules name the contact; else how satisfied it is."""
    rules, kind = survey_settings(), SurveyKind.CSAT.value
    if rules.quarterly is not None and rules.quarterly.is_active:
        named = quarterly_contacts(rules, tenant.local_date(now)).filter(pk=contact.pk)
        kind = rules.quarterly.kind if named.exists() else kind
    return question_of(kind, language)


def question_of(kind: str, language: str) -> Question:
    """How a kind is asked: as the tenant does each quarter, else in the shipped words."""
    rules = survey_settings()
    if rules.quarterly is not None and rules.quarterly.kind == kind:
        return Question(kind, words_in(latest_words(rules.quarterly).document, language))
    shipped = next(one for one in SHIPPED if one.kind == kind)
    words = words_in(shipped.document, language)
    if kind == SurveyKind.CSAT:
        # The shipped one asks about a project.
        words = {**words, "question": _("How satisfied are you with what we did for you?")}
    return Question(kind, words)


def may_be_asked(contact: Contact, *, tenant: Tenant, now: datetime) -> bool:
    """Whether the tenant's limit between two surveys lets it, and the contact wants any."""
    asking = Asking(
        now=now, today=tenant.local_date(now), cap_days=survey_settings().cap_days,
        needs_address=False,
    )  # fmt: skip
    found = judged(Contact.objects.filter(pk=contact.pk), asking)
    return not found.values_list("left_out", flat=True).get()
