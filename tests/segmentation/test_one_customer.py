"""A past night's measures of one customer, computed again: as they were stored, at a fixed cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from night_facts import customer, sign, use_daily
from night_world import DAYS, World

from accounts.models import Customer, Tenant
from segmentation.actions.nights import run_night
from segmentation.frames.asof import AsOf
from segmentation.frames.gathering import MEASURES, STAGE_FACTS
from segmentation.frames.one_customer import measure_customer
from segmentation.frames.reading import kept_measures
from segmentation.models import MeasureRow, Night

DAY = timedelta(1)


def measured(tenant: Tenant, night: Night, customer_id: int) -> Any:
    assert night.known_at is not None
    asof = AsOf(tenant.id, night.as_of, night.known_at, tenant.zone, None)
    return measure_customer(asof, customer_id, night.context["kinds"])


@pytest.mark.parametrize("seed", range(6))
def test_they_are_those_that_the_night_stored(scope: Tenant, seed: int) -> None:
    without = ((), ("usage",), ("line",), ("payment",), (), ())[seed]
    world = World(seed, without=without)
    world.save()
    known_at = datetime(2026, 6, 1, tzinfo=scope.zone)
    run_night(tenant=scope, as_of=DAYS[-1], known_at=known_at)
    night = Night.objects.get()
    rows = list(MeasureRow.objects.all())
    assert rows
    for row in rows:
        found, table = measured(scope, night, row.customer_id)
        for name in (*MEASURES, *STAGE_FACTS, "further"):
            assert getattr(found, name) == getattr(row, name), (row.customer_id, name)
        kept = kept_measures(night.as_of, [row.customer_id])
        assert kept is not None
        for name in kept.frame.columns:
            pairs = [one.frame[name].astype(object).iloc[0] for one in (table, kept)]
            assert pairs[0] is pairs[1] or pairs[0] == pairs[1], (row.customer_id, name)
    assert Customer.objects.count() > 1, "the copies are gone"


def test_what_the_night_did_not_know_is_not_measured(scope: Tenant) -> None:
    one = customer("one")
    sign(one, DAYS[-1] - 400 * DAY)
    run_night(tenant=scope, as_of=DAYS[-1])
    late = customer("late", known=timezone.now())
    assert measured(scope, Night.objects.get(), late.pk) is None


def test_it_costs_the_same_whatever_the_size_of_the_tenant(scope: Tenant) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            measured(scope, Night.objects.get(), one.pk)
        return len(queries)

    one = customer("one")
    sign(one, DAYS[-1] - 400 * DAY)
    use_daily(one, DAYS[-1] - 9 * DAY, DAYS[-1])
    run_night(tenant=scope, as_of=DAYS[-1])
    few = cost()
    for number in range(30):
        whom = customer(f"c{number}")
        sign(whom, DAYS[-1] - 400 * DAY, known=timezone.now())
    assert cost() == few < 45
