"""Two signatures at once: one wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.contact_links import LinkClosed
from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.signing_answers import answer_by_link
from projects.models import Baseline, ChangeRequest, CustomerAnswer, SigningLink
from tests.projects.change_world import approved, change_world, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("same_link", [True, False])
def test_of_two_signatures_at_once_one_counts(
    tenant: Tenant, make_member: Callable[..., Membership], same_link: bool
) -> None:
    with tenant_scope(tenant.id):
        world = change_world(tenant, make_member)
        change = approved(world)
        links = [sent(world, tenant, change)[0] for _time in range(1 if same_link else 2)]
    start = Barrier(2)

    def sign(turn: int) -> str:
        try:
            with tenant_scope(tenant.id):
                link = SigningLink.objects.select_related("change_request").get(
                    pk=links[turn % len(links)].pk
                )
                start.wait(10)
                outcome = ("signed", "declined")[turn]
                answer_by_link(
                    link=link, seen_hash=link.document_hash, outcome=outcome, name=f"Hand {turn}",
                    reason="no", ip=None, tenant=tenant,
                )  # fmt: skip
        except LinkClosed as closed:
            return closed.why
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(sign, range(2)))
    assert sorted(results) == sorted(["won", "answered" if same_link else "decided"])
    with tenant_scope(tenant.id):
        answer = CustomerAnswer.objects.get()
        assert answer.name == f"Hand {results.index('won')}"
        assert ChangeRequest.objects.get().state == answer.outcome
        assert Baseline.objects.count() == (2 if answer.outcome == "signed" else 1)
