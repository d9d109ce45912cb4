"""Links to reports, found by what is kept of their secret."""

from __future__ import annotations

from reports.models import ReportAnswer, ReportLink
from service.models import SurveyAnswer


def report_link(secret_hash: str) -> ReportLink | None:
    """With all that its page reads."""
    found: ReportLink | None = (
        ReportLink.objects.select_related("contact", "recipient__report__customer")
        .filter(secret_hash=secret_hash)
        .first()
    )
    return found


def answers_by(link: ReportLink) -> list[ReportAnswer]:
    """What its reader answered to this report, the latest first."""
    found = ReportAnswer.objects.filter(recipient=link.recipient_id)
    return list(found.select_related("ask", "case", "score").order_by("-at", "-pk"))


def score_of(link: ReportLink) -> SurveyAnswer | None:
    """The score that its reader gave this report."""
    found = ReportAnswer.objects.filter(recipient=link.recipient_id, score__isnull=False)
    answer = found.select_related("score").first()
    return answer.score if answer is not None else None
