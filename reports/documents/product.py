"""The document of the product digest: what customers ask for, what costs them effort, what releases
came to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Tenant
from reports.compute.documents import (
    FiguresBlock,
    NoticeBlock,
    ReportDocument,
    ReportKind,
    Section,
    TableBlock,
    TextBlock,
    Vendor,
)
from reports.compute.report_periods import ReportPeriod
from reports.documents.figure_words import document_figures, with_rows
from reports.documents.internal_tables import COUNT, MONEY, SHARE, TEXT, Writer, table
from reports.documents.period_words import period_label
from reports.documents.words import with_words
from reports.models import FigureSet
from service.models import Request
from ui import formats

TILES = (
    "requests_received", "requests_undecided", "acceptance_rate_12m", "asked_used_30",
    "cases_opened", "ces",
)  # fmt: skip
ASKED = ("requests_received", "requests_undecided", "requests_aging", "acceptance_rate_12m")
FRICTION = ("cases_opened", "cases_breached", "ces")
RELEASES = ("updates_shipped", "asked_used_30", "asked_used_90")
KEYS = tuple(dict.fromkeys((*ASKED, *FRICTION, *RELEASES)))
DAY = "date"


def compose(
    *,
    tenant: Tenant,
    period: ReportPeriod,
    figures: FigureSet,
    before: FigureSet | None,
    year_before: FigureSet | None,
    template: Any,
    language: str,
    known_at: datetime,
) -> ReportDocument:
    """A month for product management; reads nothing but the facts that the figures were made of."""
    facts: dict[str, Any] = figures.details["digest"]
    with translation.override(language):
        told = document_figures(
            KEYS, figures, before, currency=tenant.currency, language=language, compact=True
        )
        shown = with_rows(told, figures)
        there = {one.key for one in shown if one.value is not None}
        label = period_label(period, language)
        write = Writer(language, tenant.currency)

        def rows(keys: tuple[str, ...]) -> tuple[FiguresBlock, ...]:
            known = tuple(key for key in keys if key in there)
            return (FiguresBlock(known, style="rows"),) if known else ()

        sections = (
            Section("top", "", (
                FiguresBlock(tuple(key for key in TILES if key in there)),
                *_dated(facts, language),
            )),
            Section("commentary", _("Commentary"), (TextBlock("", slot="commentary"),)),
            Section("requests", _("Requests by weight"), (
                *rows(ASKED),
                _weighed("by_arr", facts["by_arr"], write, _("By ARR of who wants it")),
                _weighed("by_customers", facts["by_customers"], write, _("By number of customers")),
                _waiting(facts["oldest"], write),
            )),
            Section("friction", _("Friction"), (*rows(FRICTION), _friction(facts, write))),
            Section("releases", _("Releases and their use"), (
                *rows(RELEASES),
                _releases("asked", facts["shipped"], write, _("Customers who asked")),
                _releases("owners", facts["shipped"], write, _("Other owners")),
            )),
        )  # fmt: skip
        return with_words(
            ReportDocument(
                kind=ReportKind.PRODUCT,
                period=period.key,
                period_label=label,
                first_day=period.first,
                last_day=period.last,
                language=language,
                currency=tenant.currency,
                title=_("Product digest"),
                subtitle=f"{tenant.name} · {label}",
                vendor=Vendor(tenant.name),
                figures=shown,
                sections=sections,
                words={},
                made_on=tenant.local_date(known_at),
            )
        )


def _dated(facts: dict[str, Any], language: str) -> tuple[NoticeBlock, ...]:
    if not facts["night"]:
        return ()
    day = formats.short_date(date.fromisoformat(facts["night"]), language)
    return (
        NoticeBlock(_("ARR of who wants something as of the night of %(day)s.") % {"day": day}),
    )


def _status(status: str) -> str:
    return str(Request.Status(status).label)


def _weighed(key: str, rows: list[dict[str, Any]], write: Writer, title: str) -> TableBlock:
    return table(
        key,
        (
            ("request", _("Request"), TEXT), ("module", _("Module"), TEXT),
            ("status", _("State"), TEXT), ("customers", _("Customers"), COUNT),
            ("arr", _("ARR"), MONEY),
        ),
        (
            (
                write.text(row["title"]), write.text(row["module"]),
                write.text(_status(row["status"])), write.number(row["customers"]),
                write.money(row["arr"]),
            )
            for row in rows
        ),
        title=title,
        empty=_("No request is open."),
    )  # fmt: skip


def _waiting(rows: list[dict[str, Any]], write: Writer) -> TableBlock:
    return table(
        "waiting",
        (("request", _("Request"), TEXT), ("status", _("State"), TEXT),
         ("raised_on", _("Raised on"), DAY)),
        (
            (write.text(row["title"]), write.text(_status(row["status"])),
             write.day(date.fromisoformat(row["raised_on"])))
            for row in rows
        ),
        title=_("Waiting longest for a decision"),
        empty=_("No request has waited for more than 60 days."),
    )  # fmt: skip


def _friction(facts: dict[str, Any], write: Writer) -> TableBlock:
    return table(
        "friction",
        (
            ("module", _("Module"), TEXT), ("cases", _("Cases"), COUNT),
            ("before", _("Period before"), COUNT), ("customers", _("Customers"), COUNT),
        ),
        (
            (
                write.text(row["module"] or _("No module named")), write.number(row["cases"]),
                write.number(row["before"]), write.number(row["customers"]),
            )
            for row in facts["friction"]
        ),
        title=_("Cases by module"),
        empty=_("No case was opened in this month."),
    )  # fmt: skip


def _releases(key: str, rows: list[dict[str, Any]], write: Writer, who: str) -> TableBlock:
    """Of who asked, or of other owners; a dash while it is too early to say."""

    def title(row: dict[str, Any]) -> str:
        titles = row["titles"]
        return str(titles.get(write.language) or next((one for one in titles.values() if one), ""))

    return table(
        f"releases_{key}",
        (
            ("update", _("Release"), TEXT), ("shipped_on", pgettext("update", "Shipped on"), DAY),
            ("customers", who, COUNT), ("in_30", _("used in 30 days"), SHARE),
            ("in_90", _("used in 90 days"), SHARE),
        ),
        (
            (
                write.text(title(row)), write.day(date.fromisoformat(row["shipped_on"])),
                write.number(row[key][0][1]),
                *(write.share(used, total) for _days, total, used in row[key]),
            )
            for row in rows
        ),
        title=who,
        empty=_("Nothing was shipped in the last 120 days."),
    )  # fmt: skip
