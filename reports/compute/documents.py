"""A report as it is stored: everything that is read in it, and nothing that has to be looked up.

A document is JSON. Whoever draws it (page, PDF, workbook) reads the document and the words that people
put in its slots, asks no table, formats no number and translates no word, so that a report of years
ago comes out the same to the byte. ``FORMAT`` names the shape; documents of an older one keep their
own renderer.

Texts are in the report's language. Values are exact: decimals as JSON numbers, days as ISO dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

FORMAT = 1


class ReportKind(StrEnum):
    CUSTOMER = "customer"
    EXECUTIVE = "executive"
    OPERATIONS = "operations"
    PRODUCT = "product"


class Audience(StrEnum):
    """Who of a customer reads a report: both from the same figures."""

    DECISION_MAKER = "decision_maker"
    KEY_USER = "key_user"


Value = Decimal | int | float | date | str | None


@dataclass(frozen=True)
class DocumentFigure:
    """A number with all that answers "why".

    value: None where facts are absent; ``reason`` then says so in words.
    text: the value as it is read, with its unit.
    unit: of segmentation.catalogue.Unit, or ``date``.
    formula, source: in words.
    night: as-of day of the stored night that it was read from; None: from facts alone.
    rules: version of the rule set of that night.
    before, before_text, change_text: against the period before; year_*: a year ago; empty: not known.
    tone: of the change: ``good``, ``bad`` or "".
    path: of the page that shows the rows behind it, inside the tenant; empty: none.
    """

    key: str
    label: str
    value: Value
    text: str
    unit: str
    formula: str
    as_of: date
    source: str = ""
    night: date | None = None
    rules: int | None = None
    reason: str = ""
    before: Value = None
    before_text: str = ""
    change_text: str = ""
    tone: str = ""
    year_before: Value = None
    year_text: str = ""
    year_change_text: str = ""
    year_tone: str = ""
    goal_text: str = ""
    path: str = ""


@dataclass(frozen=True)
class TextBlock:
    """Words. ``slot``: a person may put others in their place before the report is sent (by this key);
    empty: nobody may. Paragraphs are apart by an empty line.

    tokens: figures that the words name in braces, e.g. ``{events}``, and how each reads: whoever puts
    other words there may leave a figure out, and never alter it.
    """

    text: str
    slot: str = ""
    label: str = ""
    type: str = "text"
    audiences: tuple[str, ...] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FiguresBlock:
    """Figures by key. style: ``tiles`` (the few that come first) or ``rows`` (a table with before and
    change)."""

    keys: tuple[str, ...]
    style: str = "tiles"
    title: str = ""
    type: str = "figures"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChartSeries:
    """``tone``: of the palette, e.g. ``series-1`` or ``tier-high``; ``values``: None is not known."""

    label: str
    values: tuple[Decimal | int | float | None, ...]
    tone: str = "accent"


@dataclass(frozen=True)
class ChartBlock:
    """A chart, with the sentence it answers above it.

    chart: ``lines``, ``area``, ``columns`` (stacked), ``bars`` (a bar per period label, across, each
        with its ``targets`` mark where it has one) or ``matrix`` (periods are rows, series columns).
    words: how each value that is written anywhere in it reads, by its canonical text: values and ticks.
    short: the same along the axis, where shorter.
    targets_label: what the marks of ``targets`` are, where they are no goals.
    description: for who cannot see it.
    """

    chart: str
    title: str
    periods: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    words: Mapping[str, str]
    short: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Decimal | int | float | None, ...] = ()
    targets_label: str = ""
    unit: str = "count"
    description: str = ""
    type: str = "chart"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableColumn:
    """unit: ``text``, or as of a figure: numbers stand right. key: names it in workbook and JSON."""

    key: str
    label: str
    unit: str = "text"


@dataclass(frozen=True)
class TableCell:
    """``value`` for the workbook, ``text`` for the eye; ``tone``: good, bad or a palette mark."""

    value: Value
    text: str
    tone: str = ""


@dataclass(frozen=True)
class TableBlock:
    """Rows. ``more``: what is said where rows were left out; ``empty``: where there are none."""

    key: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    title: str = ""
    total: tuple[TableCell, ...] = ()
    more: str = ""
    empty: str = ""
    type: str = "table"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListItem:
    """Something that happened or will: ``when`` as it is read, a title, a line of text, a mark.

    key: of what it stands for, where more is kept of it; nobody reads it.
    """

    title: str
    text: str = ""
    when: str = ""
    tone: str = ""
    key: str = ""


@dataclass(frozen=True)
class ListBlock:
    items: tuple[ListItem, ...]
    title: str = ""
    more: str = ""
    empty: str = ""
    type: str = "list"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeBlock:
    """What a reader must know first: a correction, facts that are missing."""

    text: str
    tone: str = "note"
    type: str = "notice"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerBlock:
    """The place to answer. On a page opened by a link forms stand here; on paper ``text`` with the
    link's QR code. asks: of ``request``, ``question``, ``survey``."""

    text: str
    asks: tuple[str, ...] = ("request",)
    type: str = "answer"
    audiences: tuple[str, ...] = ()


Block = TextBlock | FiguresBlock | ChartBlock | TableBlock | ListBlock | NoticeBlock | AnswerBlock


@dataclass(frozen=True)
class Section:
    """audiences: who reads it; empty: all. Blocks may narrow that further.

    Reports with one audience name ``screen`` or ``paper`` for what is on one of them only.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vendor:
    """Who sends it. logo: SHA-256 of the stored image, or empty; accent: ``#rrggbb``."""

    name: str
    logo: str = ""
    accent: str = ""
    footer: str = ""


@dataclass(frozen=True)
class ReportDocument:
    """words: the fixed labels of the page in the report's language (``RENDERED_WORDS``)."""

    kind: ReportKind
    period: str
    period_label: str
    first_day: date
    last_day: date
    language: str
    currency: str
    title: str
    vendor: Vendor
    figures: tuple[DocumentFigure, ...]
    sections: tuple[Section, ...]
    words: Mapping[str, str]
    customer: str = ""
    customer_name: str = ""
    subtitle: str = ""
    made_on: date | None = None
    template: int | None = None
