"""Two at one gate at once: one wins, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.contact_links import LinkClosed
from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.sign_off_answers import answer_by_sign_off_link, pass_by_silence
from projects.actions.sign_off_links import send_again
from projects.models import Gate, SignOff, SignOffAnswer, SignOffLink
from tests.projects.gate_world import GateWorld, gate_world

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(first: Callable[[], str], second: Callable[[], str], tenant: Tenant) -> list[str]:
    start = Barrier(2)

    def run(do: Callable[[], str]) -> str:
        try:
            with tenant_scope(tenant.id):
                start.wait(10)
                return do()
        except LinkClosed as closed:
            return closed.why
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))


def answering(world: GateWorld, link_pk: int, outcome: str) -> Callable[[], str]:
    def answer() -> str:
        link = SignOffLink.objects.select_related("sign_off__gate").get(pk=link_pk)
        answer_by_sign_off_link(
            link=link, seen_hash=link.sign_off.document_hash, outcome=outcome, name=outcome,
            reason="no", ip=None, tenant=world.tenant,
        )  # fmt: skip
        return "won"

    return answer


@pytest.mark.parametrize("same_link", [True, False])
def test_of_two_answers_at_once_one_counts(
    tenant: Tenant, make_member: Callable[..., Membership], same_link: bool
) -> None:
    with tenant_scope(tenant.id):
        world = gate_world(tenant, make_member)
        first, _secret = world.ask()
        second = first
        if not same_link:
            second, _secret = send_again(
                sign_off=first.sign_off, tenant=tenant, by=world.manager.user
            )
    results = at_once(
        answering(world, first.pk, "approved"), answering(world, second.pk, "returned"), tenant
    )
    assert sorted(results) == sorted(["won", "answered" if same_link else "decided"])
    with tenant_scope(tenant.id):
        answer = SignOffAnswer.objects.get()
        assert answer.outcome == ("approved", "returned")[results.index("won")]
        state = "asked" if answer.outcome == "approved" else "returned"
        assert Gate.objects.get(title="Overall solution").state == state


def test_an_answer_and_the_silence_at_once(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        world = gate_world(tenant, make_member)
        world.clause()
        link, _secret = world.ask(silence_counts=True)
        SignOff.objects.update(deadline_on=world.today - timedelta(days=1))

    def silent() -> str:
        found = SignOff.objects.select_related("gate").get(side="customer")
        return "won" if pass_by_silence(sign_off=found, tenant=tenant) else "too late"

    results = at_once(answering(world, link.pk, "approved"), silent, tenant)
    assert results in (["won", "too late"], ["decided", "won"])
    with tenant_scope(tenant.id):
        assert SignOffAnswer.objects.count() == 1
