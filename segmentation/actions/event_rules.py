"""To which modules events belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.event_rules import ANY, KINDS, RuleValues, seal_of
from segmentation.models import EventRule
from segmentation.queries.doors import forget_doors
from segmentation.queries.ingestion import event_rules

MOST_RULES = 500
LONGEST = 200


class RulesChanged(Exception):
    """Somebody saved others meanwhile."""


@transaction.atomic
def save_event_rules(
    *, rules: Sequence[RuleValues], seen: str | None = None, by: User | None
) -> bool:
    """Give the tenant these rules, in this order, for what comes from now on; returns whether anything
    changed.

    Args:
        seen: the ``seal_of`` the rules that were changed; None: whichever are in force.

    Raises:
        RulesChanged: others are in force by now.
        ValidationError: a rule says nothing, or two things; there are too many.
    """
    if len(rules) > MOST_RULES:
        raise ValidationError(_("At most %(most)s rules.") % {"most": MOST_RULES})
    for number, rule in enumerate(rules, start=1):
        if fault := _fault(rule):
            raise ValidationError(
                _("Rule %(number)s: %(fault)s") % {"number": number, "fault": fault}
            )
    take_turn(Turn.RULES)
    before = event_rules()
    if seen is not None and seen != seal_of(before):
        raise RulesChanged
    if before == list(rules):
        return False
    EventRule.objects.all().delete()
    EventRule.objects.bulk_create(
        EventRule(position=position, **asdict(rule)) for position, rule in enumerate(rules)
    )
    record(
        "event_rules.changed",
        by=by,
        before={"rules": [_told(rule) for rule in before]},
        after={"rules": [_told(rule) for rule in rules]},
    )
    forget_doors()
    return True


def _fault(rule: RuleValues) -> str:
    texts = (rule.pattern, rule.property_path, rule.property_value, rule.module)
    if rule.kind not in KINDS:
        return _("This kind of event does not exist.")
    if any(len(text) > LONGEST or "\x00" in text for text in texts):
        return _("A text is longer than %(longest)s characters.") % {"longest": LONGEST}
    if not rule.pattern:
        return _("Name the events; * stands for any text.")
    if rule.property_value and not rule.property_path:
        return _("Name the property that has this value.")
    if bool(rule.module) == rule.is_ignored:
        return _("Name a module, or say that such events are not taken.")
    return ""


def _told(rule: RuleValues) -> list[str]:
    named = [] if rule.kind == ANY else [rule.kind]
    asked = [f"{rule.property_path} = {rule.property_value or '*'}"] if rule.property_path else []
    return [*named, rule.pattern, *asked, "–" if rule.is_ignored else rule.module]
