"""Reports: their screens, their letters and links, and where else they are told of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.attachments import letter_attachments
from accounts.contact_links import ContactPage, contact_pages
from accounts.models import Role
from accounts.settings_pages import settings_pages
from reports.labels import reports  # noqa: F401 - words for the audit
from reports.queries.reports import awaiting
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


def waiting_for(request: HttpRequest) -> QuerySet[Any, Any]:
    """The reports of the person's customers that are not sent yet."""
    return awaiting(request.membership).order_by().values("pk")  # type: ignore[attr-defined]


frame_counts.register(FrameCount("reports", waiting_for, "edit_reports"))
navigation.register(
    NavigationItem(
        _("Reports"), "reports", "file-chart-column", "view_reports", 16, prefix="/reports/",
        count="reports",
    )
)  # fmt: skip
my_customers_blocks.register(
    Block(
        "reports",
        "reports/reports/block.html",
        "reports.views.report_blocks.awaiting_block",
        30,
        roles=(Role.SERVICE_MANAGER, Role.ADMIN),
    )
)
customer_panels.register(
    Block(
        "reports",
        "reports/reports/panel.html",
        "reports.views.report_blocks.reports_panel",
        46,
        _("Reports"),
        part="service",
    )
)
customer_timeline.register(
    TimelineSource(
        "reports",
        _("Reports"),
        "file-chart-column",
        "reports.views.report_timeline.reports_in_timeline",
        65,
        ability="view_reports",
    )
)
contact_pages["report"] = ContactPage(
    find="reports.queries.report_links.report_link",
    show="reports.views.report_link_page.report_of_contact",
    opens_in_floods=True,
)
settings_pages["report_templates"] = _("Reports")
letter_attachments["report"] = "reports.actions.report_letters.attachments"
