"""What other programs can be told of projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.webhook_kinds import WebhookKind, register_webhook

_EXAMPLE = {
    "customer": "C-00017",
    "project": "P-104",
    "change_request": "CR-3",
    "effort_days": "4.500",
    "price": "18000.0000",
}

register_webhook(
    WebhookKind(
        key="change_request.signed",
        label=_("Change request signed"),
        words=_("The customer signed a change request: its work and its price are agreed."),
        example={**_EXAMPLE, "signed_on": "2026-11-22"},
        order=50,
        links={"customer": ("api_customer", ("customer",))},
    )
)
register_webhook(
    WebhookKind(
        key="change_request.declined",
        label=_("Change request declined"),
        words=_("The customer declined a change request: its work is not agreed."),
        example={**_EXAMPLE, "declined_on": "2026-11-22"},
        order=51,
        links={"customer": ("api_customer", ("customer",))},
    )
)
