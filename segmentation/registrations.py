"""What this app contributes to the registries that screens and loads are built from."""

from django.utils.translation import gettext_lazy as _

from accounts import (
    first_steps,
    registrations,  # noqa: F401 - registers the panel that is replaced here
)
from accounts.labels import FIELDS, VERBS, WORDINGS
from accounts.loads import registry
from accounts.models import Role
from accounts.rest import resources, scopes
from segmentation import (
    group_uses,
    source_registrations,  # noqa: F401
    webhook_registrations,  # noqa: F401
)
from segmentation.loads import Usage
from segmentation.measures import register_measures
from segmentation.queries.saved_views import views_of_group
from segmentation.queries.stored import has_night
from ui.registry import (
    Block,
    FirstScreen,
    NavigationItem,
    TimelineSource,
    customer_badges,
    customer_figures,
    customer_panels,
    customer_timeline,
    first_screens,
    navigation,
    overview_blocks,
    warmed,
)

registry.register(Usage())
register_measures()
group_uses.register("saved_view", views_of_group)
for _screen in (
    group_uses.Narrowed(_("Tiers"), "tiers", "view_tiers"),
    group_uses.Narrowed(_("Moves"), "moves", "view_tiers"),
    group_uses.Narrowed(_("Two nights compared"), "night_comparison", "view_tiers"),
    group_uses.Narrowed(_("Module adoption"), "modules", "view_modules"),
):
    group_uses.register_screen(_screen)
VERBS.update(
    {
        "group.archived": _("Group archived"),
        "group.changed": _("Group changed"),
        "group.made": _("Group made"),
        "group.restored": _("Group restored"),
        "night.replayed": _("Night computed again"),
        "night.requested": _("Night asked for"),
        "night.restated": _("Night restated"),
        "night.retried": _("Night tried again"),
        "rule_draft.discarded": _("Draft of rules discarded"),
        "rule_draft.started": _("Draft of rules started"),
        "rule_draft.updated": _("Draft of rules brought up to date"),
        "rules.published": _("Rules published"),
        "saved_view.changed": _("View changed"),
        "saved_view.created": _("View saved"),
        "saved_view.removed": _("View removed"),
        "strategy.changed": _("Strategy changed"),
    }
)
FIELDS.update(
    {
        "strategy": _("Strategy"),
        "service_en": _("Service (English)"),
        "marketing_en": _("Marketing (English)"),
        "product_en": _("Product (English)"),
        "service_zh-hans": _("Service (Chinese)"),
        "marketing_zh-hans": _("Marketing (Chinese)"),
        "product_zh-hans": _("Product (Chinese)"),
    }
)
WORDINGS["condition"] = "segmentation.condition_words.recorded_words"

for _item in (
    NavigationItem(_("Customers"), "portfolio", "users-round", "view_customers", 10),
    NavigationItem(_("Tiers"), "tiers", "layers", "view_tiers", 30),
    NavigationItem(_("Moves"), "moves", "arrow-left-right", "view_tiers", 32, prefix="/moves/"),
    NavigationItem(_("Groups"), "customer_groups", "group", "view_groups", 34, prefix="/groups/"),
    NavigationItem(_("Modules"), "modules", "blocks", "view_modules", 40),
    NavigationItem(_("Rules"), "rules", "sliders-horizontal", "edit_rules", 58, prefix="/rules/"),
    NavigationItem(_("Nights"), "nights", "moon", "view_nights", 60, prefix="/nights/"),
):
    navigation.register(_item)

first_screens.register(FirstScreen(Role.SERVICE_MANAGER, "portfolio", 30))
first_screens.register(FirstScreen(Role.PRODUCT_MANAGER, "modules", 50))

first_steps.register(
    first_steps.FirstStep(
        key="night",
        order=30,
        title=_("Run the first night"),
        body=lambda: _(
            "It says where every customer stands, and why. After it, every night runs by itself."
        ),
        action=_("To the nights"),
        url_name="nights",
        done=has_night,
    )
)

customer_badges.register(
    Block(
        "looking_back",
        "segmentation/panels/looking_back.html",
        "segmentation.views.panels.looking_back",
        5,
    )
)
customer_badges.register(
    Block("tier", "segmentation/panels/badges.html", "segmentation.views.panels.tier_badges", 10)
)
customer_badges.register(
    Block("groups", "segmentation/panels/groups.html", "segmentation.views.panels.group_badges", 20)
)
customer_badges.register(
    Block(
        "night_picker",
        "segmentation/panels/night_picker.html",
        "segmentation.views.panels.night_picker",
        30,
    )
)
customer_figures.register(
    Block(
        "measured",
        "segmentation/panels/figures.html",
        "segmentation.views.panels.key_figures",
        10,
    )
)
for _key, _title, _feed, _order, _part in (
    ("tier", _("Tier"), "tier_panel", 10, "overview"),
    ("usage", _("Usage"), "usage_panel", 15, "data"),
    ("scores", _("Scores and segments"), "scores_panel", 20, "data"),
    ("measures", _("Measures"), "measures_panel", 65, "data"),
    ("moves", _("Moves"), "history_panel", 70, "data"),
):
    customer_panels.register(
        Block(
            _key,
            f"segmentation/panels/{_key if _key != 'moves' else 'history'}.html",
            f"segmentation.views.panels.{_feed}",
            _order,
            _title,
            part=_part,
        )
    )

customer_panels.register(
    Block(
        "group",
        "segmentation/panels/group.html",
        "segmentation.views.group_panel.group_panel",
        80,
        _("Companies below"),
        part="people",
    )
)

customer_timeline.register(
    TimelineSource(
        "moves",
        _("Moves"),
        "arrow-left-right",
        "segmentation.views.timeline_feed.moves",
        20,
        "view_tiers",
    )
)

overview_blocks.register(
    Block(
        "nights",
        "segmentation/nights/latest.html",
        "segmentation.views.latest_nights.latest_nights",
        10,
    )
)
warmed.update({"portfolio": "scope=all", "tiers": "", "modules": ""})

resources.register("segmentation.api.urls")
for _scope in (
    scopes.Scope("nights:read", _("Read nights"), "view_nights"),
    scopes.Scope("nights:write", _("Ask for nights"), "run_nights"),
    scopes.Scope("standings:read", _("Read tiers, stages and scores"), "view_tiers"),
    scopes.Scope("moves:read", _("Read moves"), "view_tiers"),
    scopes.Scope("groups:read", _("Read customer groups"), "view_groups"),
    scopes.Scope("groups:write", _("Make and change customer groups"), "edit_groups"),
    scopes.Scope("rules:read", _("Read the rules"), "view_rules"),
    scopes.Scope("rules:write", _("Publish rules"), "edit_rules"),
    scopes.Scope("rule_drafts:read", _("Read drafts of rules"), "edit_rules"),
    scopes.Scope("replays:write", _("Compute nights again and restate them"), "restate_nights"),
    scopes.Scope("retention:read", _("Read retention"), "view_retention"),
    scopes.Scope("strategies:read", _("Read strategies"), "view_tiers"),
    scopes.Scope("sources:read", _("Read how sources send usage"), "view_sources"),
    scopes.Scope("sources:write", _("Make write keys and change the mapping"), "edit_sources"),
    scopes.Scope("dead_letters:read", _("Read dead letters"), "edit_sources"),
    scopes.Scope("dead_letters:write", _("Decide dead letters"), "edit_sources"),
    scopes.Scope("quarantine:read", _("Read what waits in quarantine"), "edit_sources"),
    scopes.Scope("quarantine:write", _("Decide who unknown customers are"), "edit_sources"),
    scopes.Scope("strategies:write", _("Write strategies"), "edit_strategies"),
    scopes.Scope("saved_views:read", _("Read saved views"), "view_customers"),
    scopes.Scope("saved_views:write", _("Save views"), "view_customers"),
    scopes.Scope("usage:read", _("Read usage"), "view_customers"),
):
    scopes.register(_scope)
