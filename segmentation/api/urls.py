"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from segmentation.api.figures import Retention, Strategies
from segmentation.api.groups import GroupMembers, Groups, OneGroup
from segmentation.api.moves import Moves
from segmentation.api.nights import NightRetry, Nights, OneNight
from segmentation.api.rule_sets import OneRuleSet, RuleSets
from segmentation.api.standings import Standings
from segmentation.api.usage import OneUsage, UsageEvents

urlpatterns: list[URLPattern] = [
    path("nights", Nights.as_view(), name="api_nights"),
    path("nights/<key:as_of>", OneNight.as_view(), name="api_night"),
    path("nights/<key:as_of>/retry", NightRetry.as_view(), name="api_night_retry"),
    path("nights/<key:as_of>/standings", Standings.as_view(), name="api_standings"),
    path("moves", Moves.as_view(), name="api_moves"),
    path("groups", Groups.as_view(), name="api_groups"),
    path("groups/<int:pk>", OneGroup.as_view(), name="api_group"),
    path("groups/<int:pk>/members", GroupMembers.as_view(), name="api_group_members"),
    path("retention", Retention.as_view(), name="api_retention"),
    path("strategies", Strategies.as_view(), name="api_strategies"),
    path("rule-sets", RuleSets.as_view(), name="api_rule_sets"),
    path("rule-sets/<int:pk>", OneRuleSet.as_view(), name="api_rule_set"),
    path("customers/<key:customer>/usage", OneUsage.as_view(), name="api_usage"),
    path("customers/<key:customer>/events", UsageEvents.as_view(), name="api_usage_events"),
]
