"""Runs that produce reports, as screens tell of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from reports.models import ReportRun

State = ReportRun.State
TOLD_FOR = timedelta(days=14)


def with_failures(found: QuerySet[ReportRun]) -> QuerySet[ReportRun]:
    """With ``failed``: of how many customers the report could not be made."""
    return found.annotate(failed=Count("failures"))


def to_tell(now: datetime) -> list[ReportRun]:
    """Runs under way, and those of late that were given up or left customers out."""
    lately = Q(finished_at__gt=now - TOLD_FOR) & (Q(state=State.DEAD) | Q(failed__gt=0))
    found = with_failures(ReportRun.objects.all())
    return list(found.filter(~Q(state__in=(State.DONE, State.DEAD)) | lately)[:4])
