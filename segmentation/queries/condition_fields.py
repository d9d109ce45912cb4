"""What a tenant's conditions may compare: measures of the catalogue, what nights assign, and what the
customers file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import Colleague, Customer, Module
from accounts.tenancy import current_tenant_id
from segmentation import catalogue
from segmentation.compute.conditions import Field, Kind
from segmentation.compute.dimensions import LEVELS
from segmentation.compute.schemes import SCHEMES, Scheme
from segmentation.compute.segments import CLASS8, ELEVEN
from segmentation.compute.stages import STAGES
from segmentation.queries.remembered import LISTED_SECONDS, remembered
from segmentation.queries.rules import current_rules

ATTRIBUTE = "attributes."
MOST_ATTRIBUTES = 300

TEXTS = ("industry", "size", "region", "name", "key", "parent")
PEOPLE = ("face", "salesperson", "service_manager", "project_manager")
SCORES = ("r", "f", "m")
CONTACTS = ("contacts", "decision_makers", "key_users")
MODULES = "modules"


@dataclass(frozen=True)
class ConditionFields:
    """``by_key``: every field. ``people`` and ``modules``: key → name, of what they may be compared
    with. ``attributes``: names of the further columns of the customers file."""

    by_key: Mapping[str, Field]
    people: Mapping[str, str]
    modules: Mapping[str, str]
    attributes: tuple[str, ...]


def condition_fields(*, is_fresh: bool = False) -> ConditionFields:
    """Four statements, one of them remembered unless ``is_fresh``."""
    people = dict(Colleague.objects.order_by("name").values_list("key", "name"))
    modules = dict(Module.objects.order_by("name").values_list("key", "name"))
    attributes = (
        _attribute_names()
        if is_fresh
        else remembered("attribute-names", LISTED_SECONDS, _attribute_names)
    )
    fields = [
        *_standing(current_rules()),
        *(Field(key, Kind.NUMBER) for key in SCORES),
        *(Field(measure.key, Kind.NUMBER) for measure in catalogue.all_measures()),
        *(Field(key, Kind.NUMBER) for key in CONTACTS),
        *(Field(key, Kind.TEXT) for key in TEXTS),
        *(Field(key, Kind.PERSON, frozenset(people)) for key in PEOPLE),
        Field(MODULES, Kind.MODULES, frozenset(modules)),
        *(Field(f"{ATTRIBUTE}{name}", Kind.TEXT, reads_numbers=True) for name in attributes),
    ]
    return ConditionFields({field.key: field for field in fields}, people, modules, attributes)


def _standing(rules: Mapping[str, Any]) -> list[Field]:
    """What a night assigns. Tiers are those of the schemes as the rules have them now."""
    present = [name for name in SCHEMES if name in rules["tiers"]["schemes"]]
    tiers = {"tier": Scheme.from_rules(rules).tiers}
    tiers |= {f"tier_{name}": Scheme.from_rules(rules, name).tiers for name in present}
    return [
        *(
            Field(key, Kind.WORD, frozenset(words), has_moves=key == "tier")
            for key, words in tiers.items()
        ),
        Field("stage", Kind.WORD, frozenset(STAGES), has_moves=True),
        *(Field(key, Kind.WORD, frozenset(levels)) for key, levels in LEVELS.items()),
        Field("eleven", Kind.WORD, frozenset(ELEVEN)),
        Field("class8", Kind.WORD, frozenset(CLASS8)),
    ]


def _attribute_names() -> tuple[str, ...]:
    """The further columns of the customers file that somebody has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT name FROM ("
            f"SELECT jsonb_object_keys(attributes) AS name FROM {Customer._meta.db_table} "
            "WHERE tenant_id = %s AND attributes <> '{}') found ORDER BY name LIMIT %s",
            [current_tenant_id(), MOST_ATTRIBUTES],
        )
        return tuple(name for (name,) in cursor.fetchall())
