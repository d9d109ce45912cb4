"""Links to reports, found by what is kept of their secret."""

from __future__ import annotations

from reports.models import ReportAnswer, ReportLink


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
