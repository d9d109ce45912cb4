"""What the demo's vendor shares with its customers: links to projects' pages, and the weekly reports
of the last two weeks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from accounts.models import Contact, ContactRole, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.customer_pages import give_page_link
from projects.actions.weeklies import draft_report, edit_report, send_report
from projects.compute.weekly_reports import WEEK, last_day, monday_of
from projects.models import Plan, Project, ProjectPageLink, WeeklyReport

LANGUAGE = "zh-hans"
PROJECTS = 3
# Of a customer, at most.
PEOPLE = 2
# By how many weeks ago; nothing that the facts could contradict.
SUMMARY = {
    2: "感谢各位本周的配合。完成的工作、下周双方的任务和需要贵方处理的事项见下；如有疑问，请直接联系我。",
    1: "本周进展如下。请特别留意由贵方负责的事项，按时完成有助于后续工作按计划进行。",
}
_AFTERNOON = time(17)


def make_example_weeklies(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled; after the plans."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        if WeeklyReport.objects.exists() or ProjectPageLink.objects.exists():
            return
        planned = Plan.objects.values("project")
        running = (
            Project.objects.filter(
                pk__in=planned, accepted_on=None, manager__membership__isnull=False,
                starts_on__lte=until - 3 * WEEK,
            )
            .select_related("customer", "manager__membership__user")
            .order_by("-starts_on", "pk")
        )  # fmt: skip
        shared = 0
        for project in running:
            people = _people(project)
            if people and shared < PROJECTS:
                _share(tenant, project, people, monday_of(until))
                shared += 1


def _people(project: Project) -> list[Contact]:
    """Key users first."""
    contacts = Contact.objects.filter(customer=project.customer_id).order_by("pk")
    key_users = set(
        ContactRole.objects.filter(
            contact__in=contacts, role=ContactRole.Kind.KEY_USER
        ).values_list("contact_id", flat=True)
    )
    return sorted(contacts[:20], key=lambda contact: contact.pk not in key_users)[:PEOPLE]


def _share(tenant: Tenant, project: Project, people: list[Contact], monday: date) -> None:
    """A link for each, and the reports of the two weeks before the one that begins on a Monday; the
    latest is still to be drafted."""
    assert project.manager is not None
    assert project.manager.membership is not None
    by = project.manager.membership.user
    for weeks_ago, summary in SUMMARY.items():
        week = monday - weeks_ago * WEEK
        now = datetime.combine(last_day(week) - timedelta(days=2), _AFTERNOON, tenant.zone)
        if weeks_ago == max(SUMMARY):
            for contact in people:
                give_page_link(
                    project=project, contact=contact, language=LANGUAGE, by=by, now=now,
                    ends_after_acceptance=True,
                )  # fmt: skip
        report = draft_report(
            project=project, week=week, language=LANGUAGE, tenant=tenant, by=by, now=now
        )
        edit_report(
            report=report, seen=report.revision, texts={"summary": summary}, shows_effort=False,
            shows_risks=False, by=by,
        )  # fmt: skip
        send_report(report=report, seen=report.revision, contacts=people, by=by, now=now)
