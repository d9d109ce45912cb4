"""Changing rules as a draft, and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, User
from segmentation import catalogue
from segmentation.actions.rule_sets import publish_rules
from segmentation.actions.rules import RulesRefused
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import RuleDraft, RuleSet
from segmentation.queries.rules import document_of, latest_rule_set
from segmentation.rules.differences import carried_over
from segmentation.rules.validation import validate_rules


class DraftChanged(Exception):
    """Somebody, perhaps in another window, changed the draft since it was shown."""


class RulesMovedOn(Exception):
    """Another version was published since the draft was started; `latest` is in force."""

    def __init__(self, latest: RuleSet) -> None:
        super().__init__(str(latest))
        self.latest = latest


@transaction.atomic
def start_draft(*, owner: Membership, copy_of: RuleSet | None = None, by: User) -> RuleDraft:
    """A draft that says what the rules in force say, or what an older version said.

    Raises:
        ValidationError: the person has a draft already.
    """
    latest = latest_rule_set()
    if RuleDraft.objects.filter(owner=owner).exists():
        raise ValidationError(_("You have a draft already. Publish or discard it first."))
    draft = RuleDraft.objects.create(
        owner=owner, based_on=latest, rules=document_of(copy_of or latest)
    )
    record("rule_draft.started", by=by, about=draft, copy_of=str(copy_of or latest or ""))
    return draft


@transaction.atomic
def change_draft(*, draft: RuleDraft, rules: Mapping[str, Any], revision: int) -> RuleDraft:
    """The draft with another whole document.

    Args:
        revision: of the draft as the person saw it.

    Raises:
        RulesRefused: the document is not valid; nothing changes.
        DraftChanged: the draft changed meanwhile.
    """
    errors = validate_rules(rules, catalogue.names())
    if errors:
        raise RulesRefused(errors)
    held = _held(draft, revision)
    if held.rules != rules:
        held.rules = dict(rules)
        held.revision += 1
        held.changed_at = timezone.now()
        held.save(update_fields=["rules", "revision", "changed_at"])
    return held


@transaction.atomic
def publish_draft(*, draft: RuleDraft, note: str, revision: int, by: User | None) -> RuleSet:
    """The draft becomes the next version; the next night follows it.

    Raises:
        ValidationError: there is no note, or the draft says what is in force already.
        DraftChanged: the draft changed since the person saw it.
        RulesMovedOn: it was started from a version that is not in force any more.
        RulesRefused: what was valid once is not any more.
    """
    note = " ".join(note.split())
    if not note:
        raise ValidationError({"note": _("Say what changes and why: people will read it.")})
    take_turn(Turn.RULES)
    held = _held(draft, revision)
    latest = latest_rule_set()
    if latest is not None and held.based_on_id != latest.pk:
        raise RulesMovedOn(latest)
    if held.rules == document_of(latest):
        raise ValidationError(_("The draft says what the rules in force say."))
    errors = validate_rules(held.rules, catalogue.names())
    if errors:
        raise RulesRefused(errors)
    published = publish_rules(rules=held.rules, note=note, by=by)
    held.delete()
    return published


@transaction.atomic
def bring_draft_up_to_date(*, draft: RuleDraft, revision: int, by: User | None) -> RuleDraft:
    """What the draft changed, put on top of the version in force; where both changed the same, the
    draft's holds.

    Raises:
        DraftChanged: the draft changed since the person saw it.
        RulesRefused: both together are not valid; nothing changes.
    """
    take_turn(Turn.RULES)
    held = _held(draft, revision)
    latest = latest_rule_set()
    rules = carried_over(document_of(held.based_on), held.rules, document_of(latest))
    errors = validate_rules(rules, catalogue.names())
    if errors:
        raise RulesRefused(errors)
    held.rules, held.based_on = rules, latest
    held.revision += 1
    held.changed_at = timezone.now()
    held.save(update_fields=["rules", "based_on", "revision", "changed_at"])
    record("rule_draft.updated", by=by, about=held, onto=str(latest or ""))
    return held


@transaction.atomic
def discard_draft(*, draft: RuleDraft, by: User | None) -> None:
    """The draft goes; no night ever followed it."""
    record("rule_draft.discarded", by=by, about=draft)
    draft.delete()


def _held(draft: RuleDraft, revision: int) -> RuleDraft:
    held = RuleDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if held is None or held.revision != revision:
        raise DraftChanged
    return held
