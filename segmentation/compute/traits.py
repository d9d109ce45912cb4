"""Traits of persons and groups, by the names that Segment reserves, as values of our own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# Ours → theirs, in order; the first that says something is taken.
CUSTOMER: Mapping[str, tuple[tuple[str, ...], int]] = {
    "name": (("name", "company", "companyName"), 300),
    "industry": (("industry",), 200),
    "size": (("employees", "size"), 100),
    "region": (("region", "country"), 200),
}
CONTACT: Mapping[str, tuple[tuple[str, ...], int]] = {
    "name": (("name", "fullName"), 200),
    "email": (("email",), 254),
    "phone": (("phone",), 60),
    "title": (("title", "position", "jobTitle"), 200),
}
# Reserved, and not kept: what nobody needs to serve a customer is personal all the same.
LEFT_OUT = frozenset(
    (
        *("address", "age", "avatar", "birthday", "gender", "firstName", "lastName", "username"),
        *("company", "companies", "id", "createdAt", "description", "website", "logins"),
    )
)
MOST_ATTRIBUTES = 50
LONGEST_ATTRIBUTE = 500
LONGEST_ATTRIBUTE_NAME = 100
# What is larger is no number that anybody counts, and `float` cannot hold it.
LARGEST_NUMBER = 2**63


def customer_values(traits: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Fields and attributes of a customer that the traits of a group give."""
    return _fields(CUSTOMER, traits), _attributes(CUSTOMER, traits)


def contact_values(traits: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Fields and attributes of a contact that the traits of a person give."""
    fields = _fields(CONTACT, traits)
    if "name" not in fields:
        parts = (_text(traits.get(part)) for part in ("firstName", "lastName"))
        if name := " ".join(part for part in parts if part)[:200]:
            fields["name"] = name
    if "@" not in fields.get("email", "@"):
        del fields["email"]
    return fields, _attributes(CONTACT, traits)


def flat(fields: Mapping[str, str], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields and attributes as one; `parted` takes them apart."""
    return {**fields, **{f".{name}": value for name, value in attributes.items()}}


def parted(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    fields = {name: value for name, value in values.items() if not name.startswith(".")}
    attributes = {name[1:]: value for name, value in values.items() if name.startswith(".")}
    return fields, attributes


def _fields(
    names: Mapping[str, tuple[tuple[str, ...], int]], traits: Mapping[str, Any]
) -> dict[str, str]:
    found = {}
    for ours, (theirs, longest) in names.items():
        for name in theirs:
            if text := _text(traits.get(name)):
                # An address that is cut is another's.
                if ours != "email" or len(text) <= longest:
                    found[ours] = text[:longest]
                break
    return found


def _attributes(
    names: Mapping[str, tuple[tuple[str, ...], int]], traits: Mapping[str, Any]
) -> dict[str, Any]:
    known = {name for theirs, _longest in names.values() for name in theirs} | LEFT_OUT
    found: dict[str, Any] = {}
    for name, value in traits.items():
        if name in known or not name or len(name) > LONGEST_ATTRIBUTE_NAME:
            continue
        if isinstance(value, str):
            found[name] = value[:LONGEST_ATTRIBUTE]
        elif isinstance(value, bool) or _is_number(value):
            found[name] = value
        if len(found) >= MOST_ATTRIBUTES:
            break
    return found


def _is_number(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    return isinstance(value, float) and math.isfinite(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()
