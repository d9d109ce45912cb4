"""schemathesis runs the whole OpenAPI document, as every role and as a stranger: no answer breaks, and
each is one that the document promises, in its shape.

A few examples for each operation; EXAMPLES=200 looks for longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from access_worlds.world import World
from api_program import program
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from members import make_member
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Role
from accounts.rest.base import ApiView
from accounts.rest.described import document
from accounts.rest.scopes import scopes

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
WHO = [*Role.values, "stranger"]
# The administrator's token gets furthest, so it tries most.
EXAMPLES = int(os.environ.get("EXAMPLES", "1"))


@cache
def _schema() -> Any:
    found = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
    found.app = WSGIHandler()
    return found


@pytest.fixture(autouse=True)
def without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiView, "throttle_classes", [])


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application's requests are of the test's own transaction, as those of a test client are."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("who", WHO)
def test_the_document_is_kept(who: str, world: World, elsewhere: World) -> None:
    if who == "stranger":
        token = program(elsewhere.tenant, *scopes).token
    else:
        member = make_member(world.tenant, f"runs-{who}@acme.example", who)
        token = program(world.tenant, *scopes, member=member).token
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    faults = []
    for result in _schema().get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES * (2 if who == "admin" else 1),
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=EXAMPLES == 1,
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            with transaction.atomic():
                response = case.call(base_url="http://testserver", headers=headers)
                transaction.set_rollback(True)
            case.validate_response(response, checks=CHECKS, headers=headers)

        try:
            run()
        except Unsatisfiable:
            continue
        except (Exception, FailureGroup) as error:
            faults.append(f"{operation.label}: {error}"[:1500])
    assert not faults, f"{len(faults)} wrong\n" + "\n\n".join(faults[:30])
