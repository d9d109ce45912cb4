"""What this app contributes to the registries that screens and loads are built from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import (
    api_registrations,  # noqa: F401
    first_steps,
    load_source_registrations,  # noqa: F401
    mail_registrations,  # noqa: F401
    webhook_registrations,  # noqa: F401
)
from accounts.loads import registry
from accounts.loads.kinds import KINDS
from accounts.models import Role
from accounts.queries.overview import facts_words, has_customers, has_facts
from accounts.rest import resources, scopes
from ui.registry import (
    Block,
    FirstScreen,
    NavigationItem,
    Part,
    TimelineSource,
    customer_panels,
    customer_timeline,
    first_screens,
    navigation,
    overview_blocks,
)

for _item in (
    NavigationItem(_("Overview"), "overview", "layout-dashboard", "manage_loads", 70),
    NavigationItem(_("Loads"), "loads", "file-up", "manage_loads", 75, prefix="/loads/"),
    NavigationItem(_("Coverage"), "coverage", "radar", "view_customers", 38),
    NavigationItem(_("People"), "people", "users", "manage_people", 80, prefix="/people/"),
    NavigationItem(_("Audit"), "audit", "scroll-text", "view_audit", 85),
    NavigationItem(
        _("Settings"), "tenant_settings", "settings", "manage_tenant", 90, prefix="/settings/"
    ),
):
    navigation.register(_item)

for _part in (
    Part("overview", pgettext_lazy("customer", "Overview"), 10),
    Part("service", pgettext_lazy("customer", "Service"), 20),
    Part("people", pgettext_lazy("customer", "People"), 30),
    Part("delivery", pgettext_lazy("customer", "Delivery"), 40),
    Part("money", pgettext_lazy("customer", "Money"), 50),
    Part("voice", pgettext_lazy("customer", "Voice"), 60),
    Part("data", pgettext_lazy("customer", "Data"), 70),
):
    customer_panels.register_part(_part)

for _key, _title, _feed, _order, _part_key in (
    ("contracts", _("Contracts"), "contracts_panel", 40, "money"),
    ("contacts", _("Contacts"), "contacts_panel", 30, "people"),
    ("face_history", _("Faces until today"), "face_history_panel", 90, "people"),
    ("payments", _("Payments"), "payments_panel", 60, "money"),
):
    customer_panels.register(
        Block(
            _key,
            f"accounts/customers/panels/{_key}.html",
            f"accounts.views.panels.{_feed}",
            _order,
            _title,
            part=_part_key,
        )
    )

customer_panels.register(
    Block(
        "group",
        "accounts/customers/panels/companies.html",
        "accounts.views.panels.companies_panel",
        80,
        _("Companies below"),
        part="people",
    )
)
customer_panels.register(
    Block(
        "touchpoints",
        "accounts/customers/panels/touchpoints.html",
        "accounts.views.service_panels.touchpoints_panel",
        54,
        _("Touchpoints"),
        part="service",
    )
)
customer_panels.register(
    Block(
        "timeline",
        "accounts/timeline/panel.html",
        "accounts.views.timeline.timeline_panel",
        12,
        pgettext_lazy("customer", "Timeline"),
        part="overview",
    )
)
for _key, _title, _icon, _order, _ability in (
    ("touchpoints", _("Touchpoints"), "handshake", 10, ""),
    ("payments", _("Payments"), "banknote", 60, "view_money"),
    ("contracts", _("Contracts"), "file-pen-line", 62, "view_money"),
):
    customer_timeline.register(
        TimelineSource(
            _key, _title, _icon, f"accounts.views.timeline_feeds.{_key}", _order, _ability
        )
    )
first_screens.register(FirstScreen(Role.ADMIN, "overview", 90))

overview_blocks.register(
    Block(
        "calendar",
        "accounts/calendar/reminder.html",
        "accounts.views.calendar.overview_reminder",
        5,
        _("Working calendar"),
        roles=(Role.ADMIN,),
    )
)

first_steps.register(
    first_steps.FirstStep(
        key="customers",
        order=10,
        title=_("Load your customers"),
        body=lambda: _("A CSV or Excel file with a key and a name for each."),
        action=_("Load customers"),
        url_name="new_load",
        query="kind=customers",
        done=has_customers,
    )
)
first_steps.register(
    first_steps.FirstStep(
        key="facts",
        order=20,
        title=_("Load what they bought, paid and used"),
        body=facts_words,
        action=_("Load facts"),
        url_name="new_load",
        query="kind=contracts",
        done=has_facts,
    )
)

for kind in KINDS:
    registry.register(kind)

resources.register("accounts.api.urls")
for scope in (
    scopes.Scope("customers:read", _("Read customers"), "view_customers"),
    scopes.Scope("customers:write", _("Change customers"), "edit_customers"),
    scopes.Scope("contacts:read", _("Read contacts"), "view_customers"),
    scopes.Scope("contacts:write", _("Write down contacts"), "edit_customers"),
    scopes.Scope("modules:read", _("Read modules"), "view_modules"),
    scopes.Scope("contracts:read", _("Read contracts and instalments"), "view_money"),
    # As loads write them: on screen only the decision of a renewal writes one.
    scopes.Scope("contracts:write", _("Write down contracts"), "manage_loads"),
    scopes.Scope("payments:read", _("Read payments"), "view_money"),
    scopes.Scope("touchpoints:read", _("Read touchpoints"), "view_customers"),
    scopes.Scope("touchpoints:write", _("Write down touchpoints"), "log_touchpoints"),
    scopes.Scope("responsibilities:read", _("Read who is whose face"), "view_customers"),
    scopes.Scope("people:read", _("Read colleagues, members and teams"), "manage_people"),
    scopes.Scope("departments:read", _("Read departments"), "edit_case_targets"),
    scopes.Scope("calendar:read", _("Read the working calendar"), "edit_calendar"),
    scopes.Scope("audit:read", _("Read the audit"), "view_audit"),
    scopes.Scope("loads:read", _("Read loads"), "manage_loads"),
    scopes.Scope("loads:write", _("Load facts of every kind"), "manage_loads"),
):
    scopes.register(scope)
