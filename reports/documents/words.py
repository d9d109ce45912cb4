"""The fixed labels of a report's page, and its days, in the report's language.

They are put into the document when it is made, so that whoever draws it translates nothing and formats
no day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.compute.documents import ReportDocument
from ui import formats

# %(page)s and %(pages)s, %(version)s are filled in while drawing.
RENDERED_WORDS: dict[str, str | Promise] = {
    "as_of": _("As of"),
    "as_table": _("As a table"),
    "audience_decision_maker": _("For decision makers"),
    "audience_key_user": _("For key users"),
    "before": _("Period before"),
    "change": pgettext_lazy("report", "Change"),
    "figure": _("Figure"),
    "figures": pgettext_lazy("report", "Figures"),
    "formula": _("Formula"),
    "goal": _("Goal"),
    "made_on": pgettext_lazy("report", "Made on"),
    "night": pgettext_lazy("report", "Night of"),
    "no_data": _("No data for these periods yet."),
    "notes": _("How these figures are made"),
    "notes_elsewhere": _(
        "How each figure is made stands in the report on screen and in its workbook."
    ),
    "page": _("Page %(page)s of %(pages)s"),
    "period": _("Period"),
    "reason": _("Reason"),
    "rules": _("Rules, version %(version)s"),
    "source": _("Source"),
    "target": _("Target"),
    "unit": _("Unit"),
    "value": pgettext_lazy("report", "Value"),
    "why": _("Why this value"),
    "year_before": _("A year before"),
}
DAY = "day:"


def with_words(document: ReportDocument) -> ReportDocument:
    """The document with every label and day that drawing it needs; words it has already stay."""
    return replace(
        document,
        words={**page_words(document.language, _days(document)), **document.words},
    )


def page_words(language: str, days: Iterable[date] = ()) -> dict[str, str]:
    """Labels by key, and ``day:2026-10-31`` for each of the days."""
    with translation.override(language):
        found = {key: str(word) for key, word in RENDERED_WORDS.items()}
    for day in sorted(set(days)):
        found[f"{DAY}{day.isoformat()}"] = formats.short_date(day, language)
    return found


def _days(document: ReportDocument) -> set[date]:
    found = {document.first_day, document.last_day}
    if document.made_on is not None:
        found.add(document.made_on)
    for figure in document.figures:
        found.add(figure.as_of)
        if figure.night is not None:
            found.add(figure.night)
    return found
