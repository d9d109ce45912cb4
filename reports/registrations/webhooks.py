"""What other programs can be told of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.webhook_kinds import WebhookKind, register_webhook

register_webhook(
    WebhookKind(
        key="report.sent",
        label=_("Report sent"),
        words=_("A report was sent and never changes again. A correction is a further version."),
        example={
            "report": 4711,
            "kind": "customer",
            "customer": "C-00017",
            "period": "2026-10",
            "language": "en",
            "version": 1,
            "is_correction": False,
        },
        order=60,
        links={
            "report": ("api_report", ("report",)),
            "customer": ("api_customer", ("customer",)),
        },
    )
)
