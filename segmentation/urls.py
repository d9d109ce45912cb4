"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, include, path

from segmentation.views import (
    assignments,
    comparison,
    customer_group,
    customer_group_archive,
    customer_group_editor,
    customer_groups,
    modules,
    moves,
    nights,
    portfolio,
    replays,
    rule_drafts,
    rule_previews,
    rule_sections,
    rules,
    saved_views,
    strategies,
    tiers,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", portfolio.portfolio, name="portfolio"),
    path("customers/views/", saved_views.saved_views, name="saved_views"),
    path("customers/views/<int:pk>/removals/", saved_views.removals, name="saved_view_removals"),
    path("customers/assignments/", assignments.assignments, name="assignments"),
    path("moves/", moves.moves, name="moves"),
    path("tiers/", tiers.tiers, name="tiers"),
    path("tiers/strategies/", strategies.strategies, name="strategies"),
    path("tiers/strategies/<str:scheme>/<str:tier>/", strategies.strategy, name="strategy"),
    path(
        "tiers/strategies/<str:scheme>/<str:tier>/returns/",
        strategies.returns,
        name="strategy_returns",
    ),
    path("groups/", customer_groups.customer_groups, name="customer_groups"),
    path("groups/new/", customer_group_editor.new, name="new_customer_group"),
    path("groups/<int:pk>/", customer_group.customer_group, name="customer_group"),
    path("groups/<int:pk>/edit/", customer_group_editor.edit, name="edit_customer_group"),
    path(
        "groups/<int:pk>/archivals/",
        customer_group_archive.archivals,
        name="customer_group_archivals",
    ),
    path(
        "groups/<int:pk>/restorals/",
        customer_group_archive.restorals,
        name="customer_group_restorals",
    ),
    path("nights/", nights.nights, name="nights"),
    path("nights/comparison/", comparison.comparison, name="night_comparison"),
    path("nights/<str:day>/", nights.night, name="night"),
    path("nights/<str:day>/retries/", nights.retries, name="night_retries"),
    path("nights/<str:day>/replays/", replays.replays, name="night_replays"),
    path("nights/<str:day>/replays/<int:pk>/", replays.replay, name="replay"),
    path(
        "nights/<str:day>/replays/<int:pk>/restatements/",
        replays.restatements,
        name="replay_restatements",
    ),
    path("nights/<str:day>/replays/<int:pk>/retries/", replays.retries, name="replay_retries"),
    path("modules/", modules.modules, name="modules"),
    path("", include("segmentation.source_urls")),
    path("rules/", rules.rules, name="rules"),
    path("rules/versions/<int:version>/", rules.rule_version, name="rule_version"),
    path("rules/versions/<int:version>/rules.json", rules.rule_file, name="rule_file"),
    path("rules/drafts/", rule_drafts.rule_drafts, name="rule_drafts"),
    path("rules/drafts/<int:pk>/", rule_drafts.rule_draft, name="rule_draft"),
    path(
        "rules/drafts/<int:pk>/sections/<slug:section>/",
        rule_sections.rule_section,
        name="rule_section",
    ),
    path(
        "rules/drafts/<int:pk>/sections/<slug:section>/orders/",
        rule_sections.rule_orders,
        name="rule_orders",
    ),
    path(
        "rules/drafts/<int:pk>/sections/<slug:section>/tiers/<slug:tier>/",
        rule_sections.rule_tier,
        name="rule_tier",
    ),
    path("rules/drafts/<int:pk>/preview/", rule_previews.rule_preview, name="rule_preview"),
    path(
        "rules/drafts/<int:pk>/preview/customers/",
        rule_previews.rule_preview_customers,
        name="rule_preview_customers",
    ),
    path(
        "rules/drafts/<int:pk>/publications/",
        rule_drafts.rule_publications,
        name="rule_publications",
    ),
    path("rules/drafts/<int:pk>/updates/", rule_drafts.rule_updates, name="rule_updates"),
    path(
        "rules/drafts/<int:pk>/removal/", rule_drafts.rule_draft_removal, name="rule_draft_removal"
    ),
]
