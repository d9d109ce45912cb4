"""One request with everything that was said of it, and what one customer asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import AuditRecord, Customer, Membership, Visibility
from accounts.queries.audit import AuditEntry, entry
from segmentation.models import MeasureRow
from service.models import Ask, ProductUpdate, Request, RequestAnswer, RequestDecision, Vote
from service.queries.request_merges import of_request
from service.queries.request_weights import night_day

MOST_HISTORY = 100
MOST_VOTES = 200
MOST_OF_A_CASE = 20


def request_for(pk: int) -> Request | None:
    """A request of the tenant: everybody there may see the board."""
    found: Request | None = (
        Request.objects.select_related("module", "merged_into", "root", "captured_by")
        .filter(pk=pk)
        .first()
    )
    return found


def asks_of(request: Request, membership: Membership) -> QuerySet:
    """The askings of customers that the member sees, the latest first, with ``arr`` and ``tier`` of
    the latest night."""
    rows = MeasureRow.objects.filter(customer=OuterRef("customer"), as_of=night_day())
    found: QuerySet = (
        Ask.objects.filter(
            of_request(request), customer__in=Customer.objects.visible_to(membership)
        )
        .select_related("customer", "contact", "request", "touchpoint", "case", "captured_by")
        .annotate(
            arr=Subquery(rows.values("arr")[:1]),
            tier=Subquery(rows.values("tier")[:1]),
        )
    )
    return found


def votes_of(request: Request, membership: Membership) -> QuerySet:
    """The votes of customers that the member sees."""
    return (
        Vote.objects.filter(
            of_request(request), customer__in=Customer.objects.visible_to(membership)
        )
        .select_related("customer", "contact", "request", "recorded_by")
        .order_by("-voted_at", "-pk")
    )


def parts_of(request: Request) -> list[Request]:
    """What was merged into it, directly or by way of others."""
    return list(Request.objects.filter(root=request).order_by("pk"))


@dataclass(frozen=True)
class Decided:
    """A decision with what became of its answer."""

    decision: RequestDecision
    waiting: int
    written: int
    left_out: int


def decisions_of(request: Request) -> list[Decided]:
    """Two statements, the latest decision first."""
    found = list(RequestDecision.objects.filter(request=request).select_related("decided_by"))
    told: dict[tuple[int, str], int] = {}
    answers = RequestAnswer.objects.filter(decision__in=[one.pk for one in found])
    for decision_id, state in answers.values_list("decision_id", "state"):
        told[decision_id, state] = told.get((decision_id, state), 0) + 1
    return [
        Decided(
            one,
            *(told.get((one.pk, state), 0) for state in ("waiting", "queued", "left_out")),
        )
        for one in found
    ]


def updates_of(request: Request) -> list[ProductUpdate]:
    """The product updates that fulfil it."""
    return list(
        ProductUpdate.objects.filter(requests__request__in=[request.pk, *_parts(request)])
        .distinct()
        .order_by("-shipped_on", "-pk")
    )


def _parts(request: Request) -> list[int]:
    return list(Request.objects.filter(root=request).values_list("pk", flat=True))


def history_of(request: Request, membership: Membership) -> list[AuditEntry]:
    """What was done with it, the latest first; who does not see every customer reads no names."""
    found = AuditRecord.objects.filter(
        object_type=Request._meta.label_lower, object_id=request.pk
    ).select_related("actor")
    records = list(found[:MOST_HISTORY])
    if membership.sees("customers") != Visibility.ALL:
        for record in records:
            record.data = {
                name: value
                for name, value in record.data.items()
                if name not in ("customer", "contact")
            }
    return [entry(record) for record in records]


def asks_of_customer(customer: Customer) -> QuerySet:
    """What a customer asked for, the latest first, each with the request that it counts for."""
    return Ask.objects.filter(customer=customer).select_related(
        "contact", "request__root", "request__module", "module"
    )


def asks_of_case(case_id: int) -> list[Ask]:
    """What a case made its customer ask for, the latest first."""
    found = Ask.objects.filter(case=case_id).select_related("request__root")
    return list(found[:MOST_OF_A_CASE])


def standing_of(ask: Ask) -> Request:
    """The request that decides over an asking."""
    return ask.request.root or ask.request


@dataclass(frozen=True)
class AskFilter:
    """``outcome``: taken, declined, open or "". ``module``: an id of the request's module."""

    since: date | None = None
    until: date | None = None
    outcome: str = ""
    module: int | None = None


def asks_of_everybody(membership: Membership, wanted: AskFilter) -> QuerySet:
    """Askings of customers that the member sees, with ``outcome_status`` of what they count for."""
    found = (
        Ask.objects.filter(customer__in=Customer.objects.visible_to(membership))
        .select_related("customer", "contact", "request__root", "request__module")
        .annotate(root_status=F("request__root__status"), own_status=F("request__status"))
    )
    if wanted.since:
        found = found.filter(made_on__gte=wanted.since)
    if wanted.until:
        found = found.filter(made_on__lte=wanted.until)
    if wanted.module:
        found = found.filter(request__module=wanted.module)
    if wanted.outcome in OUTCOMES:
        statuses = OUTCOMES[wanted.outcome]
        found = found.filter(
            Q(request__root=None, request__status__in=statuses)
            | Q(request__root__status__in=statuses)
        )
    return found


OUTCOMES = {
    "taken": ("accepted", "planned", "shipped"),
    "declined": ("declined",),
    "open": ("new", "review"),
}


def arr_of(customer_ids: list[int]) -> dict[int, Decimal | None]:
    """Customer → ARR of the latest night."""
    found: Any = MeasureRow.objects.filter(customer__in=customer_ids, as_of=night_day())
    return dict(found.values_list("customer_id", "arr"))
