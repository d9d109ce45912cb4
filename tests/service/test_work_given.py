"""Who is given something to do for somebody else's customer finds it, and sees the customer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.actions.visibility import set_visibility
from accounts.models import Customer, Membership, Tenant
from accounts.tenancy import tenant_scope
from service.models import Cta, CtaStep
from service.queries.work import own_due, to_do_by, visible_work
from tests.service.work_world import colleague, customer_of, today, work_for

Make = Callable[..., Membership]


@pytest.fixture
def face(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def other(tenant: Tenant, make_member: Make) -> Membership:
    return make_member(tenant, "olga@acme.example", "service_manager")


@pytest.fixture
def narrow(tenant: Tenant, alice: Membership) -> None:
    """Service managers see what is theirs."""
    with tenant_scope(tenant.id):
        for kind in ("customers", "work"):
            set_visibility(reach={"service_manager": "mine"}, by=None, record_kind=kind)  # type: ignore[arg-type]


def seen_by(member: Membership) -> tuple[list[str], list[Cta], list[Cta]]:
    """Customers, work that is visible, and work to do."""
    fresh = Membership.objects.get(pk=member.pk)
    visible = visible_work(fresh)
    return (
        [one.key for one in Customer.objects.visible_to(fresh)],
        list(visible),
        list(to_do_by(visible, fresh, "mine")),
    )


def test_work_and_a_step_of_work(
    tenant: Tenant, face: Membership, other: Membership, narrow: None
) -> None:
    with tenant_scope(tenant.id):
        customer = customer_of(face, "m")
        cta = work_for(customer, owner=colleague(face), steps=2, due=-1)
        assert seen_by(other) == ([], [], [])
        step = CtaStep.objects.get(cta=cta, position=1)
        CtaStep.objects.filter(pk=step.pk).update(owner=colleague(other))
        assert seen_by(other) == (["m"], [cta], [cta])
        assert seen_by(face) == (["m"], [cta], [cta])
        assert (own_due(face, today()).count(), own_due(other, today()).count()) == (1, 1)
        CtaStep.objects.filter(pk=step.pk).update(done_at=timezone.now())
        assert seen_by(other) == ([], [], [])
        assert own_due(other, today()).count() == 0
        Cta.objects.filter(pk=cta.pk).update(owner=colleague(other))
        assert seen_by(other) == (["m"], [cta], [cta])


def test_what_is_put_off_is_due_for_nobody(
    tenant: Tenant, face: Membership, other: Membership
) -> None:
    with tenant_scope(tenant.id):
        cta = work_for(customer_of(face, "m"), owner=colleague(face), steps=1, due=-1)
        CtaStep.objects.filter(cta=cta).update(owner=colleague(other))
        assert own_due(other, today()).count() == 1
        Cta.objects.filter(pk=cta.pk).update(snoozed_until="2100-01-01")
        assert own_due(other, today()).count() == own_due(face, today()).count() == 0
