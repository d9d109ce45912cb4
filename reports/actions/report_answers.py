"""What a recipient says by the link of a report: a wish, a question, a score."""

from __future__ import annotations

from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed
from accounts.models import Case, Contact, Customer, Tenant
from reports.models import ReportAnswer, ReportLink
from reports.queries.report_links import score_of
from service.actions.cases import report_case
from service.actions.request_notices import tell_asked
from service.actions.requests import Asking, capture_ask
from service.actions.survey_scores import keep_score
from service.models import Ask
from service.queries.survey_questions import question_for

MOST_A_DAY = 10
LONGEST_TITLE = 300
Kind = ReportAnswer.Kind


@transaction.atomic
def wish_by_link(*, link: ReportLink, text: str, tenant: Tenant) -> ReportAnswer:
    """Take down what a contact wishes of the product: a request like any other.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no words, or too many answers on one day.
    """
    contact, now = _writer(link, tenant)
    title, rest = _divided(text)
    today = tenant.local_date(now)
    ask = capture_ask(
        customer=contact.customer,
        asking=Asking(title=title, text=rest, made_on=today, contact=contact),
        today=today,
        channel=Ask.Channel.LINK,
        by=None,
    )
    tell_asked(ask)
    return _kept(link, contact, now, Kind.REQUEST, ask=ask)


@transaction.atomic
def question_by_link(*, link: ReportLink, text: str, tenant: Tenant) -> ReportAnswer:
    """Take down what a contact asks: a case, whose clock runs.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no words, or too many answers on one day.
    """
    contact, now = _writer(link, tenant)
    title, rest = _divided(text)
    work = report_case(
        customer=contact.customer, title=title, kind=Case.Kind.QUESTION, contact=contact,
        text=rest, tenant=tenant, by=None, now=now,
    )  # fmt: skip
    before = ReportAnswer.objects.filter(case=work.case_id).first()
    # What is sent twice is one case.
    return before or _kept(link, contact, now, Kind.QUESTION, case=work.case)


@transaction.atomic
def score_by_link(
    *, link: ReportLink, score: int, comment: str, tenant: Tenant, kind: str = ""
) -> ReportAnswer:
    """Take down a score of what the contact is asked; given again it is changed.

    Args:
        kind: what was asked where the score was chosen; "": what is asked now.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no such score, changed too often, or something else is asked by now.
    """
    contact, now = _writer(link, tenant, counts=False)
    before = score_of(link)
    if before is not None:
        asked = before.kind
    else:
        asked = question_for(contact, tenant=tenant, now=now, language="").kind
    if kind not in ("", asked):
        # Five of five is no five of ten.
        raise ValidationError(_("The question has changed meanwhile. Please choose again."))
    answer = keep_score(
        key=f"report-{link.recipient_id}", kind=asked, score=score, comment=comment,
        contact=contact, tenant=tenant, now=now,
    )  # fmt: skip
    kept: ReportAnswer | None = ReportAnswer.objects.filter(score=answer).first()
    return kept or _kept(link, contact, now, Kind.SURVEY, score=answer)


def _writer(link: ReportLink, tenant: Tenant, *, counts: bool = True) -> tuple[Contact, datetime]:
    """Whose link it is, one after the other for a customer, so that a day's answers are counted."""
    now = timezone.now()
    Customer.objects.select_for_update().only("pk").get(pk=link.recipient.report.customer_id)
    current = ReportLink.objects.select_related("contact__customer").get(pk=link.pk)
    if why := current.closed_by(now):
        raise LinkClosed(why)
    contact = current.contact
    if contact is None:
        raise LinkClosed("revoked")
    since = datetime.combine(tenant.local_date(now), time(), tenant.zone)
    today = ReportAnswer.objects.filter(contact=contact, at__gte=since).exclude(kind=Kind.SURVEY)
    if counts and today.count() >= MOST_A_DAY:
        raise ValidationError(
            _("That is all for today. Tell the person who looks after you, or come back tomorrow.")
        )
    return contact, now


def _divided(text: str) -> tuple[str, str]:
    """A title on one line, and the whole text where that says more."""
    words = text.strip()
    if not words:
        raise ValidationError({"text": _("Write what you wish or ask.")})
    first = " ".join(words.splitlines()[0].split())
    title = first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"
    return title, "" if title == words else words


def _kept(
    link: ReportLink, contact: Contact, now: datetime, kind: str, **made: object
) -> ReportAnswer:
    recipient = link.recipient
    answer: ReportAnswer = ReportAnswer.objects.create(
        report=recipient.report, recipient=recipient, contact=contact, name=contact.name, kind=kind,
        at=now, **made,
    )  # fmt: skip
    record("report.answered", by=None, about=recipient.report, contact=contact.name)
    return answer
