"""Who moved on a night: a change of stage or tier, for the worse first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Greatest, RowNumber

from accounts.models import ContractLine, Responsibility
from segmentation.models import Move, Night
from segmentation.queries.remembered import of_night
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import neighbours_of
from segmentation.ranks import BETTER, OTHER, WORSE, DirectionSign

DIRECTIONS = {-1: WORSE, 0: OTHER, 1: BETTER}


@dataclass(frozen=True)
class Moved:
    """One move: ``kind`` stage or tier; ``reason`` as the night stored it (a dict)."""

    as_of: date
    kind: str
    old: str
    new: str
    cause: str
    reason: dict[str, Any]
    direction: str


@dataclass
class MovedCustomer:
    """A customer with its moves of one night, the tier before the stage.

    ``arr_before``: its ARR on the night before, where a subscription ended since; else None.
    """

    customer_id: int
    key: str
    name: str
    arr: Decimal | None
    arr_before: Decimal | None
    direction: str
    face: str
    moves: list[Moved] = field(default_factory=list)


@dataclass(frozen=True)
class MovedGroup:
    """The first customers of a direction, and how many moved that way."""

    direction: str
    customers: list[MovedCustomer]
    total: int


def moves_of(night: Night, scope: Scope) -> QuerySet[Move]:
    """The night's moves within the scope, with ``sign`` (-1 worse, 1 better), ``arr``, ``arr_before``
    (see MovedCustomer) and ``stake``, the larger of both: who was lost has no ARR any more.
    """
    moves: QuerySet[Move] = Move.objects.filter(night=night)
    moves = scope.narrow(moves)
    return moves.annotate(
        sign=DirectionSign(),
        measured=FilteredRelation(
            "customer__measure_rows", condition=Q(customer__measure_rows__as_of=night.as_of)
        ),
        face=FilteredRelation(
            "customer__responsibilities",
            condition=Q(customer__responsibilities__to_on__isnull=True),
        ),
    ).annotate(
        arr=F("measured__arr"),
        arr_before=_arr_before(night),
        # PostgreSQL leaves aside what is NULL.
        stake=Greatest(F("measured__arr"), F("arr_before")),
    )


def _arr_before(night: Night) -> Case:
    """The fees that ran on the night before, of customers of which a subscription ended since."""
    amount = DecimalField(max_digits=20, decimal_places=4)
    before, _after = neighbours_of(night)
    if before is None:
        return Case(default=Value(None), output_field=amount)
    lines = ContractLine.objects.filter(
        kind=ContractLine.Kind.SUBSCRIPTION, is_trial=False, starts_on__lte=before
    ).order_by()
    ended = lines.filter(ends_on__gte=before, ends_on__lt=night.as_of)
    ran = lines.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=before), contract__customer=OuterRef("customer")
    )
    fees = ran.values("contract__customer").annotate(fees=Sum("annual_fee")).values("fees")
    # Asked of few: a sum for each of tens of thousands of moves would take longer than a page may.
    return Case(
        When(customer__in=ended.values("contract__customer"), then=Subquery(fees)),
        output_field=amount,
    )


def first_moved(night: Night, scope: Scope, *, most: int) -> dict[str, MovedGroup]:
    """Per direction at most so many customers, those with the most ARR, on this night or the
    one before, first; two statements.

    A customer stands where its most telling move is: for the worse before for the better.
    """
    if scope.is_whole:
        return of_night(f"moved-{most}", night, lambda: _first_moved(night, scope, most))
    return _first_moved(night, scope, most)


def _first_moved(night: Night, scope: Scope, most: int) -> dict[str, MovedGroup]:
    largest_first = [F("stake").desc(nulls_last=True), F("customer_id").asc(), F("kind").desc()]
    ranked: QuerySet[Any] = moves_of(night, scope).annotate(
        place=Window(RowNumber(), partition_by=[F("sign")], order_by=largest_first),
        total=Window(Count("customer_id"), partition_by=[F("sign")]),
    )
    # Stage and tier of one customer are neighbours: twice as many rows hold enough customers.
    rows = list(_told(ranked.filter(place__lte=2 * most).order_by("sign", "place"), "total"))
    totals = {DIRECTIONS[row["sign"]]: row["total"] for row in rows}
    customers = grouped(rows)
    return {
        direction: MovedGroup(
            direction,
            [one for one in customers if one.direction == direction][:most],
            totals.get(direction, 0),
        )
        for direction in (WORSE, BETTER, OTHER)
    }


def moved_rows(moves: QuerySet[Move], part: slice) -> list[MovedCustomer]:
    """One page of single moves, as customers with one move each."""
    return [one for row in list(_told(moves)[part]) for one in grouped([row])]


def grouped(rows: Iterable[dict[str, Any]]) -> list[MovedCustomer]:
    """Moves by customer, in the order of the first of each."""
    found: dict[int, MovedCustomer] = {}
    for row in rows:
        move = Moved(
            row["as_of"],
            row["kind"],
            row["from_value"],
            row["to_value"],
            row["cause"],
            row["reason"],
            DIRECTIONS[row["sign"]],
        )
        customer = found.get(row["customer_id"])
        if customer is None:
            customer = found[row["customer_id"]] = MovedCustomer(
                row["customer_id"],
                row["customer__key"],
                row["customer__name"],
                row["arr"],
                row["arr_before"],
                move.direction,
                row["face__colleague__name"] or "",
            )
        elif customer.direction == OTHER:
            customer.direction = move.direction
        customer.moves.append(move)
    for customer in found.values():
        customer.moves.sort(key=lambda move: move.kind, reverse=True)
    return list(found.values())


def _told(moves: QuerySet[Move], *further: str) -> QuerySet[Move, dict[str, Any]]:
    return moves.values(
        "as_of",
        "kind",
        "from_value",
        "to_value",
        "cause",
        "reason",
        "sign",
        "arr",
        "arr_before",
        "customer_id",
        "customer__key",
        "customer__name",
        "face__colleague__name",
        *further,
    )


def history_of(customer_id: int, *, most: int) -> list[Moved]:
    """The latest moves of one customer."""
    rows = Move.objects.filter(customer_id=customer_id).annotate(sign=DirectionSign())
    return [
        Moved(
            move.as_of,
            move.kind,
            move.from_value,
            move.to_value,
            move.cause,
            move.reason,
            DIRECTIONS[move.sign],
        )
        for move in rows.order_by("-as_of", "-kind")[:most]
    ]


@dataclass(frozen=True)
class NewFace:
    """That a customer got another face. ``before`` and ``now``: names, empty when nobody was."""

    customer_id: int
    key: str
    name: str
    on: date
    before: str
    before_capacity: str
    now: str
    capacity: str
    why: str


FACE_DAYS = 14


def new_faces(
    scope: Scope, night: Night, *, is_latest: bool, most: int
) -> tuple[list[NewFace], int]:
    """Handovers among the scope's customers in the fortnight up to a night, latest first, and how
    many there were. A customer's first face is no handover; after the latest night those of the
    day that has begun since count too."""
    day = night.as_of
    last = day + timedelta(days=1) if is_latest else day
    before = Responsibility.objects.filter(customer=OuterRef("customer"), to_on=OuterRef("from_on"))
    spans = Responsibility.objects.filter(
        from_on__gt=day - timedelta(days=FACE_DAYS), from_on__lte=last
    )
    spans = scope.narrow(spans)
    told = (
        spans.annotate(
            before=Subquery(before.values("colleague__name")[:1]),
            before_capacity=Subquery(before.values("capacity")[:1]),
            total=Window(Count("pk")),
        )
        .filter(before_capacity__isnull=False)
        .order_by("-from_on", "customer__name", "pk")
        .values_list(
            "customer_id",
            "customer__key",
            "customer__name",
            "from_on",
            "before",
            "before_capacity",
            "colleague__name",
            "capacity",
            "why",
            "total",
        )
    )
    rows = list(told[:most])
    faces = [
        NewFace(pk, key, name, on, old or "", old_capacity, new or "", capacity, why)
        for pk, key, name, on, old, old_capacity, new, capacity, why, _total in rows
    ]
    return faces, rows[0][-1] if rows else 0
