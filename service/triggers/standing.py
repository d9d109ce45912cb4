"""Entering and leaving a tier, a stage, a segment or a group."""

# Statements are put together from names that stand in the code; values are parameters.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.compute.schemes import SCHEMES as SCHEME_KEYS
from segmentation.labels import CAUSES, SCHEMES, SEGMENTS, STAGES, TIERS
from segmentation.models import (
    Assignment,
    CustomerGroupMember,
    Move,
    Night,
    NightScores,
    Scored,
)
from service.triggers.base import Asked, Names, Sql, Trigger, Unasked, Values

MOVES, ASSIGNMENTS = Move._meta.db_table, Assignment._meta.db_table
SCORES, SCORED, NIGHTS = (model._meta.db_table for model in (NightScores, Scored, Night))
MEMBERS = CustomerGroupMember._meta.db_table

ENTERS, LEAVES = "enters", "leaves"
BEGINNINGS = frozenset(("potential", "onboarding", "new"))
"""Where a customer begins: being seen for the first time is entering these, and no other."""

SCHEME_OF_TIER: Mapping[str, tuple[str, ...]] = {
    "a": ("high", "mid", "low", "new", "mature", "lost"),
    "b": ("potential", "new", "active", "loyal", "lost"),
    "c": ("new", "developing", "core", "vip"),
}


def way_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(ENTERS, gettext_lazy("enters")), (LEAVES, gettext_lazy("leaves"))],
    )


class _Moved(Trigger):
    """What nights record as moves. Changed rules move many and are no event."""

    column: str

    def events(self, values: Values, asked: Asked) -> Sql:
        is_entering = values["way"] == ENTERS
        side = "to_value" if is_entering else "from_value"
        sql = (
            f"SELECT m.customer_id, d.as_of, '{self.key}:' || m.as_of || ':' || m.from_value "
            "|| '>' || m.to_value AS event_key, jsonb_build_object('kind', %s::text, 'way', "
            "%s::text, 'from', m.from_value, 'to', m.to_value, 'cause', m.cause, 'night', m.as_of, "
            "'moved', m.reason) AS reason, NULL::numeric AS amount "
            f"FROM {MOVES} m JOIN days d ON d.day = m.as_of "
            f"WHERE m.tenant_id = %s AND m.kind = '{self.key}' AND m.{side} = %s "
            "AND m.cause <> 'rules'"
        )
        parameters = [self.key, values["way"], asked.tenant_id, values["value"]]
        if is_entering and values["value"] in BEGINNINGS:
            sql += (
                f" UNION ALL SELECT a.customer_id, d.as_of, '{self.key}:' || a.valid_from || ':>' "
                f"|| a.{self.column}, jsonb_build_object('kind', %s::text, 'way', %s::text, 'from', "
                f"'', 'to', a.{self.column}, 'night', a.valid_from), NULL "
                f"FROM {ASSIGNMENTS} a JOIN days d ON d.day = a.valid_from "
                f"WHERE a.tenant_id = %s AND a.{self.column} = %s AND NOT EXISTS (SELECT 1 "
                f"FROM {ASSIGNMENTS} e WHERE e.tenant_id = a.tenant_id "
                "AND e.customer_id = a.customer_id AND e.valid_from < a.valid_from) "
                f"AND a.valid_from > (SELECT min(as_of) FROM {NIGHTS} "
                "WHERE tenant_id = %s AND digest <> '')"
            )
            parameters += [*parameters, asked.tenant_id]
        return sql, parameters

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        word = "NOT IN" if values["way"] == ENTERS else "IN"
        return (
            f"w.customer_id {word} (SELECT customer_id FROM {ASSIGNMENTS} WHERE tenant_id = %s "
            "AND valid_from <= %s AND coalesce(valid_to > %s, true) "
            f"AND {self.column} = %s)",
            [asked.tenant_id, asked.newest, asked.newest, values["value"]],
        )

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        told = {
            "from": self.word(reason.get("from", "")),
            "to": self.word(reason.get("to", "")),
            "cause": CAUSES.get(reason.get("cause", ""), ""),
        }
        if not reason.get("from"):
            return _("Came in as %(to)s") % told
        if not reason.get("to"):
            return _("Moved out of %(from)s (%(cause)s)") % told
        return _("Moved from %(from)s to %(to)s (%(cause)s)") % told

    def word(self, value: str) -> str:
        return str(self.all_words().get(value, value))

    def all_words(self) -> Mapping[str, Any]:
        raise NotImplementedError


class TierTrigger(_Moved):
    key, column = "tier", "tier"
    label = gettext_lazy("Tier entered or left")

    def events(self, values: Values, asked: Asked) -> Sql:
        if values["scheme"] != asked.scheme:
            raise Unasked("other_scheme")
        return super().events(values, asked)

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        return super().gone(values, asked) if values["scheme"] == asked.scheme else None

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "way": way_field(),
            "scheme_value": forms.ChoiceField(
                label=gettext_lazy("Tier"),
                choices=[
                    (
                        SCHEMES[scheme],
                        [(f"{scheme}.{tier}", TIERS[tier]) for tier in SCHEME_OF_TIER[scheme]],
                    )
                    for scheme in SCHEME_KEYS
                ],
            ),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {"tier": self.word(values["value"]), "scheme": SCHEMES[values["scheme"]]}
        if values["way"] == ENTERS:
            return _("A customer enters the tier %(tier)s of %(scheme)s") % told
        return _("A customer leaves the tier %(tier)s of %(scheme)s") % told

    def all_words(self) -> Mapping[str, Any]:
        return TIERS


class StageTrigger(_Moved):
    key, column = "stage", "stage"
    label = gettext_lazy("Stage entered or left")

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "way": way_field(),
            "value": forms.ChoiceField(label=gettext_lazy("Stage"), choices=list(STAGES.items())),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {"stage": self.word(values["value"])}
        if values["way"] == ENTERS:
            return _("A customer enters the stage %(stage)s") % told
        return _("A customer leaves the stage %(stage)s") % told

    def all_words(self) -> Mapping[str, Any]:
        return STAGES


class SegmentTrigger(Trigger):
    """Segments of the map of eleven, night against night, where both followed the same rules."""

    key = "segment"
    label = gettext_lazy("Segment entered or left")

    def events(self, values: Values, asked: Asked) -> Sql:
        night, other = ("as_of", "before") if values["way"] == ENTERS else ("before", "as_of")
        # Who has it on one of two nights and not on the other. Of the millions of elements those of
        # one segment are joined, and each night's are read once.
        return (
            f"""
            WITH held AS MATERIALIZED (
                SELECT s.as_of, u.customer_id
                  FROM {SCORES} s, unnest(s.customers, s.eleven) AS u (customer_id, eleven)
                 WHERE s.tenant_id = %s AND u.eleven = %s
                   AND s.as_of IN (SELECT as_of FROM nights UNION SELECT before FROM nights)
            )
            SELECT found.customer_id, n.as_of, 'segment:' || n.as_of || ':' || %s AS event_key,
                   jsonb_build_object('kind', 'segment', 'way', %s::text, 'segment', %s::text,
                   'night', n.as_of) AS reason, NULL::numeric AS amount
              FROM nights n
              JOIN held found ON found.as_of = n.{night}
              JOIN {NIGHTS} tonight ON tonight.tenant_id = %s AND tonight.as_of = n.as_of
              JOIN {NIGHTS} earlier ON earlier.tenant_id = %s AND earlier.as_of = n.before
               AND earlier.rule_set_id IS NOT DISTINCT FROM tonight.rule_set_id
              LEFT JOIN held also
                ON also.as_of = n.{other} AND also.customer_id = found.customer_id
             WHERE also.customer_id IS NULL
               AND EXISTS (SELECT 1 FROM {ASSIGNMENTS} a WHERE a.tenant_id = %s
                              AND a.customer_id = found.customer_id
                              AND a.valid_from <= n.before
                              AND coalesce(a.valid_to > n.before, true))
            """,
            [
                *(asked.tenant_id, values["value"]),
                f"{values['way']}:{values['value']}",
                values["way"],
                values["value"],
                *[asked.tenant_id] * 3,
            ],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        word = "NOT IN" if values["way"] == ENTERS else "IN"
        return (
            f"w.customer_id {word} (SELECT customer_id FROM {SCORED} WHERE tenant_id = %s "
            "AND as_of = %s AND eleven = %s)",
            [asked.tenant_id, asked.newest, values["value"]],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "way": way_field(),
            "value": forms.ChoiceField(
                label=gettext_lazy("Segment"), choices=list(SEGMENTS.items())
            ),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {"segment": SEGMENTS.get(values["value"], values["value"])}
        if values["way"] == ENTERS:
            return _("A customer enters the segment %(segment)s") % told
        return _("A customer leaves the segment %(segment)s") % told

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        told = {"segment": SEGMENTS.get(reason["segment"], reason["segment"])}
        if reason["way"] == ENTERS:
            return _("Entered the segment %(segment)s") % told
        return _("Left the segment %(segment)s") % told


class GroupTrigger(Trigger):
    """Groups of customers. A changed condition moves many and is no event."""

    key = "group"
    label = gettext_lazy("Group entered or left")

    def events(self, values: Values, asked: Asked) -> Sql:
        day, cause = (
            ("valid_from", "entered_by") if values["way"] == ENTERS else ("valid_to", "left_by")
        )
        return (
            f"SELECT g.customer_id, d.as_of, 'group:{values['way']}:' || g.group_id || ':' "
            f"|| g.{day} AS event_key, jsonb_build_object('kind', 'group', 'way', %s::text, "
            f"'group', g.group_id, 'night', g.{day}) AS reason, NULL::numeric AS amount "
            f"FROM {MEMBERS} g JOIN days d ON d.day = g.{day} "
            f"WHERE g.tenant_id = %s AND g.group_id = %s "
            f"AND g.{cause} = '{CustomerGroupMember.Cause.CUSTOMER.value}'",
            [values["way"], asked.tenant_id, values["group"]],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        word = "NOT IN" if values["way"] == ENTERS else "IN"
        return (
            f"w.customer_id {word} (SELECT customer_id FROM {MEMBERS} WHERE tenant_id = %s "
            "AND group_id = %s AND valid_from <= %s AND coalesce(valid_to > %s, true))",
            [asked.tenant_id, values["group"], asked.newest, asked.newest],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "way": way_field(),
            "group": forms.TypedChoiceField(
                label=gettext_lazy("Group"), coerce=int, choices=list(names.groups.items())
            ),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {"group": self._name(values["group"], names)}
        if values["way"] == ENTERS:
            return _("A customer enters the group “%(group)s”") % told
        return _("A customer leaves the group “%(group)s”") % told

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        told = {"group": self._name(reason["group"], names)}
        if reason.get("way") == ENTERS:
            return _("Entered the group “%(group)s”") % told
        return _("Left the group “%(group)s”") % told

    def _name(self, group: int, names: Names) -> str:
        return names.groups.get(int(group)) or _("(a group that is gone)")
