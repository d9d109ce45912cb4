"""Who sees only their own customers is told nothing of others' in the whole REST API: no list, preview,
file or record names one, whatever is asked of it or done to it."""

from __future__ import annotations

from typing import Any

import pytest
from access_worlds.world import World
from api_program import program
from django.db.models import Value
from django.db.models.functions import Concat
from house.access.test_api_hostile import OPERATIONS, Asker, _address, _known
from members import make_member

from accounts.models import (
    Case,
    Contact,
    Contract,
    Customer,
    Membership,
    Payment,
    Role,
    Touchpoint,
    VisibilityRule,
)
from accounts.models.reach import record_kinds
from accounts.rest.base import ApiView
from accounts.rest.scopes import scopes
from accounts.tenancy import tenant_scope
from projects.models import (
    ChangeRequest,
    Gate,
    HandoverItem,
    Project,
    Requirement,
    Risk,
    Task,
    TrainingSession,
)

THEIRS = "of somebody else"
WORDS: tuple[tuple[Any, str], ...] = (
    (Customer, "name"), (Contact, "name"), (Case, "title"), (Touchpoint, "note"),
    (Project, "name"), (Task, "title"), (Requirement, "text"), (Risk, "title"), (Gate, "title"),
    (ChangeRequest, "title"), (HandoverItem, "title"), (TrainingSession, "title"),
)  # fmt: skip
KEYED: tuple[Any, ...] = (Customer, Contract, Payment, Project)


@pytest.fixture
def bo(world: World, monkeypatch: pytest.MonkeyPatch) -> Membership:
    """Of every role but administrators', each of which sees its own; nobody named Bo for anything."""
    monkeypatch.setattr(ApiView, "throttle_classes", [])
    roles = [role for role in Role.values if role != Role.ADMIN]
    with tenant_scope(world.tenant.pk):
        for model, name in WORDS:
            model.objects.update(**{name: THEIRS})
        for model in KEYED:
            model.objects.update(key=Concat(Value(f"{THEIRS} "), "key"))
        for kind in record_kinds:
            for role in roles:
                VisibilityRule.objects.update_or_create(
                    record=kind, role=role, defaults={"visibility": "mine"}
                )
    return make_member(world.tenant, "bo@acme.example", *roles)


def _body(operation: Any, world: World) -> Any:
    """The operation's own example, about what Bo does not see."""
    if operation.method == "get":
        return None
    body = dict(operation.examples[0]) if operation.examples else {}
    with tenant_scope(world.tenant.pk):
        customer = Customer.objects.get(pk=world.customer.pk).key
        named = {
            "customer": customer, "referrer": customer, "customers": [customer],
            "project": Project.objects.get(pk=world.project.pk).key,
            "contact": world.contact.key,
        }  # fmt: skip
    return body | {name: key for name, key in named.items() if name in body}


def test_nothing_of_others_customers_is_told(world: World, bo: Membership) -> None:
    every = Asker(program(world.tenant, *scopes).token)
    his = Asker(program(world.tenant, *scopes, member=bo).token)
    wrong, seen, mark = [], 0, THEIRS.encode()
    for operation in OPERATIONS:
        path, body = _address(operation, _known(every, operation)), _body(operation, world)
        if operation.method == "get":
            seen += mark in every.ask(operation, path).content
        answer = his.ask(operation, path, body=body)
        if mark in answer.content:
            place = answer.content.index(mark)
            wrong.append(f"{operation}: {answer.content[max(0, place - 150) : place + 50]!r}")
    assert not wrong
    assert seen > 3 * len(WORDS), "the words are there to be seen"
    assert not his.faults, "\n".join(his.faults[:40])
