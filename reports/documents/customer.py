"""The document of a customer's report: two audiences from the same figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import Responsibility, Tenant
from reports.compute.customer_facts import CustomerFacts
from reports.compute.documents import Block, ReportDocument, ReportKind, Section, Vendor
from reports.compute.report_periods import ReportPeriod
from reports.compute.report_templates import Look
from reports.documents import customer_ahead, customer_service, customer_use
from reports.documents.customer_draft import Draft
from reports.documents.customer_head import TILES, head
from reports.documents.figure_words import document_figures
from reports.documents.period_words import period_label
from reports.documents.words import with_words
from reports.models import FigureSet

Compose = Callable[[Draft], list[Block]]

FIGURES = tuple(
    dict.fromkeys(
        (
            *TILES, *customer_use.USED, *customer_use.PEERS, *customer_use.WHO,
            *customer_service.DID, *customer_ahead.MONEY, *customer_ahead.DAYS,
        )
    )
)  # fmt: skip
"""Of the figures those that a customer reads."""

SECTIONS: Mapping[str, tuple[str | Promise, Compose]] = {
    "used": (gettext_lazy("What you used"), customer_use.used),
    "who": (gettext_lazy("Who used it"), customer_use.who),
    "did": (gettext_lazy("What we did for you"), customer_service.did),
    "product": (gettext_lazy("What is new in the product for you"), customer_service.product),
    "suggest": (gettext_lazy("What we suggest"), customer_ahead.suggest),
    "next": (gettext_lazy("What comes next"), customer_ahead.ahead),
    "answer": (gettext_lazy("Your answer"), customer_ahead.answer),
}


def compose(
    *,
    tenant: Tenant,
    period: ReportPeriod,
    figures: FigureSet,
    before: FigureSet | None,
    facts: CustomerFacts,
    template: Look | None,
    language: str,
) -> ReportDocument:
    """What a customer used, who did, what was done for it, what is new, suggested and to come. Asks no
    table."""
    with translation.override(language):
        assert figures.customer_id is not None
        told, look = facts.of(figures.customer_id), template or Look()
        label = period_label(period, language)
        shown = tuple(
            replace(one, path=f"/figures/{figures.pk}/{one.key}/", **_without_change(one.key))
            for one in document_figures(
                FIGURES, figures, before, currency=tenant.currency, language=language
            )
        )
        draft = Draft(
            tenant, period, label, figures, told, look, language, {one.key: one for one in shown}
        )
        document = ReportDocument(
            kind=ReportKind.CUSTOMER,
            period=period.key,
            period_label=label,
            first_day=period.first,
            last_day=period.last,
            language=language,
            currency=tenant.currency,
            title=pgettext("title of a report", "Quarterly report")
            if period.is_quarter
            else pgettext("title of a report", "Monthly report"),
            subtitle=_face(draft),
            customer=told.key,
            customer_name=told.name,
            vendor=Vendor(
                tenant.name, look.logo, look.accent, draft.filled(look.text(language, "footer"))
            ),
            figures=shown,
            sections=tuple(_sections(draft)),
            words={},
            made_on=tenant.local_date(figures.known_at),
            template=look.version,
        )
        return with_words(document)


def _without_change(key: str) -> dict[str, Any]:
    """What comes next is compared with nothing."""
    if key not in (*customer_ahead.MONEY, *customer_ahead.DAYS):
        return {}
    return {"before": None, "before_text": "", "change_text": "", "tone": ""}


def _face(draft: Draft) -> str:
    """Whom of us the customer turns to."""
    told = draft.told
    if not told.face:
        return ""
    if told.capacity == Responsibility.Capacity.PROJECT_MANAGER:
        return _("Your project manager: %(name)s") % {"name": told.face}
    if told.capacity == Responsibility.Capacity.SERVICE_MANAGER:
        return _("Your customer-service manager: %(name)s") % {"name": told.face}
    return _("Your contact person: %(name)s") % {"name": told.face}


def _sections(draft: Draft) -> list[Section]:
    """The head, then those of the template in its order; one without anything to say is left out."""
    found, made = [head(draft)], {}
    for key, audiences in draft.look.order:
        name, write = SECTIONS[key]
        if key not in made:
            made[key] = tuple(write(draft))
        if made[key]:
            title = draft.look.name(draft.language, key) or str(name)
            found.append(Section(key, title, made[key], audiences=audiences))
    if closing := tuple(customer_ahead.closing(draft)):
        found.append(Section("closing", "", closing))
    return found
