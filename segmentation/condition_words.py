"""Conditions of customer groups in words: titles of fields, operators, faults, whole conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.labels import attribute_label
from segmentation import catalogue
from segmentation.catalogue import Unit
from segmentation.compute.conditions import Comparison, Fault, Field, Group, Kind
from segmentation.labels import DIMENSIONS, LEVELS, STAGES, TIERS
from segmentation.queries.condition_fields import ATTRIBUTE, MODULES, PEOPLE, ConditionFields
from ui import formats
from ui.palette import MARKS
from ui.tags.formats import days as format_days
from ui.tags.formats import language, number

Word = str | Promise

MATCHES: Mapping[str, Word] = {
    "all": gettext_lazy("All of these"),
    "any": gettext_lazy("At least one of these"),
    "none": gettext_lazy("None of these"),
}
TITLES: Mapping[str, Word] = {
    "tier": gettext_lazy("Tier"),
    "tier_a": gettext_lazy("Tier (scheme A)"),
    "tier_b": gettext_lazy("Tier (scheme B)"),
    "tier_c": gettext_lazy("Tier (scheme C)"),
    "stage": gettext_lazy("Stage"),
    **DIMENSIONS,
    "eleven": gettext_lazy("Segment (11)"),
    "class8": gettext_lazy("Segment (8)"),
    "r": gettext_lazy("Score of recency (R)"),
    "f": gettext_lazy("Score of frequency (F)"),
    "m": gettext_lazy("Score of money (M)"),
    "contacts": gettext_lazy("Contacts"),
    "decision_makers": gettext_lazy("Decision makers"),
    "key_users": gettext_lazy("Key users"),
    "industry": gettext_lazy("Industry"),
    "size": gettext_lazy("Size"),
    "region": gettext_lazy("Region"),
    "name": gettext_lazy("Name"),
    "key": gettext_lazy("Key"),
    "parent": gettext_lazy("Key of the parent company"),
    "face": gettext_lazy("The face"),
    "salesperson": gettext_lazy("Salesperson"),
    "service_manager": gettext_lazy("Customer-service manager"),
    "project_manager": gettext_lazy("Project manager"),
    MODULES: gettext_lazy("Module"),
}
_SECTIONS: tuple[tuple[Word, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Tier and stage"),
        ("tier", "tier_a", "tier_b", "tier_c", "stage", *DIMENSIONS),
    ),
    (gettext_lazy("Segments and scores"), ("eleven", "class8", "r", "f", "m")),
    (
        gettext_lazy("Customer"),
        ("industry", "size", "region", *PEOPLE, "name", "key", "parent", MODULES),
    ),
    (gettext_lazy("Contacts"), ("contacts", "decision_makers", "key_users")),
)

_OPERATORS: Mapping[str, Word] = {
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "is_one_of": gettext_lazy("is one of"),
    "contains": gettext_lazy("contains"),
    "is_known": gettext_lazy("is known"),
    "is_unknown": gettext_lazy("is unknown"),
    "entered_within": gettext_lazy("was entered in the last days"),
    "left_within": gettext_lazy("was left in the last days"),
}
_OF_MODULES: Mapping[str, Word] = {
    "is": gettext_lazy("is owned"),
    "is_not": gettext_lazy("is not owned"),
    "is_one_of": gettext_lazy("owned is one of"),
}
_FAULTS: Mapping[str, Word] = {
    "not_an_object": gettext_lazy("This is not a condition."),
    "unknown_key": gettext_lazy("Nothing of this name belongs here."),
    "match_unknown": gettext_lazy("Choose all, at least one, or none."),
    "no_conditions": gettext_lazy("There is no condition here yet."),
    "too_deep": gettext_lazy("Conditions nest at most %(most)s deep."),
    "too_many_conditions": gettext_lazy("A group has at most %(most)s conditions."),
    "field_unknown": gettext_lazy("“%(field)s” does not exist (any more)."),
    "operator_unknown": gettext_lazy("“%(operator)s” is no comparison."),
    "operator_not_for_field": gettext_lazy("This cannot be compared so."),
    "days_wrong": gettext_lazy("Give a number of days from 1 to %(most)s."),
    "not_wanted": gettext_lazy("This comparison takes no value here."),
    "value_missing": gettext_lazy("A value is missing."),
    "not_a_pair": gettext_lazy("Give the lowest and the highest value."),
    "low_above_high": gettext_lazy("The lowest value is above the highest."),
    "no_values": gettext_lazy("Choose at least one value."),
    "too_many_values": gettext_lazy("At most %(most)s values."),
    "not_a_number": gettext_lazy("“%(value)s” is not a number."),
    "number_too_large": gettext_lazy("The number is too large."),
    "not_a_text": gettext_lazy("This is not a text."),
    "text_too_long": gettext_lazy("At most %(most)s characters."),
    "choice_unknown": gettext_lazy("“%(value)s” does not exist (any more)."),
}


def title_of(key: str) -> str:
    """What a field is called; a field that is gone by its key."""
    if key.startswith(ATTRIBUTE):
        return attribute_label(key.removeprefix(ATTRIBUTE))
    if key in TITLES:
        return str(TITLES[key])
    return str(catalogue.get(key).title) if key in catalogue.names() else key


def unit_of(key: str) -> Unit | None:
    return catalogue.get(key).unit if key in catalogue.names() else None


def sections(fields: ConditionFields) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from: (heading, [(key, title)]). Measures that have no facts yet, and so
    are unknown for everybody, are not offered."""
    found = [
        (str(heading), [(key, title_of(key)) for key in keys if key in fields.by_key])
        for heading, keys in _SECTIONS
    ]
    attributes = [f"{ATTRIBUTE}{name}" for name in fields.attributes]
    found.insert(3, (_("Further columns of the customers file"), _titled(attributes)))
    by_facts: dict[str, list[str]] = {}
    for measure in catalogue.all_measures():
        if measure.has_facts:
            by_facts.setdefault(measure.facts, []).append(measure.key)
    for facts, keys in by_facts.items():
        heading = _("Measures: %(facts)s") % {"facts": catalogue.FACTS[facts]}
        found.append((heading, _titled(keys)))
    return [(heading, listed) for heading, listed in found if listed]


def _titled(keys: list[str]) -> list[tuple[str, str]]:
    return [(key, title_of(key)) for key in keys]


def operator_word(found: Field, operator: str) -> str:
    if found.kind is Kind.MODULES and operator in _OF_MODULES:
        return str(_OF_MODULES[operator])
    return str(_OPERATORS.get(operator, operator))


def choices_of(found: Field, fields: ConditionFields) -> list[tuple[str, str]]:
    """(value, word) of a field with fixed values, in their usual order; else nothing."""
    if found.kind is Kind.PERSON:
        return list(fields.people.items())
    if found.kind is Kind.MODULES:
        return list(fields.modules.items())
    words = _words_of(found.key)
    return [(key, str(words[key])) for key in words if key in (found.choices or ())]


def _words_of(key: str) -> Mapping[str, Word]:
    if key.startswith("tier"):
        return TIERS
    if key == "stage":
        return STAGES
    if key in {"eleven", "class8"}:
        return {name: mark.label for name, mark in MARKS["segment"].items()}
    return LEVELS


def fault_sentence(fault: Fault) -> str:
    told = dict(fault.told)
    if fault.code == "field_unknown":
        told["field"] = title_of(str(told.get("field", "")))
    return str(_FAULTS[fault.code]) % told


@dataclass(frozen=True)
class Told:
    """A condition in words: a sentence, or a heading over further ones."""

    words: str
    parts: list[Told] = field(default_factory=list)


def tell(group: Group, fields: ConditionFields, currency: str) -> Told:
    """A condition as a reader reads it."""
    return Told(
        str(MATCHES[group.match]),
        [
            tell(one, fields, currency)
            if isinstance(one, Group)
            else Told(sentence(one, fields, currency))
            for one in group.conditions
        ],
    )


def sentence(one: Comparison, fields: ConditionFields, currency: str) -> str:
    """One comparison: "ARR is at least ¥100,000"."""
    found = fields.by_key[one.field]
    words = dict(choices_of(found, fields))
    values = [
        value_words(one.field, value, currency)
        if isinstance(value, Decimal)
        else words.get(value, value)
        for value in one.values
    ]
    told = {
        "field": title_of(one.field),
        "operator": operator_word(found, one.operator),
        "value": _(", ").join(values),
        "days": one.days,
    }
    if one.operator == "between":
        told |= {"low": values[0], "high": values[1]}
        return _("%(field)s is between %(low)s and %(high)s") % told
    if one.operator == "entered_within":
        return _("%(field)s “%(value)s” was entered in the last %(days)s days") % told
    if one.operator == "left_within":
        return _("%(field)s “%(value)s” was left in the last %(days)s days") % told
    if not values:
        return _("%(field)s %(operator)s") % told
    if found.kind is Kind.MODULES and one.operator != "is_one_of":
        return _("%(field)s %(value)s %(operator)s") % told
    return _("%(field)s %(operator)s %(value)s") % told


def value_words(key: str, value: Any, currency: str) -> str:
    """A number in the unit of its field."""
    unit = unit_of(key)
    if unit is Unit.MONEY:
        return formats.money(value, currency, language(), 0 if value == int(value) else 2)
    if unit is Unit.DAYS:
        return formats.days(value, language())
    if unit is Unit.SHARE:
        return formats.percent(value, language(), 0)
    return formats.number(value, language())


UNIT_WORDS: Mapping[Unit, Word] = {
    Unit.DAYS: pgettext_lazy("after a number", "days"),
    Unit.HOURS: pgettext_lazy("after a number", "hours"),
    Unit.SHARE: "%",
    Unit.POINTS: pgettext_lazy("after a number", "points"),
}


def recorded_words(document: Any) -> str:
    """A condition as the audit keeps it, on one line, without asking what became of its fields:
    "All of these: ARR is at least 150,000; Stage is one of Loyal"."""
    if not isinstance(document, Mapping):
        return ""
    if "conditions" in document:
        parts = [recorded_words(one) for one in document["conditions"]]
        return f"{MATCHES.get(document.get('match', ''), '')}: {'; '.join(parts)}"
    key, operator = str(document.get("field", "")), str(document.get("operator", ""))
    given = document.get("value")
    values = [
        str(_words_of(key).get(value, value)) if isinstance(value, str) else number(value)
        for value in (given if isinstance(given, list) else [given])
        if value is not None
    ]
    words = [title_of(key), str(_OPERATORS.get(operator, operator)), _(", ").join(values)]
    if days := document.get("days"):
        words.append(format_days(days))
    return " ".join(filter(None, words))
