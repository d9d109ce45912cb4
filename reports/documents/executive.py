"""The document of the executives' report: one page on paper, the whole of it on screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Tenant
from reports.catalogue import TIER_COUNTS, figures_of
from reports.compute.documents import (
    Block,
    ChartBlock,
    DocumentFigure,
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
from reports.compute.report_templates import Look
from reports.documents.executive_charts import Drawer
from reports.documents.executive_tables import PAPER, SCREEN, Tables
from reports.documents.figure_words import document_figures, with_rows
from reports.documents.goal_tables import goal_texts, goals_table
from reports.documents.period_words import period_label
from reports.documents.words import with_words
from reports.models import FigureSet
from reports.queries.executive_facts import ExecutiveFacts, executive_facts
from reports.queries.goals import goals_of
from ui.palette import MARKS

TILES = (
    "renewal_rate_customers", "renewal_rate_arr", "nrr", "grr", "logo_churn", "ltv", "end_arr",
    "cash_received", "new_customers", "referred_share", "delivery_cycle_days",
    "signed_not_live_arr",
)  # fmt: skip
RETENTION = (
    "start_arr", "new", "expansion", "reactivated", "contraction", "churned", "end_arr", "nrr",
    "grr", "customers_start", "customers_lost", "logo_churn", "customers", "ltv",
    "nrr_12m", "grr_12m", "logo_churn_12m",
)  # fmt: skip
MONEY = (
    "due_customers", "due_arr", "renewal_rate_customers", "renewal_rate_arr", "cash_due",
    "cash_received", "cash_overdue",
)  # fmt: skip
CUSTOMERS = ("new_customers", "referred_customers", "referred_share")
MOVES = ("moves_up", "moves_down")
DELIVERY = (
    "accepted_projects", "on_time_rate", "delivery_cycle_days", "acceptance_lead_days",
    "signed_not_live_arr", "scope_creep_index", "unapproved_days", "faces_per_customer",
)  # fmt: skip
VOICE = (
    "survey_response_rate", "requests_received", "requests_adopted", "acceptance_rate",
)  # fmt: skip
ACTIVITY = (
    "active_customers", "active_persons", "dau_rate", "events", "touchpoints", "cases_opened",
    "case_response_hours", "case_targets_met",
)  # fmt: skip
# What one page has no room for; the whole of it is on screen.
_NOT_ON_PAPER = {
    *TILES, "start_arr", "new", "expansion", "reactivated", "contraction", "churned",
    "customers_start", "customers_lost", "due_customers", *MOVES, "events", "unapproved_days",
    "referred_customers", "requests_received", "acceptance_lead_days", "faces_per_customer",
    "active_persons", "cases_opened", "nrr_12m", "grr_12m", "logo_churn_12m",
}  # fmt: skip


def compose(
    *,
    tenant: Tenant,
    period: ReportPeriod,
    figures: FigureSet,
    before: FigureSet | None,
    year_before: FigureSet | None,
    template: Look | None,
    language: str,
    known_at: datetime,
) -> ReportDocument:
    """How all customers stand at the end of a period, against the period before and a year ago."""
    look = template or Look()
    with translation.override(language):
        facts = executive_facts(
            tenant=tenant, period=period, known_at=known_at, night=figures.night
        )
        goals = goals_of(period)
        texts = goal_texts(goals, tenant.currency, language)
        shown = tuple(
            replace(one, goal_text=texts.get(one.key, ""))
            for one in _figures(figures, before, year_before, tenant.currency, language)
        )
        label = period_label(period, language)
        written = _Writer(
            {one.key for one in shown},
            facts,
            figures,
            Drawer(facts, language, tenant.currency),
            Tables(facts, language, tenant.currency),
            goals_table(goals, tenant.currency, language, SCREEN),
        )
        document = ReportDocument(
            kind=ReportKind.EXECUTIVE,
            period=period.key,
            period_label=label,
            first_day=period.first,
            last_day=period.last,
            language=language,
            currency=tenant.currency,
            title=_("The quarter for executives")
            if period.is_quarter
            else _("The month for executives"),
            subtitle=f"{tenant.name} · {label}",
            vendor=Vendor(tenant.name, look.logo, look.accent),
            template=look.version,
            figures=shown,
            sections=tuple(one for one in written.sections() if one.blocks),
            words={},
            made_on=tenant.local_date(known_at),
        )
        return with_words(document)


def _figures(
    figures: FigureSet,
    before: FigureSet | None,
    year_before: FigureSet | None,
    currency: str,
    language: str,
) -> tuple[DocumentFigure, ...]:
    """All of the set, each with the rows behind it."""
    keys = [*figures_of(ReportKind.EXECUTIVE), *tier_keys(figures)]
    found = document_figures(
        keys, figures, before, year_before=year_before, currency=currency, language=language,
        compact=True,
    )  # fmt: skip
    return with_rows(found, figures)


def tier_keys(figures: FigureSet) -> list[str]:
    """Best tier first."""
    keys = [f"{TIER_COUNTS}{tier}" for tier in MARKS["tier"]]
    return [key for key in keys if key in figures.figures or key in figures.reasons]


@dataclass(frozen=True)
class _Writer:
    there: set[str]
    facts: ExecutiveFacts
    figures: FigureSet
    draw: Drawer
    tables: Tables
    goals: TableBlock | None

    def sections(self) -> Iterable[Section]:
        yield Section("top", "", (self.block(TILES, "tiles"),))
        yield Section("commentary", _("Commentary"), (
            TextBlock("", slot="commentary"),
        ))  # fmt: skip
        yield from self.restated()
        if self.goals is not None:
            blocks = (TextBlock("", slot="goals"), self.goals)
            yield Section("goals", _("Against goals"), blocks, audiences=SCREEN)
        yield self.section("retention", _("ARR and retention"), (
            self.draw.movements(), self.draw.retention(), _on_screen(self.draw.arr()),
            *self.rows(RETENTION),
        ))  # fmt: skip
        yield self.section("money", _("Cash and renewals"), (
            self.draw.cash(), *self.rows(MONEY), self.tables.ahead(), *self.rows(CUSTOMERS),
        ))  # fmt: skip
        yield self.section("tiers", _("Tiers and migration"), tuple(self.of_tiers()))
        if self.facts.risks is not None:
            yield self.section(
                "risks", _("The largest risks"), (self.tables.risks(self.facts.risks),)
            )
        yield self.section("delivery", _("Delivery and scope"), self.rows(DELIVERY))
        yield self.section("voice", _("Satisfaction and requests"), (
            self.tables.surveys(self.figures), *self.rows(VOICE),
        ))  # fmt: skip
        yield self.section("activity", _("Activity and service"), self.rows(ACTIVITY))

    def section(self, key: str, title: str, blocks: Iterable[Block | None]) -> Section:
        """With a place for somebody's words, unless nothing is known of it."""
        there = tuple(one for one in blocks if one is not None)
        return Section(key, title, (TextBlock("", slot=key), *there) if there else ())

    def restated(self) -> Iterable[Section]:
        if self.facts.restated:
            yield Section("restated", _("Restated since the last report"), (
                NoticeBlock(_("These figures of closed periods were told otherwise before."), "warning"),
                *self.tables.restated(self.facts.restated),
            ))  # fmt: skip

    def of_tiers(self) -> Iterable[Block | None]:
        tiers = self.facts.tiers
        if tiers is None:
            yield NoticeBlock(
                _("The night of the last day is not stored: tiers, moves and risks are not known.")
            )
            return
        yield self.draw.migration(tiers)
        yield _on_screen(self.draw.tiers(tiers))
        yield from self.rows(MOVES)
        yield self.block(
            [key for key in tier_keys(self.figures) if key in self.there], "rows", SCREEN
        )
        yield self.tables.moves(tiers)

    def rows(self, keys: Iterable[str]) -> list[Block]:
        """A table of figures: all on screen, on paper those that stand nowhere else."""
        there = [key for key in keys if key in self.there and self._is_known(key)]
        few = [key for key in there if key not in _NOT_ON_PAPER]
        if few == there:
            return [self.block(there, "rows")] if there else []
        return [
            *([self.block(there, "rows", SCREEN)] if there else []),
            *([self.block(few, "rows", PAPER)] if few else []),
        ]

    def _is_known(self, key: str) -> bool:
        return self.figures.value(key) is not None

    def block(
        self, keys: Iterable[str], style: str, audiences: tuple[str, ...] = ()
    ) -> FiguresBlock:
        return FiguresBlock(
            tuple(key for key in keys if key in self.there), style=style, audiences=audiences
        )


def _on_screen(chart: ChartBlock | None) -> ChartBlock | None:
    return chart and replace(chart, audiences=SCREEN)
