"""Renewals, referrals and what customers are shown before they pay."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.signals import customer_facts_changed
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measure that gets its facts here
)
from service.labels import renewals  # noqa: F401 - words for the audit
from service.measures.referrals import REFERRALS
from ui.registry import (
    Block,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    my_customers_blocks,
    navigation,
)

for measure in REFERRALS:
    catalogue.register(measure)

navigation.register(
    NavigationItem(
        pgettext_lazy("contracts", "Renewals"),
        "renewals",
        "calendar-sync",
        "view_renewals",
        26,
        prefix="/renewals/",
    )
)
navigation.register(
    NavigationItem(
        _("Referrals"), "referrals", "share-2", "view_referrals", 27, prefix="/referrals/"
    )
)
customer_panels.register(
    Block(
        "renewals",
        "service/renewals/panel.html",
        "service.views.renewal_panels.renewals_panel",
        21,
        pgettext_lazy("contracts", "Renewals"),
        part="money",
    )
)
customer_panels.register(
    Block(
        "payments_due",
        "service/briefs/panel.html",
        "service.views.payment_briefs.payments_due_panel",
        22,
        _("Payments due"),
        part="money",
    )
)
customer_panels.register(
    Block(
        "referrals",
        "service/referrals/panel.html",
        "service.views.referrals.referrals_panel",
        44,
        _("Referrals"),
        part="voice",
    )
)
customer_panels.register(
    Block(
        "peers",
        "service/peers/panel.html",
        "service.views.peers.peers_panel",
        34,
        _("Among its peers"),
        part="data",
    )
)
customer_timeline.register(
    TimelineSource(
        "renewals",
        pgettext_lazy("contracts", "Renewals"),
        "calendar-sync",
        "service.views.renewal_timeline.renewals_in_timeline",
        80,
        ability="view_renewals",
    )
)
customer_timeline.register(
    TimelineSource(
        "referrals",
        _("Referrals"),
        "share-2",
        "service.views.renewal_timeline.referrals_in_timeline",
        85,
        ability="view_referrals",
    )
)
my_customers_blocks.register(
    Block(
        "renewals",
        "service/renewals/block.html",
        "service.views.renewal_panels.renewals_block",
        35,
        roles=(Role.SERVICE_MANAGER, Role.ADMIN),
    )
)


@receiver(customer_facts_changed, dispatch_uid="service.refresh_renewals")
def keep_renewals(*, customer_ids: list[int] | None = None, **further: Any) -> None:
    """Contracts were written: their renewals follow."""
    import_string("service.actions.renewal_upkeep.refresh_renewals")(customer_ids)
