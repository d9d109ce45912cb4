from segmentation.models.alarms import NightAlarm
from segmentation.models.assignments import Assignment, MeasureRow, Move
from segmentation.models.customer_groups import (
    CustomerGroup,
    CustomerGroupMember,
    CustomerGroupNight,
    CustomerGroupVersion,
)
from segmentation.models.ingested_identities import (
    CustomerAlias,
    HeldEvent,
    PersonAlias,
    PersonGroup,
    TraitsSaid,
)
from segmentation.models.ingestion import (
    DeadLetter,
    EventRule,
    EventSeen,
    IngestCount,
    IngestInbox,
    IngestSettings,
    WriteKey,
)
from segmentation.models.night_scores import NightScores, Scored
from segmentation.models.nights import Night, RuleSet
from segmentation.models.replays import Replay, ReplayDifference
from segmentation.models.rule_drafts import RuleDraft
from segmentation.models.saved_views import SavedView
from segmentation.models.strategies import StrategyText
from segmentation.models.usage import UsageEvent
from segmentation.models.usage_states import UsageDay, UsageFold, UsageState, UsageWindow

__all__ = [
    "Assignment",
    "CustomerAlias",
    "CustomerGroup",
    "CustomerGroupMember",
    "CustomerGroupNight",
    "CustomerGroupVersion",
    "DeadLetter",
    "EventRule",
    "EventSeen",
    "HeldEvent",
    "IngestCount",
    "IngestInbox",
    "IngestSettings",
    "MeasureRow",
    "Move",
    "Night",
    "NightAlarm",
    "NightScores",
    "PersonAlias",
    "PersonGroup",
    "Replay",
    "ReplayDifference",
    "RuleDraft",
    "RuleSet",
    "SavedView",
    "Scored",
    "StrategyText",
    "TraitsSaid",
    "UsageDay",
    "UsageEvent",
    "UsageFold",
    "UsageState",
    "UsageWindow",
    "WriteKey",
]
