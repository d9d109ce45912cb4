"""Links to reports, found by what is kept of their secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reports.models import Report, ReportAnswer, ReportLink
from reports.queries.reports import versions_of
from service.models import SurveyAnswer


def report_link(secret_hash: str) -> ReportLink | None:
    """With all that its page reads."""
    found: ReportLink | None = (
        ReportLink.objects.select_related("contact", "recipient__report__customer")
        .filter(secret_hash=secret_hash)
        .first()
    )
    return found


@dataclass(frozen=True)
class Newer:
    """That a report was corrected since. ``report``: the latest version that was sent, without what it
    says. ``link``: by which the same reader has the latest of those that went to them; None: none
    did."""

    report: Report
    link: ReportLink | None


def newer_than(link: ReportLink, now: datetime) -> Newer | None:
    """One statement, another one where the report was corrected."""
    report = link.recipient.report
    later = versions_of(report).filter(version__gt=report.version, state=Report.State.SENT)
    latest: Report | None = later.first()
    return Newer(latest, _later_links(link, now).first()) if latest is not None else None


def link_to_version(link: ReportLink, version: int, now: datetime) -> ReportLink | None:
    """The working link by which the same reader has a later version of what this one opens."""
    found = _later_links(link, now).filter(recipient__report__version=version)
    return found.first()


def _later_links(link: ReportLink, now: datetime) -> QuerySet[ReportLink]:
    """Working links of the same contact to later versions, the latest first."""
    report = link.recipient.report
    found: QuerySet[ReportLink] = ReportLink.objects.filter(
        contact=link.contact_id,
        contact__isnull=False,
        revoked_at=None,
        expires_at__gt=now,
        recipient__contact=link.contact_id,
        recipient__report__kind=report.kind,
        recipient__report__customer=report.customer_id,
        recipient__report__period=report.period,
        recipient__report__language=report.language,
        recipient__report__version__gt=report.version,
        recipient__report__state=Report.State.SENT,
    )
    found = found.select_related("contact", "recipient__report__customer")
    return found.order_by("-recipient__report__version", "-pk")


def answers_by(link: ReportLink) -> list[ReportAnswer]:
    """What its reader answered to this report, the latest first."""
    found = ReportAnswer.objects.filter(recipient=link.recipient_id)
    return list(found.select_related("ask", "case", "score").order_by("-at", "-pk"))


def score_of(link: ReportLink) -> SurveyAnswer | None:
    """The score that its reader gave this report."""
    found = ReportAnswer.objects.filter(recipient=link.recipient_id, score__isnull=False)
    answer = found.select_related("score").first()
    return answer.score if answer is not None else None
