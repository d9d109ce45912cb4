"""Deciding requests, and the answer that goes to those who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from accounts.tenancy import current_tenant_id
from service.actions.requests import curated, locked
from service.models import Request, RequestDecision
from service.queries.request_people import PEOPLE_WHO_ASKED, REACH, parameters

# Without an answer nobody would know why not.
ANSWERED = (Request.Status.DECLINED,)


@dataclass(frozen=True)
class Decision:
    """``answers``: language → what those who asked are told, none: nobody is. ``language``: for those
    of whom none is known. ``note``: why, for colleagues."""

    status: str
    planned_for: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    note: str = ""


@transaction.atomic
def decide_request(
    *, request: Request, seen: int, decision: Decision, today: date, by: User | None
) -> RequestDecision:
    """Decide a request for everybody who asked, and write down whom to answer.

    Raises:
        RequestConflict: its version is another than ``seen``.
        ValidationError: it is merged into another one; nothing new; declined without an answer;
            planned without saying for when; an answer without its language.
    """
    current = locked(request, seen)
    answers = {tongue: text.strip() for tongue, text in decision.answers.items() if text.strip()}
    _check(current, decision, answers)
    now = timezone.now()
    before = current.status
    current = curated(current, now)
    current.status = decision.status
    current.planned_for = decision.planned_for.strip() if _is_planned(decision) else ""
    is_open = decision.status in (Request.Status.NEW, Request.Status.REVIEW)
    current.decided_on = None if is_open else today
    current.shipped_on = today if decision.status == Request.Status.SHIPPED else None
    current.save()
    made = RequestDecision.objects.create(
        request=current,
        status=decision.status,
        planned_for=current.planned_for,
        answers=answers,
        language=decision.language if answers else "",
        note=decision.note.strip(),
        decided_by=by,
        decided_at=now,
    )
    told = _write_down(made, today) if answers else 0
    record(
        "request.decided",
        by=by,
        about=current,
        before={"status": before},
        after={"status": current.status},
        answered=told,
        **({"note": made.note} if made.note else {}),
    )
    return made


def _is_planned(decision: Decision) -> bool:
    return decision.status == Request.Status.PLANNED


def _check(current: Request, decision: Decision, answers: Mapping[str, str]) -> None:
    if decision.status not in Request.Status.values:
        raise ValueError(decision.status)
    if current.root_id is not None:
        raise ValidationError(_("This request was merged; decide the one that it stands under."))
    same = decision.status == current.status and (
        not _is_planned(decision) or decision.planned_for.strip() == current.planned_for
    )
    if same and not answers:
        raise ValidationError({"status": _("That is its state already.")})
    if decision.status in ANSWERED and not answers:
        raise ValidationError({"status": _("Who is declined something gets an answer: write it.")})
    if _is_planned(decision) and not decision.planned_for.strip():
        raise ValidationError({"planned_for": _("Say for when: a quarter, a release.")})
    if answers and decision.language not in answers:
        raise ValidationError(
            {"language": _("Write the answer in this language too, or choose another one.")}
        )


def _write_down(decision: RequestDecision, today: date) -> int:
    """A row for each contact who asked; returns how many can be written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH {PEOPLE_WHO_ASKED}
            INSERT INTO service_requestanswer
                   (decision_id, contact_id, customer_id, name, language, state, why)
            SELECT %(decision)s, contact.id, contact.customer_id, contact.name, reach.language,
                   CASE WHEN reach.why = '' THEN 'waiting' ELSE 'left_out' END, reach.why
              FROM person JOIN accounts_contact contact
                ON contact.tenant_id = %(tenant)s AND contact.id = person.contact_id
              JOIN accounts_customer customer
                ON customer.tenant_id = %(tenant)s AND customer.id = contact.customer_id
             CROSS JOIN LATERAL ({REACH}) reach
             ORDER BY contact.id
            RETURNING state = 'waiting'
            """,  # noqa: S608 - fragments of our own
            parameters(
                requests=[decision.request_id],
                day=today,
                purpose="notice",
                languages=list(decision.answers),
                language=decision.language,
            )
            | {"decision": decision.pk, "tenant": current_tenant_id()},
        )
        return sum(waits for (waits,) in cursor.fetchall())
