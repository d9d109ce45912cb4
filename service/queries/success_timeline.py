"""What the success plan tells of a customer's history, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, F, QuerySet, Value

from accounts.models import Customer
from service.models import Goal, JointMilestone, Sponsor


@dataclass(frozen=True)
class PlanDay:
    """``what``: ``milestone`` done, goal ``reached`` or ``missed``, ``sponsor`` named, ``lost``."""

    on: date
    what: str
    pk: int
    title: str
    person: str


def plan_days(customer: Customer, until: date, *, most: int) -> list[PlanDay]:
    """Up to a day; one statement."""
    goals = Goal.objects.filter(customer=customer, settled_on__lte=until)
    sponsors = Sponsor.objects.filter(customer=customer)
    nobody = Value("", CharField())
    parts = (
        _days(
            JointMilestone.objects.filter(customer=customer, done_on__lte=until),
            "done_on",
            "milestone",
            "title",
            F("contact__name"),
        ),
        _days(goals.filter(state="reached"), "settled_on", "reached", "title", nobody),
        _days(goals.filter(state="missed"), "settled_on", "missed", "title", nobody),
        _days(sponsors.filter(from_on__lte=until), "from_on", "sponsor", "name", nobody),
        _days(
            sponsors.filter(to_on__lte=until).exclude(why_ended=""),
            "to_on",
            "lost",
            "name",
            F("why_ended"),
        ),
    )
    rows = parts[0].union(*parts[1:], all=True).order_by("-on", "what", "-row")[:most]
    return [PlanDay(on, what, pk, title, person or "") for on, what, pk, title, person in rows]


def _days(rows: QuerySet, day: str, what: str, title: str, person: object) -> QuerySet:
    return (
        rows.order_by()
        .annotate(
            on=F(day),
            what=Value(what, CharField()),
            row=F("pk"),
            told=F(title),
            person=person,
        )
        .values_list("on", "what", "row", "told", "person")
    )
