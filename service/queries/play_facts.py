"""What running plays needs to know of the tenant: nights, the scheme, groups, conditions, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Colleague, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from segmentation.compute.conditions import ConditionFaulty, parse
from segmentation.models import MeasureRow
from segmentation.queries.condition_fields import ConditionFields, condition_fields
from segmentation.queries.conditions import Rows, matching
from segmentation.queries.rules import current_rules
from segmentation.queries.stored import stored_nights
from service.compute.play_documents import PlayDocument
from service.frames.play_statements import Nights, Sql, seen_events
from service.triggers import Asked, Unasked, triggers

MOST_DAYS_BEHIND = 14
"""Events of so many days before a night are looked at when no night after them was run."""


@dataclass
class Tenancy:
    """What is asked once for every play. newest: the newest stored night; rows_on: the night whose
    measures are kept and whose rows conditions read."""

    tenant: Tenant
    newest: date
    rows_on: date
    scheme: str
    fields: ConditionFields
    calendar: WorkingCalendar
    colleagues: Mapping[str, int]
    kept: tuple[date, ...] = ()

    def asked(self, play_id: int | None, as_of: date | None = None) -> Asked:
        """For a night's run of a play; without one for nights of the past."""
        return Asked(
            tenant_id=current_tenant_id(),
            newest=as_of or self.newest,
            rows_on=self.rows_on,
            scheme=self.scheme,
            zone=self.tenant.timezone,
            kept=self.kept,
            play_id=play_id,
        )

    def condition(self, document: PlayDocument) -> Sql | None:
        """The query of the customers that meet a play's condition, by the latest rows.

        Raises:
            Unasked: it cannot be read any more.
        """
        if document.condition is None:
            return None
        try:
            group = parse(document.condition, self.fields.by_key)
        except ConditionFaulty as error:
            raise Unasked("condition_faulty") from error
        return matching(group, Rows(self.rows_on, is_newest=self.rows_on == self.newest))

    def due(self, opened_on: date, working_days: int) -> date:
        return self.calendar.add_working_days(opened_on, working_days)


def tenancy_now(tenant: Tenant, as_of: date | None = None) -> Tenancy | None:
    """None before the first night. ``as_of``: the night that is run; None: the newest."""
    newest = as_of or stored_nights().values_list("as_of", flat=True).first()
    if newest is None:
        return None
    kept = tuple(
        MeasureRow.objects.order_by("as_of").values_list("as_of", flat=True).distinct("as_of")
    )
    return Tenancy(
        tenant=tenant,
        newest=newest,
        rows_on=kept[-1] if kept else newest,
        scheme=str(current_rules()["tiers"]["scheme"]),
        fields=condition_fields(is_fresh=True),
        calendar=working_calendar(),
        colleagues=dict(Colleague.objects.values_list("key", "pk")),
        kept=kept,
    )


def events_of(
    document: PlayDocument,
    facts: Tenancy,
    nights: Nights,
    *,
    play_id: int | None,
    as_of: date | None = None,
    narrowed: bool = True,
) -> Sql:
    """The events of a play over these nights, up to the table ``event``. ``narrowed``: only of
    customers that meet its condition and, where a run looks back over several nights, of whom the
    trigger holds still.

    Raises:
        Unasked: the trigger or the condition cannot be asked.
    """
    trigger = triggers.get(document.kind)
    if trigger is None:
        raise Unasked("trigger_gone")
    asked = facts.asked(play_id, as_of)
    # What happened on the day itself holds; of days before it may be over by now.
    looks_back = play_id is not None and any(
        night - before > timedelta(days=1) for before, night in nights.pairs
    )
    return seen_events(
        nights,
        trigger.events(document.trigger, asked),
        condition=facts.condition(document) if narrowed else None,
        gone=trigger.gone(document.trigger, asked) if narrowed and looks_back else None,
    )


def night_before(day: date) -> date:
    """The stored night before a day, or the day before it."""
    before = stored_nights().filter(as_of__lt=day).values_list("as_of", flat=True).first()
    return before or day - timedelta(days=1)
