"""The customers of a list, with what a night said of each.

A list of tens of thousands costs two statements: the first finds the page in one table, joining
others only where a filter or the order needs them; the second reads everything about the few rows
of that page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Field, FilteredRelation, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce

from segmentation.models import Assignment, MeasureRow, Night
from segmentation.queries.scopes import Scope
from segmentation.ranks import place_of

Row = dict[str, Any]

# Measures that lists show; names of MeasureRow.
MEASURES = (
    "arr",
    "monetary",
    "recency_days",
    "frequency",
    "tenure_days",
    "days_to_renewal",
    "days_to_payment",
    "payment_overdue_days",
    "overdue_amount",
    "active_days_30",
    "active_users_30",
    "events_30",
    "usage_trend",
    "modules_used_30",
    "modules_owned",
    "breadth",
    "seats",
    "seat_utilisation",
    "days_since_usage",
    "dau_rate",
    "key_user_coverage",
    "weekly_events",
)
SEGMENTS = ("eleven", "class8")
WORDS = ("tier", "stage", *SEGMENTS)
# The tiers of every scheme, for the columns of those that are shown beside the one picked.
SCHEME_TIERS = ("tier_a", "tier_b", "tier_c")
# Name in the row → path of the query; what is not named here is a column of the base itself.
_PATHS: dict[str, Any] = {
    "key": F("customer__key"),
    "name": F("customer__name"),
    "industry": F("customer__industry"),
    "region": F("customer__region"),
    "size": F("customer__size"),
    "parent_key": F("customer__parent__key"),
    "parent_name": F("customer__parent__name"),
    "face_id": F("face__colleague"),
    "face_name": F("face__colleague__name"),
    "face_capacity": F("face__capacity"),
    "face_since": F("face__from_on"),
    "tier_reason": F("standing__reason"),
    "beside_value": F("standing__facet_value"),
    "beside_need": F("standing__need"),
    "tier_place": place_of("tier", "tier"),
    **{f"{name}_place": place_of("tier", name) for name in SCHEME_TIERS},
    "stage_place": place_of("stage", "stage"),
    "eleven_place": place_of("segment", "eleven"),
    "class8_place": place_of("segment", "class8"),
}
_SHOWN = tuple(name for name in _PATHS if not name.endswith("_place"))


def portfolio(scope: Scope, night: Night, *, is_latest: bool) -> QuerySet[Any]:
    """One row per customer of the scope that the night knew; columns are WORDS and MEASURES.

    Measures are kept of the latest night and of month-ends; of other nights they are unknown, and
    the words come from the history.
    """
    rows: QuerySet[Any]
    if is_latest or MeasureRow.objects.filter(as_of=night.as_of).exists():
        rows = MeasureRow.objects.filter(as_of=night.as_of)
    else:
        scored = "customer__scored"
        rows = Assignment.objects.filter(held_on(night.as_of)).annotate(
            scored=FilteredRelation(scored, condition=Q(**{f"{scored}__as_of": night.as_of})),
            **{name: Coalesce(F(f"scored__{name}"), Value("")) for name in SEGMENTS},
            **{
                # Cast, or PostgreSQL would not order by it.
                name: Cast(Value(None), output_field=_field(name))
                for name in MEASURES
            },
        )
    rows = scope.narrow(rows)
    return with_joins(rows, night.as_of, is_latest=is_latest)


def _field(name: str) -> Field[Any, Any]:
    field = MeasureRow._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def with_joins(rows: QuerySet[Any], day: date, *, is_latest: bool) -> QuerySet[Any]:
    """The face and the assignment of a day, joined only where something asks for them."""
    face, standing = "customer__responsibilities__", "customer__assignments__"
    if is_latest:
        # Only these forms meet the partial indexes of what holds now.
        holds_face = Q(**{f"{face}to_on__isnull": True})
        holds = Q(**{f"{standing}valid_to__isnull": True})
    else:
        holds_face = faced_on(day, face)
        holds = held_on(day, standing)
    return rows.annotate(
        face=FilteredRelation("customer__responsibilities", condition=holds_face),
        standing=FilteredRelation("customer__assignments", condition=holds),
    )


def held_on(day: date, prefix: str = "") -> Q:
    """Assignments that held on a day."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )


def faced_on(day: date, prefix: str = "") -> Q:
    """Responsibilities that held on a day."""
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gt": day})
    )


def ordered(rows: QuerySet[Any], order_by: Sequence[str]) -> QuerySet[Any]:
    """In this order of row names, rows without the value last; a leading ``-`` reverses."""
    expressions = []
    for name in order_by:
        plain = name.removeprefix("-")
        path = _PATHS.get(plain) or F(plain)
        expressions.append(
            path.desc(nulls_last=True) if name.startswith("-") else path.asc(nulls_last=True)
        )
    return rows.order_by(*expressions)


def page_rows(
    rows: QuerySet[Any], order_by: Sequence[str], part: slice, *further: str
) -> list[Row]:
    """The rows of one page, in order; ``further``: annotations they hold beside the usual."""
    ids = list(ordered(rows, order_by).values_list("customer_id", flat=True)[part])
    few = rows.filter(customer_id__in=ids)
    found = {row["customer_id"]: row for row in _values(few.order_by(), *further)}
    return [found[pk] for pk in ids]


def all_rows(rows: QuerySet[Any], order_by: Sequence[str]) -> list[Row]:
    """The rows of an export: all, in order."""
    return list(_values(ordered(rows, order_by)))


def _values(rows: QuerySet[Any], *further: str) -> QuerySet[Any, Row]:
    return rows.values(
        "customer_id",
        *further,
        *WORDS,
        *SCHEME_TIERS,
        *MEASURES,
        **{name: _PATHS[name] for name in _SHOWN},
    )


GROUP_FIGURES: dict[str, Any] = {
    "companies": Count("pk"),
    "total_arr": Sum("arr"),
    "total_overdue": Sum("overdue_amount"),
    "longest_overdue": Max("payment_overdue_days"),
    "total_seats": Sum("seats"),
    "total_users": Sum("active_users_30"),
    "next_renewal": Min("days_to_renewal"),
    "next_payment": Min("days_to_payment"),
    "last_use": Min("days_since_usage"),
}


def by_group(rows: QuerySet[Any]) -> QuerySet[Any, Row]:
    """One row per group of companies (集团): ``group``, the id of its head, and GROUP_FIGURES.

    A customer without a parent heads its own group. Sums for amounts, the nearest renewal and
    payment, the latest use, the longest delay.
    """
    return (
        rows.order_by()
        .annotate(group=Coalesce("customer__parent_id", "customer_id"))
        .values("group")
        .annotate(**GROUP_FIGURES)
    )
