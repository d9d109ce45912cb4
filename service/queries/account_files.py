"""A customer's account file and success plan, and those of a group of companies summed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from accounts.models import Case, Contact, ContractLine, Customer, Membership, Touchpoint
from accounts.queries.service import within_reach
from accounts.tenancy import current_tenant_id
from segmentation import catalogue
from segmentation.catalogue import Better
from segmentation.models import MeasureRow
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import latest_night
from service.models import AccountFile, Goal, JointMilestone, Privilege, Sponsor, SuccessPlanLink

TOUCH_DAYS = 90
MOST_ROWS = 200


@dataclass(frozen=True)
class GoalView:
    """A goal with what the latest night measured; ``value`` None: not measured, or unknown."""

    goal: Goal
    value: Any
    as_of: date | None
    is_late: bool
    milestones: int
    done: int

    @property
    def is_measured(self) -> bool:
        return bool(self.goal.measure) and self.goal.measure in catalogue.names()

    @property
    def is_met(self) -> bool | None:
        """Whether the value is where the goal wants it; None: not known."""
        if self.value is None or self.goal.target is None or not self.is_measured:
            return None
        better = catalogue.get(self.goal.measure).better
        value = Decimal(str(self.value))
        return value <= self.goal.target if better is Better.LESS else value >= self.goal.target


@dataclass(frozen=True)
class SponsorView:
    """Who stands for us there. ``state``: ``none`` was ever named, ``here``, or ``lost``: ended with
    nobody after, or no longer a contact."""

    sponsors: list[Sponsor]

    @property
    def last(self) -> Sponsor | None:
        return self.sponsors[0] if self.sponsors else None

    @property
    def state(self) -> str:
        if self.last is None:
            return "none"
        return "here" if self.last.to_on is None and self.last.contact_id else "lost"


@dataclass(frozen=True)
class AccountFileView:
    """Everything that the page shows of one customer."""

    file: AccountFile | None
    sponsor: SponsorView
    goals: list[GoalView]
    milestones: list[JointMilestone]
    privileges: list[Privilege]

    @property
    def is_empty(self) -> bool:
        return not (
            self.file or self.sponsor.sponsors or self.goals or self.milestones or self.privileges
        )

    @property
    def open_milestones(self) -> list[JointMilestone]:
        return [one for one in self.milestones if one.done_on is None]


def account_file_of(customer: Customer, today: date) -> AccountFileView:
    """Seven statements at most, however much there is."""
    goals = list(
        Goal.objects.filter(customer=customer)
        .annotate(
            milestone_count=Count("milestones"),
            done_count=Count("milestones", filter=Q(milestones__done_on__isnull=False)),
        )
        .order_by("by_on", "pk")[:MOST_ROWS]
    )
    return AccountFileView(
        AccountFile.objects.filter(customer=customer).first(),
        SponsorView(list(Sponsor.objects.filter(customer=customer).select_related("contact")[:20])),
        goal_views(customer, goals, today),
        list(
            JointMilestone.objects.filter(customer=customer)
            .select_related("colleague", "contact", "goal")
            .order_by("due_on", "pk")[:MOST_ROWS]
        ),
        list(Privilege.objects.filter(customer=customer)[:MOST_ROWS]),
    )


def goal_views(customer: Customer, goals: list[Goal], today: date) -> list[GoalView]:
    """Goals (with ``milestone_count`` and ``done_count``), the open ones first."""
    as_of, values = _measured(customer, {goal.measure for goal in goals if goal.measure})
    views = [
        GoalView(
            goal,
            values.get(goal.measure),
            as_of,
            goal.state == Goal.State.OPEN and goal.by_on is not None and goal.by_on < today,
            goal.milestone_count,  # type: ignore[attr-defined]
            goal.done_count,  # type: ignore[attr-defined]
        )
        for goal in goals
    ]
    return sorted(views, key=lambda view: view.goal.state != Goal.State.OPEN)


def _measured(customer: Customer, keys: set[str]) -> tuple[date | None, Mapping[str, Any]]:
    """The values of the latest night, and its day."""
    night = latest_night() if keys else None
    if night is None:
        return None, {}
    row = MeasureRow.objects.filter(customer=customer, as_of=night.as_of).first()
    if row is None:
        return night.as_of, {}
    return night.as_of, {
        key: getattr(row, key) if hasattr(row, key) else row.further.get(key) for key in keys
    }


# --- A group of companies -------------------------------------------------------------------------

_BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM accounts_customer WHERE tenant_id = %(tenant)s AND id = %(top)s
     UNION
    SELECT customer.id FROM accounts_customer customer
      JOIN below ON customer.parent_id = below.id
     WHERE customer.tenant_id = %(tenant)s
)
SELECT id FROM below
"""


@dataclass
class CompanyFigures:
    """Of one company, or of the group together."""

    goals_open: int = 0
    goals_reached: int = 0
    milestones_open: int = 0
    milestones_late: int = 0
    contacts: int = 0
    arr: Decimal = field(default_factory=Decimal)
    cases_open: int = 0
    touchpoints: int = 0

    def add(self, other: CompanyFigures) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(frozen=True)
class GroupFigures:
    """The companies of a group that the member sees, the parent first, and their sum; ``hidden``: how
    many more there are that the member does not see."""

    companies: list[tuple[Customer, CompanyFigures]]
    total: CompanyFigures
    hidden: int


def group_figures(customer: Customer, membership: Membership, today: date) -> GroupFigures | None:
    """The customer and every company below it, at any depth; None where there is none below.

    Nine statements at most, however many companies.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"tenant": current_tenant_id(), "top": customer.pk})
        ids = [pk for (pk,) in cursor.fetchall()]
    if len(ids) < 2:
        return None
    seen = list(Customer.objects.visible_to(membership).filter(pk__in=ids).order_by("name", "pk"))
    seen.sort(key=lambda one: one.pk != customer.pk)
    found = {one.pk: CompanyFigures() for one in seen}
    for name, rows in _figures(list(found), membership, today).items():
        for pk, value in rows:
            setattr(found[pk], name, value or 0)
    total = CompanyFigures()
    for figures in found.values():
        total.add(figures)
    return GroupFigures([(one, found[one.pk]) for one in seen], total, len(ids) - len(seen))


def _figures(
    ids: list[int], membership: Membership, today: date
) -> dict[str, list[tuple[int, Any]]]:
    """Name of the figure → (customer, value)."""
    goals = _by_customer(
        Goal.objects.filter(customer__in=ids),
        Count("pk", filter=Q(state=Goal.State.OPEN)),
        Count("pk", filter=Q(state=Goal.State.REACHED)),
    )
    milestones = _by_customer(
        JointMilestone.objects.filter(customer__in=ids, done_on__isnull=True),
        Count("pk"),
        Count("pk", filter=Q(due_on__lt=today)),
    )
    running = ContractLine.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        contract__customer__in=ids,
        starts_on__lte=today,
        kind=ContractLine.Kind.SUBSCRIPTION,
        is_trial=False,
    )
    touches = within_reach(
        Touchpoint.objects.filter(
            customer__in=ids,
            happened_on__gt=today - timedelta(days=TOUCH_DAYS),
            happened_on__lte=today,
        ),
        membership,
    )
    together = Coalesce(NullIf("occasion", Value("")), Cast("pk", CharField()))
    return {
        "goals_open": [(pk, one) for pk, one, _two in goals],
        "goals_reached": [(pk, two) for pk, _one, two in goals],
        "milestones_open": [(pk, one) for pk, one, _two in milestones],
        "milestones_late": [(pk, two) for pk, _one, two in milestones],
        "contacts": _by_customer(Contact.objects.filter(customer__in=ids), Count("pk")),
        "arr": list(
            running.order_by()
            .values("contract__customer")
            .annotate(fees=Sum("annual_fee"))
            .values_list("contract__customer", "fees")
        ),
        "cases_open": _by_customer(
            Case.objects.filter(customer__in=ids, closed_at__isnull=True), Count("pk")
        ),
        "touchpoints": _by_customer(touches, Count(together, distinct=True)),
    }


def _by_customer(rows: QuerySet, *figures: Any) -> list[Any]:
    named = {f"figure_{place}": figure for place, figure in enumerate(figures)}
    return list(
        rows.order_by().values("customer").annotate(**named).values_list("customer", *named)
    )


# --- What waits, and what is shared ---------------------------------------------------------------


def late_milestones(scope: Scope, today: date) -> QuerySet:
    """Joint milestones of the scope's customers that are overdue, the longest first."""
    late = JointMilestone.objects.filter(done_on__isnull=True, due_on__lt=today)
    found: QuerySet = scope.narrow(late)
    return found.select_related("customer", "colleague", "contact").order_by("due_on", "pk")


def plan_links(customer: Customer) -> list[SuccessPlanLink]:
    """The latest link of everybody who was given one, the latest first."""
    found = SuccessPlanLink.objects.filter(customer=customer).select_related("contact", "sent_by")
    latest: dict[object, SuccessPlanLink] = {}
    for link in found.order_by("-pk"):
        latest.setdefault(link.contact_id or link.name, link)
    return list(latest.values())


def plan_link(secret_hash: str) -> SuccessPlanLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: SuccessPlanLink | None = (
        SuccessPlanLink.objects.filter(secret_hash=secret_hash)
        .select_related("contact", "customer")
        .first()
    )
    return found
