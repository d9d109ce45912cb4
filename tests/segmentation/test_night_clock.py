"""Every tenant at its own night: zones, changes of the clock, and days without any sweeper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from night_facts import customer, pay

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.claims import due_night, work_on_night
from segmentation.actions.nights import run_night
from segmentation.models import Night

pytestmark = pytest.mark.django_db(transaction=True)

PAID = date(2026, 1, 5)


@pytest.fixture
def tenant_in(make_tenant: Callable[..., Tenant]) -> Callable[[str, int], Tenant]:
    def make(zone: str, night_hour: int) -> Tenant:
        tenant = make_tenant("there", timezone=zone)
        Tenant.objects.filter(pk=tenant.pk).update(night_hour=night_hour)
        tenant.refresh_from_db()
        with tenant_scope(tenant.id):
            pay(customer("a"), PAID)
        return tenant

    return make


def sweep(tenant: Tenant, now: datetime) -> list[date]:
    """The days of all nights there are after the sweeper looked at a moment."""
    with tenant_scope(tenant.id):
        due_night(tenant=tenant, now=now)
        return list(Night.objects.order_by("as_of").values_list("as_of", flat=True))


@pytest.mark.parametrize(
    ("zone", "hour", "moment", "due"),
    [
        # The furthest zones: 01:00 on 11 June there is another day in Greenwich.
        ("Pacific/Kiritimati", 1, datetime(2026, 6, 10, 11, tzinfo=UTC), date(2026, 6, 10)),
        ("Pacific/Kiritimati", 1, datetime(2026, 6, 10, 10, 59, tzinfo=UTC), date(2026, 6, 9)),
        ("Pacific/Honolulu", 1, datetime(2026, 6, 11, 11, tzinfo=UTC), date(2026, 6, 10)),
        ("Pacific/Honolulu", 1, datetime(2026, 6, 11, 10, 59, tzinfo=UTC), date(2026, 6, 9)),
        # Clocks go forward at 02:00: there is no such hour, and the night is due at 03:00.
        ("America/New_York", 2, datetime(2026, 3, 8, 6, 59, tzinfo=UTC), date(2026, 3, 6)),
        ("America/New_York", 2, datetime(2026, 3, 8, 7, 0, tzinfo=UTC), date(2026, 3, 7)),
        # Clocks go back at 02:00: 01:00 comes twice, and the night is due at the first.
        ("America/New_York", 1, datetime(2026, 11, 1, 4, 59, tzinfo=UTC), date(2026, 10, 30)),
        ("America/New_York", 1, datetime(2026, 11, 1, 5, 0, tzinfo=UTC), date(2026, 10, 31)),
        ("America/New_York", 1, datetime(2026, 11, 1, 6, 30, tzinfo=UTC), date(2026, 10, 31)),
        # Half an hour off.
        ("Asia/Kolkata", 0, datetime(2026, 6, 10, 18, 30, tzinfo=UTC), date(2026, 6, 10)),
        ("Asia/Kolkata", 0, datetime(2026, 6, 10, 18, 29, tzinfo=UTC), date(2026, 6, 9)),
    ],
)
def test_a_night_is_due_by_the_tenants_clock(
    tenant_in: Callable[[str, int], Tenant], zone: str, hour: int, moment: datetime, due: date
) -> None:
    assert sweep(tenant_in(zone, hour), moment) == [due]


def test_a_tenant_that_moves_west_has_no_night_twice(
    tenant_in: Callable[[str, int], Tenant],
) -> None:
    tenant = tenant_in("Asia/Shanghai", 1)
    moment = datetime(2026, 6, 10, 18, tzinfo=UTC)
    assert sweep(tenant, moment) == [date(2026, 6, 10)]
    Tenant.objects.filter(pk=tenant.pk).update(timezone="America/New_York")
    tenant.refresh_from_db()
    # There it is still 10 June: that day's night is there already and the next waits for its turn.
    assert sweep(tenant, moment) == [date(2026, 6, 10)]
    assert sweep(tenant, moment + timedelta(days=1)) == [date(2026, 6, 10)]
    assert sweep(tenant, moment + timedelta(days=2)) == [date(2026, 6, 10), date(2026, 6, 11)]


def test_after_five_days_without_a_sweeper_every_night_is_made_up_for_in_order(
    tenant_in: Callable[[str, int], Tenant],
) -> None:
    tenant = tenant_in("Asia/Shanghai", 1)
    today = tenant.last_ended_day(timezone.now())
    run_night(tenant=tenant, as_of=today - timedelta(days=5))
    done: list[date] = []
    while True:
        with tenant_scope(tenant.id):
            night_id = due_night(tenant=tenant, now=timezone.now() + timedelta(hours=2))
        if night_id is None:
            break
        work_on_night(tenant=tenant, night_id=night_id)
        with tenant_scope(tenant.id):
            done.append(Night.objects.get(pk=night_id).as_of)
    wanted = [today - timedelta(days=days) for days in (4, 3, 2, 1, 0)]
    assert done[:5] == wanted
    with tenant_scope(tenant.id):
        assert set(Night.objects.filter(as_of__in=wanted).values_list("state", flat=True)) == {
            "done"
        }
