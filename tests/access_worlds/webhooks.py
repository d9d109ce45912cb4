"""A webhook that something waits for."""

from __future__ import annotations

from typing import Any

from accounts.actions.webhook_deliveries import send_test
from accounts.actions.webhook_endpoints import make_webhook


def make(world: Any) -> dict[str, Any]:
    endpoint, _secret = make_webhook(
        name="W", url="https://w.example/", kinds=["night.finished"], by=world.member.user
    )
    return {"webhook": endpoint, "delivery": send_test(endpoint=endpoint, by=world.member.user)}


OBJECTS = {
    name: lambda w: {"pk": w.further["webhook"].pk}
    for name in (
        "webhook", "edit_webhook", "webhook_secrets", "webhook_removal", "webhook_activations",
        "webhook_deactivations", "webhook_tests", "webhook_redeliveries",
    )
} | {
    name: lambda w: {"pk": w.further["webhook"].pk, "delivery_pk": w.further["delivery"].pk}
    for name in ("webhook_delivery", "webhook_delivery_redeliveries")
}  # fmt: skip
