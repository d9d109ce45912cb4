"""Work (CTAs) as lists, pages and first screens show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.models import Colleague, Customer, Membership, Responsibility, Visibility
from accounts.models.reach import colleagues_of
from accounts.models.responsibility import faced_by
from segmentation.models import CustomerGroup, MeasureRow
from segmentation.queries.stored import latest_night
from service.models import Cta, CtaStep, PlayVersion
from service.models.ctas import work_helped_by
from service.triggers import Names

OPEN, SNOOZED, CLOSED, ALL = "open", "snoozed", "closed", "all"
STATES = (OPEN, SNOOZED, CLOSED, ALL)
OVERDUE, TODAY, WEEK = "overdue", "today", "week"
NOBODY = "nobody"
_WIDTHS = [Visibility.MINE, Visibility.TEAM, Visibility.ALL]


def visible_work(membership: Membership) -> QuerySet[Cta]:
    """What a member may see: of customers that it sees, and of these as far as the tenant says for
    work. Mine is what a person owns or has an open step of, and what there is to do for customers whose
    face it is."""
    found: QuerySet[Cta] = Cta.objects.all()
    if membership.sees("customers") != Visibility.ALL:
        visible = Customer.objects.visible_to(membership).order_by().values("pk")
        found = found.filter(customer__in=visible)
    width = membership.sees("work")
    if width != Visibility.ALL:
        people = colleagues_of(membership, width)
        steps = CtaStep.objects.filter(owner__in=people, done_at=None).order_by()
        found = found.filter(
            Q(owner__in=people)
            | Q(customer__in=faced_by(people))
            | Q(pk__in=steps.values("cta_id"))
        )
    return found


def work_for(membership: Membership, pk: int) -> Cta | None:
    """One piece of work with what its page shows of it, if the member may see it."""
    found: Cta | None = (
        visible_work(membership)
        .select_related("customer", "owner", "play", "version", "closed_by")
        .filter(pk=pk)
        .first()
    )
    return found


def widths(membership: Membership) -> tuple[str, ...]:
    """Whose work a member may list, narrowest first."""
    widest = _WIDTHS.index(Visibility(membership.sees("work")))
    return tuple(
        str(width)
        for number, width in enumerate(_WIDTHS)
        if number <= widest and (width != Visibility.TEAM or membership.team_id is not None)
    )


def to_do_by(found: QuerySet[Cta], membership: Membership, width: str) -> QuerySet[Cta]:
    """Of this work what the member, or the team, has to do: what is theirs, what they have an open step
    of, and what is nobody's of the customers whose face they are. What somebody else was named for is
    that person's."""
    if width == Visibility.ALL:
        return found
    # Asked once, as lists: then the order by rank is read from the index of one owner.
    ids = list(colleagues_of(membership, width).values_list("pk", flat=True))
    faced = Responsibility.objects.filter(to_on=None, colleague__in=ids).order_by()
    customers = list(faced.values_list("customer_id", flat=True))
    theirs = Q(owner__in=ids) | Q(owner=None, customer__in=customers)
    return found.filter(theirs | Q(pk__in=list(work_helped_by(ids).values_list("pk", flat=True))))


def waiting(found: QuerySet[Cta], today: date) -> QuerySet[Cta]:
    """Open, and not put off beyond today."""
    return found.filter(_waiting(today))


def _waiting(today: date, of: str = "") -> Q:
    """``of``: the way to the work, such as ``cta__``."""
    put_off = Q(**{f"{of}snoozed_until": None}) | Q(**{f"{of}snoozed_until__lte": today})
    return Q(**{f"{of}state": Cta.State.OPEN}) & put_off


def in_state(found: QuerySet[Cta], state: str, today: date) -> QuerySet[Cta]:
    """Of STATES."""
    if state == SNOOZED:
        return found.filter(state=Cta.State.OPEN, snoozed_until__gt=today)
    if state == CLOSED:
        return found.exclude(state=Cta.State.OPEN)
    return found if state == ALL else waiting(found, today)


def due(found: QuerySet[Cta], when: str, today: date) -> QuerySet[Cta]:
    """Overdue, due today, or due within a week; all of it where ``when`` is none of these."""
    spans = {
        OVERDUE: Q(due_on__lt=today),
        TODAY: Q(due_on=today),
        WEEK: Q(due_on__range=(today, today + timedelta(days=6))),
    }
    return found.filter(spans[when]) if when in spans else found


def of_tier(found: QuerySet[Cta], tier: str) -> QuerySet[Cta]:
    """Of customers that had this tier on the latest night; ``none``: that had none."""
    night = latest_night()
    if night is None:
        return found.none()
    rows = MeasureRow.objects.filter(as_of=night.as_of, tier="" if tier == "none" else tier)
    return found.filter(customer__in=rows.order_by().values("customer_id"))


def by_words(found: QuerySet[Cta], words: str) -> QuerySet[Cta]:
    """Every word stands in the title, or in the name or key of the customer."""
    for word in words.lower().split():
        found = found.filter(Q(customer__search_text__contains=word) | Q(title__icontains=word))
    return found


@dataclass(frozen=True)
class WorkRow:
    """A piece of work in a list. tier: of its customer on the latest night, "" for none."""

    cta: Cta
    tier: str
    steps: int
    steps_done: int


def rows_of(ctas: Sequence[Cta]) -> list[WorkRow]:
    """The rows of a page: two statements beside the one that found the work."""
    night = latest_night()
    tiers = (
        dict(
            MeasureRow.objects.filter(
                as_of=night.as_of, customer__in={cta.customer_id for cta in ctas}
            ).values_list("customer_id", "tier")
        )
        if night and ctas
        else {}
    )
    steps = step_counts([cta.pk for cta in ctas])
    return [
        WorkRow(cta, tiers.get(cta.customer_id, ""), *steps.get(cta.pk, (0, 0))) for cta in ctas
    ]


def names_for(currency: str, ctas: Iterable[Cta]) -> Names:
    """The tenant's words that the reasons of this work need: one statement where one names a group."""
    groups = {int(cta.reason["group"]) for cta in ctas if "group" in cta.reason}
    found = CustomerGroup.objects.filter(pk__in=groups) if groups else CustomerGroup.objects.none()
    return Names(currency, dict(found.values_list("pk", "name")))


def step_counts(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Id → how many steps there are, and how many are done."""
    found = (
        CtaStep.objects.filter(cta__in=ids)
        .order_by()
        .values("cta_id")
        .annotate(steps=Count("pk"), done=Count("done_at"))
    )
    return {row["cta_id"]: (row["steps"], row["done"]) for row in found}


def page_of(found: QuerySet[Cta], order_by: Sequence[str], part: slice) -> list[Cta]:
    """The work of one page, in order: its ids first, so that only few rows are joined."""
    ids = list(ordered(found, order_by).values_list("pk", flat=True)[part])
    works = Cta.objects.select_related("customer", "owner", "version").in_bulk(ids)
    return [works[pk] for pk in ids if pk in works]


def ordered(found: QuerySet[Cta], order_by: Sequence[str]) -> QuerySet[Cta]:
    """In this order, rows without the value last; a leading ``-`` reverses."""
    return found.order_by(*(_expression(name) for name in order_by))


# Of columns that are never empty this form meets their indexes.
_NEVER_EMPTY = {"rank", "due_on", "opened_on", "pk", "customer__name", "state"}


def _expression(name: str) -> Any:
    plain = name.removeprefix("-")
    if plain in _NEVER_EMPTY:
        return name
    return F(plain).desc(nulls_last=True) if plain != name else F(plain).asc(nulls_last=True)


@dataclass(frozen=True)
class Offered:
    """What a list of work can be narrowed by: (id, words)."""

    plays: list[tuple[int, str]]
    owners: list[tuple[int, str]]


def offered(language: str) -> Offered:
    """Plays and people to choose from, however much work there is; two statements."""
    plays = PlayVersion.objects.filter(version=F("play__version")).order_by("play__key")
    names = [(one.play_id, one.words("names", language)) for one in plays]
    owners = Colleague.objects.filter(membership__is_active=True).order_by("name")
    return Offered(names, list(owners.values_list("pk", "name")[:500]))


def own_due(membership: Membership, today: date) -> QuerySet[Any, Any]:
    """Ids of a member's own work that is due by today, or has a step of theirs that is: what the
    navigation counts."""
    people = colleagues_of(membership, Visibility.MINE)
    own = waiting(Cta.objects.filter(owner__in=people, due_on__lte=today), today)
    steps = CtaStep.objects.filter(owner__in=people, done_at=None, due_on__lte=today)
    mine = _waiting(today, "cta__")
    found: QuerySet[Any, Any] = (
        own.order_by().values("pk").union(steps.filter(mine).order_by().values("cta_id"))
    )
    return found


def seen_versions(pairs: Iterable[str]) -> Mapping[int, int]:
    """Of values such as ``12.3``: the id of work and the version of it that was on screen; what is no
    such value is left out."""
    seen: dict[int, int] = {}
    for pair in pairs:
        pk, _dot, version = pair.partition(".")
        if all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (pk, version)):
            seen[int(pk)] = int(version)
    return seen


def only_visible(membership: Membership, seen: Mapping[int, int]) -> dict[int, int]:
    """Of these the work that the member may see."""
    ids = set(visible_work(membership).filter(pk__in=seen).order_by().values_list("pk", flat=True))
    return {pk: version for pk, version in seen.items() if pk in ids}


def open_work_of(customer: Customer, membership: Membership) -> QuerySet[Cta]:
    """A customer's open work, also what is put off."""
    found = visible_work(membership).filter(customer=customer, state=Cta.State.OPEN)
    return found.select_related("owner", "version")


def glance(customer: Customer) -> dict[str, Any] | None:
    """What the latest night measured of a customer, for who works for it; None: nothing yet."""
    night = latest_night()
    if night is None:
        return None
    found: dict[str, Any] | None = (
        MeasureRow.objects.filter(as_of=night.as_of, customer=customer)
        .values(
            "tier",
            "stage",
            "arr",
            "usage_trend",
            "days_to_renewal",
            "days_to_payment",
            "payment_overdue_days",
            "overdue_amount",
            "active_users_30",
            "days_since_usage",
        )
        .first()
    )
    return found and {**found, "night": night.as_of}
