"""What a list can be narrowed by: declared once, parsed, refused and documented from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rest.keyset import CURSOR, LIMIT, SORT

FIELDS = "fields"
ALWAYS = (CURSOR, LIMIT, SORT, FIELDS)
# Values of one filter, separated by commas: any of them.
MOST_VALUES = 100


@dataclass(frozen=True)
class Filter:
    """``name`` in the query narrows by ``lookup``, e.g. ``opened_at__gte``.

    ``reads`` makes the field that parses a value; ``many``: values with commas between them, any of
    which holds.
    """

    name: str
    lookup: str
    reads: Callable[[], serializers.Field[Any, Any, Any, Any]]
    type: Any
    help: str = ""
    many: bool = False
    choices: Sequence[str] = field(default=())

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        """
        Raises:
            ValidationError: a value that is none.
        """
        parts = given.split(",")[: MOST_VALUES + 1] if self.many else [given]
        if len(parts) > MOST_VALUES:
            raise serializers.ValidationError(
                {self.name: [_("At most %(most)s values.") % {"most": MOST_VALUES}]}
            )
        if self.choices and (unknown := [part for part in parts if part not in self.choices]):
            del unknown
            raise serializers.ValidationError(
                {self.name: [_("One of: %(known)s.") % {"known": ", ".join(self.choices)}]}
            )
        reader = self.reads()
        try:
            values = [reader.run_validation(part) for part in parts]
        except serializers.ValidationError as error:
            raise serializers.ValidationError({self.name: error.detail}) from error
        if not self.many:
            return found.filter(Q(**{self.lookup: values[0]}))
        return found.filter(Q(**{f"{self.lookup}__in": values}))

    def parameter(self) -> OpenApiParameter:
        return OpenApiParameter(
            self.name,
            self.type,
            description=self.help,
            enum=list(self.choices) or None,
            many=self.many,
            style="form" if self.many else None,
            explode=False if self.many else None,
        )


def text(name: str, lookup: str = "", *, help: str = "", many: bool = False) -> Filter:
    """The same text, case and all."""
    return Filter(
        name, lookup or name, lambda: serializers.CharField(max_length=300), str, help, many
    )


class _Containing(Filter):
    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        try:
            wanted = " ".join(self.reads().run_validation(given).split()).lower()
        except serializers.ValidationError as error:
            raise serializers.ValidationError({self.name: error.detail}) from error
        return found.filter(Q(**{f"{self.lookup}__contains": wanted}))


def containing(name: str, lookup: str, *, help: str = "") -> Filter:
    """A part of a text, whatever its case; ``lookup``: a column that holds small letters."""
    return _Containing(name, lookup, lambda: serializers.CharField(max_length=200), str, help)


def choice(
    name: str,
    lookup: str,
    known: Sequence[str] | Sequence[tuple[str, str | Promise]],
    *,
    help: str = "",
) -> Filter:
    """One or several of known words."""
    values = [one if isinstance(one, str) else one[0] for one in known]
    return Filter(name, lookup, serializers.CharField, str, help, True, values)


def day(name: str, lookup: str, *, help: str = "") -> Filter:
    return Filter(name, lookup, serializers.DateField, OpenApiTypes.DATE, help)


def moment(name: str, lookup: str, *, help: str = "") -> Filter:
    return Filter(name, lookup, serializers.DateTimeField, OpenApiTypes.DATETIME, help)


def changed_since(column: str = "known_from") -> Filter:
    """What a program asks for that keeps a copy."""
    return moment("changed_since", f"{column}__gte", help="Changed at this moment or later.")


def flag(name: str, lookup: str, *, help: str = "") -> Filter:
    return Filter(name, lookup, serializers.BooleanField, bool, help)


def whole(
    name: str, lookup: str, *, least: int = 0, most: int = 2**31 - 1, help: str = ""
) -> Filter:
    return Filter(
        name,
        lookup,
        lambda: serializers.IntegerField(min_value=least, max_value=most),
        int,
        help,
    )


def narrowed(found: QuerySet[Any], request: Request, filters: Sequence[Filter]) -> QuerySet[Any]:
    """What the query asks for.

    Raises:
        ValidationError: a value that is none, or a name that nothing is narrowed by: a filter that
            was misspelt must not answer with everything.
    """
    known: Mapping[str, Filter] = {one.name: one for one in filters}
    refuse_unknown(request, (*known, *ALWAYS))
    for name, one in known.items():
        given = request.query_params.get(name)
        if given is not None:
            found = one.narrowed(found, given)
    return found


def refuse_unknown(request: Request, known: Sequence[str]) -> None:
    """
    Raises:
        ValidationError: the query has a name beside ``known``.
    """
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise serializers.ValidationError(
            {
                name: [_("Not known here. Known: %(known)s.") % {"known": ", ".join(known)}]
                for name in unknown
            }
        )
