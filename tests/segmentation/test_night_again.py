"""A night computed again, when the measures of the night before it are not kept any more."""

from __future__ import annotations

from datetime import date, timedelta

from night_facts import customer, sign, use_daily

from accounts.models import Tenant
from segmentation.actions.nights import run_night
from segmentation.models import MeasureRow
from segmentation.queries.printed import moves_printed

DAY = timedelta(1)
BEFORE, TONIGHT = date(2026, 6, 16), date(2026, 6, 17)


def test_a_move_has_the_same_reason_and_the_night_the_same_digest(scope: Tenant) -> None:
    for number, key in enumerate(("a", "b", "c", "d")):
        whom = customer(key)
        sign(whom, TONIGHT - 365 * DAY, fee=1000 + number)
        use_daily(whom, TONIGHT - 100 * DAY, TONIGHT)
    run_night(tenant=scope, as_of=BEFORE)
    first = run_night(tenant=scope, as_of=TONIGHT)
    assert not MeasureRow.objects.filter(as_of=BEFORE).exists()
    told = moves_printed(TONIGHT)
    assert "tenure_days 364→365" in {row[-1] for row in told}

    again = run_night(tenant=scope, as_of=TONIGHT)
    assert (again.digest, again.stored) == (first.digest, "unchanged")
    assert moves_printed(TONIGHT) == told
