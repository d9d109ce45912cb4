"""The demo tenant that a first `make run` finds in an empty database."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.core.management import call_command
from django.utils.timezone import now

from accounts.actions.tenants import create_tenant
from accounts.letters import without_letters
from accounts.management.progress import CommandProgress
from accounts.models import Customer, Membership, Role, Tenant
from accounts.tenancy import tenant_scope
from config.demo.account_files import make_example_account_files
from config.demo.cases import make_example_cases
from config.demo.executive_reports import make_example_executive_reports
from config.demo.gates import make_example_gates
from config.demo.goals import make_example_goals
from config.demo.groups import make_example_groups
from config.demo.handovers import make_example_handovers
from config.demo.histories import make_example_histories
from config.demo.mail import make_example_mail
from config.demo.past_work import make_example_past_work
from config.demo.plans import make_example_plans
from config.demo.plays import make_example_plays
from config.demo.records import make_example_records
from config.demo.renewals import forecast_example_renewals, make_example_renewals
from config.demo.report_template import make_example_report_template
from config.demo.reports import make_example_reports
from config.demo.requests import make_example_digest, make_example_requests
from config.demo.schemes import show_every_scheme
from config.demo.scope import make_example_scope
from config.demo.surveys import make_example_surveys
from config.demo.weeklies import make_example_weeklies
from segmentation.actions.nights import run_night
from segmentation.models import Night

MONTH_ENDS = 18
LAST_NIGHTS = 14
NIGHTS_PHASE = "Nights"


def make_demo(slug: str, *, say: Callable[[str], None]) -> None:
    """Make the demo tenant with its facts and nights when there is no tenant at all.

    A demo whose making was interrupted is completed: every step asks what is still missing.
    """
    tenant = Tenant.objects.filter(slug=slug, is_demo=True).first()
    if tenant is None:
        if Tenant.objects.exists():
            return
        tenant = create_tenant(slug=slug, name="Tenure Demo", is_demo=True, by=None)
    if not _has_customers(tenant):
        say("Making the demo tenant …")
        until = tenant.last_ended_day(tenant.created_at)
        call_command("seed_demo", tenant=slug, until=until, stdout=io.StringIO())
    with without_letters():
        make_example_groups(tenant)
        make_example_plans(tenant)
        make_example_histories(tenant)
        make_example_scope(tenant)
        make_example_records(tenant)
        make_example_handovers(tenant)
        make_example_gates(tenant)
        make_example_weeklies(tenant)
        make_example_account_files(tenant)
        make_example_surveys(tenant)
        make_example_requests(tenant)
        make_example_renewals(tenant)
        make_example_mail(tenant)
        make_example_cases(tenant)
        show_every_scheme(tenant)
    missing = _missing_nights(tenant)
    if missing:
        say(f"Computing {len(missing)} nights of the past …")
        with CommandProgress(sys.stderr, {}) as progress:
            for done, day in enumerate(missing):
                progress(NIGHTS_PHASE, done, len(missing))
                run_night(tenant=tenant, as_of=day, known_at=_morning_after(tenant, day))
    make_example_plays(tenant)
    forecast_example_renewals(tenant)
    with without_letters():
        make_example_digest(tenant)
        make_example_past_work(tenant)
        make_example_report_template(tenant)
        make_example_reports(tenant)
        make_example_goals(tenant)
        make_example_executive_reports(tenant)


def demo_nights(last: date) -> list[date]:
    """The month-ends before, then the last fourteen days, up to ``last``; ascending."""
    month_ends: list[date] = []
    day = last.replace(day=1) - timedelta(days=1)
    while len(month_ends) < MONTH_ENDS:
        month_ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    recent = [last - timedelta(days=back) for back in range(LAST_NIGHTS)]
    return sorted({*month_ends, *recent})


def demo_people() -> list[tuple[str, str, str]]:
    """(name, e-mail, roles) of the people of demo tenants."""
    people: list[tuple[str, str, str]] = []
    for tenant in Tenant.objects.filter(is_demo=True):
        with tenant_scope(tenant.id):
            for membership in Membership.objects.filter(is_active=True).select_related("user"):
                roles = ", ".join(str(Role(role).label).lower() for role in membership.roles)
                people.append((membership.user.name, membership.user.email, roles))
    return people


def _morning_after(tenant: Tenant, day: date) -> datetime:
    """When the night would have run on time: what became known later was not there to be seen."""
    moment = datetime.combine(day + timedelta(days=1), time(tenant.night_hour), tenant.zone)
    return min(moment, now())


def _has_customers(tenant: Tenant) -> bool:
    with tenant_scope(tenant.id):
        return bool(Customer.objects.exists())


def _missing_nights(tenant: Tenant) -> list[date]:
    """The first run's nights that are still to be computed. Nights run forward, so none before the
    newest stored one; those after the first run's day are the sweeper's."""
    with tenant_scope(tenant.id):
        newest = (
            Night.objects.filter(state=Night.State.DONE)
            .order_by("-as_of")
            .values_list("as_of", flat=True)
            .first()
        )
    first_day = tenant.last_ended_day(tenant.created_at)
    return [day for day in demo_nights(first_day) if newest is None or day > newest]
