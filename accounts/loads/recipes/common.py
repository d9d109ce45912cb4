"""What deals and opportunities have in common, and people, however a CRM calls them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from accounts.loads.reading.faults import Reason
from accounts.loads.reading.recipe import Cells, Unfit, first_filled, listed_ids
from accounts.loads.reading.values import TRUE

# Contract lines need a module; a deal without a product gets this one.
NO_PRODUCT = "unspecified"
TERM_MONTHS = 12
LONGEST_TERM = 600

_email = re.compile(r"[^\s@<>,;()]+@[^\s@<>,;()]+")
_gone = re.compile(r"\s*\((?:deactivated|removed|inactive)[^)]*\)$", re.IGNORECASE)
_won = re.compile(r"(?<![a-z])won(?![a-z])|closedwon|赢单|成交", re.IGNORECASE)
_not_won = re.compile(r"(?<![a-z])(?:not|lost)(?![a-z])|未", re.IGNORECASE)


def is_won(flag: str, stage: str) -> bool:
    """The CRM's own flag where it is filled, else the word in the name of the stage."""
    if flag:
        return flag.lower() in TRUE
    return bool(_won.search(stage)) and not _not_won.search(stage)


def person(cells: Cells) -> str:
    """An owner: the e-mail address where there is one, else the name."""
    text = first_filled(cells)
    found = _email.search(text)
    return found[0] if found else _gone.sub("", text)


def full_name(cells: Cells) -> str:
    """(name, first name, last name, e-mail) → the name, however much of it there is."""
    name, first, last, email = cells.texts
    return name or " ".join(part for part in (first, last) if part) or email


def first_of_several(clean: Callable[[Cells, str, int], str]) -> Callable[[Cells], str]:
    """The first id of the first part that is filled; further ones are told."""

    def by(cells: Cells) -> str:
        part = cells.first()
        ids = listed_ids(cells.texts[part])
        if len(ids) > 1:
            cells.tell("further_companies")
        return clean(cells, ids[0], part) if ids else ""

    return by


def roles(words: Mapping[str, str]) -> Callable[[Cells], str]:
    """Roles of a contact from the CRM's words for them; words that are no role of ours are told."""

    def by(cells: Cells) -> str:
        found = set()
        for word in listed_ids(first_filled(cells)):
            role = words.get(re.sub(r"[\s_&-]+", " ", word).lower())
            if role:
                found.add(role)
            else:
                cells.tell("further_roles")
        return ";".join(sorted(found))

    return by


def module(cells: Cells) -> str:
    """The product."""
    product = first_filled(cells) if cells.texts else ""
    if not product:
        cells.tell("no_product")
    return product or NO_PRODUCT


def day(cells: Cells) -> str:
    """The day in the first part that is filled."""
    found = cells.day(cells.first())
    return found.isoformat() if found else ""


def end(cells: Cells) -> str:
    """(end, start, close, term) → the end, or the last day of the term, or of twelve months."""
    if found := cells.day(0):
        return found.isoformat()
    start = cells.day(1) or cells.day(2)
    if start is None:
        return ""
    months = _term(cells, 3)
    if months is None:
        cells.tell("twelve_months")
    return _after(start, months or TERM_MONTHS).isoformat()


def annual_fee(cells: Cells) -> str:
    """(a year's fee, amount, start, close, end, term) → the fee of a year.

    A figure for a year counts where it is above 0. Else the amount is that of the whole term.
    """
    if cells.amount(0):
        return cells.texts[0]
    amount = cells.amount(1)
    if amount is None:
        return ""
    start = cells.day(2) or cells.day(3)
    until = cells.day(4)
    months = _months(start, until) if start and until else Decimal(_term(cells, 5) or TERM_MONTHS)
    if months <= 0 or months == TERM_MONTHS:
        return cells.texts[1]
    cells.tell("amount_per_year")
    return cells.written(amount * TERM_MONTHS / months)


def _term(cells: Cells, part: int) -> int | None:
    months = cells.whole(part)
    if months is None:
        return None
    if not 1 <= months <= LONGEST_TERM:
        raise Unfit(part, Reason("not_a_term", {"most": LONGEST_TERM}))
    return months


def _months(start: dt.date, until: dt.date) -> Decimal:
    """Months from the first to the last day; parts of one by days."""
    whole = (until.year - start.year) * 12 + until.month - start.month
    for months in (whole, whole + 1):
        if months > 0 and _after(start, months) == until:
            return Decimal(months)
    return Decimal((until - start).days + 1) * 12 / 365


def _after(start: dt.date, months: int) -> dt.date:
    """The last day of so many months."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if start.day > last:
        return dt.date(year, month + 1, last)
    return dt.date(year, month + 1, start.day) - dt.timedelta(days=1)
