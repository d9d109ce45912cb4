"""Drafting every running project's weekly report on Friday morning, so that managers only edit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from projects.actions.weeklies import draft_report
from projects.compute.weekly_reports import monday_of
from projects.models import Plan, Project, WeeklyDrafting
from projects.queries.weeklies import running_in, usual_language

log = structlog.get_logger("tenure.weeklies")
_FRIDAY, _MORNING = timedelta(days=4), time(7)


def draft_weeklies(*, tenant_id: int, now: datetime | None = None) -> int:
    """Draft the reports of this week, from its Friday morning where the tenant is until its end, of
    running projects with a plan whose manager is a member.

    Done once for a week, whoever calls it how often: what a manager drops afterwards stays dropped.

    Returns:
        How many projects have a report by it.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    moment = now or timezone.now()
    week = monday_of(tenant.local_date(moment))
    if moment < datetime.combine(week + _FRIDAY, _MORNING, tenant.zone):
        return 0
    with tenant_scope(tenant_id):
        # Of two at once the second waits here until the first is done, and finds it done.
        _row, is_new = WeeklyDrafting.objects.get_or_create(
            week=week, defaults={"drafted_at": moment}
        )
        if not is_new:
            return 0
        planned = Project.objects.filter(
            pk__in=Plan.objects.values("project"), manager__membership__is_active=True
        )
        # In the order in which managers' own drafting takes them: neither waits for the other in turn.
        projects = (
            running_in(planned, week)
            .select_related("customer", "manager__membership__user")
            .order_by("customer__name", "name", "pk")
        )
        return sum(_drafted(tenant, project, week, moment) for project in projects)


def _drafted(tenant: Tenant, project: Project, week: date, now: datetime) -> bool:
    """Whether a project has its report. One that cannot be drafted leaves the others theirs."""
    assert project.manager is not None
    assert project.manager.membership is not None
    otherwise = project.manager.membership.user.language or settings.LANGUAGE_CODE
    try:
        with transaction.atomic():
            draft_report(
                project=project, week=week, language=usual_language(project, otherwise),
                tenant=tenant, by=None, now=now,
            )  # fmt: skip
    except Exception:
        log.exception("weekly report not drafted", tenant=tenant.pk, project=project.pk)
        return False
    return True
