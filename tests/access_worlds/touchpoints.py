"""A touchpoint of the world's customer."""

from typing import Any

from accounts.models import Touchpoint


def make(world: Any) -> dict[str, Any]:
    return {
        "touchpoint": Touchpoint.objects.create(
            customer=world.customer, key="met", kind="call", happened_on="2026-01-06"
        )
    }


OBJECTS = {
    "customer_timeline": lambda w: {"pk": w.customer.pk},
    "new_touchpoint": lambda w: {"pk": w.customer.pk},
    "touchpoint": lambda w: {"pk": w.further["touchpoint"].pk},
    "touchpoint_removal": lambda w: {"pk": w.further["touchpoint"].pk},
}
