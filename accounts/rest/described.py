"""The OpenAPI document as a page reads it: resources with their operations, in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2

# Which comes first of one address.
METHODS = ("get", "post", "put", "patch", "delete")
HOST = "https://tenure.example"
JSON = "application/json"
# Fewest and most of a text or a number, as a page puts them.
BOUNDS = {"minimum": "≥ {}", "maximum": "≤ {}", "maxLength": "≤ {} characters", "maxItems": "≤ {}"}

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """A parameter of an address or a field of a body. ``where``: ``path``, ``query``, ``header`` or
    empty; ``deep``: how far inside other fields it stands."""

    name: str
    type: str
    words: SafeString
    needed: bool = False
    where: str = ""
    deep: int = 0


@dataclass(frozen=True)
class Operation:
    """One method of one address. ``answers``: (status, words)."""

    id: str
    method: str
    path: str
    words: SafeString
    scope: str
    parameters: list[Value]
    body: list[Value]
    examples: list[tuple[str, str]]
    answers: list[tuple[str, SafeString]]
    curl: str


@dataclass(frozen=True)
class Described:
    """A resource: what a record of it says, an example of one, and what can be done."""

    name: str
    words: SafeString
    fields: list[Value] = field(default_factory=list)
    example: str = ""
    operations: list[Operation] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@cache
def document() -> Schema:
    """The OpenAPI document; the same for every tenant and as long as the process lives, and in
    English whoever asks first."""
    found: Schema = json.loads(rendered("json"))
    return found


@cache
def rendered(form: str) -> bytes:
    """The document as ``json`` or ``yaml``."""
    renderer = OpenApiYamlRenderer2() if form == "yaml" else OpenApiJsonRenderer2()
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        text: bytes = renderer.render(made, renderer_context={})
    return text


@cache
def described() -> list[Described]:
    """Every resource, in the order of their names."""
    found = document()
    by_name: dict[str, list[tuple[str, str, Schema]]] = {}
    for path, methods in found["paths"].items():
        for method in METHODS:
            if method in methods:
                by_name.setdefault(methods[method]["tags"][0], []).append(
                    (path, method, methods[method])
                )
    reader = _Reader(found.get("components", {}).get("schemas", {}))
    return [reader.resource(name, by_name[name]) for name in sorted(by_name)]


class _Reader:
    def __init__(self, components: Schema) -> None:
        self.components = components

    def resource(self, name: str, operations: list[tuple[str, str, Schema]]) -> Described:
        record, example = self._record(operations)
        return Described(
            name,
            as_html(record.get("description", "")),
            list(self._fields(record)),
            example,
            [self._operation(path, method, told) for path, method, told in operations],
        )

    def _record(self, operations: list[tuple[str, str, Schema]]) -> tuple[Schema, str]:
        """What one record says, from the operation that reads one, else from any that answers."""
        reading = sorted(operations, key=lambda one: (one[1] != "get", "{" not in one[0]))
        for _path, _method, told in reading:
            for status in ("200", "201"):
                content = told["responses"].get(status, {}).get("content", {}).get(JSON, {})
                schema = self._whole(content.get("schema", {}))
                if "properties" in schema:
                    return schema, next((text for _name, text in _examples(content)), "")
        return {}, ""

    def _operation(self, path: str, method: str, told: Schema) -> Operation:
        content = told.get("requestBody", {}).get("content", {}).get(JSON, {})
        examples = _examples(content)
        return Operation(
            id=told["operationId"],
            method=method.upper(),
            path=path,
            words=as_html(told.get("description", "")),
            scope=told.get("x-scope", ""),
            parameters=[
                Value(
                    one["name"],
                    self._type(one.get("schema", {})),
                    as_html(one.get("description", "")),
                    bool(one.get("required")),
                    one["in"],
                )
                for one in sorted(told.get("parameters", []), key=_place_of)
            ],
            body=list(self._fields(self._whole(content.get("schema", {})))),
            examples=examples,
            answers=[
                (status, as_html(answer.get("description", "") or "Done."))
                for status, answer in sorted(told["responses"].items())
            ],
            curl=_curl(path, method, told, examples[0][1] if examples else ""),
        )

    def _fields(self, schema: Schema, deep: int = 0) -> Iterable[Value]:
        needed = schema.get("required", [])
        for name, one in schema.get("properties", {}).items():
            words = str(one.get("description", "")).partition("\n\n*")[0]
            yield Value(name, self._type(one), as_html(words), name in needed, "", deep)
            inner = self._whole(one.get("items", one))
            if "properties" in inner and deep < 2:
                yield from self._fields(inner, deep + 1)

    def _whole(self, schema: Schema) -> Schema:
        """The schema that is meant, of a reference or of one that may be null."""
        while True:
            if "$ref" in schema:
                schema = self.components[schema["$ref"].rpartition("/")[2]]
                continue
            parts = schema.get("allOf") or [
                one for one in schema.get("oneOf", []) if not self._is_null(one)
            ]
            if len(parts) != 1:
                return schema
            schema = parts[0]

    def _is_null(self, schema: Schema) -> bool:
        named = str(schema.get("$ref", "")).rpartition("/")[2]
        return schema.get("type") == "null" or named in ("NullEnum", "BlankEnum")

    def _type(self, schema: Schema) -> str:
        """A type in words, e.g. `date or null`, `list of text`, `a | b`."""
        may_be_null = any(self._is_null(one) for one in schema.get("oneOf", []))
        whole = self._whole(schema)
        types = whole.get("type", "")
        names = [types] if isinstance(types, str) else list(types)
        may_be_null = may_be_null or "null" in names
        plain = next((name for name in names if name and name != "null"), "any")
        if "enum" in whole:
            said = " | ".join(str(one) for one in whole["enum"] if one not in ("", None))
        elif plain == "array":
            said = f"list of {self._type(whole.get('items', {}))}"
        else:
            said = str(whole.get("format") or {"string": "text"}.get(plain, plain))
        bounds = [words.format(whole[name]) for name, words in BOUNDS.items() if name in whole]
        said = ", ".join([said, *bounds])
        if "default" in whole:
            said += f", usually {json.dumps(whole['default'])}"
        return f"{said} or null" if may_be_null else said


def as_html(text: str) -> SafeString:
    """Paragraphs with `names` set as code, as the document writes them."""
    parts = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    coded = [re.sub(r"(`{1,2})(.+?)\1", r"<code>\2</code>", escape(part)) for part in parts]
    return mark_safe("".join(f"<p>{part}</p>" for part in coded))  # noqa: S308 - escaped above


def _place_of(parameter: Schema) -> tuple[int, str]:
    return ("path", "query", "header").index(parameter["in"]), parameter["name"]


def _examples(content: Schema) -> list[tuple[str, str]]:
    """(name, JSON) of each."""
    return [
        (one.get("summary", name), json.dumps(one["value"], indent=2, ensure_ascii=False))
        for name, one in content.get("examples", {}).items()
    ]


def _curl(path: str, method: str, told: Schema, example: str) -> str:
    """A line for a shell that does it."""
    address = re.sub(r"\{(\w+)\}", lambda name: name[1].upper(), path)
    parts = ["curl", "-H 'Authorization: Bearer tnr_…'"]
    if method != "get":
        parts.append(f"-X {method.upper()}")
    named = {one["name"]: one for one in told.get("parameters", [])}
    if named.get("If-Match", {}).get("required"):
        parts.append("-H 'If-Match: \"…\"'")
    if "Idempotency-Key" in named:
        parts.append("-H 'Idempotency-Key: …'")
    if example:
        compact = json.dumps(json.loads(example), ensure_ascii=False).replace("'", "'\\''")
        parts += [f"-H 'Content-Type: {JSON}'", f"-d '{compact}'"]
    return " ".join([*parts, f"'{HOST}{address}'"])
