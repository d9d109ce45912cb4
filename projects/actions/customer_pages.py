"""Giving a customer's people links to their project's page, and what they send from there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed, new_secret
from accounts.models import Contact, Tenant, User
from projects.actions.requirements import capture_requirement
from projects.models import OpenedLink, Project, ProjectPageLink, Requirement
from projects.queries.customer_pages import wishes_since

VALID_FOR_DAYS = 180
# A link that ends after acceptance, for a project that is never accepted.
MOST_DAYS = 3 * 365
DAYS_AFTER_ACCEPTANCE = 30
MOST_WISHES_A_DAY = 10


@transaction.atomic
def give_page_link(
    *,
    project: Project,
    contact: Contact,
    language: str,
    ends_after_acceptance: bool = False,
    by: User | None,
    now: datetime | None = None,
) -> tuple[ProjectPageLink, str]:
    """Let a contact follow a project. A link that they had stops working.

    It works for 180 days, or until 30 days after acceptance.

    Returns the link and its secret, which cannot be had again.

    Raises:
        ValidationError: the contact is another customer's.
    """
    if contact.customer_id != project.customer_id:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    # One at a time for a project, so that a contact has one link.
    Project.objects.select_for_update().get(pk=project.pk)
    moment = now or timezone.now()
    ProjectPageLink.objects.filter(project=project, contact=contact, revoked_at=None).update(
        revoked_at=moment
    )
    secret, secret_hash = new_secret()
    days = MOST_DAYS if ends_after_acceptance else VALID_FOR_DAYS
    link = ProjectPageLink.objects.create(
        project=project,
        contact=contact,
        name=contact.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=moment,
        expires_at=moment + timedelta(days=days),
        ends_after_acceptance=ends_after_acceptance,
    )
    record(
        "project_page.shared",
        by=by,
        about=project,
        contact=contact.name,
        until=link.expires_at.isoformat(),
    )
    return link, secret


@transaction.atomic
def revoke_page_link(*, link: ProjectPageLink, by: User | None) -> None:
    """End a link.

    Raises:
        ValidationError: it was taken back before.
    """
    revoked = ProjectPageLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was taken back before."))
    link.refresh_from_db()
    record("project_page.link_revoked", by=by, about=link.project, contact=link.name)


def page_closed_by(link: ProjectPageLink, now: datetime, today: date) -> str:
    """Why a link opens nothing any more: revoked, expired, or "" while it does."""
    accepted_on = link.project.accepted_on
    if (
        link.ends_after_acceptance
        and accepted_on is not None
        and today > accepted_on + timedelta(days=DAYS_AFTER_ACCEPTANCE)
    ):
        return link.closed_by(now) or "expired"
    return link.closed_by(now)


def note_opened(link: OpenedLink, now: datetime) -> None:
    """Keep that a link was opened, and nothing of the device."""
    type(link).objects.filter(pk=link.pk).update(
        opened_at=link.opened_at or now, last_opened_at=now, opened_count=F("opened_count") + 1
    )


@transaction.atomic
def send_wish(*, link: ProjectPageLink, text: str, tenant: Tenant) -> Requirement:
    """Take down what a contact wishes or asks, as a requirement that nobody has classified.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no words, or too many wishes on one day.
    """
    now = timezone.now()
    today = tenant.local_date(now)
    # One after the other for a project, so that the wishes of a day are counted.
    project = Project.objects.select_for_update().get(pk=link.project_id)
    current = ProjectPageLink.objects.select_related("contact", "project").get(pk=link.pk)
    if why := page_closed_by(current, now, today):
        raise LinkClosed(why)
    contact = current.contact
    if contact is None:
        raise LinkClosed("revoked")
    if not text.strip():
        raise ValidationError({"text": _("Write what you wish or ask.")})
    if wishes_since(contact, datetime.combine(today, time(), tenant.zone)) >= MOST_WISHES_A_DAY:
        raise ValidationError(
            _("That is all for today. Tell the person named on this page, or come back tomorrow.")
        )
    return capture_requirement(
        project=project, text=text, raised_on=today, contact=contact, by=None
    )
