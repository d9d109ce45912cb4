"""What is open between a customer and us, as the customer may know it: blocks of its page and of the
weekly report.

Nothing here tells prices, effort, why something was classified, or what was asked inside the vendor.
Each function takes a fixed number of statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from projects.models import Project, Risk, Side
from projects.queries.change_requests import Standing, changes_of, requirements_of, standing_of
from projects.queries.gates import unanswered
from projects.queries.progress import MOST_ROWS, Lines

# What of a change request the customer has been told.
TOLD = (Standing.SENT, Standing.QUESTION, Standing.SIGNED, Standing.DECLINED)
# In the customer's hand.
TO_DECIDE = (Standing.SENT, Standing.QUESTION)


@dataclass(frozen=True)
class ChangeLine:
    key: str
    title: str
    standing: str
    decided_on: date | None


@dataclass(frozen=True)
class WishLine:
    """What the customer asked for; ``kind``: its classification, "" while there is none."""

    number: int
    text: str
    kind: str
    raised_on: date


@dataclass(frozen=True)
class GateLine:
    """What a person of the customer is asked to sign off, and by when."""

    title: str
    who: str
    ends_on: date


@dataclass(frozen=True)
class RiskLine:
    number: int
    kind: str
    title: str
    ends_on: date | None


def change_lines(project: Project, now: datetime) -> list[ChangeLine]:
    """Change requests that the customer has in hand or has decided; those to decide first."""
    rows = [(change, standing_of(change)) for change in changes_of(project, now)]
    return [
        ChangeLine(
            key=change.key,
            title=change.title,
            standing=str(standing),
            decided_on=change.signed_on or change.decided_on,
        )
        for change, standing in rows
        if standing in TOLD
    ]


def wishes(project: Project) -> QuerySet:
    """Requirements that the customer's people raised, also those who are gone, with ``kind``; not
    what was asked inside the vendor."""
    return requirements_of(project).filter(colleague__isnull=True)


def gate_lines(project: Project) -> list[GateLine]:
    """Gates that wait for a sign-off of the customer, the earliest deadline first."""
    waiting = unanswered().filter(gate__project=project, side=Side.CUSTOMER)
    return [
        GateLine(sign_off.gate.title, sign_off.name, sign_off.deadline_on)
        for sign_off in waiting[:MOST_ROWS]
    ]


def risk_lines(project: Project) -> list[RiskLine]:
    """Risks and issues that are not settled, the heaviest first."""
    found = Risk.objects.filter(project=project, state=Risk.State.OPEN)
    heaviest = sorted(found, key=lambda risk: (-risk.weight, risk.number))
    return [
        RiskLine(risk.number, risk.kind, risk.title, risk.due_on) for risk in heaviest[:MOST_ROWS]
    ]


def wish_lines(found: QuerySet, most: int = MOST_ROWS) -> Lines:
    """Wishes, the latest first."""
    rows = list(found.order_by("-number")[:most])
    count = len(rows) if len(rows) < most else found.count()
    return Lines(count, [WishLine(row.number, row.text, row.kind, row.raised_on) for row in rows])
