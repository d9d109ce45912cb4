"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from segmentation.views import modules, moves, nights, portfolio, saved_views, strategies, tiers

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", portfolio.portfolio, name="portfolio"),
    path("customers/views/", saved_views.saved_views, name="saved_views"),
    path("customers/views/<int:pk>/removals/", saved_views.removals, name="saved_view_removals"),
    path("moves/", moves.moves, name="moves"),
    path("tiers/", tiers.tiers, name="tiers"),
    path("tiers/strategies/", strategies.strategies, name="strategies"),
    path("tiers/strategies/<str:scheme>/<str:tier>/", strategies.strategy, name="strategy"),
    path(
        "tiers/strategies/<str:scheme>/<str:tier>/returns/",
        strategies.returns,
        name="strategy_returns",
    ),
    path("nights/", nights.nights, name="nights"),
    path("nights/<str:day>/", nights.night, name="night"),
    path("nights/<str:day>/retries/", nights.retries, name="night_retries"),
    path("modules/", modules.modules, name="modules"),
]
