"""Drafts of rules for other programs: begun, changed, brought up to date, published, discarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Membership
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from segmentation.actions.rule_drafts import (
    DraftChanged,
    RulesMovedOn,
    bring_draft_up_to_date,
    change_draft,
    discard_draft,
    publish_draft,
    start_draft,
)
from segmentation.actions.rules import RulesRefused
from segmentation.actions.turns import Turn, take_turn
from segmentation.api.rule_sets import RuleSetHead
from segmentation.models import RuleSet
from segmentation.queries.rule_sets import drafts
from segmentation.rules.merging import merge_rules

EXAMPLE: dict[str, Any] = {
    "id": 5,
    "owner": "ida@vendor.example",
    "based_on": 3,
    "revision": 2,
    "started_at": "2026-11-20T09:30:00+08:00",
    "changed_at": "2026-11-20T10:00:00+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A draft", EXAMPLE, response_only=True)])
class RuleDraftHead(Shaped):
    """A whole and valid set of rules that no night follows yet. A person has at most one."""

    id = serializers.IntegerField()
    owner = serializers.CharField(source="owner.user.email")
    based_on = serializers.IntegerField(
        source="based_on.version", allow_null=True, default=None,
        help_text="Version from which it was begun; null: the shipped rules.",
    )  # fmt: skip
    revision = serializers.IntegerField(help_text="Goes up with every change.")
    started_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample("A draft", EXAMPLE | {"rules": {"hysteresis_nights": 3}}, response_only=True)
    ]
)
class RuleDraftFields(RuleDraftHead):
    """A draft with the whole of its rules."""

    rules = Attributes()


@extend_schema_serializer(examples=[OpenApiExample("Of an older version", {"copy_of": 2})])
class NewRuleDraft(serializers.Serializer[Any]):
    """From which version; without one, from the rules in force."""

    copy_of = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Longer windows", {"change": {"window_days": 365}})]
)
class RuleDraftChanges(serializers.Serializer[Any]):
    """`change`: a rule file as `load_rules` reads it, merged key by key into the draft. `rules`: a
    whole document in place of the draft's. One of the two."""

    change = Attributes(required=False)
    rules = Attributes(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Send either a change or whole rules."))
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("Why", {"note": "Fewer at the top."})])
class Publishing(serializers.Serializer[Any]):
    """What changes and why: people will read it."""

    note = serializers.CharField(max_length=500)


class RuleDraftRows(Resource):
    noun, plural = "rule_draft", "rule_drafts"
    scope_to_read, scope_to_write = "rule_drafts:read", "rules:write"
    shape: ClassVar[type[Shaped]] = RuleDraftHead

    def found(self) -> QuerySet[Any]:
        return drafts()


class RuleDrafts(RuleDraftRows, Collection):
    """Open drafts of everybody, those changed last first."""

    sorts = {"-changed_at": "changed_at"}
    new = NewRuleDraft

    def found(self) -> QuerySet[Any]:
        return super().found().defer("rules")

    def make(self, given: Given) -> Any:
        """Begin a draft. Takes the token of a person, who has none yet."""
        by, owner, copy_of = self.somebody(), self.member, None
        assert isinstance(owner, Membership)
        if given["copy_of"] is not None:
            copy_of = RuleSet.objects.filter(version=given["copy_of"]).first()
            if copy_of is None:
                raise serializers.ValidationError({"copy_of": [_("There is no such version.")]})
        # Two at once by one person: the second is told.
        take_turn(Turn.RULES)
        made = start_draft(owner=owner, copy_of=copy_of, by=by)
        return self.found().get(pk=made.pk)


class RuleDraftRecord(RuleDraftRows, Record):
    """Whoever may publish rules changes every draft."""

    shape = RuleDraftFields

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            # Before the row, as those who publish.
            take_turn(Turn.RULES)
        return super().row(locked=locked)


class OneRuleDraft(RuleDraftRecord, Item):
    """One draft, whole."""

    changes = RuleDraftChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change what a draft says; it stays valid, or nothing changes."""
        name = next(iter(given))
        rules = given["rules"] if name == "rules" else merge_rules(row.rules, given["change"])
        with told_refusals(name):
            change_draft(draft=row, rules=rules, revision=row.revision)

    def remove(self, row: Any) -> None:
        """Discard a draft; the rules in force stay as they are."""
        discard_draft(draft=row, by=self.person)


class RuleDraftUpdate(RuleDraftRecord, Verb):
    verb = "bring_up_to_date"

    def act(self, row: Any, given: Given) -> None:
        """Put what a draft changes on top of the version in force; where both changed the same, the
        draft's holds."""
        with told_refusals("rules"):
            bring_draft_up_to_date(draft=row, revision=row.revision, by=self.person)


class RuleDraftPublication(RuleDraftRecord, Verb):
    verb = "publish"
    needs = Publishing
    makes = RuleSetHead

    def act(self, row: Any, given: Given) -> RuleSet:
        """Make a draft the next version, which the next night follows."""
        with told_refusals("rules"):
            return publish_draft(
                draft=row, note=given["note"], revision=row.revision, by=self.person
            )


@contextmanager
def told_refusals(field: str) -> Iterator[None]:
    """
    Raises:
        ValidationError: the rules would not be valid.
        Conflict: the draft or the rules in force changed meanwhile.
    """
    try:
        yield
    except RulesRefused as error:
        raise serializers.ValidationError({field: list(map(str, error.errors))}) from error
    except RulesMovedOn as error:
        words = _(
            "Not published: version %(version)s came into force after this draft was started."
        )
        raise Conflict(words % {"version": error.latest.version}) from error
    except DraftChanged as error:
        raise Http404 from error
