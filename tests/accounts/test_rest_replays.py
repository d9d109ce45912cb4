"""An answer that was kept for an Idempotency-Key is said again to whom it would be said now, and to
nobody for longer than seven days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.db import transaction
from django.utils import timezone
from members import make_member

from accounts.actions.members import change_member
from accounts.actions.retention import forget_old
from accounts.models import (
    ApiAnswer,
    ApiToken,
    Colleague,
    Contact,
    Customer,
    Membership,
    Responsibility,
    Tenant,
    Touchpoint,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
PATH = f"{V1}/contacts"
BODY = {"customer": "C1", "name": "Ann Secret"}


@pytest.fixture
def ben(tenant: Tenant) -> Membership:
    """A service manager who sees the customers that he is named for: C1."""
    member = make_member(tenant, "ben@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        him = Colleague.objects.get(key="ben@acme.example")
        Customer.objects.create(key="C1", name="One", service_manager=him)
    return member


@pytest.fixture
def his(tenant: Tenant, ben: Membership) -> Program:
    return program(
        tenant, "contacts:read", "contacts:write", "touchpoints:write", member=ben, path=PATH
    )


def make(his: Program) -> Any:
    made = his.post(BODY, key="k1")
    assert made.status_code == 201, made.content
    return made


def test_who_sees_what_was_made_is_answered_again(tenant: Tenant, his: Program) -> None:
    made = make(his)
    again = his.post(BODY, key="k1")
    assert (again.status_code, again.json()) == (201, made.json())
    assert again["Idempotent-Replayed"] == "true"
    with tenant_scope(tenant.id):
        assert Contact.objects.count() == 1


def hand_over(tenant: Tenant, ben: Membership, by: User) -> None:
    Customer.objects.update(service_manager=None)
    Responsibility.objects.all().delete()


def take_away(tenant: Tenant, ben: Membership, by: User) -> None:
    Contact.objects.all().delete()


def lose_role(tenant: Tenant, ben: Membership, by: User) -> None:
    change_member(membership=ben, roles=["executive"], team=None, leads_team=False, by=by)


def other_role(tenant: Tenant, ben: Membership, by: User) -> None:
    change_member(membership=ben, roles=["project_manager"], team=None, leads_team=False, by=by)


def narrow_scopes(tenant: Tenant, ben: Membership, by: User) -> None:
    ApiToken.objects.update(scopes=["contacts:read"])


def narrow_reach(tenant: Tenant, ben: Membership, by: User) -> None:
    VisibilityRule.objects.update(visibility="team")


@pytest.mark.parametrize(
    ("what", "status"),
    [(hand_over, 404), (take_away, 404), (lose_role, 403), (other_role, 403),
     (narrow_scopes, 403), (narrow_reach, 403)],
)  # fmt: skip
def test_who_may_or_sees_less_is_refused_and_told_nothing(
    tenant: Tenant, ben: Membership, his: Program, alice: User,
    what: Callable[[Tenant, Membership, User], None], status: int,
) -> None:  # fmt: skip
    make(his)
    with tenant_scope(tenant.id):
        what(tenant, ben, alice)
    again = his.post(BODY, key="k1")
    assert again.status_code == status, again.content
    assert "Secret" not in again.content.decode()
    assert "Idempotent-Replayed" not in again
    with tenant_scope(tenant.id):
        assert ApiAnswer.objects.count() == 1, "the key is still taken: nothing is done twice"


def test_what_nobody_saw_from_the_beginning_is_answered_again(
    tenant: Tenant, ben: Membership, his: Program
) -> None:
    """A meeting of somebody else, written down by who sees only their own."""
    make_member(tenant, "ida@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(
            role="service_manager", record="touchpoints", visibility="mine"
        )
    call = {"customer": "C1", "kind": "call", "happened_on": "2026-03-01",
            "colleague": "ida@acme.example"}  # fmt: skip
    path = f"{V1}/touchpoints"
    made = his.post(call, key="k2", path=path)
    again = his.post(call, key="k2", path=path)
    assert (made.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    with tenant_scope(tenant.id):
        assert Touchpoint.objects.count() == 1
        hand_over(tenant, ben, ben.user)
    # The customer itself is somebody else's by now.
    assert his.post(call, key="k2", path=path).status_code == 404


def test_verbs_are_answered_again_as_long_as_the_record_is_seen(
    tenant: Tenant, ben: Membership
) -> None:
    with tenant_scope(tenant.id):
        customer = Customer.objects.get(key="C1")
        customer.contracts.create(key="K1")
    ledger = program(tenant, "contracts:read", "contracts:write", path=f"{V1}/contracts/K1/shorten")
    body = {"last_day": "2026-12-31"}
    assert ledger.post(body, key="k").status_code == 200
    assert ledger.post(body, key="k")["Idempotent-Replayed"] == "true"
    with tenant_scope(tenant.id), transaction.atomic():
        customer.contracts.all().delete()
    assert ledger.post(body, key="k").status_code == 404


def test_answers_of_idle_tokens_go_after_seven_days(tenant: Tenant, his: Program) -> None:
    make(his)
    now = timezone.now()
    assert forget_old(tenant_id=tenant.pk, now=now + timedelta(days=6, hours=23)) == 0
    assert forget_old(tenant_id=tenant.pk, now=now + timedelta(days=7, minutes=1)) == 1
    with tenant_scope(tenant.id):
        assert not ApiAnswer.objects.exists()
