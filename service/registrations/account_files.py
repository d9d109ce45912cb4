"""Account files and success plans, and what touchpoints have to do with work."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.contact_links import ContactPage, contact_pages
from accounts.models import Role, Touchpoint, User
from accounts.signals import touchpoint_noted
from service.actions.next_steps import open_next_step
from service.labels import account_files  # noqa: F401 - words for the audit
from ui.registry import (
    Block,
    TimelineSource,
    customer_panels,
    customer_timeline,
    my_customers_blocks,
)

contact_pages["success_plan"] = ContactPage(
    find="service.queries.account_files.plan_link",
    show="service.views.success_plan_page.success_plan_page",
)
customer_panels.register(
    Block(
        "account_file",
        "service/account_files/panel.html",
        "service.views.account_files.account_file_panel",
        14,
        _("Account file"),
        part="service",
    )
)
my_customers_blocks.register(
    Block(
        "late_milestones",
        "service/account_files/block.html",
        "service.views.account_files.late_milestones_block",
        40,
        roles=(Role.SERVICE_MANAGER, Role.ADMIN),
    )
)
customer_timeline.register(
    TimelineSource(
        "success", _("Success plan"), "target", "service.views.success_timeline.success", 50
    )
)


@receiver(touchpoint_noted, dispatch_uid="service.open_next_step")
def keep_next_step(*, touchpoint: Touchpoint, by: User, **further: Any) -> None:
    """A next step was agreed: it becomes work."""
    open_next_step(touchpoint=touchpoint, by=by)
