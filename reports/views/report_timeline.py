"""What reports tell of a customer's history: sent, opened, answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.requests import TenantRequest
from reports.compute.report_periods import period_of
from reports.documents.period_words import period_label
from reports.models import Report, ReportAnswer, ReportLink
from ui.tags.formats import language
from ui.timelines import TimelineEntry, TimelinePage


def reports_in_timeline(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """Three statements."""
    return page.newest(_entries(customer, page))


def _entries(customer: Customer, page: TimelinePage) -> Iterator[TimelineEntry]:
    sent = (
        Report.objects.filter(customer=customer, sent_at__lt=page.before)
        .select_related("sent_by")
        .defer("document", "texts")
        .order_by("-sent_at", "-pk")
    )
    for report in sent[: page.most]:
        assert report.sent_at is not None
        words = (
            _("Correction of the report sent: %(period)s")
            if report.correction_of_id
            else _("Report sent: %(period)s")
        )
        who = str(report.sent_by) if report.sent_by else ""
        yield _entry(report, f"sent-{report.pk}", report.sent_at, words, who, report.correction)
    opened = (
        ReportLink.objects.filter(recipient__report__customer=customer, opened_at__lt=page.before)
        .select_related("recipient__report")
        .defer("recipient__report__document", "recipient__report__texts")
        .order_by("-opened_at", "-pk")
    )
    for link in opened[: page.most]:
        assert link.opened_at is not None
        report = link.recipient.report
        yield _entry(
            report, f"opened-{link.pk}", link.opened_at, _("Report opened: %(period)s"), link.name
        )
    answers = (
        ReportAnswer.objects.filter(report__customer=customer, at__lt=page.before)
        .select_related("report", "ask", "case", "score")
        .defer("report__document", "report__texts")
        .order_by("-at", "-pk")
    )
    for one in answers[: page.most]:
        words = _("Report answered: %(period)s")
        yield _entry(one.report, f"answered-{one.pk}", one.at, words, one.name, answer_words(one))


def answer_words(answer: ReportAnswer) -> str:
    """What was answered, in a line."""
    if answer.ask is not None:
        return str(answer.ask.title)
    if answer.case is not None:
        return str(answer.case.title)
    assert answer.score is not None
    score = _("Score %(score)s") % {"score": answer.score.score}
    return f"{score}\n{answer.score.comment}".strip()


def _entry(
    report: Report, key: str, at: datetime, words: str, who: str, text: str = ""
) -> TimelineEntry:
    label = period_label(period_of(report.period), language())
    return TimelineEntry(
        at=at,
        key=f"report-{key}",
        title=words % {"period": label},
        text=text,
        who=who,
        url=reverse("report", args=[report.pk]),
    )
