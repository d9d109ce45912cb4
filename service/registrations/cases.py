"""Cases: their screens, the customer's links, and where else they are told of."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties
from accounts.contact_links import ContactPage, contact_pages
from accounts.models import Role
from accounts.permissions import may
from service.labels import cases  # noqa: F401 - words for the audit
from service.queries.cases import running_count
from ui.registry import (
    Block,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    my_customers_blocks,
    navigation,
)


def own_running(request: HttpRequest) -> int | None:
    """How many cases run that the person looks after."""
    membership = getattr(request, "membership", None)
    if membership is None or not may(membership, "work_cases"):
        return None
    return running_count(membership) or None


navigation.register(
    NavigationItem(
        _("Cases"), "cases", "life-buoy", "view_cases", 14, prefix="/cases/", count=own_running
    )
)
my_customers_blocks.register(
    Block(
        "cases",
        "service/cases/block.html",
        "service.views.case_blocks.cases_block",
        8,
        roles=(Role.SERVICE_MANAGER, Role.ADMIN),
    )
)
contact_pages["case"] = ContactPage(
    find="service.queries.cases.case_link",
    show="service.views.case_link_page.case_link_page",
)
# In the place of what the facts alone can show: with the page of each case.
customer_panels.register(
    Block(
        "cases",
        "service/cases/panel.html",
        "service.views.case_blocks.cases_panel",
        52,
        _("Cases"),
    )
)
customer_timeline.register(
    TimelineSource(
        "cases", _("Cases"), "life-buoy", "service.views.case_blocks.timeline", 30, "view_cases"
    )
)
touchpoint_ties.register(
    touchpoint_ties.TieKind(
        "case",
        _("Case"),
        "accounts.queries.service.cases_to_choose",
        "service.views.case_blocks.cases_told",
        20,
    )
)
