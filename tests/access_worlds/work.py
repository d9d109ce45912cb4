"""Work for the world's customer, with a step, and a change of it."""

from typing import Any

from accounts.models import User
from service.models import Cta, CtaStep, WorkChange


def make(world: Any) -> dict[str, Any]:
    cta = Cta.objects.create(
        customer=world.customer, title="Call", opened_on="2026-01-06", due_on="2026-01-09"
    )
    step = CtaStep.objects.create(cta=cta, position=0, title="Dial", due_on="2026-01-09")
    change = WorkChange.objects.create(
        by=User.objects.order_by("pk").first(),
        verb="cta.snoozed",
        rows=[{"cta": cta.pk, "version": 7, "before": {}, "steps": [], "step": None}],
    )
    return {"cta": cta, "cta_step": step, "work_change": change}


OBJECTS = {
    "cta": lambda w: {"pk": w.further["cta"].pk},
    "cta_steps": lambda w: {"pk": w.further["cta"].pk, "step_pk": w.further["cta_step"].pk},
    "new_work": lambda w: {"pk": w.customer.pk},
    "work_undoings": lambda w: {"pk": w.further["work_change"].pk},
}
