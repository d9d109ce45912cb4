"""What the success plan tells in the customer's timeline."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.requests import TenantRequest
from service.queries.success_timeline import plan_days
from ui.timelines import TimelineEntry, TimelinePage


def success(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    """Milestones done, goals reached or missed, sponsors named and lost."""
    titles = {
        "milestone": _("Joint milestone done: %(title)s"),
        "reached": _("Goal reached: %(title)s"),
        "missed": _("Goal missed: %(title)s"),
        "sponsor": _("Sponsor named: %(title)s"),
        "lost": _("Sponsor lost: %(title)s"),
    }
    url = reverse("account_file", args=[customer.pk])
    return [
        TimelineEntry(
            at=one.on,
            key=f"success-{one.what}-{one.pk}",
            title=titles[one.what] % {"title": one.title},
            text=one.person if one.what == "lost" else "",
            who="" if one.what == "lost" else one.person,
            url=url,
        )
        for one in plan_days(customer, page.until, most=page.most)
    ]
