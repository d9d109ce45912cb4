"""Versions of the tenant's rules. A version is added, never altered; the latest is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from segmentation.models import RuleSet
from segmentation.rules.basis import is_basis_open, settle_basis
from segmentation.rules.defaults import default_rules


@transaction.atomic
def publish_rules(*, rules: Mapping[str, Any], note: str = "", by: User | None) -> RuleSet:
    """Put a whole, valid rule set in force as the next version."""
    latest = RuleSet.objects.order_by("-version").first()
    rule_set = RuleSet.objects.create(
        version=latest.version + 1 if latest else 1,
        rules=dict(rules),
        note=note[:500],
        published_by=by,
    )
    record("rules.published", by=by, about=rule_set, version=rule_set.version, note=note[:500])
    return rule_set


def rules_in_force(
    *, rule_set: RuleSet | None, kinds: Mapping[str, bool]
) -> tuple[RuleSet | None, dict[str, Any]]:
    """The rules that a night follows, their basis settled.

    The first night with facts to decide by settles an open basis in a version of its own; later
    facts do not change it. Before there are any, the night follows the payments basis and nothing
    is settled.

    Args:
        rule_set: the latest version, None when there is none yet.
        kinds: of which kinds the tenant has facts, as of the night.
    """
    document = dict(rule_set.rules) if rule_set else default_rules()
    if not is_basis_open(document):
        return rule_set, document
    settled = settle_basis(document, has_contracts=kinds["contracts"])
    if not any(kinds.values()):
        return rule_set, settled
    note = _("The first night settled what R, F and M are read from.")
    return publish_rules(rules=settled, note=note, by=None), settled
