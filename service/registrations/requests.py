"""Requests and product updates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties
from accounts.contact_links import ContactPage, contact_pages
from accounts.loads import registry
from accounts.models import Role
from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measure that gets its facts here
)
from service.labels import requests  # noqa: F401 - words for loads and the audit
from service.loads.requests import Requests
from service.measures.requests import REQUESTS
from ui.registry import (
    Block,
    FirstScreen,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    first_screens,
    navigation,
    warmed,
)

registry.register(Requests())
for measure in REQUESTS:
    catalogue.register(measure)

touchpoint_ties.register(
    touchpoint_ties.TieKind(
        "request",
        _("Request"),
        "service.queries.request_ties.requests_to_tie",
        "service.queries.request_ties.requests_told",
        30,
    )
)

register_topic(Topic("requests", _("Requests: asked by contacts, answers to updates"), 30))
register_kind(
    NotificationKind(
        "request.asked", "requests", _("%(customer)s asks for: %(title)s"), "lightbulb"
    )
)
register_kind(
    NotificationKind(
        "update.answered",
        "requests",
        _("%(customer)s asked for something else than: %(title)s"),
        "rocket",
    )
)

contact_pages["requests"] = ContactPage(
    find="service.queries.request_contacts.page_link",
    show="service.views.request_contact_pages.requests_of_contact",
)
contact_pages["update"] = ContactPage(
    find="service.queries.updates.update_link",
    show="service.views.request_contact_pages.update_of_contact",
)

navigation.register(
    NavigationItem(_("Requests"), "requests", "lightbulb", "view_requests", 28, prefix="/requests/")
)
navigation.register(
    NavigationItem(
        _("Product updates"), "updates", "rocket", "view_requests", 29, prefix="/updates/"
    )
)
# What weighs the board is added up once after each night.
warmed["requests"] = ""
# Before what modules are used, which is one click away.
first_screens.register(FirstScreen(Role.PRODUCT_MANAGER, "requests", 45))

customer_panels.register(
    Block(
        "requests",
        "service/requests/panel.html",
        "service.views.request_customers.requests_panel",
        44,
        _("Requests"),
        part="voice",
    )
)
customer_timeline.register(
    TimelineSource(
        "requests",
        _("Requests"),
        "lightbulb",
        "service.views.request_customers.requests_in_timeline",
        70,
        ability="view_requests",
    )
)
