"""Drafting, editing, sending and correcting weekly project reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import new_secret
from accounts.models import Contact, Tenant, User
from accounts.queries.calendars import working_calendar
from projects.compute.weekly_reports import kept_texts
from projects.models import Project, WeeklyReport, WeeklyReportLink
from projects.queries.weekly_facts import weekly_facts

State = WeeklyReport.State
VALID_FOR_DAYS = 180


class WeeklyConflict(Exception):
    """Somebody changed the draft since it was on screen."""


@transaction.atomic
def draft_report(
    *,
    project: Project,
    week: date,
    language: str,
    tenant: Tenant,
    by: User | None,
    now: datetime | None = None,
) -> WeeklyReport:
    """The report of a week (its Monday) in a language: drafted from the facts unless there is one.

    ``by`` None: the platform drafts it.

    Raises:
        ValidationError: the week is no Monday's, or is still to come.
    """
    moment = now or timezone.now()
    if week.weekday() != 0:
        raise ValidationError({"week": _("A week is named by its Monday.")})
    if week > tenant.local_date(moment):
        raise ValidationError({"week": _("This week is still to come.")})
    # Two who draft at once get the same one.
    Project.objects.select_for_update().get(pk=project.pk)
    there = WeeklyReport.objects.filter(project=project, week=week, language=language)
    found: WeeklyReport | None = there.order_by("-version").first()
    if found is not None:
        return found
    report = WeeklyReport.objects.create(
        project=project,
        week=week,
        language=language,
        facts=_facts(project, week, tenant, moment),
        drafted_at=moment,
        drafted_by=by,
    )
    record("weekly.drafted", by=by, about=report, project=project.name)
    return report


@transaction.atomic
def refresh_report(*, report: WeeklyReport, seen: int, tenant: Tenant, by: User | None) -> None:
    """Read the facts of a draft anew; the manager's texts stay.

    Raises:
        WeeklyConflict: its revision is another than ``seen``.
        ValidationError: it was sent.
    """
    current = _draft(report, seen)
    now = timezone.now()
    current.facts = _facts(current.project, current.week, tenant, now)
    current.drafted_at = now
    _keep(current)
    record("weekly.refreshed", by=by, about=current, project=current.project.name)
    report.refresh_from_db()


@transaction.atomic
def edit_report(
    *,
    report: WeeklyReport,
    seen: int,
    texts: Mapping[str, str],
    shows_effort: bool,
    shows_risks: bool,
    correction: str = "",
    by: User | None,
) -> None:
    """Give a draft the manager's words, by section, and say whether the customer sees the effort and
    the risks.

    Raises:
        WeeklyConflict: its revision is another than ``seen``.
        ValidationError: it was sent.
    """
    current = _draft(report, seen)
    current.texts = kept_texts(texts)
    current.shows_effort, current.shows_risks = shows_effort, shows_risks
    if current.correction_of_id is not None:
        current.correction = correction.strip()
    _keep(current)
    record("weekly.edited", by=by, about=current, project=current.project.name)
    report.refresh_from_db()


@transaction.atomic
def send_report(
    *,
    report: WeeklyReport,
    seen: int,
    contacts: Sequence[Contact],
    by: User | None,
    now: datetime | None = None,
) -> list[tuple[WeeklyReportLink, str]]:
    """Send a draft; from then on it never changes. One that was sent goes to further contacts.

    Returns the links with their secrets, which cannot be had again.

    Raises:
        WeeklyConflict: the draft's revision is another than ``seen``.
        ValidationError: to nobody, to another customer's contact, or a correction that does not say
            what it corrects.
    """
    current = WeeklyReport.objects.select_for_update().select_related("project").get(pk=report.pk)
    moment = now or timezone.now()
    if not contacts:
        raise ValidationError({"contacts": _("Choose who is to have it.")})
    if any(contact.customer_id != current.project.customer_id for contact in contacts):
        raise ValidationError({"contacts": _("This belongs to another customer.")})
    if not current.is_sent:
        if current.revision != seen:
            raise WeeklyConflict
        if current.correction_of_id is not None and not current.correction:
            raise ValidationError(_("Say what is corrected before it is sent."))
        current.state, current.sent_at, current.sent_by = State.SENT, moment, by
        current.save()
    made = [_link(current, contact, by, moment) for contact in contacts]
    record(
        "weekly.sent",
        by=by,
        about=current,
        project=current.project.name,
        contacts=[contact.name for contact in contacts],
        version=current.version,
    )
    report.refresh_from_db()
    return made


@transaction.atomic
def correct_report(*, report: WeeklyReport, tenant: Tenant, by: User | None) -> WeeklyReport:
    """A further version of a report that was sent, as a draft: its facts read anew, its texts as
    they were. The one that was sent stays.

    Raises:
        ValidationError: it was not sent, or a correction was begun.
    """
    Project.objects.select_for_update().get(pk=report.project_id)
    same = WeeklyReport.objects.filter(
        project=report.project_id, week=report.week, language=report.language
    )
    latest = same.order_by("-version").select_related("project").first()
    if latest is None or not latest.is_sent:
        raise ValidationError(_("There is a draft of this week already."))
    now = timezone.now()
    made: WeeklyReport = WeeklyReport.objects.create(
        project=latest.project,
        week=latest.week,
        language=latest.language,
        version=latest.version + 1,
        correction_of=latest,
        facts=_facts(latest.project, latest.week, tenant, now),
        texts=latest.texts,
        shows_effort=latest.shows_effort,
        shows_risks=latest.shows_risks,
        drafted_at=now,
        drafted_by=by,
    )
    record(
        "weekly.correction_begun", by=by, about=made, project=made.project.name,
        version=made.version,
    )  # fmt: skip
    return made


@transaction.atomic
def discard_report(*, report: WeeklyReport, seen: int, by: User | None) -> None:
    """Drop a draft.

    Raises:
        WeeklyConflict: its revision is another than ``seen``.
        ValidationError: it was sent.
    """
    current = _draft(report, seen)
    record("weekly.discarded", by=by, about=current, project=current.project.name)
    current.delete()


@transaction.atomic
def revoke_weekly_link(*, link: WeeklyReportLink, by: User | None) -> None:
    """End a link to a report.

    Raises:
        ValidationError: it was taken back before.
    """
    revoked = WeeklyReportLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was taken back before."))
    link.refresh_from_db()
    record("weekly.link_revoked", by=by, about=link.report, contact=link.name)


def _facts(project: Project, week: date, tenant: Tenant, now: datetime) -> dict[str, object]:
    return weekly_facts(project, week, tenant=tenant, now=now, calendar=working_calendar())


def _draft(report: WeeklyReport, seen: int) -> WeeklyReport:
    """The draft as it is now, held until the transaction ends."""
    current: WeeklyReport = (
        WeeklyReport.objects.select_for_update(of=("self",))
        .select_related("project__customer", "project__manager__membership__user")
        .get(pk=report.pk)
    )
    if current.is_sent:
        raise ValidationError(_("This report was sent; it never changes. Correct it instead."))
    if current.revision != seen:
        raise WeeklyConflict
    return current


def _keep(report: WeeklyReport) -> None:
    report.revision += 1
    report.save()


def _link(
    report: WeeklyReport, contact: Contact, by: User | None, now: datetime
) -> tuple[WeeklyReportLink, str]:
    """A link to a sent report for a contact; one that they had to it stops working."""
    WeeklyReportLink.objects.filter(report=report, contact=contact, revoked_at=None).update(
        revoked_at=now
    )
    secret, secret_hash = new_secret()
    link = WeeklyReportLink.objects.create(
        report=report,
        contact=contact,
        name=contact.name,
        language=report.language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + timedelta(days=VALID_FOR_DAYS),
    )
    return link, secret
