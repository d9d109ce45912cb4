"""The cells of a portfolio, drawn a page at a time.

A page has six hundred of them: each is put together here rather than by branches of a template,
which would take longer than the queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Responsibility
from segmentation.queries.portfolio import Row
from segmentation.reasons import tier_sentence
from ui import formats
from ui.tags.charts import sparkline
from ui.tags.marks import level, segment, stage, tier

NEAR_DAYS = 30
ABSENT = formats.ABSENT


@dataclass(frozen=True)
class Writer:
    """How a page writes: its language, its currency."""

    language: str
    currency: str
    # Whether rows can be chosen, for what is done to many customers.
    chooses: bool = False
    # The night that links stay in; empty: the latest.
    night: date | None = None

    def customer_url(self, customer_id: int) -> str:
        url = reverse("customer", args=[customer_id])
        return f"{url}?as_of={self.night.isoformat()}" if self.night else url

    def money(self, amount: Any) -> str:
        return formats.money(amount, self.currency, self.language, 0)

    def number(self, value: Any) -> str:
        return formats.number(value, self.language)

    def percent(self, share: Any) -> str:
        return formats.percent(share, self.language, 0)

    def days(self, days: Any) -> str:
        return formats.days(days, self.language)


Cell = Callable[[Row, Writer], str]


def drawn(rows: Iterable[Row], cells: Iterable[Cell], writer: Writer) -> list[list[str]]:
    """Per row its cells, safe to be shown."""
    chosen = list(cells)
    return [[cell(row, writer) for cell in chosen] for row in rows]


def name(row: Row, writer: Writer) -> str:
    below = row["key"]
    if row["parent_name"]:
        below += f" · {row['parent_name']}"
    return format_html(
        '{}<a data-row href="{}" title="{}">{}</a><small title="{}">{}</small>',
        _box(row) if writer.chooses else "",
        writer.customer_url(row["customer_id"]),
        row["name"],
        row["name"],
        below,
        below,
    )


def _box(row: Row) -> SafeString:
    return format_html(
        '<input class="row-box" type="checkbox" name="customer" value="{}" form="assign"'
        ' aria-label="{}" autocomplete="off">',
        row["customer_id"],
        _("Choose %(name)s") % {"name": row["name"]},
    )


def face(row: Row, writer: Writer) -> str:
    if not row["face_name"]:
        return format_html('<span class="muted">{}</span>', _("Unassigned"))
    capacity = Responsibility.Capacity(row["face_capacity"]).label
    return format_html("{}<small>{}</small>", row["face_name"], capacity)


def scheme_mark(row: Row, writer: Writer, *, scheme: str) -> str:
    return tier(row[f"tier_{scheme}"])


def level_mark(row: Row, writer: Writer, *, word: str) -> str:
    return level(row[word]) if row[word] else ABSENT


def tier_mark(row: Row, writer: Writer) -> str:
    if row["tier"]:
        return tier(row["tier"])
    return tier("", reason=tier_sentence(row["tier_reason"] or ""))


def stage_mark(row: Row, writer: Writer) -> str:
    return stage(row["stage"])


def segment_mark(row: Row, writer: Writer, *, word: str) -> str:
    return segment(row[word])


def trend(row: Row, writer: Writer) -> str:
    if not row["weekly_events"]:
        return ABSENT
    return sparkline(row["weekly_events"], label=_("Events in each of twelve weeks"))


def money(row: Row, writer: Writer, *, measure: str) -> str:
    return writer.money(row[measure])


def number(row: Row, writer: Writer, *, measure: str) -> str:
    return writer.number(row[measure])


def percent(row: Row, writer: Writer, *, measure: str) -> str:
    return writer.percent(row[measure])


def days(row: Row, writer: Writer, *, measure: str) -> str:
    return writer.days(row[measure])


def text(row: Row, writer: Writer, *, field: str) -> str:
    return row[field] or ABSENT


def seats(row: Row, writer: Writer) -> str:
    if not row["seats"]:
        return ABSENT
    used, bought = writer.number(row["active_users_30"]), writer.number(row["seats"])
    return _with_small(writer.percent(row["seat_utilisation"]), f"{used}/{bought}")


def breadth(row: Row, writer: Writer) -> str:
    if row["modules_owned"] is None:
        return ABSENT
    used, owned = writer.number(row["modules_used_30"]), writer.number(row["modules_owned"])
    return _with_small(writer.percent(row["breadth"]), f"{used}/{owned}")


def renewal(row: Row, writer: Writer) -> str:
    left = row["days_to_renewal"]
    words = writer.days(left)
    return _alarm(words) if left is not None and left <= NEAR_DAYS else words


def payment(row: Row, writer: Writer) -> str:
    late = row["payment_overdue_days"]
    if late:
        words = _("%(days)s late") % {"days": writer.days(late)}
        return format_html(
            '{} <small class="late">{}</small>', _alarm(writer.money(row["overdue_amount"])), words
        )
    return writer.days(row["days_to_payment"])


def last_use(row: Row, writer: Writer) -> str:
    since = row["days_since_usage"]
    if since == 0:
        return _("that day")
    return writer.days(since)


def _with_small(words: str, further: str) -> SafeString:
    return format_html('{} <small class="muted">{}</small>', words, further)


def _alarm(words: str) -> SafeString:
    return format_html('<span class="alarm">{}</span>', words)


eleven = partial(segment_mark, word="eleven")
class8 = partial(segment_mark, word="class8")
