"""What customers answered, counted in the database for what a member sees.

Answers are counted by the day of the answer; invitations, for the response rate, by the day on which
they were sent. Roles are those of the day; tiers those of the latest night. Who has several roles
counts in each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncQuarter

from accounts.models import Contact, ContactRole, Customer, Membership, Visibility
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow
from segmentation.queries.stored import latest_night
from service.compute.surveys import BAD, GOOD, Answers
from service.models import Cta, SurveyAnswer, SurveyInvitation, SurveyRound

UNKNOWN = "unknown"
ROLES = (*(kind.value for kind in ContactRole.Kind), UNKNOWN)
NO_TIER = "none"


@dataclass(frozen=True)
class Chosen:
    """What results are over; empty: everything. Days are both counted."""

    kind: str
    start: date
    end: date
    role: str = ""
    tier: str = ""
    round: SurveyRound | None = None


@dataclass(frozen=True)
class Results:
    """All answers together, and by role and tier (those with any answer or invitation)."""

    total: Answers
    by_role: dict[str, Answers] = field(default_factory=dict)
    by_tier: dict[str, Answers] = field(default_factory=dict)


@dataclass
class _Counted:
    """Counts that come together, row by row."""

    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    asked: int = 0
    responded: int = 0

    def answers(self, kind: str) -> Answers:
        return Answers(kind, dict(self.counts), self.asked, self.responded)


def survey_results(membership: Membership | None, chosen: Chosen, zone: ZoneInfo) -> Results:
    """Three statements, whatever the number of answers. ``membership``: who looks; None: a program of
    the tenant's own."""
    total = _Counted()
    roles: dict[str, _Counted] = defaultdict(_Counted)
    tiers: dict[str, _Counted] = defaultdict(_Counted)
    answers = visible_answers(membership, chosen).values("customer_id", "roles", "score")
    for held, tier, score, count in _by_tier(answers, "score, count(*)", "score", chosen):
        for group in _groups(total, roles, tiers, held, tier):
            group.counts[score] += count
    links = asked_links(membership, chosen, zone).values("customer_id", "roles", "answered_at")
    for held, tier, count, responded in _by_tier(links, "count(*), count(answered_at)", "", chosen):
        for group in _groups(total, roles, tiers, held, tier):
            group.asked += count
            group.responded += responded
    return Results(
        total.answers(chosen.kind),
        {role: roles[role].answers(chosen.kind) for role in ROLES if role in roles},
        {tier: found.answers(chosen.kind) for tier, found in tiers.items()},
    )


def trend(membership: Membership, chosen: Chosen, quarters: Sequence[date]) -> list[Answers]:
    """The answers of each quarter, by its first day, oldest first. Two statements."""
    over = Chosen(
        chosen.kind, quarters[0], quarters[-1] + timedelta(days=92), chosen.role, chosen.tier,
        chosen.round,
    )  # fmt: skip
    rows = (
        _narrowed_by_tier(visible_answers(membership, over), over)
        .order_by()
        .annotate(quarter=TruncQuarter("answered_on"))
        .values_list("quarter", "score")
        .annotate(n=Count("pk"))
    )
    counts: dict[date, dict[int, int]] = defaultdict(dict)
    for quarter, score, count in rows:
        counts[quarter][score] = count
    return [Answers(chosen.kind, counts.get(quarter, {})) for quarter in quarters]


def visible_answers(membership: Membership | None, chosen: Chosen) -> QuerySet:
    """Answers of customers that a member sees, narrowed by all but the tier."""
    found: QuerySet = SurveyAnswer.objects.filter(
        kind=chosen.kind,
        answered_on__gte=chosen.start,
        answered_on__lte=chosen.end,
    )
    if chosen.round is not None:
        found = found.filter(invitation__round=chosen.round)
    return _of_role(_of_seen(found, membership), chosen.role)


def listed_answers(
    membership: Membership, chosen: Chosen, *, standing: str = "", commented: bool = False
) -> QuerySet:
    """The answers one by one, the newest first.

    ``standing``: good, middle or bad; ``commented``: only those with words.
    """
    found = _narrowed_by_tier(visible_answers(membership, chosen), chosen)
    good = Q(score__range=GOOD[chosen.kind])
    bad = Q(score__range=BAD[chosen.kind])
    found = found.filter({"good": good, "bad": bad, "middle": ~good & ~bad}.get(standing, Q()))
    if commented:
        found = found.exclude(comment="")
    return found.select_related("customer", "contact", "invitation__round").order_by(
        "-answered_on", "-pk"
    )


def asked_links(membership: Membership | None, chosen: Chosen, zone: ZoneInfo) -> QuerySet:
    """The links that were sent in the period; what was taken back unanswered was not asked."""
    found: QuerySet = SurveyInvitation.objects.filter(
        round__survey__kind=chosen.kind,
        state=SurveyInvitation.State.SENT,
        sent_at__gte=datetime.combine(chosen.start, time(), zone),
        sent_at__lt=datetime.combine(chosen.end + timedelta(days=1), time(), zone),
    ).filter(Q(revoked_at=None) | Q(answered_at__isnull=False))
    if chosen.round is not None:
        found = found.filter(round=chosen.round)
    return _of_role(_of_seen(found, membership), chosen.role)


def follow_ups(answers: Iterable[SurveyAnswer]) -> dict[int, Cta]:
    """Answer → the work that it set off, the open one first. One statement."""
    shown = list(answers)
    keys = {f"survey:{answer.pk}": answer.pk for answer in shown}
    found: dict[int, Cta] = {}
    # The work of these customers is found by an index; events have none of their own.
    work = Cta.objects.filter(
        event_key__in=keys, customer__in={answer.customer_id for answer in shown}
    )
    for cta in work.select_related("owner").order_by("pk"):
        held = found.get(keys[cta.event_key])
        if held is None or held.state != Cta.State.OPEN:
            found[keys[cta.event_key]] = cta
    return found


def answers_of(customer: Customer, most: int) -> list[SurveyAnswer]:
    """A customer's latest answers."""
    rows = SurveyAnswer.objects.filter(customer=customer).select_related("contact")
    return list(rows.order_by("-answered_on", "-pk")[:most])


def contacts_of(membership: Membership) -> QuerySet:
    """The contacts of customers that a member sees."""
    return _of_seen(Contact.objects.all(), membership)


def _of_seen(rows: QuerySet, membership: Membership | None) -> QuerySet:
    """Rows of customers that a member sees; who sees all is asked about none."""
    if membership is None or membership.sees("customers") == Visibility.ALL:
        return rows
    return rows.filter(customer__in=Customer.objects.visible_to(membership).order_by().values("pk"))


def _of_role(rows: QuerySet, role: str) -> QuerySet:
    if role == UNKNOWN:
        return rows.filter(roles=[])
    return rows.filter(roles__contains=[role]) if role else rows


def _narrowed_by_tier(rows: QuerySet, chosen: Chosen) -> QuerySet:
    if not chosen.tier:
        return rows
    night = latest_night()
    known = MeasureRow.objects.filter(as_of=night.as_of if night else date.min)
    if chosen.tier == NO_TIER:
        return rows.exclude(customer__in=known.exclude(tier="").values("customer"))
    return rows.filter(customer__in=known.filter(tier=chosen.tier).values("customer"))


def _by_tier(rows: QuerySet, counted: str, further: str, chosen: Chosen) -> list[Any]:
    """(roles, tier, …) counted by roles, tier and what is further grouped by. Joined to the night in
    SQL: by way of the customers it would take twice as long."""
    night = latest_night()
    inner, parameters = rows.order_by().query.sql_with_params()
    groups = ", ".join(["1", "2", *([further] if further else [])])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT roles, coalesce(nullif(night.tier, ''), %s) AS tier, {counted} "  # noqa: S608
            f"FROM ({inner}) AS answer LEFT JOIN {MeasureRow._meta.db_table} night "
            "ON night.tenant_id = %s AND night.as_of = %s "
            f"AND night.customer_id = answer.customer_id GROUP BY {groups}",
            [NO_TIER, *parameters, current_tenant_id(), night.as_of if night else date.min],
        )
        found = cursor.fetchall()
    return [row for row in found if not chosen.tier or row[1] == chosen.tier]


def _groups(
    total: _Counted, roles: Any, tiers: Any, held: Sequence[str], tier: str
) -> list[_Counted]:
    return [total, tiers[tier], *(roles[role] for role in held or [UNKNOWN])]
