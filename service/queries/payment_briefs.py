"""Everything that belongs on one page before a talk about the annual payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, Count, Q, Subquery

from accounts.models import Case, ContractLine, Customer, Instalment, Membership, Module, Payment
from accounts.tenancy import current_tenant_id
from projects.models import Attendance, ChangeRequest, Project, TrainingSession
from projects.queries.portfolio import visible_projects
from segmentation.models import MeasureRow, Night, UsageEvent
from segmentation.queries.stored import latest_night
from service.models import ProductUpdate, Suggestion
from service.queries.peer_modules import PeerModules, peer_modules

RECENT_DAYS = 30
MOST_LISTED = 5
# Where nothing was paid yet.
YEAR = 365


@dataclass(frozen=True)
class ModuleUse:
    """``module_id`` None: usage that names none. ``recent``: events of the last 30 days."""

    module_id: int | None
    name: str
    events: int
    persons: int
    recent: int


@dataclass(frozen=True)
class Brief:
    """``since``: the day after the last payment before today; ``is_first``: nothing was paid yet, and
    it is the last year. ``unused``: owned modules without an event in 30 days; empty as well where the
    customer's usage never names a module (``names_modules``). ``former``: where no contract runs, the
    modules of the contracts that ended last. ``measured``: the latest night's row."""

    instalment: Instalment | None
    overdue: list[Instalment]
    since: date
    until: date
    is_first: bool
    last_payment: Payment | None
    modules: list[ModuleUse]
    persons: int
    night: Night | None
    measured: MeasureRow | None
    sessions: list[Any]
    session_count: int
    cases: list[Case]
    case_count: int
    satisfaction: float | None
    changes: list[ChangeRequest]
    change_count: int
    updates: list[ProductUpdate]
    update_count: int
    owned: list[Module]
    former: list[Module]
    unused: list[Module]
    names_modules: bool
    peers: PeerModules

    @property
    def overdue_amount(self) -> Decimal:
        return sum((one.amount for one in self.overdue), Decimal(0))

    @property
    def events(self) -> int:
        return sum(module.events for module in self.modules)


def suggested(brief: Brief) -> dict[tuple[int, str], dict[str, int]]:
    """As :func:`service.actions.suggestions.show_suggestions` takes it."""
    kinds = Suggestion.Kind
    found: dict[tuple[int, str], dict[str, int]] = {
        (module.module_id, str(kinds.BUY.value)): {
            "peers": module.peers, "owners": module.owners, "users": module.users,
        }
        for module in brief.peers.suggested
    }  # fmt: skip
    return found | {(module.pk, str(kinds.USE.value)): {} for module in brief.unused}


def due_instalments(customer: Customer, today: date) -> tuple[list[Instalment], list[Instalment]]:
    """Unpaid instalments: those overdue, and those of the coming year, each the earliest first."""
    unpaid = list(
        Instalment.objects.filter(
            contract__customer=customer, paid_by__isnull=True,
            due_on__lte=today + timedelta(days=YEAR),
        )
        .select_related("contract")
        .order_by("due_on", "pk")
    )  # fmt: skip
    overdue = [one for one in unpaid if one.due_on < today]
    return overdue, [one for one in unpaid if one.due_on >= today]


def payment_brief(
    customer: Customer,
    asked: int | None,
    today: date,
    zone: ZoneInfo,
    membership: Membership | None,
) -> Brief:
    """For an instalment (by its id), or the next one that is due, as a member sees it (None: a program
    of the tenant's own); a fixed number of statements."""
    overdue, coming = due_instalments(customer, today)
    by_id = {one.pk: one for one in [*overdue, *coming]}
    instalment = by_id.get(asked or 0) or next(iter(coming or overdue), None)
    paid = (
        Payment.objects.filter(customer=customer, amount__gt=0, paid_on__lte=today)
        .order_by("-paid_on", "-pk")
        .first()
    )
    since = paid.paid_on + timedelta(days=1) if paid else today - timedelta(days=YEAR)
    start = datetime.combine(since, time.min, zone)
    uses, persons, names_modules = _uses(customer, start, today, zone)
    owned = _owned(customer, today)
    recent = {use.module_id for use in uses if use.recent}
    night = latest_night()
    sessions = TrainingSession.objects.filter(
        customer=customer, held_on__gte=since, held_on__lte=today
    ).annotate(came=Count("attendances", filter=Q(attendances__state=Attendance.State.PRESENT)))
    solved = Case.objects.filter(customer=customer, closed_at__gte=start)
    told = solved.aggregate(count=Count("pk"), mean=Avg("satisfaction"))
    seen = Project.objects.all() if membership is None else visible_projects(membership)
    changes = ChangeRequest.objects.filter(
        project__in=seen.filter(customer=customer),
        signed_on__gte=since,
        signed_on__lte=today,
    )
    # What a customer without a running contract owned last: the talk is about having it again.
    former = [] if owned else _owned_last(customer, today)
    updates = _updates(since, today, owned or former)
    return Brief(
        instalment=instalment,
        overdue=overdue,
        since=since,
        until=today,
        is_first=paid is None,
        last_payment=paid,
        modules=uses,
        persons=persons,
        night=night,
        measured=MeasureRow.objects.filter(customer=customer, as_of=night.as_of).first()
        if night
        else None,
        sessions=list(sessions.order_by("-held_on", "-pk")[:MOST_LISTED]),
        session_count=sessions.order_by().count(),
        cases=list(solved.order_by("-closed_at", "-pk")[:MOST_LISTED]),
        case_count=told["count"],
        satisfaction=told["mean"],
        changes=list(changes.order_by("-signed_on", "-pk")[:MOST_LISTED]),
        change_count=changes.count(),
        updates=list(updates.order_by("-shipped_on", "-pk")[:MOST_LISTED]),
        update_count=updates.count(),
        owned=owned,
        former=former,
        unused=[module for module in owned if module.pk not in recent] if names_modules else [],
        names_modules=names_modules,
        peers=peer_modules(customer, night, [module.pk for module in owned]),
    )


def _lines(customer: Customer, today: date) -> Any:
    """Subscription lines that have begun, trials apart."""
    return ContractLine.objects.filter(
        contract__customer=customer, kind=ContractLine.Kind.SUBSCRIPTION, is_trial=False,
        starts_on__lte=today,
    ).order_by()  # fmt: skip


def _owned(customer: Customer, today: date) -> list[Module]:
    return _modules_of(_lines(customer, today).exclude(ends_on__lt=today))


def _owned_last(customer: Customer, today: date) -> list[Module]:
    """Of a customer without a running line: the modules that it had on its last day."""
    ended = _lines(customer, today).filter(ends_on__lt=today)
    last = ended.order_by("-ends_on").values("ends_on")[:1]
    return _modules_of(ended.filter(ends_on=Subquery(last)))


def _modules_of(lines: Any) -> list[Module]:
    return list(Module.objects.filter(pk__in=lines.values("module")).order_by("name"))


def _updates(since: date, today: date, owned: list[Module]) -> Any:
    """Updates that were sent, of modules that the customer owns or of the whole product."""
    sent = ProductUpdate.objects.exclude(state=ProductUpdate.State.DRAFT)
    theirs = Q(modules__isnull=True) | Q(modules__module__in=[module.pk for module in owned])
    return sent.filter(theirs, shipped_on__gte=since, shipped_on__lte=today).distinct()


def _uses(
    customer: Customer, start: datetime, today: date, zone: ZoneInfo
) -> tuple[list[ModuleUse], int, bool]:
    """By module, the most used first; different persons in all; whether any usage of a year names a
    module. One statement."""
    end = datetime.combine(today + timedelta(days=1), time.min, zone)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT e.module_id, m.name, GROUPING(e.module_id),
                   coalesce(sum(e.count) FILTER (WHERE e.occurred_at >= %(start)s), 0),
                   count(DISTINCT e.person) FILTER (
                       WHERE e.occurred_at >= %(start)s AND e.person <> ''),
                   coalesce(sum(e.count) FILTER (WHERE e.occurred_at >= %(recent)s), 0)
              FROM {UsageEvent._meta.db_table} e
              LEFT JOIN {Module._meta.db_table} m ON m.tenant_id = %(tenant)s AND m.id = e.module_id
             WHERE e.tenant_id = %(tenant)s AND e.customer_id = %(customer)s
               AND e.occurred_at >= %(first)s AND e.occurred_at < %(end)s
             GROUP BY GROUPING SETS ((e.module_id, m.name), ())
            """,  # noqa: S608 - our names
            {
                "tenant": current_tenant_id(),
                "customer": customer.pk,
                "start": start,
                "recent": end - timedelta(days=RECENT_DAYS),
                "first": min(start, end - timedelta(days=YEAR)),
                "end": end,
            },
        )
        rows = cursor.fetchall()
    persons = next((row[4] for row in rows if row[2]), 0)
    uses = [
        ModuleUse(module, name or "", int(events), people, int(recent))
        for module, name, is_sum, events, people, recent in rows
        if not is_sum
    ]
    names = any(use.module_id is not None for use in uses)
    uses.sort(key=lambda use: (-use.events, use.name))
    return [use for use in uses if use.events or use.recent], persons, names
