"""Versions of the tenant's rules. A version is added, never altered; the latest is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions.audit import record
from accounts.models import User
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import RuleSet
from segmentation.queries.rules import document_of, latest_rule_set
from segmentation.rules.basis import is_basis_open, settle_basis
from ui.notes import register_note

BASIS_SETTLED = register_note(
    "basis_settled", _("The first night settled what R, F and M are read from.")
)


@transaction.atomic
def publish_rules(*, rules: Mapping[str, Any], note: str = "", by: User | None) -> RuleSet:
    """Put a whole, valid rule set in force as the next version."""
    latest = latest_rule_set()
    rule_set = RuleSet.objects.create(
        version=latest.version + 1 if latest else 1,
        rules=dict(rules),
        note=note[:500],
        published_by=by,
    )
    record("rules.published", by=by, about=rule_set, version=rule_set.version, note=note[:500])
    return rule_set


def rules_of_tonight() -> tuple[RuleSet | None, dict[str, Any]]:
    """The latest version and its rules; while their basis is open nobody else may change them."""
    rule_set = latest_rule_set()
    if rule_set is None or is_basis_open(rule_set.rules):
        take_turn(Turn.RULES)
        rule_set = latest_rule_set()
    return rule_set, document_of(rule_set)


def settled(
    rule_set: RuleSet | None, rules: Mapping[str, Any], *, kinds: Mapping[str, bool]
) -> tuple[RuleSet | None, dict[str, Any]]:
    """The rules that a night follows, their basis settled.

    The first night with facts to decide by settles an open basis in a version of its own; later
    facts do not change it. Before there are any, the night follows the payments basis and nothing
    is settled.

    Args:
        rule_set, rules: of :func:`rules_of_tonight`.
        kinds: of which kinds the tenant has facts, as of the night.
    """
    if not is_basis_open(rules):
        return rule_set, dict(rules)
    document = settle_basis(rules, has_contracts=kinds["contracts"])
    if not any(kinds.values()):
        return rule_set, document
    return publish_rules(rules=document, note=BASIS_SETTLED, by=None), document
