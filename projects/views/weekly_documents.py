"""A weekly report as it is read: from what is kept of it, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from projects.compute.weekly_reports import SECTIONS, SUMMARY, read_facts
from projects.forms.weeklies import TITLES
from projects.models import WeeklyReport
from projects.views.phase_bars import PhaseBar, phase_bars

INTERNAL = {"risks": "shows_risks"}


@dataclass(frozen=True)
class Section:
    """A part of the report: its facts, and the manager's words about it."""

    name: str
    title: str
    facts: dict[str, Any]
    text: str

    @property
    def is_empty(self) -> bool:
        return not self.text and not _counts(self.facts)


@dataclass(frozen=True)
class ShownReport:
    """The parts of a report, as the template ``r/weekly_document.html`` takes them. ``effort``: None
    where the customer does not see it."""

    report: WeeklyReport
    facts: dict[str, Any]
    summary: str
    sections: list[Section]
    effort: dict[str, Any] | None
    bars: list[PhaseBar]


def shown_report(report: WeeklyReport) -> ShownReport:
    """What a report says to the customer, in the active language.

    Raises:
        UnknownSchema: its facts are of a shape that this version does not know.
    """
    facts = read_facts(report.facts)
    names = [name for name in SECTIONS if getattr(report, INTERNAL.get(name, ""), True)]
    sections = [
        Section(name, str(TITLES[name]), facts[name], report.texts.get(name, "")) for name in names
    ]
    return ShownReport(
        report=report,
        facts=facts,
        summary=report.texts.get(SUMMARY, ""),
        sections=[section for section in sections if not section.is_empty],
        effort=facts["effort"] if report.shows_effort else None,
        bars=phase_bars(facts["plan"]["phases"], facts["day_on"]),
    )


def document_html(report: WeeklyReport, zone: ZoneInfo) -> SafeString:
    """The report as the customer reads it: in its own language and the tenant's zone."""
    with translation.override(report.language), timezone.override(zone):
        return render_to_string("r/weekly_document.html", {"shown": shown_report(report)})


def _counts(facts: Any) -> int:
    """How many rows a part of the facts has, at any depth."""
    if not isinstance(facts, dict):
        return facts if isinstance(facts, int) else 0
    if "count" in facts and "rows" in facts:
        own = int(facts["count"])
        return own + sum(
            _counts(part) for name, part in facts.items() if name not in ("count", "rows")
        )
    return sum(_counts(part) for part in facts.values())
