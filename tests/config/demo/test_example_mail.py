"""The demo's letters: made once, none of them ever sent."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail
from django.utils import timezone

from accounts.actions.mail_sending import is_due
from accounts.models import (
    Case,
    Colleague,
    Contact,
    Customer,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
)
from config.demo.mail import make_example_mail
from service.models import Survey, SurveyInvitation, SurveyRound, SurveyVersion


def test_letters_are_examples_and_do_not_say_that_they_left(scope: Tenant, alice: object) -> None:
    colleague = Colleague.objects.get(membership=Membership.objects.get())
    customer = Customer.objects.create(key="c", name="北岸制造", service_manager=colleague)
    sent_at = timezone.now() - timedelta(days=9)
    survey = Survey.objects.create(kind="nps", name="NPS")
    version = SurveyVersion.objects.create(survey=survey, version=1, document={})
    asked = SurveyRound.objects.create(
        survey=survey, version=version, why="hand", key="2026Q4", label="第四季度",
        opened_at=sent_at, closes_at=sent_at + timedelta(days=30),
    )  # fmt: skip
    for number in range(5):
        contact = Contact.objects.create(
            customer=customer, key=f"{number}", name=f"联系人{number}", email=f"{number}@c.example"
        )
        SurveyInvitation.objects.create(
            round=asked, customer=customer, contact=contact, name=contact.name,
            email=contact.email, language="zh-hans", secret_hash=f"{number}" * 64, state="sent",
            sent_at=sent_at, expires_at=sent_at + timedelta(days=30),
        )  # fmt: skip
    Case.objects.create(customer=customer, key="1", title="考勤数据未同步", opened_at=sent_at)
    make_example_mail(scope)
    make_example_mail(scope)
    states = sorted(OutgoingMail.objects.values_list("state", flat=True))
    assert states == ["bounced", "example", "example", "refused", "suppressed"]
    assert UnreachableAddress.objects.count() == 2
    assert Unsubscription.objects.count() == 1
    assert {told.kind for told in Notification.objects.all()} == {"mail.bounced", "case.reported"}
    assert not OutgoingMail.objects.exclude(sealed_body="").exists()
    assert not is_due(tenant_id=scope.pk)
    assert mail.outbox == []
