"""Whom a round would ask, and whom not, for which reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from accounts.models import Contact, ContactRole, UnreachableAddress, Unsubscription
from segmentation.models import MeasureRow
from segmentation.queries.stored import latest_night, stored_nights
from service.models import SurveyAnswer, SurveyInvitation, SurveyRound, SurveySettings

# In the order in which they are looked for: a contact is left out for the first that holds.
REASONS = (
    "asked", "unsubscribed", "no_address", "unreachable", "no_customer", "capped", "same_address",
)  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """How contacts are judged.

    ``cap_days`` 0: however lately they were asked. ``needs_address``: the survey goes by e-mail.
    ``only_customers``: who has left or never signed, as the latest night says, is not asked.
    """

    now: datetime
    today: date
    cap_days: int
    needs_address: bool = True
    only_customers: bool = False
    round: SurveyRound | None = None


def holders(day: date, roles: Collection[str]) -> QuerySet:
    """The contacts who hold one of these roles on a day; of no role, everybody."""
    contacts: QuerySet = Contact.objects.all()
    if roles:
        contacts = contacts.filter(pk__in=_roles_on(day).filter(role__in=roles).values("contact"))
    return contacts


def quarterly_contacts(rules: SurveySettings, today: date) -> QuerySet:
    """Whom the rule of the quarter names: by role, and by tier as the latest night says."""
    contacts = holders(today, rules.quarterly_roles)
    if rules.quarterly_tiers:
        night = latest_night()
        of_tier = MeasureRow.objects.filter(
            as_of=night.as_of if night else None, tier__in=rules.quarterly_tiers
        )
        contacts = contacts.filter(customer__in=of_tier.values("customer"))
    return contacts


def judged(contacts: QuerySet, asking: Asking) -> QuerySet:
    """These contacts with ``left_out``: why each is not asked, "" for who is; and ``held``: the
    roles that they hold today."""
    found: QuerySet = contacts.annotate(
        held=ArraySubquery(
            _roles_on(asking.today)
            .filter(contact=OuterRef("pk"))
            .order_by("role")
            .values("role")
            .distinct()
        ),
        nth=Window(RowNumber(), partition_by=[F("address")], order_by=F("pk").asc()),
    ).annotate(left_out=Case(*_reasons(asking), default=Value(""), output_field=CharField()))
    return found


def _reasons(asking: Asking) -> list[When]:
    invitations = SurveyInvitation.objects.filter(contact=OuterRef("pk"), revoked_at=None)
    whens = []
    if asking.round is not None:
        whens.append(When(Exists(invitations.filter(round=asking.round)), then=Value("asked")))
    unwanted = Unsubscription.objects.filter(contact=OuterRef("pk"), purpose="survey")
    whens.append(When(Exists(unwanted), then=Value("unsubscribed")))
    if asking.needs_address:
        unreached = UnreachableAddress.objects.filter(address=OuterRef("address"))
        whens.append(When(address="", then=Value("no_address")))
        whens.append(When(Exists(unreached), then=Value("unreachable")))
    if asking.only_customers:
        latest = stored_nights().values("as_of")[:1]
        others = MeasureRow.objects.filter(
            customer=OuterRef("customer"),
            as_of=Subquery(latest),
            stage__in=["churned", "potential"],
        )
        whens.append(When(Exists(others), then=Value("no_customer")))
    if asking.cap_days:
        whens += [When(condition, then=Value("capped")) for condition in _lately(asking)]
    whens.append(When(Q(nth__gt=1) & ~Q(address=""), then=Value("same_address")))
    return whens


def _lately(asking: Asking) -> list[Q]:
    """That a contact was asked within the limit; or somebody with the same address was, who is the
    same person, whatever customer it stands under. Apart, since each has an index."""
    invitations = SurveyInvitation.objects.filter(
        revoked_at=None, sent_at__gt=asking.now - timedelta(days=asking.cap_days)
    )
    # What a file says that they answered elsewhere was asked of them too.
    answers = SurveyAnswer.objects.filter(
        invitation=None, answered_on__gt=asking.today - timedelta(days=asking.cap_days)
    )
    others = Contact.objects.filter(address=OuterRef(OuterRef("address"))).order_by()
    return [
        Q(Exists(invitations.filter(contact=OuterRef("pk")))),
        Q(Exists(answers.filter(contact=OuterRef("pk")))),
        ~Q(address="")
        & Q(Exists(invitations.filter(address=OuterRef("address")).exclude(address=""))),
        ~Q(address="")
        & Q(Exists(answers.filter(contact__in=others.exclude(address="").values("pk")))),
    ]


@dataclass(frozen=True)
class Outlook:
    """What a round would come to: how many are asked, and how many left out for what."""

    asked: int
    left_out: dict[str, int]

    @property
    def left(self) -> int:
        return sum(self.left_out.values())


def outlook(contacts: QuerySet, asking: Asking) -> Outlook:
    """Counted in the database; one statement."""
    inner, parameters = _ids(contacts, asking)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT left_out, count(*) FROM ({inner}) AS judged GROUP BY left_out",  # noqa: S608
            parameters,
        )
        return _outlook(dict(cursor.fetchall()))


@dataclass(frozen=True)
class Preview:
    """What a round would come to, with the first of those who are asked, and of those who are left
    out with the reason of each."""

    outlook: Outlook
    asked: list[Contact]
    left: list[tuple[Contact, str]]


def preview(contacts: QuerySet, asking: Asking, most: int) -> Preview:
    """Every contact is judged once, whatever is shown of it; two statements."""
    inner, parameters = _ids(contacts, asking)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH judged AS MATERIALIZED ({inner}) "  # noqa: S608
            "SELECT 'count', left_out, count(*) FROM judged GROUP BY left_out UNION ALL "
            "(SELECT 'first', '', id FROM judged WHERE left_out = '' ORDER BY id LIMIT %s) UNION ALL "
            "(SELECT 'first', left_out, id FROM judged WHERE left_out <> '' ORDER BY id LIMIT %s)",
            [*parameters, most, most],
        )
        rows = cursor.fetchall()
    why = {pk: left_out for what, left_out, pk in rows if what == "first"}
    shown = Contact.objects.filter(pk__in=why).select_related("customer")
    ordered = list(shown.order_by("customer__name", "name", "pk"))
    return Preview(
        _outlook({left_out: n for what, left_out, n in rows if what == "count"}),
        [contact for contact in ordered if not why[contact.pk]],
        [(contact, why[contact.pk]) for contact in ordered if why[contact.pk]],
    )


def _ids(contacts: QuerySet, asking: Asking) -> tuple[str, Sequence[Any]]:
    found: tuple[str, Sequence[Any]] = (
        judged(contacts, asking).order_by().values("id", "left_out").query.sql_with_params()
    )
    return found


def _outlook(found: dict[str, int]) -> Outlook:
    return Outlook(
        found.get("", 0), {reason: found[reason] for reason in REASONS if reason in found}
    )


def _roles_on(day: date) -> QuerySet:
    found: QuerySet = ContactRole.objects.filter(
        Q(from_on__isnull=True) | Q(from_on__lte=day), Q(to_on__isnull=True) | Q(to_on__gte=day)
    )
    return found
