"""Words for what the engine says in keys: one place for screens, exports and the docs.

The words of tiers, stages, segments and levels stand in `ui.palette`, beside their marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Unit
from segmentation.compute.names import CLASS8, ELEVEN
from segmentation.compute.names import LEVELS as LEVELS_OF_DIMENSIONS
from segmentation.compute.names import STAGES as STAGE_KEYS
from segmentation.models import Move
from ui.palette import MARKS

Word = str | Promise


def _marked(kind: str, keys: Iterable[str]) -> dict[str, Word]:
    return {key: MARKS[kind][key].label for key in keys}


TIERS: Mapping[str, Word] = _marked("tier", MARKS["tier"])
STAGES: Mapping[str, Word] = _marked("stage", STAGE_KEYS)
SEGMENTS: Mapping[str, Word] = _marked("segment", ELEVEN)
CLASSES: Mapping[str, Word] = _marked("segment", CLASS8)
LEVELS: Mapping[str, Word] = _marked(
    "level", dict.fromkeys(level for levels in LEVELS_OF_DIMENSIONS.values() for level in levels)
)
CAUSES: Mapping[str, Word] = {cause.value: cause.label for cause in Move.Cause}

DIMENSIONS: Mapping[str, Word] = {
    "activity": _("Activity"),
    "contribution": _("Contribution"),
    "value": _("Value"),
    "need": _("Need"),
}

SLOTS: Mapping[str, Word] = {
    "recency": _("Recency (R)"),
    "frequency": _("Frequency (F)"),
    "monetary": _("Monetary (M)"),
}

UNITS: Mapping[Unit, Word] = {
    Unit.DAYS: _("days"),
    Unit.HOURS: _("hours"),
    Unit.COUNT: _("number"),
    Unit.MONEY: _("amount"),
    Unit.SHARE: _("share"),
    Unit.TIMES: _("ratio"),
    Unit.POINTS: _("points"),
}

SCHEMES: Mapping[str, Word] = {
    "a": _("Value groups (A)"),
    "b": _("Lifecycle (B)"),
    "c": _("Ladder (C)"),
}

# The sides of the value beside the tier of scheme B (compute.facets).
SIDES: Mapping[str, Word] = {
    "consumption": _("Consumption"),
    "interaction": _("Interaction"),
    "loyalty": _("Loyalty"),
}

# The condition of the decision order that gave a stage (compute.stages.BRANCHES).
BRANCHES: Mapping[str, Word] = {
    "contract_ended": _("the contract ended and was not renewed"),
    "never_contracted": _("no contract yet"),
    "project_running": _("a project runs and none was accepted yet"),
    "accepted_lately": _("accepted only lately"),
    "started_lately": _("the contract started only lately"),
    "no_usage": _("no usage for a long time"),
    "usage_collapsed": _("usage collapsed"),
    "renewed": _("renewed at least once"),
    "in_use": _("in use"),
}

# What moved a stage (compute.comparison.stage_grounds).
GROUNDS: Mapping[str, Word] = {
    "contracts": _("contract"),
    "projects": _("project"),
    "usage": _("usage resumed"),
    "silence": _("silence"),
    "days": _("days passed"),
}

REPLAY_REASONS: Mapping[str, Word] = {
    "late_data": _("Late data"),
    "rules": _("Rules changed"),
    "earlier_night": _("The night before changed"),
}

REPLAY_PARTS: Mapping[str, Word] = {
    "tier": _("Tier"),
    "stage": _("Stage"),
    "segment": _("Segment"),
    "scores": _("Scores"),
    "dimensions": _("Dimensions"),
    "measures": _("Values of R, F, M"),
    "reason": _("Rule"),
    "moves": _("Moves"),
}

# Code of ReplayRefused → its sentence.
REPLAY_REFUSALS = {
    "not_stored": _("The night is not stored yet."),
    "not_now": _("Only what is known now can restate a night, once it is computed."),
    "no_reason": _("Give a reason."),
    "same": _("It says what is stored: there is nothing to restate."),
    "changed": _("The night was restated since it was compared. Compute it again."),
    "not_failed": _("It neither failed nor was given up."),
    "chained": _(
        "Nights are being restated one after the other already. Wait until they are done."
    ),
}
