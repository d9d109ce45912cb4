"""Telling administrators what only they can mend: a mail server that is down, letters in doubt."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.actions.mail_outages import outage_to_tell
from accounts.actions.notifications import notify_all
from accounts.addresses import tenant_path
from accounts.models import MailOutage, Membership, OutgoingMail, Role
from accounts.tenancy import tenant_scope

log = structlog.get_logger("tenure.mail")

# Many tenants notice the same outage; the operator's channels hear of it once.
TOLD_FOR = timedelta(hours=12)
# Unclear letters are told of one by one only as long as few are.
MOST_UNCLEAR = 20


def administrators() -> list[Membership]:
    """The tenant's active ones."""
    found = Membership.objects.filter(is_active=True, roles__contains=[Role.ADMIN])
    return list(found.select_related("user").order_by("pk"))


def tell_troubles(*, tenant_id: int) -> None:
    """Tell the tenant's administrators, and of an outage the operator, each trouble once."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        outage = outage_to_tell(now)
        found = OutgoingMail.objects.filter(state=OutgoingMail.State.UNCLEAR).order_by("-id")
        unclear = [
            mail
            for mail in found.only("pk", "subject")[:MOST_UNCLEAR]
            if cache.add(f"mail-unclear:{tenant_id}:{mail.pk}", "1", timeout=_seconds(TOLD_FOR))
        ]
        if outage is None and not unclear:
            return
        told = administrators()
        if outage is not None:
            notify_all(
                members=told, kind="mail.down", key=f"mail-outage:{outage.pk}",
                path=tenant_path("mail"), about=outage, values={"reason": outage.reason},
            )  # fmt: skip
        for mail in unclear:
            notify_all(
                members=told, kind="mail.unclear", key=f"mail-unclear:{mail.pk}",
                path=tenant_path("letter", mail.pk), about=mail, values={"subject": mail.subject},
            )  # fmt: skip
    if outage is not None:
        _tell_operator(outage)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _tell_operator(outage: MailOutage) -> None:
    """By the installation's channels: they do not need the mail server."""
    fresh = cache.add("mail-outage-told", "1", timeout=_seconds(TOLD_FOR))
    if not settings.ALERT_URLS or not fresh:
        return
    import apprise

    channels = apprise.Apprise()
    for address in settings.ALERT_URLS:
        channels.add(address)
    words = (
        f"The mail server takes no letters since {outage.since:%Y-%m-%d %H:%M} UTC: {outage.reason}"
    )
    if not channels.notify(title="Tenure", body=words):
        log.warning("operator not told of the mail server")
