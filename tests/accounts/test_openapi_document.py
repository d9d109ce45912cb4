"""The OpenAPI document as tools read it that know nothing of Tenure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from accounts.rest.described import document

HERE = "urn:tenure"


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return dict(document())


def operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def checker(told: dict[str, Any], *way: str) -> Draft202012Validator:
    """Checks a value by what stands at this place of the document."""
    whole = Resource(contents=told, specification=DRAFT202012)
    place = "/".join(one.replace("~", "~0").replace("/", "~1") for one in way)
    return Draft202012Validator(
        {"$ref": f"{HERE}#/{place}"},
        registry=Registry().with_resource(HERE, whole),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def contents(operation: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """What is sent and what comes back: where it stands in the operation, and its parts."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield ("requestBody", "content", kind), content
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            yield ("responses", status, "content", kind), content


def test_every_example_is_as_its_shape_says(told: dict[str, Any]) -> None:
    wrong, seen = [], 0
    for name, operation in operations(told):
        method, _, path = name.partition(" ")
        for way, content in contents(operation):
            check = checker(told, "paths", path, method.lower(), *way, "schema")
            for example in content.get("examples", {}).values():
                seen += 1
                wrong += [
                    f"{name}: {fault.json_path}: {fault.message[:200]}"
                    for fault in check.iter_errors(example["value"])
                ]
    assert not wrong, "\n".join(wrong)
    assert seen > 120


def test_no_example_tells_what_its_shape_does_not_know(told: dict[str, Any]) -> None:
    def known(shape: dict[str, Any]) -> set[str] | None:
        """None: it may hold anything."""
        if "$ref" in shape:
            return known(told["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
        if "properties" not in shape or shape.get("additionalProperties"):
            return None
        return set(shape["properties"])

    wrong = [
        f"{name}: {sorted(set(example['value']) - names)}"
        for name, operation in operations(told)
        for _, content in contents(operation)
        if (names := known(content["schema"])) is not None
        for example in content.get("examples", {}).values()
        if isinstance(example["value"], dict) and set(example["value"]) - names
    ]
    assert not wrong, "\n".join(wrong)


def test_defaults_are_among_what_may_be_chosen(told: dict[str, Any]) -> None:
    wrong = [
        f"{name}.{field}"
        for name, shape in told["components"]["schemas"].items()
        for field, rules in shape.get("properties", {}).items()
        if "default" in rules
        and not checker(told, "components", "schemas", name, "properties", field).is_valid(
            rules["default"]
        )
    ]
    assert not wrong


def test_operations_are_told_apart_in_few_words(told: dict[str, Any]) -> None:
    words = [operation["summary"] for _, operation in operations(told)]
    assert len(set(words)) == len(words)
    assert max(map(len, words)) <= 60
    assert told["servers"]
    assert told["info"]["license"]


def test_there_is_nothing_that_checkers_complain_of(told: dict[str, Any]) -> None:
    def parts(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            yield part
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from parts(inner)

    for part in parts(told["components"]["schemas"]):
        for ways in ("allOf", "oneOf", "anyOf"):
            if isinstance(part.get(ways), list):
                assert len(part[ways]) > 1, part
                assert {} not in part[ways], part
