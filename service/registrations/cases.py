"""Cases: their screens, the customer's links, and where else they are told of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties
from accounts.contact_links import ContactPage, contact_pages
from accounts.models import Role
from service.labels import cases  # noqa: F401 - words for the audit
from service.queries.cases import own_running
from ui.counts import FrameCount, frame_counts
from ui.registry import (
    Block,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    my_customers_blocks,
    navigation,
)


def running_of(request: HttpRequest) -> QuerySet[Any, Any]:
    """The running cases that the person looks after."""
    return own_running(request.membership)  # type: ignore[attr-defined]


frame_counts.register(FrameCount("cases", running_of, "work_cases"))
navigation.register(
    NavigationItem(
        _("Cases"), "cases", "life-buoy", "view_cases", 14, prefix="/cases/", count="cases"
    )
)
my_customers_blocks.register(
    Block(
        "cases",
        "service/cases/block.html",
        "service.views.case_blocks.cases_block",
        20,
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
        part="service",
    )
)
customer_panels.register(
    Block(
        "open_cases",
        "service/cases/open_panel.html",
        "service.views.case_blocks.open_cases_panel",
        6,
        _("Open cases"),
        part="overview",
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
