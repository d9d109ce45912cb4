"""What was agreed in a touchpoint becomes work."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Touchpoint, User
from service.actions.ctas import open_cta
from service.actions.success_plans import today_of_tenant
from service.models import Cta

# Of a next step without a day.
USUAL_DAYS = 7


@transaction.atomic
def open_next_step(*, touchpoint: Touchpoint, by: User) -> Cta:
    """Open the touchpoint's next step as work of whoever met the customer; the same step of the same
    touchpoint once."""
    words = hashlib.sha256(touchpoint.next_step.encode()).hexdigest()[:12]
    today = today_of_tenant()
    # Of a meeting that is written down late the day may be over: then it is due today.
    due_on = max(touchpoint.next_on or today + timedelta(days=USUAL_DAYS), today)
    return open_cta(
        customer=touchpoint.customer,
        title=touchpoint.next_step,
        due_on=due_on,
        owner=touchpoint.colleague,
        reason={"kind": "touchpoint", "text": _("Agreed in a touchpoint")},
        event_key=f"touchpoint:{touchpoint.occasion or touchpoint.pk}:{words}",
        by=by,
    )
