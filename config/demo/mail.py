"""The demo's letters and what became of them, whom they do not reach, and what its people were told.
Nothing of it is sent, and none of it says that it was: the people do not exist. A few show what
becomes of a letter that nobody takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.addresses import tenant_path
from accounts.letter_texts import Letter
from accounts.models import (
    Case,
    Colleague,
    Contact,
    ContactLink,
    MailSettings,
    Membership,
    Notification,
    OutgoingMail,
    Purpose,
    Role,
    Tenant,
    UnreachableAddress,
    Unsubscription,
)
from accounts.tenancy import tenant_scope
from projects.models import ManagerNotice, WeeklyReportLink
from service.models import SurveyInvitation

LANGUAGE = "zh-hans"
LETTERS = 40
TOLD_DAYS = 10
State = OutgoingMail.State


def make_example_mail(tenant: Tenant) -> None:
    """Make them once, after surveys, weekly reports and cases."""
    with tenant_scope(tenant.id):
        if OutgoingMail.objects.exists() or MailSettings.objects.exists():
            return
        MailSettings.objects.create(
            sender_name=f"{tenant.name} 客户成功部",
            signatures={
                LANGUAGE: f"{tenant.name} 客户成功部\n工作日 9:00–18:00",
                "en": f"Customer success, {tenant.name}",
            },
        )
        letters = [*_of_weeklies(tenant), *_of_surveys(tenant)]
        _troubles(letters)
        made = OutgoingMail.objects.bulk_create(letters)
        for mail in made:
            if mail.state in (State.REFUSED, State.BOUNCED):
                UnreachableAddress.objects.get_or_create(
                    address=mail.to.lower(),
                    defaults={
                        "kind": mail.state, "reply_code": mail.reply_code, "mail": mail,
                        "noted_at": mail.bounced_at or mail.created_at,
                    },
                )  # fmt: skip
            elif mail.state == State.SUPPRESSED and mail.contact_id:
                Unsubscription.objects.get_or_create(contact_id=mail.contact_id, purpose="survey")
        Notification.objects.bulk_create(_told(made))


def _of_weeklies(tenant: Tenant) -> Iterator[OutgoingMail]:
    links = WeeklyReportLink.objects.select_related("contact", "report__project").order_by("pk")
    for link in links[:LETTERS]:
        letter = Letter(
            "r/letters/weekly", {"link": link, "tenant": tenant, "address": ""}, link.language
        )
        yield _letter(tenant, link, letter, Purpose.WORK, link.report)


def _of_surveys(tenant: Tenant) -> Iterator[OutgoingMail]:
    sent = SurveyInvitation.objects.filter(state=SurveyInvitation.State.SENT).exclude(email="")
    for link in sent.select_related("contact", "round__survey").order_by("-sent_at", "pk")[
        :LETTERS
    ]:
        yield _letter(tenant, link, None, Purpose.SURVEY, link.round)


def _letter(
    tenant: Tenant, link: ContactLink, letter: Letter | None, purpose: Purpose, about: object
) -> OutgoingMail:
    """One that would have left when its link was made."""
    mark = hashlib.sha256(f"{link._meta.label}.{link.pk}".encode()).hexdigest()[:32]
    contact: Contact | None = link.contact
    subject = letter.line("_subject") if letter else str(about)
    return OutgoingMail(
        purpose=purpose,
        to=contact.email if contact else "",
        contact=contact,
        language=link.language,
        template=letter.template if letter else "r/letters/survey",
        subject=subject[:500],
        message_id=f"<{mark}.{tenant.pk}@tenure.example>",
        about_type=about._meta.label_lower,  # type: ignore[attr-defined]
        about_id=about.pk,  # type: ignore[attr-defined]
        about_label=str(about)[:300],
        state=State.EXAMPLE,
        reason="example",
        not_before=link.sent_at,
        created_at=link.sent_at,
    )


def _troubles(letters: list[OutgoingMail]) -> None:
    """Of a few letters something else became."""
    surveys = [mail for mail in letters if mail.purpose == Purpose.SURVEY and mail.contact_id]
    for mail, (state, reason, code) in zip(
        surveys,
        (
            (State.BOUNCED, "bounced", None),
            (State.REFUSED, "address", 550),
            (State.SUPPRESSED, "declined", None),
        ),
        strict=False,
    ):
        mail.state, mail.reason, mail.reply_code = state, reason, code
        mail.attempts = 0 if state == State.SUPPRESSED else 1
        if state == State.BOUNCED:
            mail.bounced_at = mail.created_at + timedelta(hours=3)


def _told(letters: list[OutgoingMail]) -> Iterator[Notification]:
    """What people were told in the last days; what is older was read."""
    now = timezone.now()
    members = {
        colleague.pk: colleague.membership_id
        for colleague in Colleague.objects.filter(membership__is_active=True)
    }
    notices = ManagerNotice.objects.select_related("gate", "change_request", "project")
    for notice in notices.order_by("-at", "pk")[:20]:
        about = notice.gate or notice.change_request
        route = "gate" if notice.gate_id else "change_request"
        yield from _one(
            members.get(notice.project.manager_id), f"project.{notice.kind}", notice.at, now,
            {"title": about.title, "project": notice.project.name},
            tenant_path(route, notice.project_id, about.pk),
        )  # fmt: skip
    cases = Case.objects.filter(closed_at=None)
    for case in cases.select_related("customer").order_by("-opened_at", "pk")[:12]:
        who = members.get(case.colleague_id or case.customer.service_manager_id)
        yield from _one(
            who, "case.reported", case.opened_at, now,
            {"title": case.title, "customer": case.customer.name}, tenant_path("case", case.pk),
        )  # fmt: skip
    bounced = [mail for mail in letters if mail.state == State.BOUNCED]
    admins = Membership.objects.filter(is_active=True, roles__contains=[Role.ADMIN])
    for mail in bounced:
        assert mail.contact is not None
        customer = mail.contact.customer
        told = {members.get(customer.service_manager_id), *admins.values_list("pk", flat=True)}
        for member in sorted(pk for pk in told if pk):
            yield from _one(
                member, "mail.bounced", now - timedelta(hours=5), now,
                {"contact": mail.contact.name, "customer": customer.name, "subject": mail.subject},
                tenant_path("contact", customer.pk, mail.contact_id),
            )  # fmt: skip


def _one(
    member: int | None, kind: str, at: datetime, now: datetime, values: dict[str, str], path: str
) -> Iterator[Notification]:
    if member is not None:
        is_old = at < now - timedelta(days=TOLD_DAYS)
        yield Notification(
            member_id=member, kind=kind, values=values, path=path, created_at=at,
            read_at=at + timedelta(hours=2) if is_old else None, mailed_at=at,
        )  # fmt: skip
