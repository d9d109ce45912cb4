"""Changing the tenant's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from segmentation import catalogue
from segmentation.actions.rule_sets import publish_rules
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import RuleSet
from segmentation.queries.rules import document_of, latest_rule_set
from segmentation.rules.merging import merge_rules
from segmentation.rules.schema import RuleError
from segmentation.rules.validation import validate_rules


class RulesRefused(Exception):
    """The rules would not be valid; `errors` says why, each with its path in the file."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = list(errors)


@dataclass(frozen=True)
class RulesChanged:
    """`is_new` is False when the change asked for nothing that was not in force already."""

    rule_set: RuleSet
    is_new: bool


@transaction.atomic
def change_rules(*, change: Mapping[str, Any], note: str = "", by: User | None) -> RulesChanged:
    """Merge a change into the rules in force and publish the result as the next version.

    Raises:
        RulesRefused: the result is not valid; nothing is published.
    """
    take_turn(Turn.RULES)
    latest = latest_rule_set()
    rules = merge_rules(document_of(latest), change)
    errors = validate_rules(rules, catalogue.names())
    if errors:
        raise RulesRefused(errors)
    if latest is not None and rules == document_of(latest):
        return RulesChanged(latest, is_new=False)
    return RulesChanged(publish_rules(rules=rules, note=note, by=by), is_new=True)
