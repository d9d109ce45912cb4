"""Asking by itself: every quarter, some days after acceptance, and writing the letters that wait."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Contact, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from projects.models import Project
from service.actions.survey_sending import BATCH, Why, send_queued, start_round
from service.models import SurveyRound, SurveySettings
from service.queries.survey_recipients import holders, quarterly_contacts
from service.queries.surveys import survey_settings

log = structlog.get_logger("tenure.surveys")
MORNING = time(9)
# What was missed is made up for so long, then not any more: a survey that comes too late puzzles.
QUARTER_LATE = timedelta(days=14)
ACCEPTANCE_LATE = timedelta(days=60)
BATCHES = 10


def sweep_surveys(*, tenant_id: int, now: datetime | None = None) -> int:
    """Start what is due where the tenant is, then write the letters that wait, in batches of their
    own transactions. Whoever calls it how often: a round is started once, a letter written once.

    Returns how many links were sent.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    moment = now or timezone.now()
    with tenant_scope(tenant_id):
        start_due(tenant=tenant, now=moment)
    sent = 0
    for _batch in range(BATCHES):
        with tenant_scope(tenant_id):
            taken = send_queued(tenant=tenant, now=moment)
        sent += taken
        if taken < BATCH:
            break
    return sent


def start_due(*, tenant: Tenant, now: datetime) -> list[SurveyRound]:
    """Start the rounds that are due, in the open scope."""
    rules = survey_settings()
    if rules.pk is None or (rules.quarterly_id is None and rules.acceptance_id is None):
        return []
    calendar = working_calendar()
    found = [_quarterly(tenant, rules, calendar, now), *_accepted(tenant, rules, calendar, now)]
    return [made for made in found if made is not None]


def quarter_start(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_name(day: date) -> str:
    """As in ``2026-Q4``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarterly_day(day: date, calendar: WorkingCalendar) -> date:
    """The day on which the quarter of a day is asked: its first working day."""
    return calendar.add_working_days(quarter_start(day), 0)


def next_quarterly(now: datetime, tenant: Tenant, calendar: WorkingCalendar) -> date:
    """When the quarter is asked next."""
    day = quarterly_day(tenant.local_date(now), calendar)
    if now < datetime.combine(day, MORNING, tenant.zone):
        return day
    later = quarter_start(tenant.local_date(now)) + timedelta(days=93)
    return quarterly_day(later, calendar)


def _quarterly(
    tenant: Tenant, rules: SurveySettings, calendar: WorkingCalendar, now: datetime
) -> SurveyRound | None:
    survey, today = rules.quarterly, tenant.local_date(now)
    if survey is None or not survey.is_active:
        return None
    due = datetime.combine(quarterly_day(today, calendar), MORNING, tenant.zone)
    key = f"quarterly:{quarter_name(today)}"
    if not due <= now < due + QUARTER_LATE or SurveyRound.objects.filter(key=key).exists():
        return None
    return start_round(
        survey=survey, why=Why.QUARTERLY, key=key, label=quarter_name(today),
        contacts=quarterly_contacts(rules, today), language=rules.language, tenant=tenant,
        only_customers=True, by=None, now=now,
    )  # fmt: skip


def _accepted(
    tenant: Tenant, rules: SurveySettings, calendar: WorkingCalendar, now: datetime
) -> list[SurveyRound | None]:
    survey, today = rules.acceptance, tenant.local_date(now)
    if (
        survey is None
        or not survey.is_active
        or now < datetime.combine(today, MORNING, tenant.zone)
    ):
        return []
    since = max(today - ACCEPTANCE_LATE, rules.acceptance_since or date.min)
    asked = SurveyRound.objects.filter(why=Why.ACCEPTANCE).values("project")
    projects = (
        Project.objects.filter(accepted_on__gte=since, accepted_on__lte=today)
        .exclude(pk__in=asked)
        .order_by("accepted_on", "pk")
    )
    return [
        _asked_after(tenant, rules, project, now)
        for project in projects
        if calendar.add_working_days(project.accepted_on, rules.acceptance_days) <= today
    ]


def _asked_after(
    tenant: Tenant, rules: SurveySettings, project: Project, now: datetime
) -> SurveyRound | None:
    """A project's round; where it cannot be started, the others are."""
    today = tenant.local_date(now)
    contacts = holders(today, rules.acceptance_roles).filter(
        pk__in=Contact.objects.filter(customer=project.customer_id).values("pk")
    )
    assert rules.acceptance is not None
    try:
        with transaction.atomic():
            # Once for a project, whatever was asked lately; it counts for what is asked next.
            return start_round(
                survey=rules.acceptance, why=Why.ACCEPTANCE, key=f"acceptance:{project.pk}",
                label=project.name[:120], project=project, contacts=contacts,
                language=rules.language, tenant=tenant, is_capped=False, by=None, now=now,
            )  # fmt: skip
    except Exception:
        log.exception("survey after acceptance not started", project=project.pk)
        return None
