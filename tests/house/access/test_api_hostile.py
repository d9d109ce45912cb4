"""The whole REST API, as its own document describes it, is given nonsense in every place, by every role
and by a stranger: it refuses with a problem document, never breaks, and says nothing of others."""

from __future__ import annotations

import copy
import itertools
import json
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from access_worlds.world import World
from api_program import program
from django.db import transaction
from django.test import Client
from members import make_member

from accounts import guessing
from accounts.models import Case, Contact, Customer, Load, Module, Role, Team, Touchpoint
from accounts.permissions import ALLOWED
from accounts.rest.base import ApiView
from accounts.rest.described import METHODS, document
from accounts.rest.scopes import scopes
from accounts.tenancy import tenant_scope
from projects.models import Project

PROBLEM = "application/problem+json"
# What addresses and queries are given.
TEXTS = (
    "9" * 30, "-1", "0", "\x00", "a\x00b", "重庆 ~1/../", "%", "' OR 1=1 --", "x" * 400, "1e400", "NaN",
    "2026-02-30", "0001-01-01", "9999-12-31T23:59:59+14:00", "true", " ", "[]", "{}", "\udc00",
    "²", "99999-01-01", "-9223372036854775809", "a,b,,c", "+", "\r\n",
)  # fmt: skip
# What fields of bodies are given.
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1e308, -0.5, "", " ", "a\x00b", "\ud800", "x" * 60_000,
    [], [[[[]]]], {}, {"a": {"b": [None]}}, [None], [{}], "2026-02-30", "0001-01-01", "9999-12-31",
    "9999-12-31T23:59:59-14:00", "NaN", "1e999", ["\x00"], {"\x00": "\x00"}, [2**64], ["x"] * 300,
    "重庆", "null", {"key": 1}, "2.5",
)  # fmt: skip
BODIES = (b"", b"null", b"[]", b"[1]", b'""', b"7", b"{", b"[" * 9000, b"\xff", b'{"":{}}')
# What only the one tenant says, in records that the API tells.
OWN_WORDS: tuple[tuple[Any, str], ...] = (
    (Customer, "name"), (Contact, "name"), (Module, "name"), (Team, "name"), (Case, "title"),
    (Touchpoint, "note"), (Load, "filename"), (Project, "name"),
)  # fmt: skip
# How many of these each place is given; which ones goes round, so that all come up. HOSTILE=30 gives
# each place all of them.
OF_EACH = int(os.environ.get("HOSTILE", "2"))


class Operation:
    def __init__(self, path: str, method: str, told: dict[str, Any]) -> None:
        self.path, self.method, self.told = path, method, told
        self.tag: str = told["tags"][0]
        self.queries = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
        self.places = re.findall(r"\{(\w+)\}", path)
        content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        self.examples = [one["value"] for one in content.get("examples", {}).values()]
        self.fields = list(_properties(content.get("schema", {})))
        self.scope: str = told.get("x-scope", "")

    def __repr__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def _properties(schema: dict[str, Any]) -> list[str]:
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))


def _operations() -> list[Operation]:
    return [
        Operation(path, method, methods[method])
        for path, methods in document()["paths"].items()
        for method in METHODS
        if method in methods
    ]


OPERATIONS = _operations()
TAGS = sorted({one.tag for one in OPERATIONS})


@pytest.fixture(autouse=True)
def without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiView, "throttle_classes", [])
    monkeypatch.setattr(guessing, "MOST_WRONG", 10**6)


class Asker:
    """Asks as one token, each time in a world that nobody changed; notes what should not be."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        self.faults: list[str] = []

    def ask(
        self,
        operation: Operation,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        raw: bytes | None = None,
    ) -> Any:
        data = json.dumps(body).encode() if raw is None and body is not None else raw
        client = Client(raise_request_exception=False)
        with transaction.atomic():
            answer = client.generic(
                operation.method.upper(), path, data or b"", "application/json",
                headers=self.headers, QUERY_STRING=_encoded(query or {}),
            )  # fmt: skip
            transaction.set_rollback(True)
        told = f"{operation} {path[:80]!r} {str(query)[:120]} {str(raw or body)[:160]}"
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code}: {told}")
        elif answer.status_code >= 400 and not _is_problem(answer):
            self.faults.append(f"{answer.status_code} is no problem document: {told}")
        return answer


def _is_problem(answer: Any) -> bool:
    return bool(answer["Content-Type"] == PROBLEM and answer.json()["status"] == answer.status_code)


def _encoded(query: dict[str, str]) -> str:
    return urlencode(query, errors="surrogatepass")


def _known(asker: Asker, operation: Operation) -> dict[str, str]:
    """Names in the address of a record that is there."""
    collection = operation.path.partition("/{")[0]
    reading = next((one for one in OPERATIONS if one.path == collection), operation)
    answer = asker.ask(reading, collection, {})
    rows = answer.json().get("results", []) if answer.status_code == 200 else []
    row = rows[0] if rows and isinstance(rows[0], dict) else {}
    found = {}
    for name in operation.places:
        value = row.get(name, row.get("id") if name == "pk" else None)
        found[name] = str(value if value is not None else 1).replace("~", "~0").replace("/", "~1")
    return found


def _address(operation: Operation, names: dict[str, str]) -> str:
    return re.sub(
        r"\{(\w+)\}",
        lambda name: quote(names[name[1]].encode("utf-8", "surrogatepass"), safe=""),
        operation.path,
    )


def _odd_bodies(operation: Operation, texts: Iterator[Any]) -> Iterator[Any]:
    yield {}
    base: dict[str, Any] = operation.examples[0] if operation.examples else {}
    for name in operation.fields:
        for _ in range(OF_EACH):
            yield {**copy.deepcopy(base), name: next(texts)}
        inner = base.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for deep in inner[0]:
                yield {**copy.deepcopy(base), name: [{**inner[0], deep: next(texts)}]}
    yield {**base, "no such field": 1}


def _every_scope(world: World, **further: Any) -> str:
    return program(world.tenant, *scopes, **further).token


@pytest.mark.parametrize("tag", TAGS)
def test_nonsense_is_refused_and_breaks_nothing(tag: str, world: World) -> None:
    chief = make_member(world.tenant, "chief@acme.example", "admin")
    asker = Asker(_every_scope(world, member=chief))
    texts, values, broken = map(itertools.cycle, (TEXTS, VALUES, BODIES))
    # Each resource begins elsewhere, so that not all are given the same.
    for _ in range(TAGS.index(tag) * 7):
        next(texts), next(values), next(broken)
    for operation in (one for one in OPERATIONS if one.tag == tag):
        known = _known(asker, operation)
        path = _address(operation, known)
        for name in operation.places:
            for _ in range(2 * OF_EACH):
                asker.ask(operation, _address(operation, known | {name: next(texts)}))
        for name in [*operation.queries, "no such parameter"]:
            for _ in range(OF_EACH):
                asker.ask(operation, path, {name: next(texts)})
        if operation.fields or operation.method in ("post", "patch"):
            for _ in range(OF_EACH):
                asker.ask(operation, path, raw=next(broken))
            for example in operation.examples:
                asker.ask(operation, path, body=example)
            for body in _odd_bodies(operation, values):
                asker.ask(operation, path, body=body)
        if operation.method in ("delete", "post") and not operation.fields:
            asker.ask(operation, path, body={})
    assert not asker.faults, "\n".join(asker.faults[:40])


@pytest.mark.parametrize("role", Role.values)
def test_each_role_reads_what_its_screens_show(role: str, world: World) -> None:
    asker = Asker(
        _every_scope(world, member=make_member(world.tenant, f"api-{role}@acme.example", role))
    )
    wrong = []
    for operation in OPERATIONS:
        if operation.method != "get" or operation.places or not operation.scope:
            continue
        answer = asker.ask(operation, operation.path)
        may = role in ALLOWED[scopes[operation.scope].ability]
        if (answer.status_code == 403) == may:
            wrong.append(f"{operation}: {answer.status_code}, and {role} may: {may}")
    assert not wrong
    assert not asker.faults


def test_a_stranger_reads_and_writes_nothing_of_others(world: World, elsewhere: World) -> None:
    own = Asker(_every_scope(world))
    strange = Asker(_every_scope(elsewhere))
    mine = b"of acme alone"
    with tenant_scope(world.tenant.pk):
        for model, name in OWN_WORDS:
            model.objects.update(**{name: mine.decode()})
    wrong, seen = [], 0
    for operation in OPERATIONS:
        path = _address(operation, _known(own, operation))
        body = operation.examples[0] if operation.examples else {}
        answer = strange.ask(operation, path, body=body if operation.method != "get" else None)
        if operation.method == "get":
            seen += mine in own.ask(operation, path).content.lower()
        if mine in answer.content.lower():
            place = answer.content.lower().index(mine)
            wrong.append(f"{operation}: {answer.content[max(0, place - 150) : place + 50]!r}")
    assert not wrong
    assert seen > len(OWN_WORDS), "the words are there to be seen"
    assert not strange.faults, "\n".join(strange.faults[:40])


def test_without_a_token_nothing_is_said(world: World) -> None:
    for operation in OPERATIONS:
        path = _address(operation, dict.fromkeys(operation.places, "1"))
        answer = Client().generic(operation.method.upper(), path)
        assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM), operation
        refused = Client().generic(
            operation.method.upper(), path, headers={"Authorization": "Bearer tnr_1_" + "x" * 40}
        )
        assert refused.status_code == 401, operation
