"""The document of a customer's report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.touchpoint_kinds import kind_label
from reports.compute.documents import (
    AnswerBlock,
    Audience,
    DocumentFigure,
    FiguresBlock,
    ListBlock,
    ListItem,
    ReportDocument,
    ReportKind,
    Section,
    TableBlock,
    TableCell,
    TableColumn,
    TextBlock,
    Vendor,
)
from reports.compute.report_periods import ReportPeriod
from reports.documents.figure_words import document_figures
from reports.documents.words import with_words
from reports.models import FigureSet
from reports.queries.customer_facts import CustomerFacts
from ui import formats

USED = ("events", "active_users", "active_days", "modules_used", "modules_owned", "breadth")
WHO = ("active_users", "seat_utilisation", "new_users", "key_users", "key_users_active")
DID = (
    "touchpoints", "training_sessions", "trained_persons", "cases_opened", "cases_solved",
    "requests_open", "requests_done",
)  # fmt: skip
NEXT = (
    "renewal_on", "next_payment_on", "next_payment_amount", "open_sign_offs",
    "open_change_requests",
)  # fmt: skip
_FULL = (Audience.KEY_USER,)
MOST_HAPPENED = 12


def compose(
    *,
    tenant: Tenant,
    period: ReportPeriod,
    figures: FigureSet,
    before: FigureSet | None,
    facts: CustomerFacts,
    template: Any,
    language: str,
) -> ReportDocument:
    """What a customer used in the period, who did, what was done for it and what comes next. Asks no
    table."""
    with translation.override(language):
        assert figures.customer_id is not None
        key, name = facts.names[figures.customer_id]
        label = period_label(period, language)
        shown = document_figures(
            dict.fromkeys((*USED, *WHO, *DID, *NEXT)), figures, before,
            currency=tenant.currency, language=language,
        )  # fmt: skip
        document = ReportDocument(
            kind=ReportKind.CUSTOMER,
            period=period.key,
            period_label=label,
            first_day=period.first,
            last_day=period.last,
            language=language,
            currency=tenant.currency,
            title=_("Quarterly report") if period.is_quarter else _("Monthly report"),
            subtitle=f"{name} · {label}",
            customer=key,
            customer_name=name,
            vendor=Vendor(tenant.name),
            figures=shown,
            sections=_sections(shown, figures, facts, language),
            words={},
            made_on=tenant.local_date(figures.known_at),
        )
        return with_words(document)


def period_label(period: ReportPeriod, language: str) -> str:
    """A month or a quarter as it is read."""
    if not period.is_quarter:
        return formats.month(period.first, language)
    year, quarter = period.key.split("-Q")
    return _("Quarter %(quarter)s of %(year)s") % {"year": year, "quarter": quarter}


def _sections(
    shown: Iterable[DocumentFigure], figures: FigureSet, facts: CustomerFacts, language: str
) -> tuple[Section, ...]:
    there = {figure.key for figure in shown}

    def block(keys: Iterable[str], style: str = "tiles") -> FiguresBlock:
        return FiguresBlock(tuple(key for key in keys if key in there), style=style)

    happened = facts.happened.get(figures.customer_id or 0, [])
    return (
        Section("used", _("What you used"), (
            TextBlock("", slot="summary", label=_("Summary")),
            block(USED),
            _modules(figures, language),
        )),
        Section("who", _("Who used it"), (block(WHO),), audiences=_FULL),
        Section("did", _("What we did for you"), (
            block(DID),
            ListBlock(
                tuple(_happened(one.on, one.kind, language) for one in happened[:MOST_HAPPENED]),
                empty=_("We did not meet in this period."),
                audiences=_FULL,
            ),
        )),
        Section("next", _("What comes next"), (
            block(NEXT, "rows"),
            TextBlock("", slot="next", label=_("What we suggest")),
        )),
        Section("answer", _("Your answer"), (
            AnswerBlock(
                _("Tell us what you wish, what you ask yourself, and how satisfied you are."),
                asks=("request", "question", "survey"),
            ),
        )),
    )  # fmt: skip


def _modules(figures: FigureSet, language: str) -> TableBlock:
    modules = figures.details.get("modules") or []
    columns = (
        TableColumn("module", _("Module")),
        TableColumn("events", _("Usage events"), "count"),
        TableColumn("persons", _("Active persons"), "count"),
    )
    rows = tuple(
        (
            TableCell(one["key"], str(one["name"])),
            TableCell(one["events"], formats.number(one["events"], language)),
            TableCell(one["persons"], formats.number(one["persons"], language)),
        )
        for one in modules
    )
    return TableBlock(
        "modules", columns, rows, title=_("By module"), empty=_("Nothing was used."),
        audiences=_FULL,
    )  # fmt: skip


def _happened(on: date, kind: str, language: str) -> ListItem:
    return ListItem(title=kind_label(kind), when=formats.short_date(on, language))
