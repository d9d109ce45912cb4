"""Letters of the tests: written, looked at, and waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.actions.mail import queue_mail
from accounts.letter_texts import Letter
from accounts.models import MailOutage, OutgoingMail, Tenant
from accounts.tenancy import tenant_scope

SECRET = "https://link.example/secret"


def letter_of(tenant: Tenant) -> Letter:
    given = {"invitation": {"name": "Li"}, "tenant": tenant, "link": SECRET}
    return Letter("accounts/letters/invitation", given, "en")


def write(tenant: Tenant, *addresses: str, **more: Any) -> OutgoingMail:
    """A letter to each address; returns the last one."""
    with tenant_scope(tenant.pk):
        for address in addresses or ("li@rookcombe.example",):
            made = queue_mail(letter=letter_of(tenant), to=address, purpose="work", **more)
    assert made is not None
    return made


def states(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant.pk):
        return dict(OutgoingMail.objects.values_list("to", "state"))


def the_letter(tenant: Tenant) -> OutgoingMail:
    with tenant_scope(tenant.pk):
        return OutgoingMail.objects.get()


def time_passes(tenant: Tenant, how_long: timedelta) -> None:
    """As if every moment that is waited for came so much earlier."""
    with tenant_scope(tenant.pk):
        for mail in OutgoingMail.objects.all():
            mail.not_before -= how_long
            mail.claimed_at = mail.claimed_at and mail.claimed_at - how_long
            mail.save()
        for outage in MailOutage.objects.all():
            outage.not_before -= how_long
            outage.since -= how_long
            outage.save()
