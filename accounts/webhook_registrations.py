"""What webhooks contribute to the registries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import webhook_labels  # noqa: F401 - words for the audit
from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic

register_topic(
    Topic("webhooks", _("Trouble with webhooks"), 91, ability="manage_webhooks", for_channels=False)
)
for _key, _text in (
    ("webhook.failing", _("The webhook %(webhook)s takes nothing: every try of an event failed.")),
    (
        "webhook.off_failing",
        _("The webhook %(webhook)s took nothing for days. It is switched off."),
    ),
    ("webhook.off_gone", _("The webhook %(webhook)s said that it is gone. It is switched off.")),
):
    register_kind(NotificationKind(_key, "webhooks", _text, "webhook"))
