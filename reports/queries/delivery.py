"""Delivery in a month: what was accepted and how long it took, what runs late, what nobody signed
for, and what is sold and not live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from django.db.models import Count, Exists, OuterRef, Q, Sum

from accounts.models import ContractLine, Tenant
from accounts.queries.calendars import working_calendar
from projects.compute.delivery import THOUSANDTHS, creep_index, delivery_figures
from projects.frames.delivery import delivery_frames
from projects.models import Project
from projects.queries.customer_faces import Phase, PhaseMean, mean_faces
from segmentation.models import Night
from segmentation.queries.remembered import loads_seen, of_night
from segmentation.queries.scopes import Scope


@dataclass(frozen=True)
class MonthOfDelivery:
    """Of projects, on the last day of a month, as known now. Days are working days.

    accepted: in the month; cycle_days: the median of their days from start to acceptance, None
    without any; on_time: accepted on or before the baseline's last day, of ``with_baseline``.
    running: begun and not accepted; late: of them past the baseline's last day. unapproved:
    person-days on what nobody signed for, of the running and the accepted ones, on
    ``unapproved_projects`` of them; creep: that divided by their baselines' effort.
    not_live: ARR of subscription lines signed and not ended, of customers with projects of which none
    was ever accepted.
    """

    accepted: int
    cycle_days: float | None
    on_time: int
    with_baseline: int
    running: int
    late: int
    unapproved: Decimal
    unapproved_projects: int
    creep: Decimal | None
    not_live: Decimal
    not_live_customers: int

    @property
    def on_time_rate(self) -> float | None:
        return self.on_time / self.with_baseline if self.with_baseline else None


def delivery_of_month(scope: Scope, first_day: date, last_day: date) -> MonthOfDelivery | None:
    """Of a scope's customers; None where they have no project that began by the last day. Six
    statements and no loop over projects."""
    concerned = scope.narrow(
        Project.objects.filter(
            Q(accepted_on__isnull=True) | Q(accepted_on__gte=first_day), starts_on__lte=last_day
        )
    )
    ids = list(concerned.order_by().values_list("pk", flat=True))
    if not ids and not scope.narrow(Project.objects.filter(starts_on__lte=last_day)).exists():
        return None
    frames = delivery_frames(last_day, ids)
    projects = frames.projects
    figures = delivery_figures(projects, frames.work, working_calendar(), last_day)
    day = np.datetime64(last_day, "D")
    accepted_on = projects["accepted_on"].to_numpy(dtype="datetime64[D]")
    due_on = projects["baseline_due_on"].to_numpy(dtype="datetime64[D]")
    is_accepted, has_baseline = accepted_on <= day, ~np.isnat(due_on)
    is_late = ~is_accepted & has_baseline & (due_on < day)
    cycles = figures["actual_days"][is_accepted]
    unapproved = figures["unapproved_effort"]
    baseline = figures["baseline_effort"]
    not_live, customers = _not_live(scope, last_day)
    return MonthOfDelivery(
        accepted=int(is_accepted.sum()),
        cycle_days=float(cycles.median()) if len(cycles) else None,
        on_time=int((is_accepted & has_baseline & (accepted_on <= due_on)).sum()),
        with_baseline=int((is_accepted & has_baseline).sum()),
        running=int((~is_accepted).sum()),
        late=int(is_late.sum()),
        unapproved=Decimal(int(unapproved.sum())) / THOUSANDTHS,
        unapproved_projects=int((unapproved > 0).sum()),
        creep=creep_index(int(unapproved[baseline.notna()].sum()), int(baseline.sum())),
        not_live=not_live,
        not_live_customers=customers,
    )


def faces_met(
    scope: Scope, last_day: date, night: Night | None, tenant: Tenant, *, seen: str = ""
) -> PhaseMean | None:
    """How many of our people customers had to do with in their projects, up to a day; None where none
    had to do with anybody."""

    def counted() -> PhaseMean | None:
        customers = None if scope.is_whole else scope.ids
        return mean_faces(last_day, tenant, customers).get(Phase.PROJECT)

    if scope.is_whole:
        return of_night(f"faces-{last_day}-{seen or loads_seen()}", night, counted)
    return counted()


def _not_live(scope: Scope, day: date) -> tuple[Decimal, int]:
    """ARR, and of how many customers."""
    theirs = Project.objects.filter(customer=OuterRef("contract__customer"))
    lines = scope.narrow(
        ContractLine.objects.filter(
            Exists(theirs),
            ~Exists(theirs.filter(accepted_on__lte=day)),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            kind=ContractLine.Kind.SUBSCRIPTION,
            is_trial=False,
            signed_on__lte=day,
        ),
        "contract__customer",
    )
    found = lines.order_by().aggregate(
        arr=Sum("annual_fee"), customers=Count("contract__customer", distinct=True)
    )
    return found["arr"] or Decimal(0), found["customers"]
