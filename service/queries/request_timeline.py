"""What requests tell of a customer's history: one statement for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from accounts.models import Customer
from service.models import Ask, RequestAnswer, UpdateRecipient
from ui.timelines import TimelinePage


@dataclass(frozen=True)
class Told:
    """``kind``: ask, answer or update; ``about``: id of the request or the update."""

    kind: str
    pk: int
    at: date | datetime
    title: str
    text: str
    who: str
    about: int
    # Title of the case that an ask came of.
    case: str = ""


def told_of(customer: Customer, page: TimelinePage) -> Iterator[Told]:
    """What it asked for, which answers and which updates its contacts were written; each kind the
    newest first."""
    asks = (
        Ask.objects.filter(customer=customer, made_on__lte=page.until)
        .select_related("contact", "request", "case")
        .order_by("-made_on", "-pk")
    )
    for ask in asks[: page.most]:
        about = ask.request.root_id or ask.request_id
        who = ask.contact.name if ask.contact else ""
        case = (ask.case.title or ask.case.key) if ask.case else ""
        yield Told("ask", ask.pk, ask.made_on, ask.title, ask.text, who, about, case)
    answers = (
        RequestAnswer.objects.filter(customer=customer, told_at__lt=page.before)
        .select_related("decision__request")
        .order_by("-told_at", "-pk")
    )
    for one in answers[: page.most]:
        request = one.decision.request
        text = one.decision.answers.get(one.language, "")
        assert one.told_at is not None
        yield Told("answer", one.pk, one.told_at, request.title, text, one.name, request.pk)
    updates = (
        UpdateRecipient.objects.filter(customer=customer, told_at__lt=page.before)
        .select_related("update")
        .order_by("-told_at", "-pk")
    )
    for row in updates[: page.most]:
        title = row.update.titles.get(get_language() or "") or str(row.update)
        assert row.told_at is not None
        yield Told("update", row.pk, row.told_at, title, "", row.name, row.update_id)
