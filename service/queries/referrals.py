"""Referrals and suggestions, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import ContractLine, Customer, Membership, Visibility
from segmentation.queries.scopes import Scope
from service.models import Referral, Suggestion

CAME, OPEN, DECLINED = "came", "open", "declined"
STATES = {
    OPEN: _("Open"),
    CAME: _("Became a customer"),
    DECLINED: Referral.State.DECLINED.label,
}
YEAR_DAYS = 365
_MONEY = DecimalField(max_digits=20, decimal_places=4)


@dataclass(frozen=True)
class ReferralFigures:
    """Of a scope's referrers: how many were referred, came, are open; ``arr``: of those who came and
    whom the member sees, today. ``new_customers``: those of the whole tenant who signed first in the
    last 365 days, ``new_referred`` of them by a referral."""

    referrals: int
    came: int
    open: int
    arr: Decimal
    new_customers: int
    new_referred: int


@dataclass(frozen=True)
class SuggestionFigures:
    """Modules of one customer each, counted once however often shown: how many were shown as worth
    buying, and taken since."""

    shown: int
    taken: int

    @property
    def match(self) -> Decimal | None:
        """Recommendation match: taken ÷ shown."""
        return Decimal(self.taken) / self.shown if self.shown else None


def referrals(scope: Scope, today: date) -> QuerySet:
    """Of the scope's customers as referrers: with ``signed_on`` (first contract of the prospect),
    ``arr`` (the prospect's today) and ``outcome``."""
    found = scope.narrow(Referral.objects.all(), "referrer")
    return with_outcomes(found, today, scope.membership)


def with_outcomes(found: QuerySet, today: date, membership: Membership | None) -> QuerySet:
    """``arr`` is None of prospects that the member does not see; no member: every one is seen."""
    lines = ContractLine.objects.filter(
        contract__customer=OuterRef("prospect"), is_trial=False
    ).order_by()
    running = lines.filter(kind=ContractLine.Kind.SUBSCRIPTION, starts_on__lte=today).exclude(
        ends_on__lt=today
    )
    first = lines.values("contract__customer").annotate(first=Min("signed_on")).values("first")
    total = running.values("contract__customer").annotate(sum=Sum("annual_fee")).values("sum")
    return found.annotate(
        signed_on=Subquery(first),
        arr=_where_seen(
            Coalesce(Subquery(total), Value(Decimal(0)), output_field=_MONEY), membership
        ),
        outcome=Case(
            When(signed_on__lte=today, then=Value(CAME)),
            When(state=Referral.State.DECLINED, then=Value(DECLINED)),
            default=Value(OPEN),
            output_field=CharField(),
        ),
    )


def _where_seen(amount: Coalesce, membership: Membership | None) -> Coalesce | Case:
    """Of the prospects that the member sees; in the statement, so that no file, order or sum tells
    more than the page does."""
    if membership is None or membership.sees("customers") == Visibility.ALL:
        return amount
    visible = Customer.objects.visible_to(membership).order_by().values("pk")
    return Case(When(prospect__in=visible, then=amount), output_field=_MONEY)


def referral_figures(found: QuerySet, today: date) -> ReferralFigures:
    """Of referrals with their outcomes; two statements."""
    told = found.order_by().aggregate(
        referrals=Count("pk"),
        came=Count("pk", filter=Q(outcome=CAME)),
        open=Count("pk", filter=Q(outcome=OPEN)),
        arr_sum=Sum("arr", filter=Q(outcome=CAME)),
    )
    signed = (
        ContractLine.objects.filter(is_trial=False, signed_on__lte=today)
        .order_by()
        .values("contract__customer")
        .annotate(first=Min("signed_on"))
        .filter(first__gt=today - timedelta(days=YEAR_DAYS))
        .values("contract__customer")
    )
    new = Customer.objects.filter(pk__in=signed).aggregate(
        count=Count("pk"), referred=Count("pk", filter=Q(referred_by__isnull=False))
    )
    return ReferralFigures(
        referrals=told["referrals"],
        came=told["came"],
        open=told["open"],
        arr=told["arr_sum"] or Decimal(0),
        new_customers=new["count"],
        new_referred=new["referred"],
    )


def visible_referral(membership: Membership, pk: int, today: date) -> Referral | None:
    """One whose referrer the member sees, with its outcome."""
    visible = Customer.objects.visible_to(membership).order_by().values("pk")
    found: Referral | None = (
        with_outcomes(Referral.objects.filter(pk=pk, referrer__in=visible), today, membership)
        .select_related("referrer", "prospect", "contact", "noted_by")
        .first()
    )
    return found


def referrals_of(customer: Customer, today: date, membership: Membership) -> list[Any]:
    """What a customer recommended, the latest first."""
    found = with_outcomes(Referral.objects.filter(referrer=customer), today, membership)
    return list(found.select_related("contact", "prospect")[:20])


def referrals_until(customer: Customer, until: date, most: int) -> list[Referral]:
    """A customer's latest referrals up to a day."""
    found = Referral.objects.filter(referrer=customer, referred_on__lte=until)
    return list(found.select_related("contact").order_by("-referred_on", "-pk")[:most])


def referred_by(customer: Customer) -> Referral | None:
    """The referral by which a customer came."""
    found: Referral | None = (
        Referral.objects.filter(prospect=customer).select_related("referrer", "contact").first()
    )
    return found


def seen_ids(membership: Membership, ids: list[int]) -> set[int]:
    """Of these customers those that the member sees."""
    if membership.sees("customers") == Visibility.ALL:
        return set(ids)
    visible = Customer.objects.visible_to(membership).filter(pk__in=ids).order_by()
    return set(visible.values_list("pk", flat=True))


def customer_called(membership: Membership, text: str) -> Customer | None:
    """The one customer that the member sees with this key or this name; None: none or several."""
    wanted = text.strip()
    if not wanted:
        return None
    found = list(
        Customer.objects.visible_to(membership)
        .filter(Q(key=wanted) | Q(name=wanted))
        .distinct()[:2]
    )
    return found[0] if len(found) == 1 else None


def suggestions(scope: Scope) -> QuerySet:
    """What was shown, with ``taken_on``: the first start after it of a line of the module; what is
    owned already is not taken by it."""
    starts = (
        ContractLine.objects.filter(
            contract__customer=OuterRef("customer"),
            module=OuterRef("module"),
            is_trial=False,
            starts_on__gt=OuterRef("shown_on"),
        )
        .order_by()
        .values("contract__customer")
        .annotate(first=Min("starts_on"))
        .values("first")
    )
    shown = scope.narrow(Suggestion.objects.filter(kind=Suggestion.Kind.BUY))
    return shown.annotate(taken_on=Subquery(starts))


def suggestion_figures(found: QuerySet) -> SuggestionFigures:
    """Of suggestions with ``taken_on``; one statement."""
    pairs = (
        found.order_by()
        .values("customer", "module")
        .annotate(since=Min("taken_on"))
        .values("customer", "module", "since")
    )
    told = pairs.aggregate(shown=Count("customer"), taken=Count("since"))
    return SuggestionFigures(told["shown"], told["taken"])
