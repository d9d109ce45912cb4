"""An account file of the world's customer, with a goal and a link."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.contact_links import new_secret
from service.models import Goal, JointMilestone, Sponsor, SuccessPlanLink


def make(world: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "goal": Goal.objects.create(customer=world.customer, title="G"),
        "joint_milestone": JointMilestone.objects.create(
            customer=world.customer, title="M", due_on="2026-01-06"
        ),
        "sponsor": Sponsor.objects.create(
            customer=world.customer, contact=world.contact, name="c", from_on="2026-01-06"
        ),
        "success_plan_link": SuccessPlanLink.objects.create(
            customer=world.customer, contact=world.contact, name="c", language="en",
            secret_hash=new_secret()[1], expires_at=now + timedelta(days=3),
        ),
    }  # fmt: skip


def _customer(w: Any) -> dict[str, object]:
    return {"pk": w.customer.pk}


def _goal(w: Any) -> dict[str, object]:
    return {"pk": w.customer.pk, "kind": "goals", "row_pk": w.further["goal"].pk}


def _link(w: Any) -> dict[str, object]:
    return {"pk": w.customer.pk, "link_pk": w.further["success_plan_link"].pk}


OBJECTS = {
    "account_file": _customer,
    "account_background": _customer,
    "new_sponsor": _customer,
    "sponsor_endings": _customer,
    "success_plan_preview": _customer,
    "new_plan_link": _customer,
    "new_plan_row": lambda w: {"pk": w.customer.pk, "kind": "goals"},
    "plan_row": _goal,
    "plan_row_removal": _goal,
    "milestone_completions": lambda w: {
        "pk": w.customer.pk,
        "row_pk": w.further["joint_milestone"].pk,
    },
    "plan_link_renewals": _link,
    "plan_link_revocations": _link,
}
