"""Groups that are saved while the tenant's turn is held by something else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from night_facts import customer, pay

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions import nights
from segmentation.actions.customer_groups import make_group
from segmentation.actions.group_nights import evaluate_groups
from segmentation.actions.nights import run_night
from segmentation.actions.turns import Turn, has_turn, take_turn
from segmentation.models import CustomerGroup, CustomerGroupMember, CustomerGroupNight
from segmentation.queries.customer_groups import members_of

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = date(2026, 6, 1)
DAY = timedelta(days=1)
RECENT = {
    "match": "all",
    "conditions": [{"field": "recency_days", "operator": "at_most", "value": 9}],
}


@pytest.fixture
def paid(tenant: Tenant) -> Tenant:
    """A night after which one of two customers paid within nine days, and the next night none."""
    cache.clear()
    with tenant_scope(tenant.id):
        pay(customer("one"), FIRST - 9 * DAY)
        pay(customer("two"), FIRST - 90 * DAY)
    run_night(tenant=tenant, as_of=FIRST)
    return tenant


@contextmanager
def meanwhile(work: Callable[[threading.Event, threading.Event], None]) -> Iterator[None]:
    """Another process: the body starts when `work` sets its first event, and sets the second at the
    end."""
    reached, go_on = threading.Event(), threading.Event()

    def run() -> None:
        try:
            work(reached, go_on)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert reached.wait(60)
        yield
    finally:
        go_on.set()
        thread.join()


def saved(tenant: Tenant) -> CustomerGroup:
    with tenant_scope(tenant.id):
        return make_group(name="G", condition=RECENT, owner=None, is_shared=True, by=None)


def test_a_group_is_evaluated_at_once_also_while_a_replay_or_the_sweeper_has_the_turn(
    paid: Tenant,
) -> None:
    def hold(reached: threading.Event, go_on: threading.Event) -> None:
        with tenant_scope(paid.id):
            take_turn(Turn.NIGHTS)
            reached.set()
            assert go_on.wait(60)

    with meanwhile(hold):
        with tenant_scope(paid.id):
            assert not has_turn(Turn.NIGHTS)
        found = saved(paid)
        with tenant_scope(paid.id):
            assert list(members_of(found).values_list("key", flat=True)) == ["one"]
            assert CustomerGroupNight.objects.get().members == 1


def test_a_night_that_is_nearly_stored_reads_a_group_that_is_saved_then(
    paid: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[threading.Event] = []

    def evaluate_later(**given: Any) -> None:
        reached, go_on = waiting
        reached.set()
        assert go_on.wait(60)
        evaluate_groups(**given)

    def compute(reached: threading.Event, go_on: threading.Event) -> None:
        waiting[:] = [reached, go_on]
        run_night(tenant=paid, as_of=FIRST + DAY)

    monkeypatch.setattr(nights, "evaluate_groups", evaluate_later)
    with meanwhile(compute):
        found = saved(paid)
        with tenant_scope(paid.id):
            assert list(members_of(found).values_list("key", flat=True)) == ["one"]
    with tenant_scope(paid.id):
        told = CustomerGroupNight.objects.order_by("as_of").values_list("as_of", "members")
        assert list(told) == [(FIRST, 1), (FIRST + DAY, 0)]
        span = CustomerGroupMember.objects.get()
        assert (span.valid_from, span.valid_to) == (FIRST, FIRST + DAY)
        assert (span.entered_by, span.left_by) == ("condition", "customer")
