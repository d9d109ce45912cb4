"""Words for webhooks: why something was not taken, and what the audit records."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.labels import FIELDS, VALUES, VERBS
from accounts.models import WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State

# Why a try failed, or an address is refused.
TROUBLES: dict[str, str | Promise] = {
    "busy": _("It asked to be told later."),
    "error": _("It could not be sent. The operator finds the reason in the log."),
    "gone": _("It answered that it is gone (410)."),
    "no_address": _("This is no address of the form https://host/path."),
    "no_connection": _("No connection was made, or it broke off."),
    "no_http": _("What answered does not speak HTTP."),
    "no_tls": _("Only addresses with https:// are told: others could be listened to."),
    "number_as_host": _("Write an IP address as four numbers with dots."),
    "port": _("This port is not allowed: 443, or one from 1024 up."),
    "private_address": _("It leads into a private network, where nothing is sent."),
    "redirect": _("It sent on to another address, which is not followed."),
    "sealed": _("Its secret was sealed by another installation. Replace the secret."),
    "status": _("It answered that it did not take it."),
    "switched_off": _("The webhook was switched off before it was taken."),
    "timeout": _("It did not answer in ten seconds."),
    "tls": _("Its certificate is not valid for this name, or not trusted."),
    "unknown_host": _("No such host is known."),
    "user_in_address": _("A user name or password does not belong into the address."),
}

TONES = {State.WAITING: "info", State.DELIVERED: "good", State.FAILED: "danger"}

VERBS.update(
    {
        "webhook.changed": _("Webhook changed"),
        "webhook.made": _("Webhook added"),
        "webhook.removed": _("Webhook taken away"),
        "webhook.secret_replaced": _("Secret of a webhook replaced"),
        "webhook.sent_again": _("Events of a webhook sent again"),
        "webhook.switched_off": _("Webhook switched off"),
        "webhook.switched_on": _("Webhook switched on"),
        "webhook.tested": _("Webhook tested"),
    }
)
FIELDS.update(
    {
        "address": _("Address"),
        "count": _("Number"),
        "hours": _("Hours that the former secret holds"),
        "since": _("Events since"),
        "webhook": pgettext_lazy("noun", "Webhook"),
        "webhook_off": _("Why it was switched off"),
    }
)
VALUES.update({("webhook_off", off.value): off.label for off in WebhookEndpoint.Off})


def trouble_words(code: str, status: int | None = None) -> str:
    """Why a try failed, with the status where it says more; "" for none."""
    if not code:
        return ""
    words = str(TROUBLES.get(code, TROUBLES["error"]))
    return f"{words} ({status})" if status and code in ("status", "redirect", "busy") else words
