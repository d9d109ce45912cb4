"""What other programs can be told of nights."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.webhook_kinds import WebhookKind, register_webhook

register_webhook(
    WebhookKind(
        key="night.finished",
        label=_("Night finished"),
        words=_(
            "A night was computed and stored; every tier and stage is that of this night now. "
            "Restated: it had been stored before and says something else since."
        ),
        example={
            "night": "2026-11-22",
            "restated": False,
            "customers": 48211,
            "scored": 47102,
            "moves": 312,
            "digest": "9f2c4a0d1e…",
        },
        order=10,
        links={"night": ("api_night", ("night",))},
    )
)
register_webhook(
    WebhookKind(
        key="customers.moved",
        label=_("Customers moved"),
        words=_(
            "Customers changed their tier or stage in a night: up to a hundred moves in one event, "
            "and as many events as the night needs."
        ),
        example={
            "night": "2026-11-22",
            "restated": False,
            "part": 1,
            "parts": 4,
            "moves": [
                {
                    "customer": "C-00017",
                    "kind": "tier",
                    "from": "high",
                    "to": "low",
                    "cause": "behaviour",
                }
            ],
        },
        order=20,
        links={"night": ("api_night", ("night",))},
    )
)
