"""Pages of long lists by the place of their last row: what is added meanwhile shifts no page, and the
last page costs what the first does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import F, Field, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

CURSOR, LIMIT, SORT = "cursor", "limit", "sort"
ROWS, MOST_ROWS = 100, 500
# The value by which a row was sorted, beside the row.
PLACE = "sort_place"


@dataclass(frozen=True)
class Page:
    """``rows`` in their order; ``next`` and ``previous`` are addresses or None."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class _Order:
    """``name`` as it is asked for, with - in front where the last comes first. ``tie``: by what rows of
    equal values are told apart. ``may_be_empty``: of columns that never are, indexes give the order."""

    name: str
    column: str
    descending: bool
    tie: str
    may_be_empty: bool

    def expressions(self, *, backwards: bool) -> list[Any]:
        """Rows without a value come last either way, and first when read backwards."""
        falling = self.descending != backwards
        nulls: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
        if not self.may_be_empty:
            nulls = {}
        column, pk = F(PLACE), F(self.tie)
        if falling:
            return [column.desc(**nulls), pk.desc()]
        return [column.asc(**nulls), pk.asc()]

    def beyond(self, value: Any, pk: int | str, *, backwards: bool) -> Q:
        """The rows after the place, or before it when read backwards."""
        further = "lt" if self.descending != backwards else "gt"
        same = Q(**{PLACE: value}) if value is not None else Q(**{f"{PLACE}__isnull": True})
        beside = same & Q(**{f"{self.tie}__{further}": pk})
        if not self.may_be_empty:
            # Said twice: the first part is what an index is entered by.
            return Q(**{f"{PLACE}__{further}e": value}) & (
                beside | Q(**{f"{PLACE}__{further}": value})
            )
        if value is None:
            return beside | Q(**{f"{PLACE}__isnull": False}) if backwards else beside
        rest = Q(**{f"{PLACE}__{further}": value})
        return beside | rest if backwards else beside | rest | Q(**{f"{PLACE}__isnull": True})


def page_of(
    found: QuerySet[Any], request: Request, *, sorts: Mapping[str, str], tie: str = "pk"
) -> Page:
    """The page that a request asks for.

    Args:
        sorts: name in ``?sort=`` → column; the first is the order of who asks for none, and a ``-``
            in front of its name makes that order fall.
        tie: a unique column of whole numbers or texts, of rows that have no number of their own.

    Raises:
        ValidationError: a limit, an order or a cursor that is none.
    """
    order = _order(request.query_params.get(SORT, ""), sorts, found, tie)
    limit = _limit(request.query_params.get(LIMIT))
    ordered = found.order_by().annotate(**{PLACE: F(order.column)})
    place = _place(request.query_params.get(CURSOR), order, ordered)
    backwards = place is not None and place.backwards
    if place is not None:
        ordered = ordered.filter(order.beyond(place.value, place.pk, backwards=backwards))
    rows = list(ordered.order_by(*order.expressions(backwards=backwards))[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, place is not None)
    return Page(
        rows=rows,
        next=_address(request, order, rows[-1], backwards=False) if rows and has_next else None,
        previous=_address(request, order, rows[0], backwards=True)
        if rows and has_previous
        else None,
    )


def sort_names(sorts: Mapping[str, str]) -> list[str]:
    """Every value that ``?sort=`` takes, the usual one first."""
    found = []
    for name in sorts:
        plain = name.removeprefix("-")
        found += [name, plain if name.startswith("-") else f"-{plain}"]
    return found


def _order(asked: str, sorts: Mapping[str, str], found: QuerySet[Any], tie: str) -> _Order:
    known = sort_names(sorts)
    name = asked or known[0]
    if name not in known:
        raise serializers.ValidationError(
            {SORT: [_("One of: %(known)s.") % {"known": ", ".join(known)}]}
        )
    plain = name.removeprefix("-")
    column = sorts[plain] if plain in sorts else sorts[f"-{plain}"]
    return _Order(name, column, name.startswith("-"), tie, _may_be_empty(found, column))


def _may_be_empty(found: QuerySet[Any], column: str) -> bool:
    """Whether a row of these may lack the value; of what is computed nobody knows."""
    if column in found.query.annotations:
        return True
    options: Any = found.model._meta
    for name in column.split("__"):
        field = options.pk if name == "pk" else options.get_field(name)
        if field.null:
            return True
        if field.is_relation:
            options = field.related_model._meta
    return False


def _limit(asked: str | None) -> int:
    if asked is None:
        return ROWS
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST_ROWS:
        raise serializers.ValidationError(
            {LIMIT: [_("A whole number from 1 to %(most)s.") % {"most": MOST_ROWS}]}
        )
    return int(asked)


@dataclass(frozen=True)
class _Place:
    value: Any
    pk: int | str
    backwards: bool


def _place(cursor: str | None, order: _Order, ordered: QuerySet[Any]) -> _Place | None:
    if not cursor:
        return None
    try:
        name, text, pk, backwards = json.loads(
            base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        )
        if name != order.name or not _tells_apart(pk, order.tie):
            raise ValueError(cursor)
        field: Field[Any, Any] = ordered.query.annotations[PLACE].output_field
        value = None if text is None else field.to_python(text)
        if isinstance(value, str) and not _is_text(value):
            raise ValueError(cursor)
        if value is None and not order.may_be_empty:
            raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error, DjangoValidationError) as error:
        raise serializers.ValidationError(
            {CURSOR: [_("Follow `next` and `previous` as they are, with the same order.")]}
        ) from error
    return _Place(value, pk, bool(backwards))


def _tells_apart(value: Any, tie: str) -> bool:
    """Whether a cursor's value is one of a column by which rows are told apart."""
    if tie == "pk":
        return isinstance(value, int) and 0 <= value < 2**63
    return isinstance(value, str) and _is_text(value)


def _is_text(value: str) -> bool:
    """Whether the database can look for it."""
    return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _address(request: Request, order: _Order, row: Any, *, backwards: bool) -> str:
    value = getattr(row, PLACE)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    last = getattr(row, order.tie)
    packed = json.dumps([order.name, value, last, backwards], separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(packed.encode()).decode("ascii").rstrip("=")
    asked: Sequence[tuple[str, str]] = [
        (name, given)
        for name, values in request.query_params.lists()
        for given in values
        if name != CURSOR
    ]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*asked, (CURSOR, cursor)])}")
