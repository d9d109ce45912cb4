"""Ranks as they are stored: the statement says what the arithmetic says, and who may set weights."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sales import sells

from accounts.models import AuditRecord, Customer, Tenant
from accounts.queries.calendars import working_calendar
from segmentation.models import MeasureRow, Move, Night, RuleSet
from segmentation.rules.defaults import default_rules
from service.actions.ctas import open_cta
from service.actions.ranks import refresh_ranks, set_rank_weights
from service.compute.ranks import LIMITS, RankFacts, RankWeights, rank_of
from service.frames.ranks import median_arr
from service.models import Cta, RankVersion
from service.queries.ranks import arithmetic_of, rank_day, top_with, versions_by_number

NIGHT = date(2026, 6, 30)
NOON = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2026, 7, 1)


@pytest.fixture
def night(scope: Tenant) -> Night:
    rules, _new = RuleSet.objects.get_or_create(
        version=1, defaults={"rules": default_rules(), "published_at": NOON}
    )
    return Night.objects.create(
        as_of=NIGHT,
        known_at=NOON,
        rule_set=rules,
        state=Night.State.DONE,
        digest=uuid4().hex * 2,
    )


def measured(night: Night, key: str, **values: Any) -> Customer:
    """A customer with these measures of the night; ``moved``: days before it."""
    customer = Customer.objects.create(key=key, name=f"Customer {key}")
    moved = values.pop("moved", None)
    told = {name: values.pop(name, None) for name in _FURTHER}
    further = {name: value for name, value in told.items() if value is not None}
    MeasureRow.objects.create(customer=customer, as_of=night.as_of, further=further, **values)
    if moved is not None:
        Move.objects.create(
            customer=customer, night=night, as_of=NIGHT - timedelta(days=moved), kind="tier",
            from_value="high", to_value="low", cause="behaviour",
        )  # fmt: skip
    return customer


_FURTHER = ("open_cases", "decision_maker_touch_days")


def work_for(customer: Customer, due: date = TODAY, **fields: Any) -> Cta:
    return Cta.objects.create(
        customer=customer, title="Call", opened_on=NIGHT, due_on=due, **fields
    )


whole = st.none() | st.integers(0, 900)
rows = st.fixed_dictionaries(
    {
        "arr": st.none() | st.decimals("0", "1e9", places=4),
        "usage_trend": st.none() | st.floats(0, 9, allow_subnormal=False),
        "payment_overdue_days": whole,
        "open_cases": whole,
        "decision_maker_touch_days": whole,
        "moved": st.none() | st.integers(0, 40),
        "due": st.integers(-60, 60),
        "own": st.none() | st.decimals("0.01", "1e9", places=2),
        "ended": st.none() | st.decimals("0", "1e9", places=2),
    }
)
weights = st.builds(RankWeights, **{name: st.integers(*limits) for name, limits in LIMITS.items()})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(rows, min_size=1, max_size=6), weights)
def test_the_statement_ranks_as_the_arithmetic_does(
    night: Night, given_rows: list[dict], set_: RankWeights
):
    with transaction.atomic():
        _compare(night, given_rows, set_)
        transaction.set_rollback(True)


def _compare(night: Night, given_rows: list[dict], set_: RankWeights) -> None:
    # What is remembered of a night is remembered by its digest.
    Night.objects.filter(pk=night.pk).update(digest=uuid4().hex * 2)
    made = []
    for number, row in enumerate(given_rows):
        row = dict(row)
        due, own = TODAY + timedelta(days=row.pop("due")), row.pop("own")
        ended = row.pop("ended")
        customer = measured(night, f"r{number}", **row)
        if ended is not None:
            for end, fee in ((NIGHT - timedelta(days=400), 7), (NIGHT, ended)):
                sells(customer, NIGHT - timedelta(days=900), end, fee)
        reason = {} if own is None else {"kind": "payment", "amount": str(own)}
        made.append((row, (own, ended), work_for(customer, due, reason=reason)))
    RankVersion.objects.create(version=7, weights=set_.to_json())
    middle = median_arr(NIGHT)
    for again in range(2):
        # The second time what was at stake is read back from the first.
        refresh_ranks(now=NOON)
        for row, amounts, cta in made:
            cta.refresh_from_db()
            expected = rank_of(_facts(row, amounts, middle, cta.due_on), set_)
            assert cta.rank == expected.rank, again
            assert cta.risk == expected.risk
            assert cta.rank_factors["source"] == expected.stake_source
            told = arithmetic_of(cta, versions_by_number())
            assert told is not None
            assert told.rank == expected


def _facts(
    row: dict, amounts: tuple[Decimal | None, Decimal | None], middle: Decimal | None, due: date
) -> RankFacts:
    moved, (own, ended) = row["moved"], amounts
    return RankFacts(
        own_amount=own, ended_arr=ended, arr=row["arr"], median_arr=middle,
        moved_days=moved if moved is not None and moved < 30 else None,
        trend=row["usage_trend"], overdue_days=row["payment_overdue_days"],
        open_cases=row["open_cases"], silence_days=row["decision_maker_touch_days"],
        days_left=working_calendar().working_days_between(TODAY, due),
    )  # fmt: skip


def test_before_the_first_night_time_alone_ranks(scope: Tenant):
    customer = Customer.objects.create(key="c", name="C")
    late, soon = work_for(customer, TODAY - timedelta(days=7)), work_for(customer, TODAY)
    refresh_ranks(now=NOON)
    assert list(Cta.objects.order_by("-rank")) == [late, soon]
    soon.refresh_from_db()
    assert soon.value_at_stake is None
    assert soon.rank_factors["source"] == "none"


def test_ranks_are_written_only_where_they_change(night: Night):
    first = work_for(measured(night, "a", arr=Decimal(900)))
    work_for(measured(night, "b", arr=Decimal(100)))
    assert refresh_ranks(now=NOON) == 2
    assert refresh_ranks(now=NOON) == 0
    MeasureRow.objects.filter(customer=first.customer).update(arr=Decimal(901))
    assert refresh_ranks(now=NOON) == 1


def test_a_rank_that_stays_the_same_is_not_written(night: Night):
    """From Saturday to Sunday no working day passes; from Sunday to Tuesday one does."""
    saturday = NOON + timedelta(days=3)
    cta = work_for(measured(night, "a", arr=Decimal(900)), TODAY + timedelta(days=9))
    assert refresh_ranks(now=saturday) == 1
    assert refresh_ranks(now=saturday + timedelta(days=1)) == 0
    cta.refresh_from_db()
    assert cta.rank_factors["day"] == "2026-07-04"
    found = arithmetic_of(cta, versions_by_number())
    assert found is not None
    assert found.rank.rank == cta.rank
    assert refresh_ranks(now=saturday + timedelta(days=3)) == 1


def test_after_a_week_a_rank_is_written_though_it_is_the_same(night: Night):
    cta = work_for(measured(night, "a", arr=Decimal(900)), TODAY - timedelta(days=300))
    assert refresh_ranks(now=NOON) == 1
    assert refresh_ranks(now=NOON + timedelta(days=6)) == 0
    assert refresh_ranks(now=NOON + timedelta(days=7)) == 1
    cta.refresh_from_db()
    assert cta.rank_factors["day"] == "2026-07-08"


def test_only_what_is_asked_for_and_open_is_ranked(night: Night):
    one, two = (work_for(measured(night, key, arr=Decimal(9))) for key in "ab")
    closed = work_for(one.customer, state="done", closed_at=NOON)
    assert refresh_ranks(now=NOON, ctas=[one.pk, closed.pk]) == 1
    assert refresh_ranks(now=NOON, ctas=[]) == 0
    two.refresh_from_db()
    assert two.rank == 0


@pytest.mark.parametrize("many", [3, 12])
def test_ranking_takes_as_many_statements_whatever_the_number(night: Night, many: int):
    for number in range(many):
        day = TODAY + timedelta(days=number)
        work_for(measured(night, f"c{number}", arr=Decimal(number), moved=number), day)
    with CaptureQueriesContext(connection) as asked:
        refresh_ranks(now=NOON)
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 9


def test_other_weights_rank_everything_again(night: Night, alice):  # type: ignore[no-untyped-def]
    falling = work_for(measured(night, "a", arr=Decimal(100), usage_trend=0.5), TODAY)
    owing = work_for(measured(night, "b", arr=Decimal(100), payment_overdue_days=60), TODAY)
    refresh_ranks(now=NOON)
    assert _first() == falling
    other = RankWeights(trend=0, overdue=80)
    places = [cta for _place, cta in top_with(other, 1)]
    assert places == [owing, falling]  # who comes first then, and who does now
    made = set_rank_weights(weights=other, seen=0, note=" Cash first ", by=alice)
    assert made is not None
    assert _first() == owing
    told = AuditRecord.objects.get(verb="rank_weights.changed")
    assert told.data["before"] == {"rank_trend": 25, "rank_overdue": 20}
    assert told.data["after"] == {"rank_trend": 0, "rank_overdue": 80}
    assert told.data["note"] == "Cash first"
    assert set_rank_weights(weights=other, seen=1, by=alice) is None
    with pytest.raises(ValidationError, match="meanwhile"):
        set_rank_weights(weights=RankWeights(), seen=0, by=alice)
    assert rank_day().version == 1


def _first() -> Cta:
    found = Cta.objects.order_by("-rank").first()
    assert found is not None
    return found


def test_work_opened_by_hand_is_ranked_at_once(night: Night, bob: Any):
    customer = measured(night, "a", arr=Decimal(1000))
    cta = open_cta(customer=customer, title="Call", due_on=date(2999, 1, 1), by=bob)
    cta.refresh_from_db()
    assert cta.rank > 0
