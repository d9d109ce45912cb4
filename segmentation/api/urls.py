"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from segmentation.api.adoption import ModuleAdoption, NightAlarms
from segmentation.api.dead_letters import (
    DeadLetterDiscards,
    DeadLetterReopenings,
    DeadLetterReplays,
    DeadLetters,
    OneDeadLetter,
)
from segmentation.api.event_rules import EventNames, EventRulePreviews, EventRules
from segmentation.api.explanations import OneExplanation
from segmentation.api.figures import Retention, Strategies
from segmentation.api.group_previews import ConditionFieldRows, GroupPreviews
from segmentation.api.groups import (
    GroupArchival,
    GroupMembers,
    GroupNights,
    GroupRestoral,
    Groups,
    OneGroup,
)
from segmentation.api.measures import Measures
from segmentation.api.moves import Moves
from segmentation.api.nights import NightRetry, Nights, OneNight
from segmentation.api.quarantine import (
    CustomerAliases,
    OneCustomerAlias,
    OneUnknownCustomer,
    UnknownCustomerResolution,
    UnknownCustomers,
)
from segmentation.api.replays import (
    OneReplay,
    ReplayDifferences,
    ReplayRestatement,
    ReplayRetry,
    Replays,
)
from segmentation.api.rule_drafts import (
    OneRuleDraft,
    RuleDraftPublication,
    RuleDrafts,
    RuleDraftUpdate,
)
from segmentation.api.rule_previews import RulePreviewCustomers, RulePreviews
from segmentation.api.rule_sets import OneRuleSet, RuleComparisons, RuleSets
from segmentation.api.saved_views import OneSavedView, SavedViews
from segmentation.api.sources import OneIngestSettings, Sources
from segmentation.api.spreads import NightComparisons, Spreads
from segmentation.api.standings import Standings
from segmentation.api.strategies import OneStrategy, StrategyReturn
from segmentation.api.usage import OneUsage, UsageEvents
from segmentation.api.write_keys import OneWriteKey, WriteKeyRevocation, WriteKeys

urlpatterns: list[URLPattern] = [
    path("nights", Nights.as_view(), name="api_nights"),
    path("nights/<key:as_of>", OneNight.as_view(), name="api_night"),
    path("nights/<key:as_of>/retry", NightRetry.as_view(), name="api_night_retry"),
    path("nights/<key:as_of>/standings", Standings.as_view(), name="api_standings"),
    path("nights/<key:as_of>/measures", Measures.as_view(), name="api_measures"),
    path("nights/<key:as_of>/spread", Spreads.as_view(), name="api_spread"),
    path("night-comparison", NightComparisons.as_view(), name="api_night_comparison"),
    path("night-alarms", NightAlarms.as_view(), name="api_night_alarms"),
    path("module-adoption", ModuleAdoption.as_view(), name="api_module_adoption"),
    path("moves", Moves.as_view(), name="api_moves"),
    path("groups", Groups.as_view(), name="api_groups"),
    path("groups/<int:pk>", OneGroup.as_view(), name="api_group"),
    path("groups/<int:pk>/members", GroupMembers.as_view(), name="api_group_members"),
    path("groups/<int:pk>/nights", GroupNights.as_view(), name="api_group_nights"),
    path("groups/<int:pk>/archive", GroupArchival.as_view(), name="api_group_archival"),
    path("groups/<int:pk>/restore", GroupRestoral.as_view(), name="api_group_restoral"),
    path("group-previews", GroupPreviews.as_view(), name="api_group_previews"),
    path("condition-fields", ConditionFieldRows.as_view(), name="api_condition_fields"),
    path("retention", Retention.as_view(), name="api_retention"),
    path("strategies", Strategies.as_view(), name="api_strategies"),
    path("strategies/<key:scheme>/<key:tier>", OneStrategy.as_view(), name="api_strategy"),
    path(
        "strategies/<key:scheme>/<key:tier>/return",
        StrategyReturn.as_view(),
        name="api_strategy_return",
    ),
    path("saved-views", SavedViews.as_view(), name="api_saved_views"),
    path("saved-views/<int:pk>", OneSavedView.as_view(), name="api_saved_view"),
    path("rule-sets", RuleSets.as_view(), name="api_rule_sets"),
    path("rule-sets/<int:pk>", OneRuleSet.as_view(), name="api_rule_set"),
    path("rule-sets/<int:pk>/changes", RuleComparisons.as_view(), name="api_rule_comparison"),
    path("rule-drafts", RuleDrafts.as_view(), name="api_rule_drafts"),
    path("rule-drafts/<int:pk>", OneRuleDraft.as_view(), name="api_rule_draft"),
    path("rule-drafts/<int:pk>/preview", RulePreviews.as_view(), name="api_rule_preview"),
    path("rule-drafts/<int:pk>/movers", RulePreviewCustomers.as_view(), name="api_rule_movers"),
    path("rule-drafts/<int:pk>/update", RuleDraftUpdate.as_view(), name="api_rule_draft_update"),
    path(
        "rule-drafts/<int:pk>/publish",
        RuleDraftPublication.as_view(),
        name="api_rule_draft_publication",
    ),
    path("nights/<key:as_of>/replays", Replays.as_view(), name="api_replays"),
    path("nights/<key:as_of>/replays/<int:pk>", OneReplay.as_view(), name="api_replay"),
    path(
        "nights/<key:as_of>/replays/<int:pk>/differences",
        ReplayDifferences.as_view(),
        name="api_replay_differences",
    ),
    path(
        "nights/<key:as_of>/replays/<int:pk>/restate",
        ReplayRestatement.as_view(),
        name="api_replay_restatement",
    ),
    path(
        "nights/<key:as_of>/replays/<int:pk>/retry", ReplayRetry.as_view(), name="api_replay_retry"
    ),
    path(
        "nights/<key:as_of>/explanations/<key:customer>",
        OneExplanation.as_view(),
        name="api_explanation",
    ),
    path("customers/<key:customer>/usage", OneUsage.as_view(), name="api_usage"),
    path("customers/<key:customer>/events", UsageEvents.as_view(), name="api_usage_events"),
    path("sources", Sources.as_view(), name="api_sources"),
    path("ingest-settings", OneIngestSettings.as_view(), name="api_ingest_settings"),
    path("write-keys", WriteKeys.as_view(), name="api_write_keys"),
    path("write-keys/<int:pk>", OneWriteKey.as_view(), name="api_write_key"),
    path("write-keys/<int:pk>/revoke", WriteKeyRevocation.as_view(), name="api_write_key_end"),
    path("event-rules", EventRules.as_view(), name="api_event_rules"),
    path("event-rules/preview", EventRulePreviews.as_view(), name="api_event_rule_previews"),
    path("event-names", EventNames.as_view(), name="api_event_names"),
    path("dead-letters", DeadLetters.as_view(), name="api_dead_letters"),
    path("dead-letters/replay", DeadLetterReplays.as_view(), name="api_dead_letter_replays"),
    path("dead-letters/discard", DeadLetterDiscards.as_view(), name="api_dead_letter_discards"),
    path("dead-letters/reopen", DeadLetterReopenings.as_view(), name="api_dead_letter_reopenings"),
    path("dead-letters/<int:pk>", OneDeadLetter.as_view(), name="api_dead_letter"),
    path("unknown-customers", UnknownCustomers.as_view(), name="api_unknown_customers"),
    path("unknown-customers/<key:key>", OneUnknownCustomer.as_view(), name="api_unknown_customer"),
    path(
        "unknown-customers/<key:key>/resolve",
        UnknownCustomerResolution.as_view(),
        name="api_unknown_customer_resolution",
    ),
    path("customer-aliases", CustomerAliases.as_view(), name="api_customer_aliases"),
    path("customer-aliases/<int:pk>", OneCustomerAlias.as_view(), name="api_customer_alias"),
]
