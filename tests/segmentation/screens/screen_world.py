"""Nights as screens find them, written straight into their tables."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from itertools import count
from typing import Any

from django.test import Client

from accounts.models import Colleague, Customer, Membership, Responsibility, User
from segmentation.models import Assignment, MeasureRow, Move, Night, NightScores

LAST = date(2026, 6, 15)
MONTH_END = date(2026, 5, 31)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
numbers = count(1)

MEASURES: dict[str, Any] = {
    "arr": Decimal(1000),
    "seats": 10,
    "seat_utilisation": 0.5,
    "active_users_30": 5,
    "events_30": 70,
    "usage_trend": 1.0,
    "key_user_coverage": 0.5,
    "days_to_renewal": 400,
    "days_to_payment": 200,
    "payment_overdue_days": 0,
    "overdue_amount": Decimal(0),
    "days_since_usage": 1,
    "tenure_days": 500,
    "modules_owned": 3,
    "modules_used_30": 2,
    "breadth": 2 / 3,
    "weekly_events": list(range(12)),
}


def customer(name: str, **values: Any) -> Customer:
    values.setdefault("key", f"C{next(numbers):04}")
    values.setdefault("known_from", LONG_AGO)
    return Customer.objects.create(name=name, **values)


def night(day: date = LAST, **values: Any) -> Night:
    moment = datetime.combine(day + timedelta(days=1), time(1), UTC)
    values = {
        "state": Night.State.DONE,
        "known_at": moment,
        "finished_at": moment,
        "digest": f"{next(numbers):064}",
        "customers": 0,
        "scored": 0,
        "moves_count": 0,
        "seconds": 1.5,
    } | values
    return Night.objects.create(as_of=day, **values)


def stands(
    whom: Customer,
    on: Night,
    *,
    tier: str = "mid",
    stage: str = "active",
    eleven: str = "loyal",
    class8: str = "key_value",
    r: int | None = None,
    f: int | None = None,
    m: int | None = None,
    reason: str = "otherwise",
    kept: bool = True,
    schemes: dict[str, str] | None = None,
    beside: dict[str, str] | None = None,
    **measures: Any,
) -> None:
    """What a night says of a customer; ``kept``: its measures are still there. ``schemes``: tier_a …;
    ``beside``: further columns of the assignment."""
    words = {"tier": tier, "stage": stage, **(schemes or {})}
    open_spans = Assignment.objects.filter(customer=whom, valid_to=None)
    open_spans.filter(valid_from__lt=on.as_of).update(valid_to=on.as_of)
    Assignment.objects.create(
        customer=whom,
        valid_from=on.as_of,
        reason=reason,
        **words,
        **(beside or {}),
    )
    scores = {"r": r, "f": f, "m": m, "eleven": eleven, "class8": class8}
    scored, _ = NightScores.objects.get_or_create(
        as_of=on.as_of, defaults={key: [] for key in ("customers", *scores)}
    )
    for name, value in {"customers": whom.pk, **scores}.items():
        setattr(scored, name, [*getattr(scored, name), value])
    scored.save()
    if kept:
        MeasureRow.objects.create(
            customer=whom, as_of=on.as_of, **words, **scores, **(MEASURES | measures)
        )


REASON = {
    "because": ["activity"],
    "rule": "activity=low",
    "levels": {"activity": ["mid", "low"]},
    "measures": {"active_days_30": ["9", "3"]},
    "relative": False,
}
STAGE_REASON = {
    "branch": "no_usage",
    "grounds": "silence",
    "measures": {"days_since_usage": ["59", "60"]},
}


def moved(
    whom: Customer, on: Night, old: str, new: str, *, kind: str = "tier", cause: str = "behaviour"
) -> Move:
    return Move.objects.create(
        customer=whom,
        night=on,
        as_of=on.as_of,
        kind=kind,
        from_value=old,
        to_value=new,
        cause=cause,
        reason=REASON if kind == "tier" else STAGE_REASON,
    )


def faced(
    whom: Customer,
    name: str,
    since: date,
    until: date | None = None,
    *,
    capacity: str = "service_manager",
    membership: Membership | None = None,
) -> Responsibility:
    colleague, _ = Colleague.objects.get_or_create(
        key=name.lower(), defaults={"name": name, "membership": membership}
    )
    return Responsibility.objects.create(
        customer=whom,
        colleague=colleague,
        capacity=capacity,
        from_on=since,
        to_on=until,
        why="contract",
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    """What a reader sees, without tags, in one line."""
    content = response.content.decode()
    content = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", content, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content)))


def listed(response: Any) -> list[str]:
    """Names of the customers in the list, in order."""
    part = response.content.decode().partition('id="list"')[2]
    return [unescape(name) for name in re.findall(r"<a data-row [^>]*>([^<]*)</a>", part)]
