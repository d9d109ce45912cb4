"""What letters and notifications contribute to the registries."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import mail_labels  # noqa: F401 - words for the audit
from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic
from accounts.queries.notifications import unread
from ui.counts import FrameCount, frame_counts
from ui.registry import NavigationItem, navigation

register_topic(
    Topic("mail", _("Trouble with letters"), 90, ability="manage_mail", for_channels=False)
)
register_topic(Topic("bounces", _("Letters to customers that came back"), 80))
register_kind(
    NotificationKind(
        "mail.down", "mail", _("The mail server takes nothing (%(reason)s). Letters wait."), "mail"
    )
)
register_kind(
    NotificationKind(
        "mail.unclear", "mail", _("Nobody knows whether “%(subject)s” arrived. Decide."), "mail"
    )
)
register_kind(
    NotificationKind(
        "mail.bounced", "bounces",
        _("A letter to %(contact)s of %(customer)s came back: “%(subject)s”."), "mail-x",
    )
)  # fmt: skip


def unread_of(request: HttpRequest) -> QuerySet[Any, Any]:
    """What the person was told and has not seen: the number at the bell."""
    return unread(request.membership)  # type: ignore[attr-defined]


frame_counts.register(FrameCount("notifications", unread_of))
navigation.register(NavigationItem(_("Mail"), "mail", "mail", "manage_mail", 86, prefix="/mail/"))
